"""The guards of electives and the history of what people decide there."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
DROP TRIGGER elective_offer_guard ON curriculum_electiveoffer;
DROP TRIGGER elective_count_guard ON curriculum_electiveoffer;
DROP TRIGGER elective_taken ON curriculum_electivechoice;
DROP TRIGGER elective_choice ON curriculum_electivechoice;
DROP FUNCTION hemis_elective_offer_guard(), hemis_elective_count_guard(), hemis_elective_taken(),
    hemis_elective_choice();
"""


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0012_electives"), ("access", "0003_history")]

    operations = [
        migrations.RunSQL((SQL / "electives.sql").read_text(encoding="utf-8"), UNDO),
        TrackHistory("curriculum_electivecampaign", "curriculum_electivechoice"),
        TrackHistory("curriculum_electiveoffer", hidden=("taken",)),
    ]
