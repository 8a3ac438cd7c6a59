"""A contract ends by an order only."""

import re
from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"


def _before() -> str:
    text = (SQL / "guards.sql").read_text(encoding="utf-8")
    found = re.search(r"CREATE FUNCTION hemis_contract_guard\(\).*?END \$\$;", text, re.S)
    if found is None:
        raise LookupError("hemis_contract_guard")
    return found.group().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


class Migration(migrations.Migration):
    dependencies = [("finance", "0004_contract_ended")]

    operations = [migrations.RunSQL((SQL / "ended.sql").read_text(encoding="utf-8"), _before())]
