from django.db import migrations

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("staff", "0003_posts_degrees_growth"), ("access", "0003_history")]

    operations = [
        TrackHistory(
            "staff_education",
            "staff_degree",
            "staff_award",
            "staff_absence",
            "staff_postrole",
            "staff_establishmentpost",
            "staff_staffrule",
            "staff_development",
            "staff_competition",
            "staff_competitionentry",
            "staff_foreigntraining",
            "staff_foreignspecialist",
        ),
    ]
