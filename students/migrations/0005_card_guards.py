from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    """Guards of subgroups, tutors and corrections; history of everything new."""

    dependencies = [
        ("students", "0004_card_groups_quotas"),
        ("staff", "0001_initial"),
        ("access", "0003_history"),
    ]

    operations = [
        migrations.RunSQL((SQL / "groups.sql").read_text(), (SQL / "groups_undo.sql").read_text()),
        TrackHistory(
            "students_qualification",
            "students_admissionquota",
            "students_tutorgroup",
            "students_division",
            "students_subgroup",
            "students_subgroupmember",
            "students_contact",
            "students_education",
            "students_socialfact",
            "students_militaryrecord",
            "students_scan",
            "students_passportcorrection",
            "students_achievement",
            "students_olympiad",
            "students_sportrecord",
            "students_exchange",
        ),
    ]
