"""Registers of works and what is done with them (duties B6.1, 8.4)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.guard import get_in_scope, is_in_scope, page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.home import Todo, register_todo
from hemis.pages.register import BulkAction, Register
from hemis.pages.tabs import rows_tab
from hemis.pages.verbs import verb
from hemis.people import names
from research import actions, forms, queries
from research.models import Work, WorkAuthor
from staff.models import Employee
from structure.models import Unit
from students.models import AcademicYear

COLOURS = {Work.DRAFT: "secondary", Work.SUBMITTED: "blue", Work.APPROVED: "green", Work.RETURNED: "orange"}


def _kafedras(access):
    return Unit.objects.filter(
        pk__in=Work.objects.for_scope(access.scope("publication.view")).values("kafedra")
    )


def _years(access):
    return AcademicYear.objects.all()


def _approve_ticked(request: Request, rows) -> str:
    """Approve those of the ticked works that are submitted."""
    done = 0
    for work in rows.filter(state=Work.SUBMITTED).order_by("pk"):
        actions.approve(work, access=request.access)
        done += 1
    return _("Approved: %(count)s") % {"count": done}


class Authors(Register):
    app, name = "research", "authors"
    title, title_one = gettext_lazy("Authors of works"), gettext_lazy("author")
    model, permission = WorkAuthor, "publication"
    columns = [
        Column("name", gettext_lazy("Author"), value=lambda row: row.name, link=True, sort=None),
        Column("work", sort="work__title"),
        Column("place", numeric=True),
        Column("share", numeric=True),
    ]
    filters = [Filter("state", lookup="work__state", label=gettext_lazy("State"))]
    search = ("work__title", "outsider")
    search_person = "employee__person"
    select_related = ("employee__person", "work")
    form = forms.WorkAuthorForm
    fields = ("work", "employee", "outsider", "place", "share")
    empty = gettext_lazy("Authors are added on the card of their work.")

    @classmethod
    def rows(cls, access, permission=""):
        """Only who entered the work changes its authors, while it is open."""
        rows = super().rows(access, permission)
        if permission != cls.edit_permission():
            return rows
        person = access.scope(permission).person_id
        return rows.filter(work__state__in=Work.OPEN, work__entered_by__person=person)


class _Works(Register):
    app, permission, menu = "research", "publication", "science"
    title_one = gettext_lazy("work")
    search = ("title", "doi", "source_name", "keywords", "certificate_number")
    select_related = ("entered_by__person", "kafedra", "academic_year", "decided_by")
    files = ("scan",)
    detail_template = "research/work.html"
    tabs = [rows_tab("authors", gettext_lazy("Authors"), Authors, "work")]
    actions = [
        BulkAction(
            "approve", gettext_lazy("Approve"), "publication.approve", _approve_ticked,
            confirm=gettext_lazy("Approve the ticked works that are submitted?"),
        )
    ]  # fmt: skip
    sort = ""

    @classmethod
    def base_queryset(cls):
        return queries.with_author_counts(Work.objects.filter(sort=cls.sort))

    @classmethod
    def rows(cls, access, permission=""):
        """Only who entered a work changes it, while it is open."""
        rows = super().rows(access, permission)
        if permission != cls.edit_permission():
            return rows
        person = access.scope(permission).person_id
        return rows.filter(state__in=Work.OPEN, entered_by__person=person)

    @classmethod
    def history_parts(cls, obj):
        return [obj.authors.all()]

    @classmethod
    def detail_context(cls, request, obj):
        decides = is_in_scope(obj, request.access, "publication.approve")
        return {
            "may_submit": cls.can_edit(request.access, obj),
            "may_approve": decides and obj.state == Work.SUBMITTED,
            "may_return": decides and obj.state not in Work.OPEN,
        }


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
        RelatedFilter("kafedra", _kafedras),
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


def _submit(request: Request, work: Work) -> str:
    actions.submit(work, access=request.access)
    return _("The work is submitted to the head of the kafedra.")


def _approve(request: Request, work: Work) -> str:
    actions.approve(work, access=request.access)
    return _("The work is approved and its authors are told.")


submit = verb(Work, "publication.edit", _submit, back="research_work", errors=actions.WorkError)
approve = verb(Work, "publication.approve", _approve, back="research_work", errors=actions.WorkError)


@page("publication.view")
def open_work(request: Request, pk: int) -> HttpResponse:
    """The card of a work in the register of its sort, for whoever knows but its key."""
    return redirect(
        REGISTERS[get_in_scope(Work, request, "publication.view", pk=pk).sort].url_name("detail"), pk=pk
    )


@page("publication.approve")
def send_back(request: Request, pk: int) -> HttpResponse:
    """Return a work with a remark."""
    work = get_in_scope(Work, request, "publication.approve", pk=pk)
    form = forms.RemarkForm(request.POST or None)
    url = REGISTERS[work.sort].url_of(work)
    if request.method == "POST" and form.is_valid():
        try:
            actions.send_back(work, remark=form.cleaned_data["remark"], access=request.access)
        except actions.WorkError as error:
            form.add_error("remark", str(error))
        else:
            messages.success(request, _("The work is returned and its authors are told."))
            return redirect(url)
    context = {"title": _("Return with a remark"), "form": form, "work": work, "back_url": url}
    return render(request, "research/remark.html", context, status=422 if form.errors else 200)


FOUND = 20


@page("publication.edit")
def colleagues(request: Request) -> HttpResponse:
    """Names of employees for the choice of a co-author, who may be of any kafedra: nothing but the name."""
    text = request.GET.get("q", "").strip()
    rows = Employee.objects.select_related("person")
    if text:
        rows = rows.filter(person__search=names.search_query(text))
    found = rows.order_by("person__sort_key", "pk")[:FOUND]
    return JsonResponse({"results": [{"value": str(row.pk), "text": str(row)} for row in found]})


def _todo(register: type[_Works]) -> None:
    def waiting(access) -> int:
        rows = Work.objects.for_scope(access.scope("publication.approve"))
        return rows.filter(sort=register.sort, state=Work.SUBMITTED).order_by().count()

    def returned(access) -> int:
        person = access.scope("publication.edit").person_id
        rows = Work.objects.filter(sort=register.sort, state=Work.RETURNED, entered_by__person=person)
        return rows.order_by().count()

    def address(state: str):
        return lambda: f"{reverse(register.url_name('list'))}?state={state}"

    register_todo(Todo(TO_APPROVE[register.sort], "publication.approve", waiting, address(Work.SUBMITTED)))
    register_todo(Todo(RETURNED[register.sort], "publication.edit", returned, address(Work.RETURNED), "edit"))


TO_APPROVE = {
    Work.SCIENTIFIC: gettext_lazy("Scientific publications to approve"),
    Work.METHODICAL: gettext_lazy("Methodical publications to approve"),
    Work.PROPERTY: gettext_lazy("Intellectual property to approve"),
}
RETURNED = {
    Work.SCIENTIFIC: gettext_lazy("Scientific publications returned to you"),
    Work.METHODICAL: gettext_lazy("Methodical publications returned to you"),
    Work.PROPERTY: gettext_lazy("Intellectual property returned to you"),
}
for _register in REGISTERS.values():
    _todo(_register)
