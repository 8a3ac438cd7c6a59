from django.db import migrations

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("finance", "0001_initial"), ("access", "0003_history")]

    operations = [
        TrackHistory(
            "finance_minimumwage", "finance_stipendamount", "finance_contracttypecoefficient",
            "finance_basecoefficient", "finance_differentiatedcoefficient", "finance_instalmentrule",
            "finance_calculationsetting", "finance_contractterms", "finance_contract", "finance_contractinstalment",
        ),
    ]  # fmt: skip
