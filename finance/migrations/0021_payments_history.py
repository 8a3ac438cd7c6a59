from django.db import migrations

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("finance", "0020_payments_and_ledger"), ("access", "0003_history")]

    operations = [
        TrackHistory(
            "finance_account", "finance_closedmonth", "finance_putaside", "finance_paymetransaction",
            "finance_clicktransaction",
        ),
    ]  # fmt: skip
