"""Histories of the figures of the load, and the rows that every university starts from."""

from django.db import migrations

from curriculum.seed import sow_load
from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0010_load"), ("access", "0003_history")]

    operations = [
        TrackHistory("curriculum_trainingmode", "curriculum_loadnorm"),
        migrations.RunPython(lambda apps, editor: sow_load(apps), migrations.RunPython.noop),
    ]
