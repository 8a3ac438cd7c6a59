"""Statements are posted as sets; indexes of postings that no page and no guard asks by are not kept any more."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from hemis.sqlfiles import function

SQL = Path(__file__).resolve().parent.parent / "sql"
BEFORE = "".join(function(SQL / "receipts.sql", name) for name in ("hemis_post_lines", "hemis_post_payments"))


def _without_index(name: str, to: str, verbose_name: str) -> migrations.AlterField:
    return migrations.AlterField(
        model_name="posting",
        name=name,
        field=models.ForeignKey(
            db_constraint=False,
            db_index=False,
            null=True,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="postings",
            to=to,
            verbose_name=verbose_name,
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("finance", "0036_relearning_guards")]

    operations = [
        _without_index("payment", "finance.payment", "payment"),
        _without_index("line", "finance.statementline", "line of a bank statement"),
        migrations.RunSQL((SQL / "sets.sql").read_text(encoding="utf-8"), BEFORE),
    ]
