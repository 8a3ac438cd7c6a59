"""The keys of GPAs are checked for a statement at once, and one index serves where three stood."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"
UNDO = """
DROP TRIGGER gpa_year_gone ON students_academicyear;
DROP FUNCTION hemis_gpa_year_gone();
DROP TRIGGER gpa_student_gone ON students_student;
DROP FUNCTION hemis_gpa_student_gone();
DROP TRIGGER gpa_moved ON grading_studentgpa;
DROP FUNCTION hemis_gpa_moved();
DROP TRIGGER gpa_added ON grading_studentgpa;
DROP FUNCTION hemis_gpa_written();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("grading", "0031_relearning"),
    ]

    operations = [
        migrations.AlterField(
            model_name="studentgpa",
            name="student",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="gpas",
                to="students.student",
                verbose_name="student",
            ),
        ),
        migrations.AlterField(
            model_name="studentgpa",
            name="academic_year",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="students.academicyear",
                verbose_name="academic year",
            ),
        ),
        migrations.RunSQL((SQL / "gpa_guards.sql").read_text(encoding="utf-8"), UNDO),
    ]
