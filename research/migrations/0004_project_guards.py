"""The guards of projects and profiles, their history, and the kafedra of authors who are entered already."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO_PROJECTS = """
DROP TRIGGER project_guard ON research_project;
DROP TRIGGER project_report_guard ON research_projectreport;
DROP TRIGGER project_sum_guard ON research_projectsum;
DROP TRIGGER stage_guard ON research_projectstage;
DROP TRIGGER executor_guard ON research_projectexecutor;
DROP FUNCTION hemis_project_guard(), hemis_project_report_guard(), hemis_project_sum_guard(), hemis_stage_guard(),
    hemis_executor_guard(), hemis_in_project(bigint, date, date);
ALTER TABLE research_projectexecutor DROP CONSTRAINT executor_one_leader, DROP CONSTRAINT executor_employee_once,
    DROP CONSTRAINT executor_student_once;
"""

UNDO_PROFILES = """
DROP TRIGGER profile_guard ON research_profile;
DROP TRIGGER figures_guard ON research_profilefigures;
DROP FUNCTION hemis_profile_guard();
"""

# Authors of works that are frozen get their kafedra too, so the guard looks away for this one statement.
KAFEDRAS = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE research_workauthor DISABLE TRIGGER work_author_guard;
UPDATE research_workauthor AS author SET kafedra_id = coalesce(
    (SELECT post.unit_id FROM staff_position AS post JOIN structure_unit AS unit ON unit.id = post.unit_id
     WHERE post.employee_id = author.employee_id AND unit.kind = '12'
     ORDER BY post.valid_to IS NULL DESC, post.employment = '11' DESC, post.rate DESC, post.id LIMIT 1),
    (SELECT work.kafedra_id FROM research_work AS work WHERE work.id = author.work_id))
WHERE author.employee_id IS NOT NULL AND author.kafedra_id IS NULL;
ALTER TABLE research_workauthor ENABLE TRIGGER work_author_guard;
"""


class Migration(migrations.Migration):
    dependencies = [("research", "0003_projects_profiles"), ("access", "0003_history")]

    operations = [
        migrations.RunSQL((SQL / "projects.sql").read_text(encoding="utf-8"), UNDO_PROJECTS),
        migrations.RunSQL((SQL / "profiles.sql").read_text(encoding="utf-8"), UNDO_PROFILES),
        migrations.RunSQL(KAFEDRAS, migrations.RunSQL.noop),
        TrackHistory(
            "research_project", "research_projectsum", "research_projectexecutor", "research_projectstage",
            "research_projectreport", "research_projectresult", "research_profile", "research_profilefigures",
        ),
    ]  # fmt: skip
