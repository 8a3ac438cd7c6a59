"""The guards of teaching and timetable, and the history of what people edit there."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
DROP TRIGGER control_audience_guard ON curriculum_controlaudience;
DROP TRIGGER teaching_guard ON curriculum_teaching;
DROP TRIGGER teaching_audience_guard ON curriculum_teachingaudience;
DROP TRIGGER registration_guard ON curriculum_registration;
DROP FUNCTION hemis_control_audience_guard(), hemis_teaching_guard(), hemis_teaching_audience_guard(),
    hemis_audience_of_plan(bigint, bigint, bigint, bigint), hemis_registration_guard();
DROP TRIGGER control_audience ON curriculum_controlaudience;
DROP TRIGGER control_slots ON curriculum_controlevent;
DROP TRIGGER lesson_audience ON curriculum_teachingaudience;
DROP TRIGGER lesson_slots ON curriculum_lesson;
DROP FUNCTION hemis_control_audience(), hemis_control_changed(), hemis_control_slots(curriculum_controlevent),
    hemis_lesson_audience(), hemis_lesson_changed(), hemis_lesson_slots(curriculum_lesson),
    hemis_drop_slots(text, bigint);
DROP TRIGGER divisions_apart ON curriculum_audienceslot;
DROP TRIGGER slot_guard ON curriculum_audienceslot;
DROP TRIGGER slot_guard ON curriculum_teacherslot;
DROP FUNCTION hemis_divisions_apart(), hemis_slot_guard();
ALTER TABLE curriculum_audienceslot DROP CONSTRAINT audience_no_double_booking;
ALTER TABLE curriculum_teacherslot DROP CONSTRAINT teacher_no_double_booking;
DROP TRIGGER pair_hours ON curriculum_classpair;
DROP TRIGGER event_hours ON curriculum_controlevent;
DROP TRIGGER event_hours ON curriculum_lesson;
DROP FUNCTION hemis_pair_hours(), hemis_event_hours();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("curriculum", "0005_teaching_and_timetable"),
        ("structure", "0003_infrastructure"),
        ("access", "0003_history"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "timetable.sql").read_text(encoding="utf-8")
            + (SQL / "slots_by_group.sql").read_text(encoding="utf-8")
            + (SQL / "teaching.sql").read_text(encoding="utf-8"),
            UNDO,
        ),
        TrackHistory(
            "curriculum_holiday", "curriculum_registration", "curriculum_topic", "curriculum_teaching",
            "curriculum_teachingaudience", "curriculum_lesson", "curriculum_controlevent",
            "curriculum_controlaudience",
        ),
    ]  # fmt: skip
