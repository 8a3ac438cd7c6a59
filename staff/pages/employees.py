"""The base of employees with its card, and the registers of education, degrees, awards (duty 1.2)."""

from __future__ import annotations

from django.db.models import F
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from hemis.access.links import accounts_of_staff, sheet_of_links
from hemis.base import Request
from hemis.classifiers import queries as classifiers
from hemis.jobs.actions import start
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register, Tab
from hemis.pages.tabs import rows_tab
from staff import accounts, queries, rules
from staff.forms.employees import AwardForm, DegreeForm, EducationForm, EmployeeForm
from staff.forms.posts import AbsenceForm
from staff.models import Absence, Award, Degree, Education, Employee
from staff.pages.filters import HoldsPostIn, units

STATUS_COLOURS = {"11": "green", "12": "orange", "13": "blue", "14": "red"}


def age(employee: Employee) -> int | None:
    """Whole years today."""
    return rules.age_on(employee.person.birth_date, timezone.localdate())


def status_text(employee) -> str:
    """The status in words; ``with_status`` has found its code."""
    return classifiers.label("h_teacher_status", employee.status)


class _OfEmployee(Register):
    """Dated records of employees, kept by HR and seen on the card."""

    app, permission = "staff", "employee"
    search_person = "employee__person"
    select_related = ("employee__person",)


# Records of employees are looked for by the person: the name stands first and leads to the record.
EMPLOYEE = Column("employee", sort="employee__person__sort_key", link=True)


class Educations(_OfEmployee):
    name, title, title_one = "educations", _("Education of employees"), _("education")
    model = Education
    columns = [
        EMPLOYEE, Column("institution"), Column("level"), Column("speciality"), Column("end_year"),
        Column("diploma_number"), Column("country", hidden=True),
    ]  # fmt: skip
    filters = [Filter("level"), Filter("country")]
    search = ("institution", "speciality", "diploma_number")
    form = EducationForm
    fields = tuple(
        one.name for one in Education._meta.concrete_fields if one.name not in ("id", "version", "scan")
    )
    files = ("scan",)
    empty = _("Add the diplomas of employees here or on their cards.")


class Degrees(_OfEmployee):
    name, title, title_one = "degrees", _("Academic degrees and ranks"), _("academic degree or rank")
    model = Degree
    columns = [
        EMPLOYEE, Column("title", _("Degree or rank"), sort=None), Column("kind"),
        Column("diploma_number"), Column("diploma_date"), Column("university"), Column("council", hidden=True),
        Column("council_number", hidden=True), Column("council_date", hidden=True),
        Column("science_branch", hidden=True), Column("speciality", hidden=True), Column("country", hidden=True),
    ]  # fmt: skip
    filters = [Filter("kind"), Filter("degree"), Filter("rank"), RangeFilter("diploma_date", "date")]
    search = ("diploma_number", "university", "speciality")
    form = DegreeForm
    fields = tuple(
        one.name for one in Degree._meta.concrete_fields if one.name not in ("id", "version", "scan")
    )
    files = ("scan",)
    empty = _("Add a degree or rank with its diploma; the employee's card shows it at once.")


class Awards(_OfEmployee):
    name, title, title_one = "awards", _("Awards of employees"), _("award")
    model = Award
    columns = [
        EMPLOYEE, Column("title"), Column("kind"), Column("awarded_on"), Column("awarded_by"),
        Column("document_number", hidden=True),
    ]  # fmt: skip
    filters = [Filter("kind"), RangeFilter("awarded_on", "date")]
    search = ("title", "awarded_by", "document_number")
    form = AwardForm
    files = ("scan",)
    empty = _("Add awards and successes of employees.")


class Absences(_OfEmployee):
    name, title, title_one = "absences", _("Leaves and business trips"), _("leave or business trip")
    model = Absence
    columns = [
        EMPLOYEE, Column("kind", badge=STATUS_COLOURS), Column("valid_from"), Column("valid_to"),
        Column("order_number"), Column("order_date"), Column("note", hidden=True),
    ]  # fmt: skip
    filters = [Filter("kind"), RangeFilter("valid_from", "date")]
    search = ("order_number",)
    form = AbsenceForm
    empty = _("Add leaves and business trips by their orders; the status of the employee follows.")


def _posts(request: Request, employee: Employee) -> dict:
    return {
        "posts": employee.positions.select_related("unit").order_by("-valid_from"),
        "today": timezone.localdate(),
        "may_edit": request.access.can("employee.edit"),
    }


def _account(request: Request, employee: Employee) -> dict:
    user = getattr(employee.person, "user", None)
    found = list(user.assignments.select_related("unit").order_by("-valid_from")) if user else []
    own = set(
        employee.positions.filter(assignments__isnull=False).values_list("assignments__assignment", flat=True)
    )
    today = timezone.localdate()
    return {
        "account": user,
        "assignments": [
            {
                "assignment": one,
                "by_post": one.pk in own,
                "in_force": one.valid_from <= today and (one.valid_to is None or one.valid_to >= today),
            }
            for one in found
        ],
        "may_edit": request.access.can("employee.edit"),
    }


def _development(request: Request, employee: Employee) -> dict:
    from staff.pages.growth import Developments

    found = rows_tab("", "", Developments, "employee").context(request, employee)
    return found | {"due": queries.explain_development(employee), "colours": rules.STATE_COLOURS}


def _competition(request: Request, employee: Employee) -> dict:
    from staff.pages.growth import Entries

    found = rows_tab("", "", Entries, "employee").context(request, employee)
    return found | {"due": queries.explain_term(employee), "colours": rules.STATE_COLOURS}


DEVELOPMENT_TAB = Tab("development", _("Development"), "staff/_growth.html", _development)
COMPETITION_TAB = Tab("competition", _("Competition"), "staff/_growth.html", _competition)


def _agree(request: Request, rows) -> str:
    """Bring accounts and roles into agreement with the posts of the ticked employees."""
    from django.contrib import messages

    said = 0
    for employee in rows.select_related("person"):
        for text in accounts.bring_into_agreement(employee):
            said += 1
            if said <= MOST_SAID:
                messages.info(request, f"{employee}: {text}")
    accounts.close_accounts(among=rows)
    return str(_("Accounts agree with the posts; changes: %(count)d.") % {"count": said})


MOST_SAID = 30


def links_of(request: Request, rows, *, back_url: str = ""):
    """New activation links of the employees, on one page to print and cut; shown once."""
    people = rows.order_by().values("person")
    found = accounts_of_staff().filter(person__in=people)
    return sheet_of_links(
        request,
        found,
        left_out=people.count() - found.count(),
        back_url=back_url or reverse(Employees.url_name("list")),
    )


def _to_absences(request: Request, rows):
    """On to the form of one order for all ticked."""
    keys = list(rows.values_list("pk", flat=True)[:500])
    return redirect(f"{reverse('staff_absences_many')}?{urlencode({'pk': keys}, doseq=True)}")


def _print_cards(request: Request, rows):
    """The cards of all ticked who hold a post, as one job."""
    keys = list(rows.order_by("person__sort_key", "pk").values_list("pk", flat=True))
    job = start("staff.cards", user=request.user, params={"employees": keys}, access=request.access)
    return redirect("job", pk=job.pk)


class Employees(Register):
    app, name, title, title_one = "staff", "employees", _("Base of employees"), _("employee")
    model, permission = Employee, "employee"
    columns = [
        Column("number"),
        Column("person", link=True, sort="person__sort_key"),
        Column("post_name", _("Post"), value=queries.post_name),
        Column("unit_name", _("Unit"), sort="unit_name"),
        Column("academic_degree"),
        Column("academic_rank", hidden=True),
        Column("status", _("Status"), value=status_text, sort="status", badge=STATUS_COLOURS),
        Column("person__phone"),
        Column("person__email", hidden=True),
        Column("person__pinfl", hidden=True),
        Column("person__passport", hidden=True),
        Column("person__citizenship", hidden=True),
        Column("person__gender", hidden=True),
        Column("person__birth_date", hidden=True),
        Column("age", _("Age"), value=age, hidden=True, numeric=True),
        Column("specialty", hidden=True),
        Column("entry_year", hidden=True),
    ]
    filters = [
        HoldsPostIn("unit", units("employee.view"), label=_("Unit")),
        Filter("academic_degree"),
        Filter("academic_rank"),
        Filter("status", label=_("Status"), choices=lambda access: classifiers.choices("h_teacher_status")),
        Filter("gender", "person__gender"),
        RangeFilter("born", "date", lookup="person__birth_date", label=_("Birth date")),
    ]
    column_sets = {
        "ministry": (
            _("In the ministry's columns"),
            (
                "number", "person", "person__citizenship", "person__gender", "person__birth_date",
                "academic_degree", "academic_rank", "specialty", "entry_year", "person__email", "person__phone",
            ),
        )
    }  # fmt: skip
    search = ("number",)
    search_person = "person"
    is_about_people = True
    select_related = ("person",)
    ordering = ("person__sort_key",)
    fields = (
        "number", "person", "status", "academic_degree", "academic_rank", "specialty", "entry_year", "languages",
        "person__pinfl", "person__passport", "person__birth_date", "person__gender", "person__citizenship",
        "person__country", "person__nationality", "person__phone", "person__email", "person__region",
        "person__district", "person__address",
    )  # fmt: skip
    files = ("person__photo",)
    tabs = [
        Tab("posts", _("Posts"), "staff/_posts.html", _posts),
        rows_tab("degrees", _("Degrees and ranks"), Degrees, "employee"),
        rows_tab("education", _("Education"), Educations, "employee"),
        DEVELOPMENT_TAB,
        COMPETITION_TAB,
        rows_tab("awards", _("Awards"), Awards, "employee"),
        rows_tab("absences", _("Leaves and trips"), Absences, "employee"),
        Tab("account", _("Account"), "staff/_account.html", _account),
    ]
    actions = [
        BulkAction("absences", _("Leave or business trip by one order"), "employee.edit", _to_absences),
        BulkAction("cards", _("Print employee cards"), "employee.edit", _print_cards, icon="id"),
        BulkAction("links", _("New activation links"), "employee.edit", links_of, icon="key"),
        BulkAction("agree", _("Bring accounts into agreement with posts"), "employee.edit", _agree),
    ]
    header_actions = [MenuItem("staff", _("Import from Excel"), "staff_import", "employee.edit")]
    form = EmployeeForm
    detail_template = "staff/employee.html"
    empty = _("Add the first employee, then the posts held; or import a list from Excel.")

    @classmethod
    def base_queryset(cls):
        today = timezone.localdate()
        return queries.with_main_post(Employee.objects.with_status(today), today)

    @classmethod
    def card(cls, obj):
        return [
            (str(_("Status")), status_text(obj)) if name == "status" else (label, text)
            for name, (label, text) in zip(cls.fields, super().card(obj), strict=True)
        ]

    @classmethod
    def detail_context(cls, request: Request, obj):
        return {
            "may_edit": request.access.can("employee.edit"),
            "status_text": status_text(obj),
            "status_colour": STATUS_COLOURS.get(obj.status, "secondary"),
            "held": obj.positions.in_force().select_related("unit").order_by("employment", F("rate").desc()),
        }
