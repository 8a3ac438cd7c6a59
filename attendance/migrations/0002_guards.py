"""The guards of the journal, and the history of what people edit there."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
DROP TRIGGER given_audience_guard ON curriculum_teachingaudience;
DROP TRIGGER given_lesson_guard ON curriculum_lesson;
DROP TRIGGER excuse_works ON attendance_excuse;
DROP TRIGGER excuse_guard ON attendance_excuse;
DROP TRIGGER journal_row_guard ON attendance_currentmark;
DROP TRIGGER journal_row_guard ON attendance_absence;
DROP TRIGGER record_hours_later ON attendance_lessonrecord;
DROP TRIGGER record_guard ON attendance_lessonrecord;
DROP FUNCTION hemis_given_audience_guard(), hemis_given_lesson_guard(), hemis_excuse_works(),
    hemis_excuse_guard(), hemis_journal_row_guard(), hemis_record_hours(), hemis_record_guard(),
    hemis_seat(bigint, bigint, date);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0001_journal"),
        ("curriculum", "0006_timetable_guards"),
        ("access", "0003_history"),
    ]

    operations = [
        migrations.RunSQL((SQL / "guards.sql").read_text(encoding="utf-8"), UNDO),
        TrackHistory(
            "attendance_lessonrecord", "attendance_absence", "attendance_currentmark", "attendance_excuse",
            "attendance_attendanceletter", "attendance_journalrule", "attendance_unlock",
            "attendance_attendancelimit",
        ),
    ]  # fmt: skip
