from pathlib import Path

import pytest


@pytest.fixture
def old_workbook() -> bytes:
    """An XLS of Excel 97: headers Ism, Ball and two rows."""
    return (Path(__file__).resolve().parent.parent / "data" / "small.xls").read_bytes()
