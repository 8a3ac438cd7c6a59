"""The guards of tasks and tests, and the history of what people edit there."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
DROP TRIGGER asked_answer ON curriculum_questionanswer;
DROP TRIGGER asked_question ON curriculum_question;
DROP TRIGGER attempt_answer_guard ON grading_attemptanswer;
DROP TRIGGER attempt_guard ON grading_attempt;
DROP TRIGGER submission_file_guard ON grading_submissionfile;
DROP TRIGGER submission_guard ON grading_submission;
DROP TRIGGER task_guard ON grading_task;
DROP TRIGGER task_student_guard ON grading_taskstudent;
DROP FUNCTION hemis_asked_answer(), hemis_asked_question(), hemis_attempt_answer_guard(), hemis_attempt_guard(),
    hemis_submission_file_guard(), hemis_submission_guard(), hemis_task_guard(), hemis_task_student_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("grading", "0020_tasks"),
        ("curriculum", "0031_material_guards"),
        ("access", "0003_history"),
    ]

    operations = [
        migrations.RunSQL((SQL / "tasks.sql").read_text(encoding="utf-8"), UNDO),
        TrackHistory(
            "grading_task", "grading_taskfile", "grading_taskstudent", "grading_submission",
            "grading_submissionfile", "grading_test", "grading_testquota", "grading_testquestion",
            "grading_testwindow", "grading_attempt",
        ),
        # What is chosen is saved with every click; what is told of an answer is its worth.
        TrackHistory(
            "grading_attemptanswer", hidden=("chosen", "text", "given_at", "saved_at", "order", "matches")
        ),
    ]  # fmt: skip
