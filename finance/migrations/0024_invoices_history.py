from django.db import migrations

from hemis.access.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("finance", "0023_invoices_requests_payers"), ("access", "0003_history")]

    operations = [TrackHistory("finance_invoice", "finance_payerchange", "finance_contractrequest")]
