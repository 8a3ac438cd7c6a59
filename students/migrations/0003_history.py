from django.db import migrations

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("students", "0001_initial"), ("access", "0003_history")]

    operations = [
        TrackHistory(
            "students_speciality",
            "students_programme",
            "students_group",
            "students_candidate",
            "students_student",
            "students_placement",
        ),
        TrackHistory("students_academicyear", key="year"),
    ]
