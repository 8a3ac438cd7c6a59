"""Printing many documents: as a job, with what could not be printed named one by one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any, ClassVar

from django.core.files import File
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.documents import batch
from hemis.documents.models import Document
from hemis.documents.rendering import LostBytes, render
from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job
from hemis.jobs.models import Job


@job("documents.batch")
class Batch(JobKind):
    """``params``: ``documents`` (keys, already narrowed to the user's scope) and ``form`` (pdf or zip)."""

    title = gettext_lazy("Documents for printing")
    chunk = 20

    def units(self, job: Job) -> list[Any]:
        """The documents, in the order in which they were chosen."""
        return job.params["documents"]

    def run(self, job: Job, keys: list[Any]) -> None:
        """See that every file is there, so that the end only puts them together."""
        for document in Document.objects.filter(pk__in=keys):
            try:
                render(document)
            except LostBytes as error:
                message = _("The file of document %(number)s is lost.") % {"number": document.number}
                raise JobError(message) from error

    def finish(self, job: Job) -> None:
        """Put the files together, without those that failed."""
        failed = set(job.failures.values_list("key", flat=True))
        keys = [key for key in job.units or [] if str(key) not in failed]
        _keep(job, keys, "documents", job.params["form"])
        job.message = _("Documents: %(count)s") % {"count": len(keys)}


class CardsJob(JobKind):
    """``params``: keys of people, under the name that ``chosen`` says. Issues what is missing; all in one PDF."""

    chunk = 10
    chosen: ClassVar[str]
    people: ClassVar[type[Model]]
    # What the file is called before its number.
    file: ClassVar[str]

    def rows(self) -> Any:
        """The people, with what issuing a card reads of them."""
        return self.people._default_manager.select_related("person")

    def issuer(self, job: Job) -> Callable[[Any], object]:
        """What issues somebody's card if it is missing or out of date; asked once for a chunk.

        It raises ``ValueError`` where there is nothing that a card could say.
        """
        raise TypeError(f"{type(self).__name__} does not say how a card is issued.")

    def refusal(self, one: Any) -> str:
        """Why somebody gets no card."""
        raise TypeError(f"{type(self).__name__} does not say why somebody gets no card.")

    def cards(self, keys: list[Any]) -> dict[Any, int]:
        """Person's key in ``people`` → the card in force."""
        raise TypeError(f"{type(self).__name__} does not say where its cards are.")

    def units(self, job: Job) -> list[Any]:
        """Those who lie in the scope, in the order in which they were chosen."""
        chosen = job.params[self.chosen]
        rows: Any = self.people._default_manager
        allowed = set(rows.for_scope(job.frozen_scope).filter(pk__in=chosen).values_list("pk", flat=True))
        return [key for key in chosen if key in allowed]

    def run(self, job: Job, keys: list[Any]) -> None:
        """Issue each card that is missing or out of date."""
        issue = self.issuer(job)
        for one in self.rows().filter(pk__in=keys).order_by("pk"):
            try:
                issue(one)
            except ValueError as error:
                raise JobError(self.refusal(one)) from error

    def label(self, job: Job, key: Any) -> str:
        return str(self.rows().filter(pk=key).first() or key)

    def finish(self, job: Job) -> None:
        """One PDF with all cards, each on a page of its own size."""
        keys = job.units or []
        cards = self.cards(keys)
        ordered = [cards[key] for key in keys if key in cards]
        if not ordered:
            job.message = _("No card could be issued.")
            return
        _keep(job, ordered, self.file, batch.PDF)
        job.message = f"{self.title}: {len(ordered)}"


def _keep(job: Job, keys: list[int], name: str, form: str) -> None:
    """Put documents together into the job's file."""
    write = batch.write_zip if form == batch.ZIP else batch.write_pdf
    with tempfile.TemporaryFile() as out:
        write(in_order(keys), out)
        out.seek(0)
        job.result_file.save(f"{name}-{job.pk}.{form}", File(out), save=False)


def in_order(keys: list[int]):
    """The documents in the order of their keys, a few at a time."""
    for start in range(0, len(keys), 100):
        part = keys[start : start + 100]
        found = Document.objects.in_bulk(part)
        yield from (found[key] for key in part if key in found)
