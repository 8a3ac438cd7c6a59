"""What an INSERT adds is recorded by one statement instead of row by row."""

from django.db import migrations

from hemis.access.history import ADDED_FUNCTION, LEAVE_ADDED_FUNCTION, USE_ADDED_FUNCTION


class Migration(migrations.Migration):
    dependencies = [("access", "0005_history_of_sign_in")]

    operations = [
        migrations.RunSQL(ADDED_FUNCTION, migrations.RunSQL.noop),
        migrations.RunSQL(USE_ADDED_FUNCTION, LEAVE_ADDED_FUNCTION),
    ]
