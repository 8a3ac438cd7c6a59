"""Four eyes in the database, and the gaps of the first guards closed."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import F, Q

SQL = Path(__file__).resolve().parent.parent / "sql"

# The replaced functions stay: the older ones are weaker, and what they guard remains.
UNDO = """
DROP TRIGGER student_needs_execution ON students_student;
DROP TRIGGER order_is_undone ON movement_order;
DROP FUNCTION hemis_student_needs_execution(), hemis_order_is_undone();
"""


class Migration(migrations.Migration):
    dependencies = [("movement", "0004_guards")]

    operations = [
        migrations.AddConstraint(
            "order",
            models.CheckConstraint(
                condition=Q(signed_by=None) | ~Q(signed_by=F("created_by")), name="author_does_not_sign"
            ),
        ),
        migrations.RunSQL((SQL / "stricter.sql").read_text(encoding="utf-8"), UNDO),
    ]
