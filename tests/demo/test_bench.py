"""The bench measures all that it can, and a computed timetable as the solver's pages do."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from reports.bench.timetable import measure_timetable
from reports.management.commands import bench
from tests import factories


def test_the_week_is_placed_without_a_clash():
    found = measure_timetable(groups=4, seconds=5, better=0)
    assert (found["placed"], found["broken"]) == (found["wanted"], 0)
    assert found["wanted"] >= 40 and found["cost"] <= found["first_cost"]


@pytest.mark.django_db
def test_every_part_is_measured_unless_some_are_chosen(monkeypatch):
    factories.make_university()
    done = []
    for part in bench.PARTS:
        monkeypatch.setattr(bench.Command, f"_{part}", lambda *args, part=part: done.append(part))
    for name in ("bench_import", "bench_contracts", "measure_study"):
        monkeypatch.setattr(bench, name, lambda *args: {})
    call_command("bench", stdout=StringIO())
    assert sorted(done) == sorted(bench.PARTS)
