"""History of second factors and activation links; no temporary table stands in the history's way."""

from django.db import migrations

from hemis.access.history import HISTORY_FUNCTION, TrackHistory


class Migration(migrations.Migration):
    dependencies = [("access", "0004_activation"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [
        migrations.RunSQL(HISTORY_FUNCTION, migrations.RunSQL.noop),
        TrackHistory("access_activation", hidden=("token_hash",)),
        TrackHistory("mfa_authenticator", hidden=("last_used_at",)),
    ]
