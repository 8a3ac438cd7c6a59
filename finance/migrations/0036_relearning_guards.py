"""A change of a contract comes of an order or of a relearning; the history of the prices."""

from pathlib import Path

from django.db import migrations

from hemis.access.history import TrackHistory

SQL = Path(__file__).resolve().parent.parent / "sql"
END = "\nEND $$;\n"


def _before() -> str:
    """The function as it was, out of the file that made it."""
    text = (SQL / "changes.sql").read_text(encoding="utf-8")
    start = text.index("CREATE FUNCTION hemis_contract_change_guard")
    return text[start : text.index(END, start) + len(END)].replace(
        "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1
    )


class Migration(migrations.Migration):
    dependencies = [
        ("finance", "0035_relearning"),
        ("curriculum", "0056_relearning_guards"),
        ("access", "0007_history_by_statement"),
    ]

    operations = [
        migrations.RunSQL((SQL / "relearning.sql").read_text(encoding="utf-8"), _before()),
        TrackHistory("finance_relearningprice"),
    ]
