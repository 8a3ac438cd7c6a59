from django.db import migrations

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0040_solver"), ("access", "0003_history")]

    operations = [TrackHistory("curriculum_teacherhours", "curriculum_timetabledraft")]
