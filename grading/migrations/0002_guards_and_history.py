"""The laws of grade sheets in the database, and the history of what people edit."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
DROP TRIGGER schedule_line_guard ON grading_scheduleline;
DROP TRIGGER schedule_guard ON grading_personalschedule;
DROP TRIGGER appeal_member_guard ON grading_appealmember;
DROP TRIGGER appeal_guard ON grading_appeal;
DROP TRIGGER result_kept ON grading_subjectresult;
DROP TRIGGER results_changed ON grading_subjectresult;
DROP TRIGGER results_added ON grading_subjectresult;
DROP TRIGGER correction_guard ON grading_sheetcorrection;
DROP TRIGGER lines_removed ON grading_sheetline;
DROP TRIGGER lines_changed ON grading_sheetline;
DROP TRIGGER lines_added ON grading_sheetline;
DROP TRIGGER sheet_guard ON grading_gradesheet;
DROP FUNCTION hemis_schedule_line_guard(), hemis_schedule_guard(), hemis_appeal_member_guard(),
    hemis_appeal_guard(), hemis_grading_figure(text, date), hemis_result_kept(), hemis_results_written(),
    hemis_correction_guard(), hemis_lines_removed(), hemis_lines_changed(), hemis_lines_added(),
    hemis_sheet_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("grading", "0001_sheets_and_results"),
        ("curriculum", "0006_timetable_guards"),
        ("access", "0003_history"),
    ]

    operations = [
        migrations.RunSQL((SQL / "guards.sql").read_text(encoding="utf-8"), UNDO),
        TrackHistory(
            "grading_gradingrule", "grading_gradesheet", "grading_sheetline", "grading_sheetcorrection",
            "grading_subjectresult", "grading_personalschedule", "grading_scheduleline", "grading_appeal",
            "grading_appealmember",
        ),
    ]  # fmt: skip
