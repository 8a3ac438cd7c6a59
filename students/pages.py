"""Registers of duty 2.1 and the student's own card."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from hemis.access.guard import page
from hemis.base import Request
from hemis.documents.models import Document
from hemis.pages import menu
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RangeFilter, RelatedFilter
from hemis.pages.register import Register, Tab
from structure.models import Unit
from students.forms import GroupForm, ProgrammeForm, SpecialityForm, StudentForm
from students.models import Candidate, Group, Programme, Speciality, Student

STATUS_COLOURS = {"11": "green", "12": "red", "13": "orange", "14": "blue"}


def _faculties(permission: str):
    """Faculties inside the scope of ``permission``."""

    def choose(access):
        scope = access.scope(permission)
        found = Unit.objects.faculties()
        return found if scope.everything else found.filter(pk__in=scope.faculty_ids)

    return choose


def _groups(permission: str):
    return lambda access: Group.objects.filter(is_active=True).for_scope(access.scope(permission))


def _specialities(permission: str):
    return lambda access: Speciality.objects.filter(is_active=True).for_scope(access.scope(permission))


class Specialities(Register):
    app, name, title, title_one = "students", "specialities", _("Specialities"), _("speciality")
    model, permission, menu = Speciality, "speciality", "students"
    columns = [
        Column("code"),
        Column("name", link=True),
        Column("education_type"),
        Column("faculty", sort="faculty__name"),
        Column("kafedra", sort="kafedra__name", hidden=True),
        Column("is_active"),
    ]
    filters = [
        Filter("education_type"),
        RelatedFilter("faculty", _faculties("speciality.view")),
        BooleanFilter("is_active"),
    ]
    search = ("code", "name", "name_ru", "name_en")
    select_related = ("faculty", "kafedra")
    form = SpecialityForm
    empty = _("Add the specialities that your faculty teaches.")


class Programmes(Register):
    app, name, title, title_one = "students", "programmes", _("Programmes"), _("programme")
    model, permission, menu = Programme, "programme", "students"
    columns = [
        Column("speciality__code"),
        Column("speciality__name", link=True),
        Column("education_form"),
        Column("years", numeric=True),
        Column("speciality__faculty", sort="speciality__faculty__name"),
        Column("is_active"),
    ]
    filters = [
        RelatedFilter("faculty", _faculties("programme.view"), lookup="speciality__faculty"),
        Filter("education_form"),
        BooleanFilter("is_active"),
    ]
    search = ("speciality__code", "speciality__name")
    select_related = ("speciality__faculty",)
    form = ProgrammeForm
    empty = _("A programme is a speciality in one form of education.")


class Groups(Register):
    app, name, title, title_one = "students", "groups", _("Groups"), _("group")
    model, permission, menu = Group, "group", "students"
    columns = [
        Column("name", link=True),
        Column("speciality", sort="speciality__code"),
        Column("entry_year", numeric=True),
        Column("education_form"),
        Column("language"),
        Column("capacity", numeric=True),
        Column("faculty", sort="faculty__name", hidden=True),
        Column("is_active"),
    ]
    filters = [
        RelatedFilter("faculty", _faculties("group.view")),
        RelatedFilter("speciality", _specialities("group.view")),
        RangeFilter("entry_year"),
        Filter("language"),
        BooleanFilter("is_active"),
    ]
    search = ("name", "speciality__name", "speciality__code")
    select_related = ("speciality", "faculty")
    form = GroupForm
    empty = _("Add the academic groups of the faculty.")


class Candidates(Register):
    app, name, title, title_one = "students", "candidates", _("Candidates"), _("candidate")
    model, permission, menu = Candidate, "candidate", "students"
    columns = [
        Column("person", link=True, sort="person__sort_key"),
        Column("person__pinfl", hidden=True),
        Column("programme__speciality", sort="programme__speciality__code"),
        Column("programme__education_form"),
        Column("group", sort="group__name"),
        Column("language"),
        Column("payment_form"),
        Column("score", numeric=True),
        Column("entry_year", numeric=True, hidden=True),
        Column(
            "state",
            _("State"),
            value=lambda row: _("student") if row.is_student else _("candidate"),
            sort="is_student",
        ),
    ]
    filters = [
        RelatedFilter("faculty", _faculties("candidate.view"), lookup="group__faculty"),
        RelatedFilter("speciality", _specialities("candidate.view"), lookup="programme__speciality"),
        Filter("form", "programme__education_form"),
        Filter("payment_form"),
        Filter("language"),
        RelatedFilter("group", _groups("candidate.view")),
        RangeFilter("score"),
    ]
    search_person = "person"
    is_about_people = True
    select_related = ("person", "programme__speciality", "group")
    fields = (
        "person",
        "person__pinfl",
        "person__passport",
        "person__birth_date",
        "person__gender",
        "person__region",
        "person__district",
        "person__address",
        "person__phone",
        "programme",
        "group",
        "language",
        "payment_form",
        "social_category",
        "score",
        "entry_year",
    )
    empty = _("Import the admission list: its good rows become candidates.")

    @classmethod
    def base_queryset(cls):
        from django.db.models import Exists, OuterRef

        admitted = Student.objects.filter(candidate=OuterRef("pk"), current__isnull=False)
        return Candidate.objects.annotate(is_student=Exists(admitted))


def _placements(request: Request, student: Student) -> dict:
    return {
        "placements": student.placements.select_related(
            "order", "closed_by", "faculty", "group", "programme__speciality", "academic_year"
        )
    }


def _documents(request: Request, student: Student) -> dict:
    return {"documents": Document.objects.filter(owner=student.person).order_by("-issued_at")}


class Students(Register):
    app, name, title, title_one = "students", "students", _("Students"), _("student")
    model, permission, menu = Student, "student", "students"
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
    ]
    filters = [
        RelatedFilter("faculty", _faculties("student.view"), lookup="current__faculty"),
        RelatedFilter("speciality", _specialities("student.view"), lookup="current__programme__speciality"),
        RelatedFilter("group", _groups("student.view"), lookup="current__group"),
        Filter("course", "current__course"),
        Filter("form", "current__education_form"),
        Filter("payment_form", "current__payment_form"),
        Filter("status", "current__status"),
        Filter("gender", "person__gender"),
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
        "accommodation",
        "entry_year",
        "entrance_score",
    )
    tabs = [
        Tab("placements", _("Placements"), "students/_placements.html", _placements),
        Tab("documents", _("Documents"), "students/_documents.html", _documents),
    ]
    form = StudentForm
    deletable = False
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


@page("candidate.import")
def import_admission(request: Request) -> HttpResponse:
    """The way into the import."""
    return redirect("sheet_upload", code="students.admission")


@page("own.card")
def my_card(request: Request) -> HttpResponse:
    """The student's own card."""
    scope = request.access.scope("own.card")
    student = Student.objects.for_scope(scope).with_card().order_by("-entry_year").first()
    if student is None:
        raise Http404
    context = {"title": _("My card"), "student": student, "card": Students.card(student)}
    return render(request, "students/my_card.html", context | _placements(request, student))


menu.register(
    menu.MenuItem("students", _("Import the admission list"), "import_admission", "candidate.import")
)
menu.register(menu.MenuItem("cabinet", _("My card"), "my_card", "own.card"))
