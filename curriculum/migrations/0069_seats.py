"""Who sits where is answered once, and a place in a subgroup is guarded."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory
from hemis.sqlfiles import function

SQL = Path(__file__).resolve().parent.parent / "sql"
BEFORE = "".join(
    function(SQL / "teacher_choice.sql", name)
    for name in ("hemis_elective_choice", "hemis_elective_offer_guard")
)


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0068_choice_in_subgroups"), ("access", "0003_history")]

    operations = [
        migrations.RunSQL(
            (SQL / "seats.sql").read_text(encoding="utf-8"),
            (SQL / "seats_undo.sql").read_text(encoding="utf-8") + BEFORE,
        ),
        TrackHistory("curriculum_registrationseat"),
    ]
