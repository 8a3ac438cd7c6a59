"""Functions of the database as the files of earlier migrations have them, to put them back."""

import re
from pathlib import Path

SQL = Path(__file__).resolve().parent.parent / "sql"


def function(file: str, name: str) -> str:
    """The statement that makes a function as ``file`` has it."""
    text = (SQL / file).read_text(encoding="utf-8")
    start = re.search(rf"CREATE (OR REPLACE )?FUNCTION {name}\(", text)
    body = text[start.end() :]
    end = [one.end() for one in re.finditer(r"\$\$", body)][1]
    return f"CREATE OR REPLACE FUNCTION {name}({body[:end]};"
