"""Printed forms: grade sheets by system and attempt, lists of the admitted, summary sheets, personal schedules.

The forms and what stands on them follow the national ones: 12 / 12a / 12b for a
hundred points, 1 / 1a / 1b for credits, 8 / 8a / 8b for five marks.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from curriculum.models import CurriculumSubject, SubjectHours, TeachingAudience
from grading import queries, rules
from grading.models import GradeSheet, PersonalSchedule, SheetLine
from grading.rulebook import Rulebook
from hemis.documents.actions import issue
from hemis.documents.kinds import DocumentKind, register
from hemis.documents.models import Document
from hemis.explain import decimal_text
from hemis.people.models import User
from structure.models import University
from students.models import Group

DATE = "%d.%m.%Y"
LECTURE = "11"
SELF_STUDY = "17"
FORMS = {
    rules.HUNDRED: ("12", "REYTING QAYDNOMASI"),
    rules.CREDIT: ("1", "BAHOLASH QAYDNOMASI"),
    rules.FIVE: ("8", "BAHOLASH QAYDNOMASI"),
}
LETTER_OF = {"11": "", "12": "a", "13": "b"}
SHEET_FIELDS = (
    "curriculum_subject__subject", "curriculum_subject__semester__academic_year",
    "curriculum_subject__curriculum__marking_system", "curriculum_subject__curriculum__speciality",
    "curriculum_subject__kafedra", "curriculum_subject__sheet_kind", "group__faculty", "examiner__person",
    "academic_year",
)  # fmt: skip


class _Paper(DocumentKind):
    """What all papers of this app share: public facts without names."""

    permission = "grade_sheet.view"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Faculty")), payload["faculty"]),
            (str(_("Group")), payload["group"]),
            (str(_("Subject")), payload.get("subject", "—")),
        ]


@register
class GradeSheetPaper(_Paper):
    """A grade sheet (qaydnoma) in the form of its marking system."""

    code = "grade_sheet"
    template_version = 3
    title = _("Grade sheet")
    permission = "grade_sheet.view"

    @classmethod
    def public_fields(cls, payload):
        return [*super().public_fields(payload), (str(_("State")), payload["state"])]


@register
class AdmissionPaper(_Paper):
    """Who may sit a final control and who not (Ruxsat)."""

    code = "exam_admission"
    title = _("List of the admitted to a final control")
    permission = "exam_list.view"


@register
class SummaryPaper(_Paper):
    """The summary sheet of a group and a semester (jamlanma qaydnoma)."""

    code = "summary_sheet"
    title = _("Summary sheet")
    permission = "performance.view"


@register
class SchedulePaper(_Paper):
    """A personal schedule (shaxsiy jadval)."""

    code = "personal_schedule"
    title = _("Personal schedule")
    permission = "personal_schedule.view"


def _figure(value: Decimal | int | None) -> str:
    """In the language of the paper, which its payload is written in."""
    return "" if value is None else decimal_text(Decimal(value))


def _university() -> dict[str, str]:
    one = University.objects.get()
    return {"name": one.name, "rector": one.rector}


def issue_once(kind: str, payload: dict[str, Any], series: str, number: str, **named: Any) -> Document:
    """The paper that says the same already, else a new one in the place of the older."""
    older = None
    for document in Document.objects.filter(kind=kind, series=series, state=Document.ISSUED).order_by("-pk")[
        :1
    ]:
        if {key: value for key, value in document.payload.items() if not key.startswith("_")} == payload:
            return document
        older = document
    with override("uz"):
        reason = str(_("The facts have changed since."))
    return issue(
        kind=kind, payload=payload, series=series, number=number, replaces=older,
        reason=reason if older else "", **named,
    )  # fmt: skip


# --- the grade sheet


def printable():
    """Sheets with all that their papers need."""
    return GradeSheet.objects.select_related(*SHEET_FIELDS)


def issue_sheet(sheet: GradeSheet, *, by: User | None) -> Document:
    """The sheet as it stands now."""
    sheet = printable().get(pk=sheet.pk)
    return issue_once(
        "grade_sheet", sheet_payload(sheet), f"grade_sheet-{sheet.pk}", sheet.number,
        title=f"№ {sheet.number} · {sheet.curriculum_subject.subject.name} · {sheet.group}",
        faculty=sheet.group.faculty, issued_by=by,
    )  # fmt: skip


def sheet_payload(sheet: GradeSheet) -> dict[str, Any]:
    """Everything the form says, in Uzbek."""
    subject = sheet.curriculum_subject
    scale = Rulebook(sheet.held_on).scale(subject.curriculum.marking_system_id)
    number, title = FORMS[scale.kind]
    with override("uz"):
        rows = _rows(sheet, scale)
        return {
            "form": f"{number}{LETTER_OF[sheet.attempt]}", "form_title": title, "scale": scale.kind,
            # Only the final control of an ordinary subject shows its parts; all others have one figure.
            "has_parts": sheet.control == rules.FINAL,
            "shows_points": scale.kind != rules.FIVE,
            "university": _university(), "number": sheet.number, "faculty": sheet.group.faculty.name,
            "course": subject.semester.get_course_display(), "semester": subject.semester.number,
            "year": str(subject.semester.academic_year), "group": str(sheet.group),
            "subject": subject.subject.name, "kind": subject.sheet_kind.name, "control": sheet.get_control_display(),
            "attempt": sheet.get_attempt_display(), "maximum": _figure(sheet.max_points),
            "kafedra": subject.kafedra.name, "teachers": _teachers(sheet),
            "examiner": sheet.examiner.person.full_name if sheet.examiner else "",
            "hours": _hours(subject), "credit": _figure(subject.credit),
            "date": sheet.held_on.strftime(DATE) if sheet.held_on else "",
            "state": str(sheet.get_state_display()), "rows": rows, "total": len(rows), "counts": _counts(rows),
            "signed": _moment(sheet.signed_at, sheet.signed_by), "checked": _moment(sheet.checked_at, sheet.checked_by),
            "closed": _moment(sheet.closed_at, sheet.closed_by),
        }  # fmt: skip


def _moment(at, by) -> str:
    from django.utils import timezone

    return f"{by}, {timezone.localtime(at):%d.%m.%Y %H:%M}" if at and by else ""


def _hours(subject: CurriculumSubject) -> int:
    return sum(SubjectHours.objects.filter(curriculum_subject=subject).values_list("hours", flat=True))


def _teachers(sheet: GradeSheet) -> dict[str, str]:
    """The lecturer, and who gives practice and laboratory classes."""
    found: dict[str, list[str]] = {"lecture": [], "practice": []}
    rows = TeachingAudience.objects.filter(
        curriculum_subject=sheet.curriculum_subject_id, group=sheet.group_id, teaching__teacher__isnull=False
    ).select_related("teaching__teacher__person")
    for row in rows.order_by("teaching__training_type", "pk"):
        where = found["lecture" if row.teaching.training_type == LECTURE else "practice"]
        name = row.teaching.teacher.person.full_name
        if name not in where:
            where.append(name)
    return {kind: ", ".join(names) for kind, names in found.items()}


def _rows(sheet: GradeSheet, scale: rules.Scale) -> list[dict[str, str]]:
    subject = sheet.curriculum_subject
    lines = list(sheet.lines.select_related("student__person"))
    maxima = queries.maxima_of([subject.pk])[subject.pk]
    got = queries.lines_of([subject.pk], [one.student_id for one in lines], states=GradeSheet.ANNOUNCED)
    hours = _hours(subject)
    base = _base(scale, maxima)
    found = []
    for number, line in enumerate(lines, start=1):
        counted = queries.counted(scale, maxima, got.get((line.student_id, subject.pk), {}), sheet.attempt)
        counted[sheet.control] = rules.Got(line.status, line.points)
        outcome = rules.result(scale, maxima, counted) if line.status else None
        is_last = sheet.control == rules.deciding(maxima)
        value = outcome.value if outcome and is_last else None
        before = rules.before_final(scale, counted)
        found.append(
            {
                "number": str(number), "name": line.student.person.full_name, "student": line.student.number,
                "current": _figure(rules.part(scale, counted, rules.CURRENT_ALL)),
                "midterm": _figure(rules.part(scale, counted, rules.MIDTERM_ALL)),
                "before": _figure(before), "before_mark": _part_mark(scale, before, base), "points": _cell(line),
                "points_mark": _part_mark(scale, line.points, sheet.max_points),
                "overall": _figure(value.overall) if value else "",
                "mark": (str(value.mark) if value and value.mark else "") if value else "",
                "letter": value.letter if value else "", "passed": "1" if value and value.passed else "",
                # "Reyting bali" of the hundred-point form: overall × hours / 100.
                "rating": _figure(rules.rounded(value.overall * hours / 100)) if value else "",
                "absent": "1" if line.status in (SheetLine.ABSENT, SheetLine.EXCUSED) else "",
            }
        )  # fmt: skip
    return found


def _base(scale: rules.Scale, maxima: dict[str, Decimal]) -> Decimal:
    """The most that JN+ON may bring."""
    parts = [most for code, most in maxima.items() if code in (*rules.CURRENT_ALL, *rules.MIDTERM_ALL)]
    return scale.highest if scale.kind == rules.FIVE else sum(parts, Decimal(0))


def _part_mark(scale: rules.Scale, points: Decimal | None, most: Decimal | None) -> str:
    """The mark of a part by itself, as if it were the whole scale."""
    if points is None or not most:
        return ""
    return str(scale.border(rules.rounded(points * scale.highest / most)).mark)


def _cell(line: SheetLine) -> str:
    if line.points is not None:
        return _figure(line.points)
    return {
        SheetLine.ABSENT: "kelmadi", SheetLine.EXCUSED: "kelmadi (sababli)",
        SheetLine.NOT_ADMITTED: "ruxsat etilmagan",
    }.get(line.status, "")  # fmt: skip


def _counts(rows: list[dict[str, str]]) -> dict[str, int]:
    marks = [row["mark"] for row in rows]
    return {
        "five": marks.count("5"), "four": marks.count("4"), "three": marks.count("3"), "two": marks.count("2"),
        "absent": sum(bool(row["absent"]) for row in rows),
    }  # fmt: skip


# --- who is admitted


def issue_exam_list(
    subject: CurriculumSubject, group: Group, *, attempt: str, by: User | None
) -> Document | None:
    """The list of one subject and group; None when nobody is registered."""
    candidates = queries.admissions([subject], [group.pk], attempt=attempt, book=Rulebook()).get(
        (subject.pk, group.pk), []
    )
    if not candidates:
        return None
    with override("uz"):
        candidates = queries.admissions([subject], [group.pk], attempt=attempt, book=Rulebook())[
            subject.pk, group.pk
        ]
        payload = _admission_payload(subject, group, attempt, [
            {
                "number": str(number), "name": one.student.person.full_name, "student": one.student.number,
                "current": _figure(one.current), "midterm": _figure(one.midterm), "before": _figure(one.before),
                "admitted": one.admitted, "why": one.why,
            }
            for number, one in enumerate(candidates, start=1)
        ])  # fmt: skip
    return issue_once(
        "exam_admission", payload, f"exam_admission-{subject.pk}-{group.pk}-{attempt}",
        f"{subject.pk}-{group.pk}-{attempt}", title=f"{subject.subject.name} · {group}", faculty=group.faculty,
        issued_by=by,
    )  # fmt: skip


def issue_admission_list(sheet: GradeSheet, *, by: User | None) -> Document:
    """The list as the sheet holds it: who has a line to fill and who is barred."""
    sheet = printable().get(pk=sheet.pk)
    with override("uz"):
        scale = Rulebook(sheet.held_on).scale(sheet.curriculum_subject.curriculum.marking_system_id)
        notes = dict(sheet.lines.values_list("student__number", "note"))
        barred = set(
            sheet.lines.filter(status=SheetLine.NOT_ADMITTED).values_list("student__number", flat=True)
        )
        rows = [
            {
                "number": row["number"], "name": row["name"], "student": row["student"], "current": row["current"],
                "midterm": row["midterm"], "before": row["before"], "admitted": row["student"] not in barred,
                "why": notes[row["student"]] if row["student"] in barred else "",
            }
            for row in _rows(sheet, scale)
        ]  # fmt: skip
        payload = _admission_payload(sheet.curriculum_subject, sheet.group, sheet.attempt, rows)
    return issue_once(
        "exam_admission", payload, f"exam_admission-sheet-{sheet.pk}", sheet.number, title=str(sheet),
        faculty=sheet.group.faculty, issued_by=by,
    )  # fmt: skip


def _admission_payload(
    subject: CurriculumSubject, group: Group, attempt: str, rows: list[dict[str, Any]]
) -> dict[str, Any]:
    from hemis.classifiers.queries import label

    return {
        "university": _university(), "faculty": group.faculty.name, "group": str(group),
        "subject": subject.subject.name, "course": subject.semester.get_course_display(),
        "semester": subject.semester.number, "year": str(subject.semester.academic_year),
        "attempt": label("h_final_exam_type", attempt), "rows": rows,
        "admitted": sum(row["admitted"] for row in rows), "refused": sum(not row["admitted"] for row in rows),
    }  # fmt: skip


# --- the summary sheet


def issue_summary(group: Group, semester: Any, *, by: User | None) -> Document:
    """Group × subject as it stands now."""
    with override("uz"):
        matrix = queries.summary(group, semester)
        payload = {
            "university": _university(), "faculty": group.faculty.name, "group": str(group),
            "course": semester.get_course_display(), "semester": semester.number,
            "year": str(semester.academic_year),
            "subjects": [
                {"name": one.subject.name, "credit": _figure(one.credit)} for one in matrix.subjects
            ],
            "rows": [
                {
                    "number": str(number), "name": row["student"].person.full_name, "student": row["student"].number,
                    "cells": [_summary_cell(cell) for cell in row["cells"]],
                    "gpa": "" if row["gpa"] is None else f"{row['gpa']}", "debts": row["debts"],
                }
                for number, row in enumerate(matrix.rows, start=1)
            ],
        }  # fmt: skip
    series = f"summary_sheet-{group.pk}-{semester.number}"
    return issue_once(
        "summary_sheet", payload, series, f"{group.pk}-{semester.number}", title=f"{group} · {semester}",
        faculty=group.faculty, issued_by=by,
    )  # fmt: skip


def _summary_cell(cell: dict[str, Any]) -> str:
    result = cell["result"]
    if result is None:
        return "—" if not cell["registered"] else ""
    retake = {"12": " (1-QT)", "13": " (2-QT)"}.get(result.attempt, "")
    return f"{_figure(result.overall)} / {result.mark}{retake}"


# --- the personal schedule


def issue_schedule(schedule: PersonalSchedule, *, by: User | None) -> Document:
    """The schedule with what has been made good by now; the student reads it too."""
    schedule = PersonalSchedule.objects.select_related(
        "student__person", "student__current__group__faculty", "student__current__programme__speciality",
        "student__current__faculty", "academic_year",
    ).get(pk=schedule.pk)  # fmt: skip
    student, now = schedule.student, schedule.student.current
    from grading.pages.schedules import lines_of

    with override("uz"):
        rows = lines_of(schedule)
        hours = {one["line"].curriculum_subject_id: _hours(one["line"].curriculum_subject) for one in rows}
        payload = {
            "university": _university(), "number": schedule.number, "date": schedule.drawn_on.strftime(DATE),
            "due": schedule.due_on.strftime(DATE), "faculty": now.faculty.name,
            "speciality": now.programme.speciality.on_paper,
            "type": now.programme.speciality.get_education_type_display(), "form": now.get_education_form_display(),
            "course": now.get_course_display(), "group": str(now.group or ""), "name": student.person.full_name,
            "student": student.number, "order_number": schedule.order_number,
            "order_date": schedule.order_date.strftime(DATE) if schedule.order_date else "",
            "rows": [
                {
                    "number": str(number), "semester": one["line"].curriculum_subject.semester.number,
                    "subject": one["line"].curriculum_subject.subject.name, "kind": str(one["line"].get_kind_display()),
                    "load": f"{hours[one['line'].curriculum_subject_id]} / "
                    f"{_figure(one['line'].curriculum_subject.credit)}",
                    "result": f"{_figure(one['result'].overall)} / {one['result'].mark}"
                    if one["result"] and one["result"].passed
                    else "",
                    "teacher": one["line"].examiner.person.full_name if one["line"].examiner else "",
                    "due": one["line"].due_on.strftime(DATE),
                }
                for number, one in enumerate(rows, start=1)
            ],
        }  # fmt: skip
    return issue_once(
        "personal_schedule", payload, f"personal_schedule-{schedule.pk}", schedule.number, title=str(schedule),
        owner=student.person, faculty=now.faculty, issued_by=by,
    )  # fmt: skip
