"""What the database keeps of the choice of teachers; what was chosen before becomes the own choice."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
WISHES = (
    "UPDATE curriculum_electivechoice SET wish_id = offer_id WHERE way IN ('own', 'list') AND wish_id IS NULL"
)


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0059_teacher_choice")]

    operations = [
        migrations.RunSQL(
            (SQL / "teacher_choice.sql").read_text(encoding="utf-8"),
            (SQL / "teacher_choice_undo.sql").read_text(encoding="utf-8"),
        ),
        migrations.RunSQL(WISHES, migrations.RunSQL.noop),
    ]
