from django.db import migrations

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("movement", "0002_initial"), ("access", "0003_history")]

    operations = [
        TrackHistory("movement_order", "movement_orderline"),
    ]
