"""Employment of graduates: the register, the monitoring, the surveys, and the public page of a survey (duty 4.1)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from attendance.pages.journals import XLSX
from grading.pages.choices import faculties
from hemis.access.guard import get_in_scope, page, public
from hemis.base import Request
from hemis.classifiers.queries import choices, label
from hemis.documents.kinds import masked_name
from hemis.pages.charts import Chart, Series
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.limits import too_many
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from hemis.pages.register import BulkAction, Register, Tab
from hemis.sheets.writing import book
from records.employment import actions, forms, queries
from records.employment.actions import EDIT
from records.models import Employment, SurveyLink
from structure.models import University
from students.models import Speciality, Student
from students.pages import Students
from students.pages.choices import specialities

ASKED_A_MINUTE = 20
AT_ONCE = 1000
STATUS_COLOURS = {
    Employment.WORKING: "green", Employment.STUDYING: "blue", Employment.INACTIVE: "secondary",
    Employment.SEEKING: "orange",
}  # fmt: skip
FIELDS, INACTIVE = "h_graduate_fields_type", "h_graduate_inactive_type"


def _status(row: Any) -> str:
    return str(dict(Employment.STATUSES).get(row.told_status, _("not known")))


def _invite(request: Request, rows: QuerySet) -> str | None:
    """Links for the ticked graduates."""
    keys = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    try:
        made = actions.invite(keys, access=request.access)
    except actions.SurveyError as error:
        messages.error(request, str(error))
        return None
    return _("Surveys opened: %(count)d. Links that cannot be sent stand in the list of surveys.") % {
        "count": len(made)
    }


class Graduates(Register):
    """Every graduate with what is known last."""

    app, name = "records", "graduates"
    title, title_one = gettext_lazy("Graduates"), gettext_lazy("graduate")
    model, permission, menu, menu_place = Student, "employment", "archive", 20
    columns = [
        Column("person__full_name", gettext_lazy("Graduate"), sort="person__sort_key", link=True),
        Column("number", hidden=True),
        Column("current__programme__speciality", gettext_lazy("Speciality"),
               sort="current__programme__speciality__code"),
        Column("current__faculty", sort="current__faculty__name", hidden=True),
        Column("current__education_form", hidden=True),
        Column("current__payment_form", hidden=True),
        Column("graduated", gettext_lazy("Year of graduation"), sort="graduated", value=lambda row: row.graduated,
               numeric=True),
        Column("told_status", gettext_lazy("Status"), value=_status, sort="told_status", badge=STATUS_COLOURS),
        Column("told_employer", gettext_lazy("Place of work"), value=lambda row: row.told_employer,
               sort="told_employer"),
        Column("told_profession", gettext_lazy("Profession or post"), value=lambda row: row.told_profession,
               sort="told_profession", hidden=True),
        Column("told_sector", gettext_lazy("Sector of the economy"),
               value=lambda row: label(FIELDS, row.told_sector) if row.told_sector else "", sort="told_sector"),
        Column("told_inactive", gettext_lazy("Why economically inactive"),
               value=lambda row: label(INACTIVE, row.told_inactive) if row.told_inactive else "", sort="told_inactive",
               hidden=True),
        Column("told_study", gettext_lazy("Kind of further study"),
               value=lambda row: str(dict(Employment.STUDIES).get(row.told_study, "")), sort="told_study", hidden=True),
        Column("told_on", gettext_lazy("As of"), value=lambda row: row.told_on, sort="told_on"),
    ]  # fmt: skip
    filters = [
        Filter("status", lookup="told_status", label=gettext_lazy("Status"),
               choices=lambda access: [(code, str(title)) for code, title in Employment.STATUSES]),
        Filter("sector", lookup="told_sector", label=gettext_lazy("Sector of the economy"),
               choices=lambda access: choices(FIELDS)),
        Filter("inactive", lookup="told_inactive", label=gettext_lazy("Why economically inactive"),
               choices=lambda access: choices(INACTIVE)),
        Filter("study", lookup="told_study", label=gettext_lazy("Kind of further study"),
               choices=lambda access: [(code, str(title)) for code, title in Employment.STUDIES]),
        RelatedFilter("faculty", faculties("employment.view"), lookup="current__faculty",
                      label=gettext_lazy("Faculty")),
        RelatedFilter("speciality", specialities("employment.view"), lookup="current__programme__speciality",
                      label=gettext_lazy("Speciality")),
        RangeFilter("graduated", label=gettext_lazy("Year of graduation")),
    ]  # fmt: skip
    search = ("number", "told_employer")
    search_person = "person"
    select_related = ("person", "current__programme__speciality", "current__faculty")
    actions = [
        BulkAction("invite", gettext_lazy("Open a survey"), EDIT, _invite, icon="send",
                   confirm=gettext_lazy("Ask the ticked graduates? Each gets a link of one's own."))
    ]  # fmt: skip
    header_actions = [
        MenuItem("archive", gettext_lazy("Monitoring of employment"), "records_employment_monitoring",
                 "employment.view")
    ]  # fmt: skip
    tabs = [
        Tab("told", gettext_lazy("What is known"), "records/_employments.html", lambda request, obj: {
            "rows": [(one, STATUS_COLOURS[one.status]) for one in obj.employments.all()],
            "links": _links(request, obj),
        })
    ]  # fmt: skip
    empty = gettext_lazy("Graduates come by the order of graduation.")

    @classmethod
    def base_queryset(cls):
        from hemis.access.scope import Scope

        return queries.graduates(Scope(everything=True))


def _links(request: Request, student: Student) -> list[tuple[SurveyLink, str, bool]]:
    """Surveys of a graduate with the address to hand over, for those who keep them."""
    may = request.access.can(EDIT)
    return [
        (one, actions.address_of(one) if may and actions.is_open(one) else "", may and actions.is_open(one))
        for one in student.survey_links.all()
    ]


class Employments(Register):
    app, name = "records", "employments"
    title, title_one = gettext_lazy("Employment of graduates"), gettext_lazy("employment of a graduate")
    model, permission, menu, menu_place = Employment, "employment", "archive", 21
    columns = [
        Column(
            "student__person__full_name",
            gettext_lazy("Graduate"),
            sort="student__person__sort_key",
            link=True,
        ),
        Column("noted_on"),
        Column("source"),
        Column("status", badge=STATUS_COLOURS),
        Column("employer"),
        Column("tin", hidden=True),
        Column("region", hidden=True),
        Column("profession"),
        Column("sector"),
        Column("matches"),
        Column("since", hidden=True),
        Column("study_kind", hidden=True),
        Column("school", hidden=True),
        Column("inactive_kind", hidden=True),
        Column("document", hidden=True),
    ]
    filters = [
        Filter("status"),
        Filter("source"),
        Filter("sector"),
        Filter("inactive_kind"),
        Filter("study_kind"),
        RangeFilter("noted_on", "date"),
    ]
    search = ("employer", "profession", "student__number")
    search_person = "student__person"
    select_related = ("student__person",)
    form = forms.EmploymentForm
    empty = gettext_lazy("Enter what you know about a graduate, or open a survey.")


def _rows(request: Request) -> QuerySet[Student]:
    rows = queries.graduates(request.access.scope("employment.view"))
    for name, lookup in (("year", "graduated"), ("speciality", "current__programme__speciality"),
                         ("faculty", "current__faculty")):  # fmt: skip
        value = request.GET.get(name, "")
        if value.isdigit() and len(value) < 10:  # noqa: PLR2004
            rows = rows.filter(**{lookup: int(value)})
    return rows


@page("employment.view")
def monitoring(request: Request) -> HttpResponse:
    """By programme, year or faculty: who works, studies on, is inactive, looks for work; with chart and Excel."""
    cut = request.GET.get("cut", queries.BY_PROGRAMME)
    if cut not in queries.CUTS:
        cut = queries.BY_PROGRAMME
    rows = _rows(request)
    lines = queries.monitoring(rows, cut)
    statuses = [*Employment.STATUSES, ("", _("not known"))]
    if request.GET.get("as") == "xlsx":
        return _file(lines, statuses)
    base = reverse("records_graduates_list")
    narrow = {
        "programme": "speciality={}",
        "year": "graduated_from={0}&graduated_to={0}",
        "faculty": "faculty={}",
    }[cut]

    def urls(status: str) -> list[str]:
        known = f"&status={status}" if status else ""
        return [f"{base}?{narrow.format(one.key)}{known}" for one in lines]

    titles = {"programme": _("Speciality"), "year": _("Year of graduation"), "faculty": _("Faculty")}
    chart = Chart(
        _("Employment of graduates"), titles[cut], [one.name for one in lines],
        [Series(str(title), [one.by.get(code, 0) for one in lines], urls(code)) for code, title in statuses],
        horizontal=True, unit=_("graduates"),
    )  # fmt: skip
    sectors = queries.by_code(rows, "told_sector")
    inactive = queries.by_code(rows, "told_inactive")
    studies = dict(Employment.STUDIES)
    everybody = queries.graduates(request.access.scope("employment.view")).order_by()
    context = {
        "title": _("Monitoring of employment"), "chart": chart, "lines": lines, "cut": cut, "cut_title": titles[cut],
        "cuts": list(titles.items()), "sectors": [(label(FIELDS, code), n) for code, n in sectors],
        "inactive": [(label(INACTIVE, code), n) for code, n in inactive], "list_url": base,
        "studies": [(studies[code], n) for code, n in queries.by_code(rows, "told_study")],
        "years": [str(one) for one in everybody.values_list("graduated", flat=True).distinct().order_by("-graduated")],
        "specialities": Speciality.objects.for_scope(request.access.scope("employment.view")).filter(is_active=True),
        "chosen": {name: request.GET.get(name, "") for name in ("year", "speciality")},
    }  # fmt: skip
    return render(request, "records/monitoring.html", context)


def _file(lines: list[queries.Line], statuses: list[tuple[str, Any]]) -> HttpResponse:
    heads = [
        _("Name"), _("Graduates"), *(str(title) for _code, title in statuses), _("Matches the speciality"),
        _("Own business"), _("Work or study on, %"),
    ]  # fmt: skip
    rows = [
        [one.name, one.total, *(one.by.get(code, 0) for code, _title in statuses), one.matching, one.own_business,
         one.share if one.share is not None else ""]
        for one in lines
    ]  # fmt: skip
    answer = HttpResponse(book([(_("Employment"), heads, rows)]), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="employment-{timezone.localdate():%Y-%m-%d}.xlsx"'
    return answer


@page("employment.edit")
@require_POST
def revoke(request: Request, pk: int) -> HttpResponse:
    """End a survey that is open."""
    link = get_in_scope(SurveyLink, request, EDIT, pk=pk)
    try:
        actions.revoke(link, access=request.access)
    except actions.SurveyError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The survey is ended; its link opens nothing."))
    return redirect(reverse("records_graduates_detail", args=[link.student_id]) + "?tab=told")


# --- the public page


@public
@never_cache
def survey(request: Request, token: str) -> HttpResponse:
    """The questions of one survey, to whoever holds the link: no name in full, no number, nothing known before."""
    if too_many(request, "survey", a_minute=ASKED_A_MINUTE):
        return _public(request, 429, limited=True)
    link = actions.find_link(token)
    if link is None:
        return _public(request, 404, unknown=True)
    if not actions.is_open(link):
        return _public(request, 410, closed=True, thanks=bool(link.answered_at))
    form = forms.SurveyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer(link, form.save(commit=False))
        except (actions.SurveyError, ValidationError) as error:
            form.add_error(None, error.messages[0] if isinstance(error, ValidationError) else str(error))
        else:
            return _public(request, thanks=True)
    student = link.student
    return _public(
        request, 422 if form.errors else 200, form=form, student=masked_name(student.person.full_name),
        speciality=student.current.programme.speciality.name if student.current else "",
    )  # fmt: skip


def _public(request: Request, code: int = 200, **context: Any) -> HttpResponse:
    context |= {"university": University.objects.first(), "title": _("Survey of graduates")}
    response = render(request, "records/survey.html", context, status=code)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    if code == 429:  # noqa: PLR2004
        response["Retry-After"] = "60"
    return response


Students.add_tab(
    Tab("employment", gettext_lazy("Employment"), "records/_employments.html", lambda request, obj: {
        "rows": [(one, STATUS_COLOURS[one.status]) for one in obj.employments.all()],
        "links": _links(request, obj),
    }, "employment.view")
)  # fmt: skip
register_menu(
    MenuItem("archive", gettext_lazy("Monitoring of employment"), "records_employment_monitoring",
             "employment.view", 22)
)  # fmt: skip
