"""A figure of relearning: whether an unpaid fee bars from its final control."""

import datetime

from django.db import migrations, models


def sow(apps, schema):
    """What the law says today; a database that is made anew has it already."""
    apps.get_model("grading", "GradingRule").objects.get_or_create(
        code="admission.relearning", valid_from=datetime.date(2020, 12, 31),
        defaults={"value": 1, "basis": "VMQ 824, 31.12.2020, 41, 45-band"},
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("grading", "0030_asked_pictures"),
    ]

    operations = [
        migrations.AlterField(
            model_name="gradingrule",
            name="code",
            field=models.CharField(
                choices=[
                    (
                        "admission.hours_missed",
                        "Hours missed without excuse that bar from the final control, %",
                    ),
                    ("admission.contract", "Contract debt bars from the final control (1 yes, 0 no)"),
                    (
                        "admission.relearning",
                        "An unpaid fee of relearning bars from its final control (1 yes, 0 no)",
                    ),
                    (
                        "final.other_examiner",
                        "The final control is not held by who taught the subject (1 yes, 0 no)",
                    ),
                    (
                        "final.own_limit.credit",
                        "Credit-module: the final control alone must reach the limit (1, 0)",
                    ),
                    (
                        "final.own_limit.hundred",
                        "Hundred points: the final control alone must reach the limit (1, 0)",
                    ),
                    ("retake.debts", "Debts with which one may still retake, at most"),
                    ("retake.days", "Days for retakes after the half-year"),
                    (
                        "retake.allowed",
                        "Retakes within the year are allowed (1); 0: the subject is studied anew",
                    ),
                    ("sheet.days", "Days to fill a sheet after the control"),
                    ("appeal.hours", "Hours to lodge an appeal after the results"),
                    ("appeal.days", "Days to decide an appeal"),
                    ("appeal.members", "Members of an appeal commission beside its chair, at least"),
                ],
                max_length=32,
                verbose_name="figure",
            ),
        ),
        migrations.RunPython(sow, migrations.RunPython.noop),
    ]
