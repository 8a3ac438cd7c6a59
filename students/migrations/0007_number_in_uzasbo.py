"""Students have a number in UzASBO, by which accounting pays stipends."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_no_staff_flag"),
        ("students", "0006_candidate_without_group"),
    ]

    operations = [
        migrations.AddField(
            model_name="student",
            name="uzasbo_number",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="As the accounting system of the budget knows the student; stipends go by it.",
                max_length=20,
                validators=[
                    django.core.validators.RegexValidator("^\\d{3,20}$", "Digits only, from 3 to 20.")
                ],
                verbose_name="number in UzASBO",
            ),
        ),
        migrations.AddConstraint(
            model_name="student",
            constraint=models.UniqueConstraint(
                condition=models.Q(("uzasbo_number", ""), _negated=True),
                fields=("uzasbo_number",),
                name="student_uzasbo_number",
                violation_error_message="Another student has this number in UzASBO.",
            ),
        ),
    ]
