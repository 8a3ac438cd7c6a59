from django.db import migrations

from hemis.access.history import FORBID_HISTORY_EDIT, HISTORY_FUNCTION, UNFORBID_HISTORY_EDIT, TrackHistory


class Migration(migrations.Migration):
    dependencies = [("access", "0002_initial")]

    operations = [
        migrations.RunSQL(HISTORY_FUNCTION, "DROP FUNCTION hemis_history()"),
        migrations.RunSQL(FORBID_HISTORY_EDIT, UNFORBID_HISTORY_EDIT),
        TrackHistory("access_roleassignment"),
    ]
