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
    nothing; ``finish`` runs in the transaction that ends the job. A unit that
    fails is set aside with its reason and the work goes on; a job of one single
    unit fails as a whole.

    ``permission``, where given, must be the starter's; ``job.frozen_scope`` then
    holds how far it reached at the start.
    """

    title: ClassVar[str | Promise] = ""
    chunk: ClassVar[int] = 25
    permission: ClassVar[str] = ""

    def units(self, job: Job) -> Sequence[Any]:
        """What is to be done, as JSON values; asked once, then frozen."""
        raise TypeError(f"{type(self).__name__} does not say what its units are.")

    def run(self, job: Job, keys: list[Any]) -> None:
        """Do these units. Raise ``JobError`` with a reason that the user may read."""
        raise TypeError(f"{type(self).__name__} does not say how a unit is done.")

    def finish(self, job: Job) -> None:
        """Set the message, the result address or file."""

    def label(self, job: Job, key: Any) -> str:
        """What a failed unit is called in the table of failures; the unit itself by default."""
        return ""


def job(code: str):
    """Register a kind under its code."""

    def mark(kind: type[JobKind]) -> type[JobKind]:
        KINDS[code] = kind
        return kind

    return mark
