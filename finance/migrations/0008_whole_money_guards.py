"""The database guards of changes and stipends, the plan in force, and the rules everybody starts from."""

from pathlib import Path

from django.db import migrations

from finance.seed import sow

SQL = Path(__file__).resolve().parent.parent / "sql"

UNDO_CHANGES = """
DROP VIEW finance_plan;
DROP TRIGGER change_instalments_make_up ON finance_changeinstalment;
DROP TRIGGER change_is_made_up ON finance_contractchange;
DROP TRIGGER change_instalment_guard ON finance_changeinstalment;
DROP TRIGGER contract_change_counts ON finance_contractchange;
DROP TRIGGER contract_change_guard ON finance_contractchange;
DROP FUNCTION hemis_change_makes_up(), hemis_change_instalment_guard(), hemis_contract_change_counts(),
    hemis_contract_change_guard();
"""
UNDO_STIPENDS = """
DROP TRIGGER stipend_line_guard ON finance_stipendline;
DROP TRIGGER stipend_list_guard ON finance_stipendlist;
DROP TRIGGER stipend_guard ON finance_stipendappointment;
DROP FUNCTION hemis_stipend_line_guard(), hemis_stipend_list_guard(), hemis_stipend_guard();
"""


def _sql(name: str) -> str:
    return (SQL / name).read_text(encoding="utf-8")


def _sow(apps, schema_editor) -> None:
    with schema_editor.connection.cursor() as cursor:
        sow(cursor)


class Migration(migrations.Migration):
    dependencies = [("finance", "0007_whole_money_history")]

    operations = [
        migrations.RunSQL(
            _sql("contract_guard.sql"),
            _sql("ended.sql") + "DROP FUNCTION hemis_contract_sum(bigint, numeric);",
        ),
        migrations.RunSQL(_sql("changes.sql"), UNDO_CHANGES),
        migrations.RunSQL(_sql("stipends.sql"), UNDO_STIPENDS),
        migrations.RunPython(_sow, migrations.RunPython.noop, elidable=False),
    ]
