"""The view that the occupancy of rooms is counted from."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_schedules"),
        ("curriculum", "0061_second_examiner_of_sessions"),
        ("structure", "0005_guards"),
        ("students", "0009_joint_and_targeted"),
    ]

    operations = [
        migrations.RunSQL((SQL / "rooms.sql").read_text(encoding="utf-8"), "DROP VIEW reports_roompair;"),
        migrations.CreateModel(
            name="RoomPair",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("day", models.DateField(verbose_name="day")),
                ("number", models.PositiveSmallIntegerField(verbose_name="pair")),
                ("source", models.CharField(max_length=32, verbose_name="taken by")),
                ("taken", models.BooleanField(verbose_name="taken")),
            ],
            options={
                "verbose_name": "pair of an auditorium",
                "verbose_name_plural": "pairs of auditoriums",
                "db_table": "reports_roompair",
                "ordering": ["day", "number", "auditorium"],
                "managed": False,
            },
        ),
    ]
