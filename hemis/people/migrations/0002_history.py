from django.db import migrations

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("access", "0003_history")]

    operations = [
        TrackHistory("people_person", "people_user"),
    ]
