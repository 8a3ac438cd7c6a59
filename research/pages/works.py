"""Registers of works and what is done with them (duties B6.1, 8.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register
from hemis.pages.tabs import rows_tab
from hemis.sheets.pages import way_to
from research import queries
from research.exchange import bibtex, ris
from research.forms import works as forms
from research.models import Work, WorkAuthor
from research.pages.approval import COLOURS, Entered, approving, register_todos, returning, submitting
from structure.models import Unit
from students.models import AcademicYear


def _kafedras(access):
    """Kafedras whose teachers wrote what the person sees."""
    seen = Work.objects.for_scope(access.scope("publication.view"))
    return Unit.objects.filter(pk__in=WorkAuthor.objects.filter(work__in=seen).values("kafedra"))


class AuthorUnitFilter(RelatedFilter):
    """Works with an author of a kafedra, each once however many wrote it there."""

    def apply(self, rows, data):
        units = [value for value in self.chosen(data) if value.isdigit()]
        if not self.chosen(data):
            return rows
        wrote = WorkAuthor.objects.filter(Q(kafedra__in=units) | Q(kafedra__parent__in=units))
        return rows.filter(pk__in=wrote.values("work"))


def _years(access):
    return AcademicYear.objects.all()


class Authors(Register):
    app, name = "research", "authors"
    title, title_one = gettext_lazy("Authors of works"), gettext_lazy("author")
    model, permission = WorkAuthor, "publication"
    columns = [
        Column("name", gettext_lazy("Author"), value=lambda row: row.name, link=True, sort=None),
        Column("work", sort="work__title"),
        Column("kafedra", sort="kafedra__name"),
        Column("place", numeric=True),
        Column("share", numeric=True),
    ]
    filters = [Filter("state", lookup="work__state", label=gettext_lazy("State"))]
    search = ("work__title", "outsider")
    search_person = "employee__person"
    select_related = ("employee__person", "work", "kafedra")
    form = forms.WorkAuthorForm
    fields = ("work", "employee", "kafedra", "outsider", "place", "share")
    empty = gettext_lazy("Authors are added on the card of their work.")

    @classmethod
    def rows(cls, access, permission=""):
        """Only who entered the work changes its authors, while it is open."""
        rows = super().rows(access, permission)
        if permission != cls.edit_permission():
            return rows
        person = access.scope(permission).person_id
        return rows.filter(work__state__in=Work.OPEN, work__entered_by__person=person)


FROM_FILE = MenuItem("science", gettext_lazy("From a file"), "research_works_import", "publication.edit")
import_works = way_to("research.works", permission="publication.edit")


def _given_out(write: Callable[[Iterable[Work]], str], ending: str, content_type: str):
    """A bulk action that gives the works out as a bibliography."""

    def run(request: Request, rows: QuerySet[Work]) -> HttpResponse:
        with_names = rows.prefetch_related("authors__employee__person").order_by("-issue_year", "title", "pk")
        answer = HttpResponse(write(with_names), content_type=f"{content_type}; charset=utf-8")
        name = f"works-{timezone.localdate():%Y-%m-%d}.{ending}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    return run


class _Works(Entered):
    title_one = gettext_lazy("work")
    header_actions = [FROM_FILE]
    actions = [
        *Entered.actions,
        BulkAction(
            "bibtex", gettext_lazy("Give out as BibTeX"), "publication.view",
            _given_out(bibtex.write, "bib", "application/x-bibtex"), icon="download",
        ),
        BulkAction(
            "ris", gettext_lazy("Give out as RIS"), "publication.view",
            _given_out(ris.write, "ris", "application/x-research-info-systems"), icon="download",
        ),
    ]  # fmt: skip
    search = ("title", "doi", "source_name", "keywords", "certificate_number")
    select_related = ("entered_by__person", "kafedra", "academic_year", "decided_by")
    tabs = [rows_tab("authors", gettext_lazy("Authors"), Authors, "work")]
    verbs = ("research_submit", "research_approve", "research_return")
    sort = ""

    @classmethod
    def base_queryset(cls):
        return queries.with_author_counts(Work.objects.filter(sort=cls.sort))

    @classmethod
    def history_parts(cls, obj):
        return [obj.authors.all()]


def _columns(kind: str, *more: Column) -> list[Column]:
    return [
        Column("title", link=True),
        Column(f"{kind}_kind"),
        *more,
        Column("issue_year", numeric=True),
        Column("entered_by", sort="entered_by__person__sort_key"),
        Column("kafedra", sort="kafedra__name"),
        Column("author_count", gettext_lazy("Authors"), numeric=True),
        Column("own_count", gettext_lazy("Authors of the university"), numeric=True, hidden=True),
        Column("academic_year", hidden=True),
        Column("state", badge=COLOURS),
        Column("submitted_at", hidden=True),
        Column("decided_at", hidden=True),
    ]


def _filters(kind: str, *more: Filter) -> list[Filter]:
    return [
        Filter("state"),
        Filter(f"{kind}_kind"),
        *more,
        RelatedFilter("academic_year", _years),
        RangeFilter("issue_year"),
        AuthorUnitFilter("kafedra", _kafedras),
    ]


ENDING = (
    "academic_year", "issue_year", "language", "kafedra", "entered_by", "state", "submitted_at", "decided_by",
    "decided_at", "remark",
)  # fmt: skip


class Scientific(_Works):
    model = Work
    name, title, sort, menu_place = (
        Work.SCIENTIFIC,
        gettext_lazy("Scientific publications"),
        Work.SCIENTIFIC,
        20,
    )
    columns = _columns(
        "scientific", Column("source_name"), Column("database", hidden=True), Column("doi", hidden=True)
    )
    filters = _filters("scientific", Filter("database"), Filter("locality"), Filter("country"))
    form = forms.ScientificForm
    fields = (
        "title", "scientific_kind", "source_name", "pages", "keywords", "doi", "database", "locality", "country",
        *ENDING,
    )  # fmt: skip
    empty = gettext_lazy("Enter articles, theses and monographs with their DOI or file.")


class Methodical(_Works):
    model = Work
    name, title, sort, menu_place = (
        Work.METHODICAL,
        gettext_lazy("Methodical publications"),
        Work.METHODICAL,
        30,
    )
    columns = _columns("methodical", Column("source_name"), Column("certificate_number", hidden=True))
    filters = _filters("methodical")
    form = forms.MethodicalForm
    fields = (
        "title", "methodical_kind", "source_name", "pages", "certificate_number", "certificate_date", *ENDING,
    )  # fmt: skip
    empty = gettext_lazy("Enter textbooks, manuals and guidelines with their certificates.")


class Properties(_Works):
    model = Work
    name, title, sort, menu_place = Work.PROPERTY, gettext_lazy("Intellectual property"), Work.PROPERTY, 40
    columns = _columns("property", Column("certificate_number"), Column("certificate_date", hidden=True))
    filters = _filters("property", Filter("country"))
    form = forms.PropertyForm
    fields = ("title", "property_kind", "certificate_number", "certificate_date", "country", *ENDING)
    empty = gettext_lazy(
        "Enter inventions, models and programs with the number and date of their certificates."
    )


REGISTERS = {one.sort: one for one in (Scientific, Methodical, Properties)}


submit = submitting(Work)
approve = approving(Work)
send_back = returning(Work)


@page("publication.view")
def open_work(request: Request, pk: int) -> HttpResponse:
    """The card of a work in the register of its sort, for whoever knows but its key."""
    work = get_in_scope(Work, request, "publication.view", pk=pk)
    return redirect(REGISTERS[work.sort].url_name("detail"), pk=pk)


for _register, _to_approve, _returned in (
    (
        Scientific,
        gettext_lazy("Scientific publications to approve"),
        gettext_lazy("Scientific publications returned to you"),
    ),
    (
        Methodical,
        gettext_lazy("Methodical publications to approve"),
        gettext_lazy("Methodical publications returned to you"),
    ),
    (
        Properties,
        gettext_lazy("Intellectual property to approve"),
        gettext_lazy("Intellectual property returned to you"),
    ),
):
    register_todos(_register, to_approve=_to_approve, returned=_returned)
