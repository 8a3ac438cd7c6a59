"""The guards of a rating's rows ask each statement once, and look for items only of lines that are gone."""

import re
from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql"
REPLACED = ("hemis_rating_rows_guard", "hemis_rating_parts_guard")


def before() -> str:
    """Both functions as migration 0021 makes them."""
    text = (SQL / "rating.sql").read_text(encoding="utf-8")
    found = [
        re.search(rf"CREATE FUNCTION {name}\(\).*?^END \$\$;", text, re.S | re.M)[0] for name in REPLACED
    ]
    return "\n".join(one.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1) for one in found)


class Migration(migrations.Migration):
    dependencies = [("research", "0021_rating_guards")]

    operations = [
        migrations.RunSQL((SQL / "rating_guards_in_one_pass.sql").read_text(encoding="utf-8"), before()),
    ]
