"""Guards of students and placements that cost little when an order moves a course of thousands."""

import re
from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
DROP TRIGGER student_changed_guard ON students_student;
DROP TRIGGER student_guard ON students_student;
CREATE TRIGGER student_guard BEFORE INSERT OR DELETE OR UPDATE ON students_student
    FOR EACH ROW EXECUTE FUNCTION hemis_student_guard();
DROP TRIGGER hemis_history ON students_student;
CREATE TRIGGER hemis_history AFTER UPDATE OR DELETE ON students_student FOR EACH ROW EXECUTE FUNCTION
    hemis_history('id', 'search,search_text,sort_key,version,last_login', 'password,secret,data');
"""


def _before(file: str, name: str) -> str:
    """A function as an earlier migration made it."""
    text = (SQL / file).read_text(encoding="utf-8")
    found = re.search(rf"CREATE (?:OR REPLACE )?FUNCTION {name}\(.*?END \$\$;\n", text, re.S)
    assert found  # noqa: S101
    return re.sub("^CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", found.group())


UNDO += _before("agreement.sql", "hemis_placements_ended") + _before(
    "stricter.sql", "hemis_order_is_carried_out"
)


class Migration(migrations.Migration):
    dependencies = [("movement", "0029_links_of_contacts"), ("access", "0007_history_by_statement")]

    operations = [migrations.RunSQL((SQL / "guards_in_bulk.sql").read_text(encoding="utf-8"), UNDO)]
