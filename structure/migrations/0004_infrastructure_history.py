from django.db import migrations

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("structure", "0003_infrastructure"), ("access", "0003_history")]

    operations = [
        TrackHistory(
            "structure_unitperiod",
            "structure_bankaccount",
            "structure_licence",
            "structure_signatory",
            "structure_building",
            "structure_auditorium",
            "structure_equipment",
            "structure_roombooking",
        ),
    ]
