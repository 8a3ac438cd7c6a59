import django.db.models.deletion
from django.db import migrations, models

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pages", "0001_initial"),
        ("access", "0003_history"),
    ]

    operations = [
        migrations.CreateModel(
            name="StatisticSchedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "every",
                    models.CharField(
                        choices=[
                            ("daily", "every day"),
                            ("weekly", "every week"),
                            ("monthly", "every month"),
                        ],
                        max_length=8,
                        verbose_name="how often",
                    ),
                ),
                ("next_on", models.DateField(verbose_name="next on")),
                ("last_on", models.DateField(blank=True, null=True, verbose_name="last on")),
                (
                    "view",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="schedule",
                        to="pages.savedview",
                        verbose_name="saved view",
                    ),
                ),
            ],
            options={
                "verbose_name": "schedule of a statistic",
                "verbose_name_plural": "schedules of statistics",
                "ordering": ["next_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("every__in", ["daily", "weekly", "monthly"])),
                        name="statistic_schedule_every",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_on", None), ("last_on__lt", models.F("next_on")), _connector="OR"
                        ),
                        name="statistic_schedule_goes_on",
                    ),
                ],
            },
        ),
        TrackHistory("reports_statisticschedule"),
    ]
