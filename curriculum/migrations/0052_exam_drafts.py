"""Computed timetables of controls, and controls that automatic timetabling leaves where they are."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import hemis.classifiers.fields


class Migration(migrations.Migration):
    dependencies = [
        ("curriculum", "0051_question_pictures"),
        ("jobs", "0002_retry_scope_and_pace"),
        ("staff", "0007_confirmed_sources"),
        ("structure", "0005_guards"),
        ("students", "0009_joint_and_targeted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="controlevent",
            name="is_locked",
            field=models.BooleanField(
                default=False, help_text="Automatic timetabling leaves it where it is.", verbose_name="fixed"
            ),
        ),
        migrations.CreateModel(
            name="ExamDraft",
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
                ("options", models.JSONField(default=dict, editable=False, verbose_name="settings")),
                (
                    "rounds",
                    models.PositiveSmallIntegerField(
                        default=6,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="rounds of improvement",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("computing", "computing"),
                            ("ready", "ready"),
                            ("applied", "applied"),
                            ("dropped", "dropped"),
                        ],
                        default="computing",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("account", models.JSONField(default=dict, editable=False)),
                ("unplaced", models.JSONField(default=list, editable=False)),
                ("applied", models.JSONField(default=dict, editable=False)),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="made at")),
                (
                    "control",
                    hemis.classifiers.fields.ClassifierField(
                        "h_exam_type", default="13", max_length=16, verbose_name="kind of control"
                    ),
                ),
                (
                    "attempt",
                    hemis.classifiers.fields.ClassifierField(
                        "h_final_exam_type", default="11", max_length=16, verbose_name="sheet"
                    ),
                ),
                ("first_day", models.DateField(verbose_name="from the day")),
                ("last_day", models.DateField(verbose_name="to the day")),
                (
                    "together",
                    models.BooleanField(
                        default=True,
                        help_text="As many of them as the largest auditorium seats.",
                        verbose_name="groups of a stream sit together",
                    ),
                ),
                (
                    "replaces",
                    models.BooleanField(
                        default=False,
                        help_text="Controls of these days that are neither approved, nor fixed, nor on a sheet give way.",
                        verbose_name="plan anew what is not fixed",
                    ),
                ),
                (
                    "academic_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.academicyear",
                        verbose_name="academic year",
                    ),
                ),
                (
                    "faculty",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="structure.unit",
                        verbose_name="faculty",
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="jobs.job",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "computed timetable of controls",
                "verbose_name_plural": "computed timetables of controls",
                "ordering": ["-made_at", "-pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ExamPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=32)),
                ("day", models.DateField(verbose_name="day")),
                ("people", models.PositiveSmallIntegerField(verbose_name="students")),
                (
                    "auditorium",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="structure.auditorium",
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="curriculum.examdraft",
                    ),
                ),
                (
                    "examiner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="staff.employee"
                    ),
                ),
                (
                    "kafedra",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="structure.unit"
                    ),
                ),
                (
                    "pair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="curriculum.classpair",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="curriculum.subject"
                    ),
                ),
            ],
            options={
                "verbose_name": "place of a computed timetable of controls",
                "verbose_name_plural": "places of computed timetables of controls",
                "ordering": ["draft", "day", "pair__number", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ExamPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "curriculum_subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="curriculum.curriculumsubject",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="students.group"
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="curriculum.examplace",
                    ),
                ),
            ],
            options={
                "verbose_name": "group of a computed control",
                "verbose_name_plural": "groups of computed controls",
                "ordering": ["place", "group__name"],
            },
        ),
        migrations.AddConstraint(
            model_name="examdraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_day__lte", models.F("last_day"))), name="exam_draft_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="examplace",
            constraint=models.UniqueConstraint(fields=("draft", "key"), name="exam_place_once"),
        ),
        migrations.AddConstraint(
            model_name="exampart",
            constraint=models.UniqueConstraint(fields=("place", "group"), name="exam_part_once"),
        ),
    ]
