"""The bench measures all that it can, and a computed timetable as the solver's pages do."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from reports import bench
from reports.bench.exams import measure_exams
from reports.bench.parts import PARTS
from reports.bench.timetable import measure_timetable
from tests import factories


def test_the_week_is_placed_without_a_clash():
    found = measure_timetable(groups=4, seconds=5, better=0)
    assert (found["placed"], found["broken"]) == (found["wanted"], 0)
    assert found["wanted"] >= 40 and found["cost"] <= found["first_cost"]


def test_the_session_is_placed_without_a_clash():
    found = measure_exams(groups=8, seconds=5, better=0)
    assert (found["finals"], found["placed"], found["broken"]) == (48, found["wanted"], 0)


@pytest.fixture
def done(monkeypatch):
    """Parts that were measured, with their sizes; none of them does its work."""
    factories.make_university()
    found: dict[str, dict] = {}
    for name, one in PARTS.items():
        monkeypatch.setitem(
            PARTS, name, replace(one, show=lambda out, name=name, **sizes: found.update({name: sizes}))
        )
    return found


@pytest.mark.django_db
def test_every_part_is_measured_with_its_own_sizes(done):
    call_command("bench", stdout=StringIO())
    assert done.keys() == PARTS.keys()
    assert done["payments"] == {"receipts": 20_000}


@pytest.mark.django_db
def test_only_what_was_chosen_is_measured(done):
    call_command("bench", "--only", "papers", "--diplomas", "7", stdout=StringIO())
    assert done == {"papers": {"transcripts": 8000, "diplomas": 7}}


def test_no_module_of_parts_is_forgotten():
    modules = {path.stem for path in Path(bench.__file__).parent.glob("*.py")} - {"__init__", "parts"}
    assert modules == set(bench.__all__)
