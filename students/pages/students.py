"""The student base: the list, the card, who left or is on leave, the student's own card (duties 2.1, T, S)."""

from __future__ import annotations

from django.contrib import messages
from django.db.models.expressions import RawSQL
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from hemis.access.guard import get_in_scope, page
from hemis.access.models import Activation
from hemis.access.scope import Scope
from hemis.base import Request
from hemis.documents.models import Document
from hemis.documents.pages import readable
from hemis.pages import menu
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register, Tab
from hemis.people.models import Person
from structure.models import University
from students import quality
from students.documents import issue_card, studies
from students.forms import StudentForm
from students.models import (
    Contact,
    Education,
    MilitaryRecord,
    Placement,
    Scan,
    SocialFact,
    Student,
)
from students.pages import card
from students.pages.choices import faculties, groups_of, specialities
from students.pages.groups import CHOSEN_STUDENTS, start_cards
from students.pages.links import links_of
from students.pages.own import own_parts, own_study

STATUS_COLOURS = {"11": "green", "12": "red", "13": "orange", "14": "blue"}
EVERYBODY = Scope(everything=True)


class ProblemFilter(Filter):
    """Students on whom a rule of data quality finds something."""

    def __init__(self) -> None:
        super().__init__("problem", "pk", _("Problem"), lambda access: self.rules())

    @staticmethod
    def rules() -> list[tuple[str, str]]:
        return [(code, str(rule.title)) for code, rule in quality.RULES.items()]

    def apply(self, rows, data):
        for code in self.chosen(data):
            rule = quality.RULES.get(code)
            if rule is None:
                return rows.none()
            sql, params = quality.students_with(rule, EVERYBODY, {})
            rows = rows.filter(pk__in=RawSQL(sql, params))  # noqa: S611
        return rows


def _placements(request: Request, student: Student) -> dict:
    return {
        "placements": student.placements.select_related(
            "order", "closed_by", "faculty", "group", "programme__speciality", "academic_year"
        ),
        "subgroups": student.subgroups.select_related("subgroup__division__group").order_by("-valid_from"),
    }


def _documents(request: Request, student: Student) -> dict:
    documents = Document.objects.filter(owner=student.person).order_by("-issued_at")
    own = documents.filter(readable(request.access)).values_list("pk", flat=True)
    return {"documents": documents, "readable": set(own)}


def _activities(request: Request, student: Student) -> dict:
    return {
        "achievements": student.achievements.all(),
        "olympiads": student.olympiads.all(),
        "sport": student.sport_records.all(),
        "exchanges": student.exchanges.all(),
        "may_add": request.access.can("achievement.edit"),
    }


def _print_cards(request: Request, rows) -> HttpResponse:
    studying = rows.filter(current__status="11").order_by("current__group__name", "person__sort_key")
    return start_cards(request, list(studying.values_list("pk", flat=True)))


@page("student.edit")
@require_POST
def print_card(request: Request, pk: int) -> HttpResponse:
    """The card of one student: the valid one, or a new one where its facts have changed."""
    student = get_in_scope(Student, request, "student.edit", pk=pk)
    try:
        document = issue_card(student, university=University.objects.get(), by=request.user)
    except ValueError:
        messages.warning(request, _("%(name)s does not study now.") % {"name": student.person})
        return redirect("students_students_detail", pk=pk)
    return redirect("document_pdf", pk=document.pk)


def _choose_subgroup(request: Request, rows) -> HttpResponse:
    """On to the question which subgroup the chosen go into."""
    request.session[CHOSEN_STUDENTS] = list(rows.values_list("pk", flat=True))
    return redirect("students_assign_subgroup")


class Students(Register):
    app, name, title, title_one = "students", "students", _("Students"), _("student")
    model, permission, menu = Student, "student", "students"
    menu_place = 10
    columns = [
        Column("number"),
        Column("person", link=True, sort="person__sort_key"),
        Column("current__faculty", sort="current__faculty__name", hidden=True),
        Column(
            "current__programme__speciality", _("Speciality"), sort="current__programme__speciality__code"
        ),
        Column("current__group", sort="current__group__name"),
        Column("current__course"),
        Column("current__education_form"),
        Column("current__language", hidden=True),
        Column("current__payment_form"),
        Column("current__status", badge=STATUS_COLOURS),
        Column("person__pinfl", hidden=True),
        Column("person__phone", hidden=True),
        Column("entry_year", hidden=True, numeric=True),
        Column("person__birth_date", hidden=True),
        Column("person__gender", hidden=True),
        Column("person__passport", hidden=True),
        Column("social_category", hidden=True),
        Column("accommodation", hidden=True),
    ]
    filters = [
        RelatedFilter("faculty", faculties("student.view"), lookup="current__faculty"),
        RelatedFilter("speciality", specialities("student.view"), lookup="current__programme__speciality"),
        RelatedFilter("group", groups_of("student.view"), lookup="current__group"),
        Filter("course", "current__course"),
        Filter("form", "current__education_form"),
        Filter("payment_form", "current__payment_form"),
        Filter("status", "current__status"),
        Filter("gender", "person__gender"),
        Filter("education_type", "current__programme__speciality__education_type"),
        Filter("language", "current__language"),
        Filter("social_category"),
        Filter("accommodation"),
        Filter("citizenship", "person__citizenship"),
        RangeFilter("entry_year"),
        ProblemFilter(),
    ]
    search = ()
    search_person = "person"
    is_about_people = True
    select_related = ("person", "current__faculty", "current__group", "current__programme__speciality")
    ordering = ("person__sort_key",)
    fields = (
        "number",
        "person",
        "person__pinfl",
        "person__passport",
        "person__birth_date",
        "person__gender",
        "person__citizenship",
        "person__nationality",
        "person__region",
        "person__district",
        "person__address",
        "person__phone",
        "person__email",
        "current__status",
        "current__faculty",
        "current__programme",
        "current__group",
        "current__course",
        "current__semester",
        "current__education_form",
        "current__language",
        "current__payment_form",
        "social_category",
        "student_type",
        "is_targeted",
        "accommodation",
        "entry_year",
        "entrance_score",
    )
    tabs = [
        Tab("placements", _("Study"), "students/_placements.html", _placements),
        *card.TABS,
        Tab("activities", _("Achievements"), "students/_activities.html", _activities),
        Tab("documents", _("Documents"), "students/_documents.html", _documents),
    ]
    actions = [
        BulkAction("subgroup", _("Put into a subgroup"), "group.edit", _choose_subgroup, icon="users"),
        BulkAction("cards", _("Print student cards"), "student.edit", _print_cards, icon="id"),
        BulkAction(
            "links",
            _("New activation links"),
            "student.edit",
            links_of,
            icon="key",
            confirm=_("Unused links of the ticked students end; the new ones are shown once. Go on?"),
        ),
    ]
    form = StudentForm
    header_actions = [
        MenuItem("students", _("Fill in cards from Excel"), "students_card_import", "student.edit")
    ]
    deletable = False
    detail_template = "students/student.html"
    empty = _("Students come from executed admission orders.")

    @classmethod
    def searched(cls, rows, text):
        """A student number finds its student, words find names."""
        text = text.strip()
        return (
            rows.filter(number__startswith=text)
            if text.isdigit() and len(text) != 14
            else super().searched(rows, text)
        )

    @classmethod
    def history_parts(cls, obj):
        """What was changed about the person counts as a change of the card."""
        person = Person.objects.filter(pk=obj.person_id)
        parts = (Contact, Education, SocialFact, MilitaryRecord, Scan)
        links = Activation.objects.filter(user__person=obj.person_id)
        return [person, links, *(part.objects.filter(person=obj.person_id) for part in parts)]

    @classmethod
    def detail_context(cls, request, obj):
        """What is wrong with the data, and what may be done from the header."""
        may_edit = cls.can_edit(request.access, obj)
        return {
            "faults": quality.by_severity(quality.faults_of(obj.pk)) if may_edit else [],
            "may_correct": may_edit,
            "may_print_card": may_edit and studies(obj),
            "has_photo": bool(obj.person.photo),
            "may_see_group": request.access.can("group.view"),
        }


class StudentStates(Register):
    """Everybody who is not studying now: on leave, expelled, graduated, with the order behind it."""

    app, name, title, title_one = "students", "states", _("Student states"), _("student state")
    model, permission, menu = Placement, "student", "students"
    menu_place = 13
    columns = [
        Column("student__person", _("Student"), link=True, sort="student__person__sort_key"),
        Column("student__number"),
        Column("status", badge=STATUS_COLOURS),
        Column("valid_from", _("Since")),
        Column("order__number", _("Order")),
        Column("order__date", _("Date of the order")),
        Column("order__kind", _("Kind of order")),
        Column("order__basis", _("Reason, basis"), sort=None),
        Column("programme__speciality", sort="programme__speciality__code", hidden=True),
        Column("group", sort="group__name"),
        Column("course"),
        Column("faculty", sort="faculty__name", hidden=True),
        Column("payment_form", hidden=True),
    ]
    filters = [
        Filter("status"),
        RelatedFilter("faculty", faculties("student.view")),
        RelatedFilter("group", groups_of("student.view")),
        RangeFilter("since", "date", lookup="valid_from", label=_("Since")),
        Filter("course"),
        Filter("form", "education_form"),
        Filter("kind", "order__kind"),
    ]
    search = ("student__number", "order__number")
    search_person = "student__person"
    select_related = ("student__person", "order", "group", "faculty", "programme__speciality")
    ordering = ("-valid_from", "student__person__sort_key")
    empty = _("Everybody studies: nobody is on leave, expelled or graduated.")

    @classmethod
    def base_queryset(cls):
        return Placement.objects.filter(valid_to=None).exclude(status="11")

    @classmethod
    def url_of(cls, obj):
        """The row leads to the student."""
        return reverse(Students.url_name("detail"), args=[obj.student_id])


@page("own.card")
def my_card(request: Request) -> HttpResponse:
    """The student's own card."""
    student = own_study(request.access)
    card = [one for one in Students.card(student) if one[0] not in _kept_by_oneself()]
    context = {"title": _("My card"), "student": student, "card": card}
    return render(
        request, "students/my_card.html", context | own_parts(student) | _placements(request, student)
    )


def _kept_by_oneself() -> set[str]:
    """Labels of the card that stand in the part students keep themselves."""
    names = ("person__phone", "person__email", "accommodation")
    return {str(Column(name).bind(Student).label) for name in names}


menu.register(menu.MenuItem("cabinet", _("My card"), "my_card", "own.card"))
