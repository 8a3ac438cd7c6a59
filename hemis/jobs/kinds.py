"""Kinds of jobs: each app declares its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.functional import Promise

from hemis.jobs.models import Job

KINDS: dict[str, type[JobKind]] = {}


class JobKind:
    """Long work cut into units.

    ``units`` plans the list once; ``run`` does one chunk inside a transaction
    that also moves the cursor, so a killed worker loses nothing and doubles
    nothing; ``finish`` runs in the transaction that ends the job.
    """

    title: ClassVar[str | Promise] = ""
    chunk: ClassVar[int] = 25

    def units(self, job: Job) -> Sequence[Any]:
        raise TypeError(f"{type(self).__name__} does not say what its units are.")

    def run(self, job: Job, keys: list[Any]) -> None:
        raise TypeError(f"{type(self).__name__} does not say how a unit is done.")

    def finish(self, job: Job) -> None:
        """Set the message, the result address or file."""

    def explain(self, error: Exception) -> str:
        """What a failed unit tells the user; unexpected errors stay out of the page."""
        return str(error)


def job(code: str):
    """Register a kind under its code."""

    def mark(kind: type[JobKind]) -> type[JobKind]:
        KINDS[code] = kind
        return kind

    return mark
