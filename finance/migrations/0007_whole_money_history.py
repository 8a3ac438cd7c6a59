from django.db import migrations

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("finance", "0006_whole_money"), ("access", "0003_history")]

    operations = [
        TrackHistory(
            "finance_baseamount", "finance_currencyrate", "finance_foreignprice", "finance_benefit",
            "finance_refundrule", "finance_contractchange", "finance_changeinstalment", "finance_stipendcondition",
            "finance_stipendappointment", "finance_stipendlist", "finance_stipendline", "finance_payoutaccount",
        ),
    ]  # fmt: skip
