"""Curricula and their subjects as lists and cards (duties 2.3, B6)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from curriculum import forms, queries, rules
from curriculum.models import (
    Curriculum,
    CurriculumSubject,
)
from curriculum.pages.plan.common import editable, faculties, may, specialities
from curriculum.pages.reference import kafedras, systems, years
from hemis.base import Request
from hemis.classifiers import queries as classifiers
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.register import Register, Tab

STATE_COLOURS = {Curriculum.DRAFT: "orange", Curriculum.APPROVED: "green", Curriculum.RETIRED: "secondary"}


def _plan(request: Request, curriculum: Curriculum) -> dict:
    subjects = queries.subjects_of(curriculum)
    training, controls, semesters = queries.plan_by_semester(curriculum, subjects)
    for view in semesters:
        _neighbours(view.rows)
    return {
        "training": queries.labels("h_training_type", training),
        "controls": queries.labels("h_exam_type", controls),
        "semesters": semesters,
        "blocks": curriculum.blocks.all(),
        "block_form": forms.CurriculumBlockForm(),
        "load": queries.kafedra_load(subjects),
        "editable": editable(request, curriculum),
        "total_credit": sum((one.credit + one.extra_credit for one in semesters), 0),
        "total_hours": sum(one.hours for one in semesters),
    }


def _neighbours(rows: list[dict]) -> None:
    """Behind whom each subject stands when it goes one place up or down: buttons for who does not drag."""
    keys = [row["subject"].pk for row in rows]
    for at, row in enumerate(rows):
        row["up"] = None if at == 0 else keys[at - 2] if at > 1 else 0
        row["down"] = keys[at + 1] if at + 1 < len(keys) else None


def _graph(request: Request, curriculum: Curriculum) -> dict:
    return {
        "graph": queries.graph_of(curriculum),
        "kinds": classifiers.choices("h_education_week_type"),
        "weeks_form": forms.WeeksForm(),
        "may_set": may(request, curriculum) and curriculum.state != Curriculum.RETIRED,
        "semesters": curriculum.semesters.select_related("academic_year"),
        "editable": editable(request, curriculum),
    }


def _checks(request: Request, curriculum: Curriculum) -> dict:
    return {"checks": rules.check_plan(queries.plan_of(curriculum))}


class Curricula(Register):
    app, name, title, title_one = (
        "curriculum",
        "curricula",
        gettext_lazy("Curricula"),
        gettext_lazy("curriculum"),
    )
    model, permission, menu = Curriculum, "curriculum", "curriculum"
    columns = [
        Column("name", link=True),
        Column("speciality", sort="speciality__code"),
        Column("education_form"),
        Column("start_year"),
        Column("marking_system", sort="marking_system__code", hidden=True),
        Column("semester_count", numeric=True),
        Column("release", numeric=True),
        Column("state", badge=STATE_COLOURS),
        Column("speciality__faculty", sort="speciality__faculty__name", hidden=True),
    ]
    filters = [
        RelatedFilter("faculty", faculties, lookup="speciality__faculty"),
        RelatedFilter("speciality", specialities),
        Filter("type", "speciality__education_type"),
        Filter("education_form"),
        RelatedFilter("start_year", years),
        RelatedFilter("marking_system", systems),
        Filter("state"),
    ]
    search = ("name", "name_ru", "name_en", "speciality__code", "speciality__name")
    select_related = (
        "speciality__faculty",
        "start_year",
        "marking_system",
        "approved_by",
        "copied_from__start_year",
    )
    fields = (
        "name", "name_ru", "name_en", "speciality", "speciality__faculty", "speciality__education_type",
        "education_form", "marking_system", "start_year", "semester_count", "hours_per_credit", "release",
        "copied_from", "state", "approved_by", "approved_at", "note",
    )  # fmt: skip
    tabs = [
        Tab("plan", gettext_lazy("Subjects"), "curriculum/_plan.html", _plan),
        Tab("graph", gettext_lazy("Weeks"), "curriculum/_graph.html", _graph),
        Tab("checks", gettext_lazy("Checks"), "curriculum/_checks.html", _checks),
    ]
    form = forms.CurriculumForm
    detail_template = "curriculum/curriculum.html"
    empty = gettext_lazy("Make the first curriculum, or copy one of last year.")

    @classmethod
    def rows(cls, access, permission=""):
        """Only a draft is changed or deleted."""
        found = super().rows(access, permission)
        return found.filter(state=Curriculum.DRAFT) if permission == cls.edit_permission() else found

    @classmethod
    def detail_context(cls, request, obj):
        may_copy = may(request, obj)
        return {
            "may_copy": may_copy,
            "may_import": may_copy and obj.state == Curriculum.DRAFT,
            "copy_form": forms.CopyForm(
                initial={"start_year": obj.start_year_id + 1, "education_form": obj.education_form}
            ),
            "may_approve": obj.state == Curriculum.DRAFT and may(request, obj, "curriculum.approve"),
            "may_retire": obj.state == Curriculum.APPROVED and may(request, obj, "curriculum.approve"),
            "may_print": True,
        }


class CurriculumSubjects(Register):
    """Subjects of all plans in scope: what a faculty or an office looks for across plans."""

    app, name, title, title_one = "curriculum", "plan_subjects", gettext_lazy(
        "Subjects of curricula"
    ), gettext_lazy("subject of a curriculum")  # fmt: skip
    model, permission, menu = CurriculumSubject, "curriculum", "curriculum"
    columns = [
        Column("subject", link=True, sort="subject__name"),
        Column("curriculum", sort="curriculum__name"),
        Column("semester__number", numeric=True),
        Column("kafedra", sort="kafedra__name"),
        Column("kind"),
        Column("credit", numeric=True),
        Column("sheet_kind", sort="sheet_kind__code", hidden=True),
        Column("final_form"),
        Column("teacher", sort="teacher__person__sort_key", hidden=True),
        Column("elective_group", hidden=True),
    ]
    filters = [
        RelatedFilter("faculty", faculties, lookup="curriculum__speciality__faculty"),
        RelatedFilter("kafedra", kafedras),
        RelatedFilter("year", years, lookup="semester__academic_year", label=gettext_lazy("academic year")),
        Filter("course", "semester__course"),
        Filter("kind"),
        Filter("state", "curriculum__state"),
    ]
    search = ("subject__name", "subject__code", "curriculum__name")
    select_related = (
        "subject", "curriculum__start_year", "curriculum__speciality", "curriculum__marking_system", "semester",
        "kafedra", "sheet_kind", "teacher__person", "block",
    )  # fmt: skip
    ordering = ("curriculum", "semester__number", "position")
    fields = (
        "curriculum", "semester", "subject", "block", "kind", "elective_group", "places", "sheet_kind", "final_form",
        "kafedra", "teacher", "credit", "in_semester",
    )  # fmt: skip
    form = forms.CurriculumSubjectForm
    deletable = False
    empty = gettext_lazy("Subjects are put into a curriculum on its own page.")

    @classmethod
    def rows(cls, access, permission=""):
        found = super().rows(access, permission).filter(curriculum__is_relearning=False)
        return (
            found.filter(curriculum__state=Curriculum.DRAFT) if permission == cls.edit_permission() else found
        )

    @classmethod
    def card(cls, obj):
        """With hours and controls."""
        return [
            *super().card(obj),
            *((part.get_training_type_display(), str(part.hours)) for part in obj.hours.all()),
            *((part.get_control_display(), str(part.max_points)) for part in obj.controls.all()),
        ]
