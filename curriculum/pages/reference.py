"""Registers of subjects (duty 3.2), of marking systems and class pairs (3.3)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum import actions, forms, sheets
from curriculum.models import (
    ClassPair,
    CurriculumNorm,
    GradeType,
    MarkingRule,
    MarkingSystem,
    RatingSheetKind,
    Subject,
    SubjectGroup,
)
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register, Tab
from hemis.sheets.pages import XLSX, way_to
from structure.models import Unit
from students.models import AcademicYear


def years(access):
    """Academic years to choose from."""
    return AcademicYear.objects.all()


def kafedras(access):
    """Kafedras to choose from."""
    return Unit.objects.kafedras().filter(is_active=True)


def systems(access):
    """Marking systems to choose from."""
    return MarkingSystem.objects.all()


# --- duty 3.2


class SubjectGroups(Register):
    app, name, title, title_one = "curriculum", "subject_groups", gettext_lazy("Subject groups"), gettext_lazy(
        "subject group"
    )  # fmt: skip
    model, permission, menu = SubjectGroup, "subject", "subjects"
    columns = [
        Column("code"),
        Column("name", link=True),
        Column("parent", sort="parent__name"),
        Column("is_active"),
    ]
    filters = [BooleanFilter("is_active")]
    search = ("code", "name", "name_ru", "name_en")
    select_related = ("parent",)
    fields = ("code", "name", "name_ru", "name_en", "parent", "is_active")
    form = forms.SubjectGroupForm
    empty = gettext_lazy("Add the first group of subjects; subjects are entered into groups.")


class Subjects(Register):
    app, name, title, title_one = "curriculum", "subjects", gettext_lazy("Subjects"), gettext_lazy("subject")
    model, permission, menu = Subject, "subject", "subjects"
    columns = [
        Column("code"),
        Column("name", link=True),
        Column("name_ru", hidden=True),
        Column("name_en"),
        Column("group", sort="group__name"),
        Column("education_type"),
        Column("kafedra", sort="kafedra__name"),
        Column("is_active"),
    ]
    filters = [
        RelatedFilter("group", lambda access: SubjectGroup.objects.all()),
        Filter("education_type"),
        RelatedFilter("kafedra", kafedras),
        BooleanFilter("is_active"),
        BooleanFilter("no_english", lookup="name_en__exact", label=gettext_lazy("Without an English name")),
    ]
    search = ("code", "name", "name_ru", "name_en")
    select_related = ("group", "kafedra")
    fields = ("code", "name", "name_ru", "name_en", "group", "education_type", "kafedra", "is_active")
    form = forms.SubjectForm
    header_actions = [
        MenuItem("subjects", gettext_lazy("Excel for import"), "curriculum_subjects_book", "subject.view"),
        MenuItem(
            "subjects", gettext_lazy("Fill in from Excel"), "curriculum_subjects_import", "subject.edit"
        ),
    ]
    empty = gettext_lazy("Add the first subject; curricula are made of subjects.")


@page("subject.view")
def subjects_book(request: Request) -> HttpResponse:
    """All subjects as the sheet that an import takes back."""
    answer = HttpResponse(
        sheets.subjects_book(Subjects.rows(request.access), request.access), content_type=XLSX
    )
    answer["Content-Disposition"] = 'attachment; filename="subjects.xlsx"'
    return answer


import_subjects = way_to(sheets.SubjectSheet.code, permission="subject.edit")


# --- duty 3.3


def _make_current(request: Request, rows) -> str | None:
    """One year is current: the former one stops being it."""
    if rows.count() != 1:
        messages.error(request, _("Tick one year."))
        return None
    actions.make_current(rows.get(), access=request.access)
    return _("%(year)s is the current academic year.") % {"year": rows.get()}


class AcademicYears(Register):
    app, name, title, title_one = "curriculum", "academicyears", gettext_lazy("Academic years"), gettext_lazy(
        "academic year"
    )  # fmt: skip
    model, permission, menu = AcademicYear, "academic_year", "curriculum"
    columns = [Column("year", link=True, value=str, sort="year"), Column("is_current")]
    filters = [BooleanFilter("is_current")]
    fields = ("year", "is_current")
    form = forms.AcademicYearForm
    actions = [
        BulkAction(
            "current",
            gettext_lazy("Make it the current year"),
            "academic_year.edit",
            _make_current,
        )
    ]
    empty = gettext_lazy("Add the academic year that begins.")

    @classmethod
    def can_edit(cls, access, obj):
        """The number of a year is its key: a year is entered once and never changed."""
        return False


def _rules_of(request: Request, system: MarkingSystem) -> dict:
    return {"rules": system.rules.all(), "grades": system.grades.all()}


class MarkingSystems(Register):
    app, name, title, title_one = "curriculum", "markingsystems", gettext_lazy("Marking systems"), gettext_lazy(
        "marking system"
    )  # fmt: skip
    model, permission, menu = MarkingSystem, "marking_system", "curriculum"
    columns = [Column("code"), Column("name", link=True), Column("scale"), Column("is_active")]
    filters = [Filter("scale"), BooleanFilter("is_active")]
    search = ("code", "name", "name_ru", "name_en")
    tabs = [Tab("scale", gettext_lazy("Rules and grades"), "curriculum/_marking_system.html", _rules_of)]
    form = forms.MarkingSystemForm
    empty = gettext_lazy("Add the first marking system.")


class MarkingRules(Register):
    app, name, title, title_one = "curriculum", "marking_rules", gettext_lazy(
        "Rules of marking systems"
    ), gettext_lazy("rule of a marking system")  # fmt: skip
    model, permission, menu = MarkingRule, "marking_system", "curriculum"
    columns = [
        Column("system", link=True, sort="system__code"),
        Column("valid_from"),
        Column("pass_percent", numeric=True),
        Column("attempts", numeric=True),
        Column("gpa_threshold", numeric=True),
        Column("basis"),
    ]
    filters = [RelatedFilter("system", systems)]
    search = ("basis",)
    select_related = ("system",)
    form = forms.MarkingRuleForm
    empty = gettext_lazy("A rule says from which day what is asked; the newest one holds.")


class GradeTypes(Register):
    app, name, title, title_one = (
        "curriculum",
        "grade_types",
        gettext_lazy("Grade types"),
        gettext_lazy("grade type"),
    )
    model, permission, menu = GradeType, "grade_type", "curriculum"
    columns = [
        Column("system", sort="system__code"),
        Column("valid_from"),
        Column("name", link=True),
        Column("mark", numeric=True),
        Column("letter"),
        Column("lowest", numeric=True),
        Column("point", numeric=True),
    ]
    filters = [RelatedFilter("system", systems)]
    search = ("name", "letter")
    select_related = ("system",)
    form = forms.GradeTypeForm
    empty = gettext_lazy("A grade is given from its border up to the border of the next better one.")


class RatingSheetKinds(Register):
    app, name, title, title_one = "curriculum", "rating_sheet_kinds", gettext_lazy(
        "Kinds of rating sheet"
    ), gettext_lazy("kind of rating sheet")  # fmt: skip
    model, permission, menu = RatingSheetKind, "rating_sheet_kind", "curriculum"
    columns = [
        Column("code"),
        Column("short_name"),
        Column("name", link=True),
        Column("has_parts"),
        Column("is_active"),
    ]
    filters = [BooleanFilter("has_parts"), BooleanFilter("is_active")]
    search = ("code", "name", "short_name")
    form = forms.RatingSheetKindForm
    empty = gettext_lazy("Add the first kind of rating sheet.")


class ClassPairs(Register):
    app, name, title, title_one = (
        "curriculum",
        "class_pairs",
        gettext_lazy("Class pairs"),
        gettext_lazy("class pair"),
    )
    model, permission, menu = ClassPair, "class_pair", "curriculum"
    columns = [
        Column("academic_year"),
        Column("number", link=True, numeric=True),
        Column("starts", value=lambda row: f"{row.starts:%H:%M}", sort="starts"),
        Column("ends", value=lambda row: f"{row.ends:%H:%M}", sort="ends"),
        Column("is_active"),
    ]
    filters = [RelatedFilter("academic_year", years), BooleanFilter("is_active")]
    select_related = ("academic_year",)
    form = forms.ClassPairForm
    empty = gettext_lazy("Add the pairs of the academic year with the times they begin and end.")


class CurriculumNorms(Register):
    app, name, title, title_one = "curriculum", "norms", gettext_lazy("Norms of curricula"), gettext_lazy(
        "norm of curricula"
    )  # fmt: skip
    model, permission, menu = CurriculumNorm, "marking_system", "curriculum"
    columns = [
        Column("code", link=True),
        Column("education_type"),
        Column("low", numeric=True),
        Column("high", numeric=True),
        Column("valid_from"),
        Column("basis"),
    ]
    filters = [Filter("code"), Filter("education_type")]
    search = ("basis",)
    form = forms.CurriculumNormForm
    empty = gettext_lazy("Figures that the law sets for curricula, with the day they hold from.")
