from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"
UNDO = """
DROP TRIGGER competition_term ON staff_competitionentry;
DROP TRIGGER degree_shows ON staff_degree;
DROP TRIGGER employee_degrees ON staff_employee;
DROP TRIGGER position_roles_gone ON staff_position;
DROP TRIGGER position_roles_end ON staff_position;
DROP TRIGGER position_rates ON staff_position;
DROP TRIGGER position_before ON staff_position;
DROP FUNCTION hemis_competition_term();
DROP FUNCTION hemis_degree_shows();
DROP FUNCTION hemis_employee_degrees();
DROP FUNCTION hemis_degree_of(bigint, text);
DROP FUNCTION hemis_position_roles();
DROP FUNCTION hemis_roles_follow_posts(bigint[]);
DROP FUNCTION hemis_position_rates();
DROP FUNCTION hemis_position_before();
DROP FUNCTION hemis_staff_rule(text, date);
ALTER TABLE staff_establishmentpost DROP CONSTRAINT planned_once;
ALTER TABLE staff_absence DROP CONSTRAINT one_absence_at_a_time;
ALTER TABLE staff_position DROP CONSTRAINT one_rector;
ALTER TABLE staff_position DROP CONSTRAINT one_head_of_unit;
ALTER TABLE staff_position DROP CONSTRAINT one_main_post;
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0005_rules_and_roles")]

    operations = [migrations.RunSQL((SQL / "guards.sql").read_text(encoding="utf-8"), UNDO)]
