from django.db import migrations

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0052_exam_drafts"), ("access", "0003_history")]

    operations = [TrackHistory("curriculum_examdraft")]
