from django.db import migrations

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_initial"), ("access", "0003_history")]

    operations = [
        TrackHistory("staff_employee", "staff_position"),
    ]
