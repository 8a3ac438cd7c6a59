"""The database guards of contracts."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO = """
DROP TRIGGER contract_guard ON finance_contract;
DROP TRIGGER contract_is_made_up ON finance_contract;
DROP TRIGGER instalment_guard ON finance_contractinstalment;
DROP TRIGGER instalments_make_up ON finance_contractinstalment;
DROP FUNCTION hemis_contract_guard(), hemis_instalment_guard(), hemis_instalments_make_up();
"""


class Migration(migrations.Migration):
    dependencies = [("finance", "0002_history"), ("movement", "0004_guards")]

    operations = [migrations.RunSQL((SQL / "guards.sql").read_text(encoding="utf-8"), UNDO)]
