"""A kind of training that is taught in subgroups is chosen by itself; a registration names the subgroup."""

import django.db.models.deletion
from django.db import migrations, models

import hemis.classifiers.fields


class Migration(migrations.Migration):
    dependencies = [
        ("curriculum", "0067_audiences_without_lessons"),
        ("students", "0010_contacts_of_parents"),
    ]

    operations = [
        migrations.CreateModel(
            name="RegistrationSeat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "training_type",
                    hemis.classifiers.fields.ClassifierField(
                        "h_training_type", max_length=16, verbose_name="kind of training"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="from")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("chosen", "by the choice of teachers"),
                            ("office", "moved by the office"),
                            ("group", "came with the group attended"),
                        ],
                        max_length=8,
                        verbose_name="how it came about",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=256, verbose_name="reason"
                    ),
                ),
            ],
            options={
                "verbose_name": "place in a subgroup",
                "verbose_name_plural": "places in subgroups",
                "ordering": ["registration", "training_type", "valid_from"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="electiveoffer",
            name="elective_offer_once",
        ),
        migrations.AddField(
            model_name="electivechoice",
            name="reason",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=256, verbose_name="reason"
            ),
        ),
        migrations.AddField(
            model_name="electiveoffer",
            name="subgroup",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="students.subgroup",
                verbose_name="subgroup",
            ),
        ),
        migrations.AddField(
            model_name="electiveoffer",
            name="training_type",
            field=hemis.classifiers.fields.ClassifierField(
                "h_training_type",
                blank=True,
                db_default="",
                default="",
                max_length=16,
                verbose_name="kind of training",
            ),
        ),
        migrations.AlterField(
            model_name="electivechoice",
            name="elective_group",
            field=models.CharField(blank=True, editable=False, max_length=32, verbose_name="elective group"),
        ),
        migrations.AddConstraint(
            model_name="electiveoffer",
            constraint=models.UniqueConstraint(
                fields=("campaign", "curriculum_subject", "group", "training_type", "subgroup"),
                name="elective_offer_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddField(
            model_name="registrationseat",
            name="group",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="students.group",
                verbose_name="attends with the group",
            ),
        ),
        migrations.AddField(
            model_name="registrationseat",
            name="registration",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="seats",
                to="curriculum.registration",
                verbose_name="registration for a subject",
            ),
        ),
        migrations.AddField(
            model_name="registrationseat",
            name="subgroup",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="students.subgroup",
                verbose_name="subgroup",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrationseat",
            constraint=models.UniqueConstraint(
                fields=("registration", "training_type", "valid_from"), name="registration_seat_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="registrationseat",
            constraint=models.CheckConstraint(
                condition=models.Q(("group__isnull", False), ("subgroup", None), _connector="OR"),
                name="registration_seat_of_group",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrationseat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("way", "office"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="registration_seat_reason",
            ),
        ),
    ]
