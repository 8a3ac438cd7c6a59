"""Professional development and competition (duties 2.5, 3.4, 8.1); experience abroad, guests (duty 1.2)."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter
from hemis.pages.home import Todo, register_todo
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register
from hemis.pages.tabs import rows_tab
from staff import queries, rules
from staff.forms.growth import (
    CompetitionEntryForm,
    CompetitionForm,
    DevelopmentForm,
    ForeignSpecialistForm,
    ForeignTrainingForm,
)
from staff.models import (
    Competition,
    CompetitionEntry,
    Development,
    Employee,
    ForeignSpecialist,
    ForeignTraining,
)
from staff.pages.employees import COMPETITION_TAB, DEVELOPMENT_TAB, EMPLOYEE, Employees
from staff.pages.filters import HoldsPostIn, StateFilter, UnitFilter, units

RESULT_COLOURS = {"pending": "blue", "elected": "green", "rejected": "red", "withdrew": "secondary"}
COMPETITION_COLOURS = {"announced": "blue", "held": "green", "cancelled": "secondary"}
PRESSING = (rules.NEVER, rules.OVERDUE, rules.SOON)


class Developments(Register):
    app, name = "staff", "developments"
    title, title_one = _("Professional development"), _("training")
    model, permission = Development, "development"
    columns = [
        EMPLOYEE, Column("title"), Column("place"), Column("institution"), Column("hours", numeric=True),
        Column("begin_date"), Column("end_date"), Column("document_number"),
        Column("document_date", hidden=True), Column("valid_until", hidden=True), Column("country", hidden=True),
    ]  # fmt: skip
    filters = [
        RangeFilter("ended", "date", lookup="end_date", label=_("Ended")), Filter("place"), Filter("country"),
        RangeFilter("hours"),
    ]  # fmt: skip
    search = ("title", "institution", "document_number")
    search_person = "employee__person"
    select_related = ("employee__person",)
    form = DevelopmentForm
    fields = (
        "employee", "title", "place", "institution", "country", "hours", "begin_date", "end_date",
        "document_number", "document_date", "valid_until",
    )  # fmt: skip
    files = ("scan",)
    empty = _("Heads of kafedras enter here what their teachers have been trained in.")


def _state_text(row) -> str:
    return str(queries.STATES[row.state])


class _Due(Register):
    """Teachers of today, each once, by how urgent a term is."""

    app = "staff"
    filters = [StateFilter()]
    search = ("number",)
    search_person = "person"
    select_related = ("person",)
    detail_template = "staff/due.html"
    title_one = _("teacher")
    columns = [
        Column("person", _("Teacher"), link=True, sort="person__sort_key"),
        Column("unit_name", _("Unit")),
        Column("post_code", _("Post"), value=queries.post_name, sort="post_code"),
    ]
    fields = ("person", "number", "unit_name", "academic_degree", "academic_rank")
    ordering = ("due_on", "person__sort_key")

    @classmethod
    def card(cls, obj):
        labels = {"unit_name": str(_("Unit"))}
        return [
            (labels.get(name, label), text)
            for name, (label, text) in zip(cls.fields, super().card(obj), strict=True)
        ]

    @classmethod
    def summary(cls, rows):
        found = dict.fromkeys(queries.STATES, 0)
        for state in rows.order_by().values_list("state", flat=True):
            found[state] += 1
        return [(queries.STATES[state], count) for state, count in found.items() if count]


def _months_since_training(row) -> int:
    return rules.months_between(row.last_end or row.first_post, timezone.localdate())


class DevelopmentDue(_Due):
    name, title = "development_due", _("Who is due for professional development")
    model, permission = Employee, "development"
    columns = [
        *_Due.columns,
        Column("last_end", _("Latest training")),
        Column("months", _("Months since"), value=_months_since_training, numeric=True),
        Column("due_on", _("Due by")),
        Column("planned_to", _("Planned until"), hidden=True),
        Column("first_post", _("First post"), hidden=True),
        Column("state", _("State"), value=_state_text, sort="state", badge=rules.STATE_COLOURS),
    ]
    filters = [StateFilter(), HoldsPostIn("unit", units("development.view"), label=_("Unit"))]
    tabs = [DEVELOPMENT_TAB]
    header_actions = [
        MenuItem("staff", _("Enter a training"), "staff_developments_new", "development.edit"),
    ]
    empty = _("Teachers who hold a post stand here, the longest without training first.")

    @classmethod
    def base_queryset(cls):
        return queries.with_development()

    @classmethod
    def detail_context(cls, request: Request, obj):
        return {"due": queries.explain_development(obj), "colours": rules.STATE_COLOURS}


class TermsDue(_Due):
    name, title = "terms_due", _("Whose term ends")
    model, permission = Employee, "competition"
    columns = [
        *_Due.columns,
        Column("term_to", _("Term to")),
        Column("first_post", _("First post")),
        Column("state", _("State"), value=_state_text, sort="state", badge=rules.STATE_COLOURS),
    ]
    filters = [
        StateFilter(), HoldsPostIn("unit", units("competition.view"), label=_("Unit")),
        RangeFilter("ends", "date", lookup="term_to", label=_("Term to")),
    ]  # fmt: skip
    tabs = [COMPETITION_TAB]
    header_actions = [
        MenuItem("staff", _("Announce a competition"), "staff_competitions_new", "competition.edit"),
    ]
    empty = _("Teachers who hold a post stand here, the earliest end of a term first.")

    @classmethod
    def base_queryset(cls):
        return queries.with_term()

    @classmethod
    def detail_context(cls, request: Request, obj):
        return {"due": queries.explain_term(obj), "colours": rules.STATE_COLOURS}


class Entries(Register):
    app, name = "staff", "competition_entries"
    title, title_one = _("Candidates of competitions"), _("candidate")
    model, permission = CompetitionEntry, "competition"
    columns = [
        Column("name", _("Candidate"), value=lambda row: row.name, link=True, sort=None),
        Column("competition", sort="competition__announced_on"),
        Column("votes_for", numeric=True, hidden=True),
        Column("votes_against", numeric=True, hidden=True),
        Column("result", badge=RESULT_COLOURS),
        Column("term_from"),
        Column("term_to"),
        Column("order_number", hidden=True),
        Column("order_date", hidden=True),
    ]
    filters = [Filter("result"), RangeFilter("term_to", "date")]
    search = ("outsider", "competition__protocol_number")
    search_person = "employee__person"
    select_related = ("employee__person", "competition__unit")
    form = CompetitionEntryForm
    fields = (
        "competition", "employee", "outsider", "votes_for", "votes_against", "result", "order_number", "order_date",
        "term_from", "term_to",
    )  # fmt: skip
    empty = _("Candidates are added on the card of their competition.")


class Competitions(Register):
    app, name, title, title_one = "staff", "competitions", _("Competitions"), _("competition")
    model, permission = Competition, "competition"
    columns = [
        Column("post", link=True), Column("unit", sort="unit__name"), Column("rate", numeric=True),
        Column("announced_on"), Column("deadline"), Column("state", badge=COMPETITION_COLOURS), Column("held_on"),
        Column("protocol_number"), Column("protocol_date", hidden=True), Column("announced_in", hidden=True),
    ]  # fmt: skip
    filters = [
        Filter("state"), UnitFilter("unit", units("competition.view")), Filter("post"),
        RangeFilter("announced_on", "date"), RangeFilter("held_on", "date"),
    ]  # fmt: skip
    search = ("protocol_number", "note", "unit__name")
    select_related = ("unit",)
    form = CompetitionForm
    fields = (
        "unit", "post", "rate", "announced_on", "announced_in", "deadline", "state", "held_on", "protocol_number",
        "protocol_date", "note",
    )  # fmt: skip
    files = ("scan",)
    tabs = [rows_tab("entries", _("Candidates of the competition"), Entries, "competition")]
    empty = _(
        "Announce a competition; then enter its candidates, protocol and who is elected for which term."
    )


class ForeignTrainings(Register):
    app, name, title, title_one = "staff", "foreign_trainings", _("Activity abroad"), _("activity abroad")
    model, permission = ForeignTraining, "employee"
    columns = [
        EMPLOYEE, Column("institution"), Column("activity"), Column("country"), Column("speciality"),
        Column("begin_date"), Column("end_date"), Column("contract", hidden=True),
        Column("training_type", hidden=True),
    ]  # fmt: skip
    filters = [Filter("activity"), Filter("country"), RangeFilter("begin_date", "date")]
    search = ("institution", "speciality", "contract")
    search_person = "employee__person"
    select_related = ("employee__person",)
    form = ForeignTrainingForm
    files = ("scan",)
    empty = _("Add what employees taught, studied or researched abroad.")


class ForeignSpecialists(Register):
    app, name = "staff", "foreign_specialists"
    title, title_one = _("Foreign teachers"), _("foreign teacher")
    model, permission = ForeignSpecialist, "employee"
    columns = [
        Column("full_name", link=True), Column("country"), Column("work_place"), Column("speciality"),
        Column("subject"), Column("begin_date"), Column("end_date"), Column("unit", sort="unit__name", hidden=True),
        Column("contract", hidden=True), Column("employee", sort="employee__person__sort_key", hidden=True),
    ]  # fmt: skip
    filters = [
        Filter("country"),
        UnitFilter("unit", units("employee.view")),
        RangeFilter("begin_date", "date"),
    ]
    search = ("full_name", "work_place", "speciality", "subject", "contract")
    select_related = ("unit", "employee__person")
    form = ForeignSpecialistForm
    empty = _("Add teachers who are invited from abroad.")


Employees.add_tab(rows_tab("abroad", _("Activity abroad"), ForeignTrainings, "employee"))


def _pressing(rows):
    """How many rows of the scope are due."""

    def count(access) -> int:
        register: type[Register] = rows
        return register.rows(access, register.edit_permission()).filter(state__in=PRESSING).count()

    return count


def _address(register: type[Register]):
    from django.urls import reverse

    states = "&".join(f"state={state}" for state in PRESSING)
    return lambda: f"{reverse(register.url_name('list'))}?{states}"


register_todo(
    Todo(
        _("teachers due for professional development"),
        "development.edit",
        _pressing(DevelopmentDue),
        _address(DevelopmentDue),
        "certificate",
    )
)
register_todo(
    Todo(
        _("teachers whose term ends or who were never elected"),
        "competition.edit",
        _pressing(TermsDue),
        _address(TermsDue),
        "calendar-time",
    )
)
