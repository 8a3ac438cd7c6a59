from django.db import migrations

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("structure", "0001_initial"), ("access", "0003_history")]

    operations = [
        TrackHistory("structure_university", "structure_unit"),
    ]
