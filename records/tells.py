"""What the record hears from grading, and what it says of graduates."""

from __future__ import annotations

from collections.abc import Collection

from grading import offers
from records import queries
from records.actions.feeding import feed_written
from students import graduates


def _accredited(students: Collection[int]) -> dict[int, bool]:
    found = queries.accredited(students)
    return {key: key in found for key in students}


offers.register_results_heard(feed_written)
graduates.register(graduates.ATTESTED, queries.attested)
graduates.register(graduates.ACCREDITED, _accredited)
