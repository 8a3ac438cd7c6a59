"""What receipts and payments refer to is asked once for a whole statement, when they come."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from hemis.sqlfiles import function

SQL = Path(__file__).resolve().parent.parent / "sql"
BEFORE = [
    function(SQL / "receipts_counted.sql", "hemis_post_lines"),
    function(SQL / "ledger.sql", "hemis_line_guard"),
    function(SQL / "sets.sql", "hemis_post_payments"),
    "DROP TRIGGER payment_author_gone ON people_user",
    "DROP FUNCTION hemis_payment_author_gone()",
    "DROP TRIGGER line_guard ON finance_statementline",
    """
CREATE TRIGGER line_guard BEFORE UPDATE ON finance_statementline FOR EACH ROW
    WHEN (pg_trigger_depth() = 0 OR (OLD.id, OLD.statement_id, OLD.date, OLD.amount, OLD.fingerprint, OLD.occurrence)
          IS DISTINCT FROM (NEW.id, NEW.statement_id, NEW.date, NEW.amount, NEW.fingerprint, NEW.occurrence))
    EXECUTE FUNCTION hemis_line_guard()
""",
]


def _without_key(model: str, name: str, to: str, verbose_name: str, **kwargs) -> migrations.AlterField:
    return migrations.AlterField(
        model_name=model,
        name=name,
        field=models.ForeignKey(
            db_constraint=False,
            on_delete=django.db.models.deletion.PROTECT,
            to=to,
            verbose_name=verbose_name,
            **kwargs,
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("finance", "0039_receipts_are_counted")]

    operations = [
        # The guards stand before the keys go, and on the way back the keys before the guards go.
        migrations.RunSQL((SQL / "books_keys.sql").read_text(encoding="utf-8"), BEFORE),
        _without_key("statementline", "statement", "finance.bankstatement", "bank statement", related_name="rows"),
        _without_key(
            "statementline", "suggested", "finance.contract", "suggested contract",
            null=True, db_index=False, related_name="+",
        ),
        _without_key("payment", "contract", "finance.contract", "contract", related_name="payments"),
        _without_key(
            "payment", "line", "finance.statementline", "line of a bank statement",
            null=True, blank=True, related_name="payments",
        ),
        _without_key(
            "payment", "made_by", settings.AUTH_USER_MODEL, "entered by",
            null=True, db_index=False, related_name="+",
        ),
    ]  # fmt: skip
