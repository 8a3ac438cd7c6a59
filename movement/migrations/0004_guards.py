"""The database guards of law 2: no status without an order."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
ALTER TABLE students_placement DROP CONSTRAINT placement_no_overlap;
DROP TRIGGER placement_guard ON students_placement;
DROP TRIGGER placement_current ON students_placement;
DROP TRIGGER placement_needs_execution ON students_placement;
DROP TRIGGER student_guard ON students_student;
DROP TRIGGER order_guard ON movement_order;
DROP TRIGGER order_is_carried_out ON movement_order;
DROP TRIGGER order_line_guard ON movement_orderline;
DROP FUNCTION hemis_placement_guard(), hemis_placement_current(), hemis_placement_needs_execution(),
    hemis_student_guard(), hemis_order_guard(), hemis_order_is_carried_out(), hemis_order_line_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("movement", "0003_history"), ("students", "0003_history")]

    operations = [migrations.RunSQL((SQL / "guards.sql").read_text(encoding="utf-8"), UNDO)]
