"""What is changed is recorded by the statement: an order that moves thousands pays half of what it did."""

from django.db import migrations

from hemis.access.history import CHANGED_FUNCTION, CHANGES_BY_ROW, CHANGES_BY_STATEMENT


class Migration(migrations.Migration):
    dependencies = [("access", "0008_sign_ins")]

    operations = [
        migrations.RunSQL(CHANGED_FUNCTION, "DROP FUNCTION hemis_history_changed()"),
        migrations.RunSQL(CHANGES_BY_STATEMENT, CHANGES_BY_ROW),
    ]
