"""Histories of the rules and bulk changes of timetables, and the figures of the law."""

from django.db import migrations

from curriculum.seed import sow_timetable
from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0020_timetable_pages"), ("access", "0003_history")]

    operations = [
        TrackHistory("curriculum_timetablerule", "curriculum_timetablebatch"),
        TrackHistory("curriculum_calendarlink", hidden=("token",)),
        migrations.RunPython(lambda apps, editor: sow_timetable(apps), migrations.RunPython.noop),
    ]
