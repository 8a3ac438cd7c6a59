"""Changes of students are recorded by the statement, in whatever order the migrations before have run."""

from django.db import migrations

ARGUMENTS = "'id', 'search,search_text,sort_key,version,last_login,current_id', 'password,secret,data'"
DO = f"""
DROP TRIGGER hemis_history ON students_student;
DROP TRIGGER IF EXISTS hemis_history_changed ON students_student;
CREATE TRIGGER hemis_history AFTER DELETE ON students_student FOR EACH ROW EXECUTE FUNCTION hemis_history({ARGUMENTS});
CREATE TRIGGER hemis_history_changed AFTER UPDATE ON students_student
    REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after
    FOR EACH STATEMENT EXECUTE FUNCTION hemis_history_changed({ARGUMENTS});
"""
UNDO = f"""
DROP TRIGGER hemis_history ON students_student;
DROP TRIGGER hemis_history_changed ON students_student;
CREATE TRIGGER hemis_history AFTER UPDATE OR DELETE ON students_student FOR EACH ROW
    EXECUTE FUNCTION hemis_history({ARGUMENTS});
"""


class Migration(migrations.Migration):
    dependencies = [("movement", "0030_guards_in_bulk"), ("access", "0009_changes_by_statement")]

    operations = [migrations.RunSQL(DO, UNDO)]
