"""Relearning: the days of registration, and what is studied anew by whom."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import hemis.classifiers.fields


class Migration(migrations.Migration):
    dependencies = [
        ("curriculum", "0054_curriculum_names"),
        ("students", "0009_joint_and_targeted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="registration",
            name="basis",
            field=models.CharField(
                choices=[
                    ("plan", "by the curriculum"),
                    ("chosen", "chosen by the student"),
                    ("difference", "academic difference"),
                    ("debt", "academic debt"),
                    ("relearned", "relearning"),
                ],
                default="plan",
                max_length=10,
                verbose_name="basis",
            ),
        ),
        migrations.CreateModel(
            name="RelearningWindow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "term",
                    hemis.classifiers.fields.ClassifierField(
                        "h_semestr_type", max_length=16, verbose_name="half-year"
                    ),
                ),
                ("opens_on", models.DateField(verbose_name="from")),
                ("closes_on", models.DateField(verbose_name="to")),
                ("basis", models.CharField(max_length=255, verbose_name="basis")),
                (
                    "academic_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.academicyear",
                        verbose_name="academic year",
                    ),
                ),
            ],
            options={
                "verbose_name": "days of registration for relearning",
                "verbose_name_plural": "days of registration for relearning",
                "ordering": ["-opens_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Relearning",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "fee",
                    models.DecimalField(
                        decimal_places=2, editable=False, max_digits=14, null=True, verbose_name="fee, soʻm"
                    ),
                ),
                (
                    "fee_steps",
                    models.JSONField(default=list, editable=False, verbose_name="how the fee was found"),
                ),
                ("basis", models.CharField(blank=True, editable=False, max_length=255, verbose_name="basis")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "asked for"),
                            ("admitted", "registered"),
                            ("refused", "refused"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="asked",
                        editable=False,
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, editable=False, max_length=500, verbose_name="reason"),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="asked at",
                    ),
                ),
                ("decided_at", models.DateTimeField(editable=False, null=True, verbose_name="decided at")),
                (
                    "asked_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.group",
                        verbose_name="attends with the group",
                    ),
                ),
                (
                    "owed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="curriculum.curriculumsubject",
                        verbose_name="subject not passed",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="relearnings",
                        to="students.student",
                        verbose_name="student",
                    ),
                ),
                (
                    "studied",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="relearned",
                        to="curriculum.curriculumsubject",
                        verbose_name="studied in the plan",
                    ),
                ),
                (
                    "window",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="curriculum.relearningwindow",
                        verbose_name="half-year",
                    ),
                ),
            ],
            options={
                "verbose_name": "relearning",
                "verbose_name_plural": "relearning",
                "ordering": ["-asked_at", "-pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="relearningwindow",
            constraint=models.UniqueConstraint(
                fields=("academic_year", "term"), name="relearning_window_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="relearningwindow",
            constraint=models.CheckConstraint(
                condition=models.Q(("closes_on__gte", models.F("opens_on"))), name="relearning_window_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="relearningwindow",
            constraint=models.CheckConstraint(
                condition=models.Q(("basis", ""), _negated=True), name="relearning_window_basis"
            ),
        ),
        migrations.AddConstraint(
            model_name="relearning",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "admitted"])),
                fields=("student", "owed"),
                name="relearning_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="relearning",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "admitted")),
                fields=("student", "studied"),
                name="relearning_line_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="relearning",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "admitted"), _negated=True),
                    models.Q(("group__isnull", False), ("studied__isnull", False)),
                    _connector="OR",
                ),
                name="relearning_admitted_where",
            ),
        ),
        migrations.AddConstraint(
            model_name="relearning",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("state", "asked")),
                    models.Q(models.Q(("state", "asked"), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="relearning_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="relearning",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "refused"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="relearning_refused_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="relearning",
            constraint=models.CheckConstraint(
                condition=models.Q(("fee", None), ("fee__gte", 0), _connector="OR"), name="relearning_fee"
            ),
        ),
    ]
