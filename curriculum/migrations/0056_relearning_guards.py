"""The guards of relearning, and the history of what is decided there."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
DROP TRIGGER relearning_guard ON curriculum_relearning;
DROP TRIGGER relearned_registration ON curriculum_registration;
DROP FUNCTION hemis_relearning_guard(), hemis_relearned_registration();
"""


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0055_relearning"), ("access", "0007_history_by_statement")]

    operations = [
        migrations.RunSQL((SQL / "relearning.sql").read_text(encoding="utf-8"), UNDO),
        TrackHistory("curriculum_relearningwindow", "curriculum_relearning"),
    ]
