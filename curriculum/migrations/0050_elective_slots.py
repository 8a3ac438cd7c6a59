"""Alternatives of one elective may be taught at the same hour; busy hours are written by one function."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"

DROP_OLD = """
DROP TRIGGER control_audience ON curriculum_controlaudience;
DROP TRIGGER control_slots ON curriculum_controlevent;
DROP TRIGGER lesson_audience ON curriculum_teachingaudience;
DROP TRIGGER lesson_slots ON curriculum_lesson;
DROP TRIGGER divisions_apart ON curriculum_audienceslot;
DROP FUNCTION hemis_control_audience(), hemis_control_changed(), hemis_control_slots(curriculum_controlevent),
    hemis_lesson_audience(), hemis_lesson_changed(), hemis_lesson_slots(curriculum_lesson),
    hemis_drop_slots(text, bigint), hemis_divisions_apart();
ALTER TABLE curriculum_audienceslot DROP CONSTRAINT audience_no_double_booking;
"""

# What stands already learns of which alternative it is. Two rows of a group never met before, so none do now.
FILL = """
ALTER TABLE curriculum_audienceslot DISABLE TRIGGER slot_guard;
UPDATE curriculum_audienceslot o SET elective = c.semester_id || '/' || c.elective_group, alternative_id = c.id
  FROM (SELECT 'lesson' AS source, l.id AS source_id, a.group_id, a.subgroup_id, a.curriculum_subject_id
          FROM curriculum_lesson l JOIN curriculum_teachingaudience a ON a.teaching_id = l.teaching_id
        UNION ALL
        SELECT 'control', event_id, group_id, subgroup_id, curriculum_subject_id FROM curriculum_controlaudience) a
  JOIN curriculum_curriculumsubject c ON c.id = a.curriculum_subject_id AND c.elective_group <> ''
 WHERE o.source = a.source AND o.source_id = a.source_id AND o.group_id = a.group_id
   AND o.subgroup_id IS NOT DISTINCT FROM a.subgroup_id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE curriculum_audienceslot ENABLE TRIGGER slot_guard;
"""

DROP_NEW = """
DROP TRIGGER control_audience ON curriculum_controlaudience;
DROP TRIGGER control_slots_added ON curriculum_controlevent;
DROP TRIGGER control_slots_changed ON curriculum_controlevent;
DROP TRIGGER control_slots_removed ON curriculum_controlevent;
DROP TRIGGER lesson_audience ON curriculum_teachingaudience;
DROP TRIGGER lesson_slots_added ON curriculum_lesson;
DROP TRIGGER lesson_slots_changed ON curriculum_lesson;
DROP TRIGGER lesson_slots_removed ON curriculum_lesson;
DROP TRIGGER parts_apart ON curriculum_audienceslot;
DROP FUNCTION hemis_audience_changed(), hemis_events_added(), hemis_events_changed(), hemis_events_removed(),
    hemis_write_slots(text, bigint[]), hemis_drop_slots(text, bigint[]), hemis_attending(text, bigint[]),
    hemis_planned(text, bigint[]), hemis_parts_apart();
ALTER TABLE curriculum_audienceslot DROP CONSTRAINT audience_no_double_booking;
"""


def _text(name: str) -> str:
    return (SQL / name).read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("curriculum", "0041_solver_history")]

    operations = [
        migrations.RunSQL(DROP_OLD, _text("slots_by_group.sql")),
        migrations.AddField("audienceslot", "elective", models.CharField(max_length=32, null=True)),
        migrations.AddField(
            "audienceslot",
            "alternative",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="curriculum.curriculumsubject",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(_text("slots.sql"), DROP_NEW),
    ]
