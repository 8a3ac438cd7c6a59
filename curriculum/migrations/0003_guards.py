"""The database guards of curricula: approved means frozen, parts belong to one plan."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
DROP TRIGGER group_curriculum_guard ON curriculum_groupcurriculum;
DROP FUNCTION hemis_group_curriculum_guard();
ALTER TABLE curriculum_curriculumweek DROP CONSTRAINT weeks_do_not_meet, DROP CONSTRAINT week_semester_of_plan;
ALTER TABLE curriculum_curriculumsubject DROP CONSTRAINT subject_semester_of_plan,
    DROP CONSTRAINT subject_block_of_plan;
DROP INDEX curriculum_semester_of_plan, curriculum_block_of_plan;
DROP TRIGGER part_guard ON curriculum_subjectcontrol;
DROP TRIGGER part_guard ON curriculum_subjecthours;
DROP TRIGGER part_guard ON curriculum_curriculumsubject;
DROP TRIGGER part_guard ON curriculum_curriculumblock;
DROP TRIGGER part_guard ON curriculum_curriculumsemester;
DROP TRIGGER curriculum_guard ON curriculum_curriculum;
DROP FUNCTION hemis_curriculum_subject_part_guard(), hemis_curriculum_part_guard(),
    hemis_curriculum_is_draft(bigint), hemis_curriculum_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0002_history")]

    operations = [migrations.RunSQL((SQL / "guards.sql").read_text(encoding="utf-8"), UNDO)]
