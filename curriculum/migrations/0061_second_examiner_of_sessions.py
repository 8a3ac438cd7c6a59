"""The second examiner of a computed control, and from which sheet on a final control has one."""

import django.db.models.deletion
from django.db import migrations, models

from curriculum.seed import sow_timetable


class Migration(migrations.Migration):
    dependencies = [
        ("curriculum", "0060_teacher_choice_guards"),
        ("staff", "0007_confirmed_sources"),
    ]

    operations = [
        migrations.AddField(
            model_name="examplace",
            name="second_examiner",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="staff.employee"
            ),
        ),
        migrations.AlterField(
            model_name="timetablerule",
            name="code",
            field=models.CharField(
                choices=[
                    (
                        "examiner_apart",
                        "the examiner of a final control has not taught the subject (1: yes, 0: no)",
                    ),
                    ("finals_a_day", "final controls of a group in a day, at most"),
                    ("finals_gap", "days from one final control of a group to the next, at least"),
                    (
                        "second_from",
                        "the sheet from which a final control is held by two examiners (0: none)",
                    ),
                    ("teacher_pairs", "pairs of a teacher in a day, more is warned of"),
                    ("group_pairs", "pairs of a group in a day, more is warned of"),
                    ("notice_days", "days before a lesson in which its change is told to people"),
                ],
                max_length=16,
                verbose_name="figure",
            ),
        ),
        # The figure of the commission; the others are there and stay as they are.
        migrations.RunPython(lambda apps, editor: sow_timetable(apps), migrations.RunPython.noop),
    ]
