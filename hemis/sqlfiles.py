"""Functions and views as a file of an earlier migration makes them, so that a migration can put them back."""

from __future__ import annotations

import re
from pathlib import Path


def function(file: Path, name: str) -> str:
    """The statement that makes a function as ``file`` has it.

    Raises:
        ValueError: the file makes no such function.
    """
    text = file.read_text(encoding="utf-8")
    start = re.search(rf"CREATE (OR REPLACE )?FUNCTION {name}\(", text)
    if start is None:
        raise ValueError(f"{file.name}: {name}")
    body = text[start.end() :]
    end = [one.end() for one in re.finditer(r"\$\$", body)][1]
    return f"CREATE OR REPLACE FUNCTION {name}({body[:end]};"


def view(file: Path, name: str) -> str:
    """The statement that makes a view as ``file`` has it.

    Raises:
        ValueError: the file makes no such view.
    """
    found = re.search(rf"CREATE (?:OR REPLACE )?VIEW ({name} AS\n[^;]+;)", file.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{file.name}: {name}")
    return f"CREATE OR REPLACE VIEW {found[1]}\n"
