"""A curriculum as a workbook (duty 2.3): what of it is imported has the headers of its sheet."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from curriculum import queries
from curriculum.models import Curriculum
from curriculum.sheets.columns import NO, YES
from curriculum.sheets.plan import CONTROL, HOURS, PlanSheet
from curriculum.sheets.weeks import WeekSheet
from hemis.classifiers import queries as classifiers
from hemis.sheets import writing


def plan_book(curriculum: Curriculum, access) -> bytes:
    """The whole plan: subjects as the sheet that is imported, then semesters, weeks and the header."""
    declared = PlanSheet(access, {})
    names = list(declared.fields)
    lines = []
    for one in queries.subjects_of(curriculum):
        values: dict[str, Any] = {
            "semester": one.semester.number, "subject": one.subject.code, "name": one.subject.name,
            "block": classifiers.label("h_subject_block", one.block.block) if one.block else "",
            "kind": classifiers.label("h_subject_type", one.kind), "elective_group": one.elective_group,
            "places": one.places or "", "credit": one.credit, "in_semester": YES if one.in_semester else NO,
            "sheet_kind": one.sheet_kind.code, "final_form": classifiers.label("h_exam_finish", one.final_form),
            "kafedra": one.kafedra.code, "starts_on": one.semester.starts_on, "ends_on": one.semester.ends_on,
        }  # fmt: skip
        values |= {HOURS + part.training_type: part.hours for part in one.hours.all()}
        values |= {CONTROL + part.control: part.max_points for part in one.controls.all()}
        lines.append([values.get(name, "") for name in names])
    semesters = [
        [one.number, one.get_course_display(), str(one.academic_year), one.starts_on, one.ends_on]
        for one in curriculum.semesters.select_related("academic_year")
    ]
    weeks = [
        [week.number, week.starts_on, week.ends_on, week.semester.number if week.semester else "",
         week.get_kind_display()]
        for week in curriculum.weeks.select_related("semester")
    ]  # fmt: skip
    header = [
        [str(Curriculum._meta.get_field(name).verbose_name), str(value)]
        for name, value in (
            ("name", curriculum.name), ("name_ru", curriculum.name_ru), ("name_en", curriculum.name_en),
            ("speciality", curriculum.speciality),
            ("education_form", curriculum.get_education_form_display()),  # type: ignore[attr-defined]
            ("start_year", curriculum.start_year), ("semester_count", curriculum.semester_count),
            ("marking_system", curriculum.marking_system), ("release", curriculum.release),
            ("state", curriculum.get_state_display()),
        )
    ]  # fmt: skip
    return writing.book(
        [
            (_("Subjects"), [column.header for column in declared.fields.values()], lines),
            (
                _("Semesters"),
                [_("Semester"), _("Course"), _("Academic year"), _("Begins"), _("Ends")],
                semesters,
            ),
            (
                _("Weeks"),
                [column.header for column in WeekSheet(access, {}).fields.values()],
                weeks,
            ),
            (_("Curriculum"), [_("Field"), _("Value")], header),
        ]
    )
