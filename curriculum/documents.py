"""The whole curriculum on paper, and the plan of a course of relearning."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from curriculum import queries
from curriculum.models import Curriculum, RelearningCourse, Teaching
from curriculum.relearning_courses import students_of
from hemis.classifiers import queries as classifiers
from hemis.documents.actions import issue
from hemis.documents.kinds import DocumentKind, register
from hemis.documents.models import Document
from hemis.people.models import User
from structure.models import University

DATE = "%d.%m.%Y"


@register
class CurriculumDocument(DocumentKind):
    """The plan of a speciality in the order of the official form: the year's graph, the budget of weeks,
    subjects by blocks with their credits by semester, controls, signatures.
    """

    code = "curriculum"
    title = _("Curriculum")
    permission = "curriculum.view"
    template_version = 2

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Speciality")), payload["speciality"]),
            (str(_("Year of entry")), payload["year"]),
            (str(_("State")), payload["state"]),
        ]


def payload_of(curriculum: Curriculum) -> dict[str, Any]:
    """Everything the paper says, in Uzbek."""
    with override("uz"):
        subjects = queries.subjects_of(curriculum)
        training, controls, semesters = queries.plan_by_semester(curriculum, subjects)
        graph = queries.graph_of(curriculum)
        table = queries.plan_by_block(curriculum, subjects, training)
        university = University.objects.get()
        return {
            "university": {"name": university.name, "rector": university.rector},
            "name": curriculum.name,
            "speciality": curriculum.speciality.on_paper,
            "faculty": curriculum.speciality.faculty.name,
            "type": curriculum.speciality.get_education_type_display(),
            "form": curriculum.get_education_form_display(),
            "year": str(curriculum.start_year),
            "marking": str(curriculum.marking_system),
            "release": curriculum.release,
            "state": str(curriculum.get_state_display()),
            "approved": curriculum.approved_at.strftime(DATE) if curriculum.approved_at else "",
            "training": queries.labels("h_training_type", training),
            "controls": queries.labels("h_exam_type", controls),
            "semesters": [_semester(one) for one in semesters],
            "total_credit": _figure(sum((one.credit + one.extra_credit for one in semesters), 0)),
            "total_hours": sum(one.hours for one in semesters),
            "graph": [
                {"course": row["course"], "weeks": [_week(week) for week in row["weeks"]]} for row in graph
            ],
            "months": _months(graph),
            "signs": _signs(graph),
            "budget": _budget(graph),
            "blocks": table["blocks"],
            "sum": table["sum"],
            "note": curriculum.note,
        }


def _semester(view: queries.SemesterView) -> dict[str, Any]:
    return {
        "number": view.semester.number,
        "course": view.semester.get_course_display(),
        "from": view.semester.starts_on.strftime(DATE),
        "to": view.semester.ends_on.strftime(DATE),
        "credit": _figure(view.credit),
        "hours": view.hours,
        "rows": [
            {
                "code": row["subject"].subject.code,
                "name": row["subject"].subject.name,
                "kind": row["subject"].get_kind_display(),
                "group": row["subject"].elective_group,
                "kafedra": row["subject"].kafedra.name,
                "credit": _figure(row["subject"].credit),
                "total": row["total"],
                "hours": row["hours"],
                "controls": row["controls"],
                "final": row["subject"].get_final_form_display(),
            }
            for row in view.rows
        ],
    }


MONTHS = (
    "Yanvar", "Fevral", "Mart", "Aprel", "May", "Iyun", "Iyul", "Avgust", "Sentabr", "Oktabr", "Noyabr", "Dekabr",
)  # fmt: skip
# A sign for each kind of week, as graphs of the year are drawn.
SIGNS = {"10": "B", "11": "N", "12": "A", "13": "M", "14": "D", "15": "H", "16": "T", "17": "K", "18": "I"}


def _week(week: Any) -> dict[str, Any]:
    return {
        "number": week.number, "day": week.starts_on.day, "kind": week.kind, "sign": SIGNS.get(week.kind, week.kind),
    }  # fmt: skip


def _months(graph: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Months over the weeks of the longest year: each is as wide as the weeks that begin in it."""
    found: list[dict[str, Any]] = []
    for week in max((row["weeks"] for row in graph), key=len, default=[]):
        name = MONTHS[week.starts_on.month - 1]
        if found and found[-1]["name"] == name:
            found[-1]["weeks"] += 1
        else:
            found.append({"name": name, "weeks": 1})
    return found


def _kinds(graph: list[dict[str, Any]]) -> list[str]:
    used = {week.kind for row in graph for week in row["weeks"]}
    return [code for code in classifiers.options("h_education_week_type") if code in used]


def _signs(graph: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [
        {"sign": SIGNS.get(kind, kind), "name": classifiers.label("h_education_week_type", kind)}
        for kind in _kinds(graph)
    ]


def _budget(graph: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Weeks of each kind by course."""
    return [
        {
            "course": row["course"],
            "values": [sum(week.kind == kind for week in row["weeks"]) for kind in _kinds(graph)],
            "total": len(row["weeks"]),
        }
        for row in graph
    ]


def _figure(value: Any) -> str:
    text = f"{value}"
    return text.removesuffix(".0")


def issue_plan(curriculum: Curriculum, *, by: User | None) -> Document:
    """The plan as it stands now, or the paper that says the same already."""
    payload = payload_of(curriculum)
    issued = Document.objects.filter(kind="curriculum", series=_series(curriculum), state=Document.ISSUED)
    for document in issued.order_by("-pk")[:1]:
        if {key: value for key, value in document.payload.items() if not key.startswith("_")} == payload:
            return document
    return issue(
        kind="curriculum",
        payload=payload,
        title=str(curriculum),
        series=_series(curriculum),
        faculty=curriculum.speciality.faculty,
        issued_by=by,
    )


def _series(curriculum: Curriculum) -> str:
    return f"curriculum-{curriculum.pk}"


# --- the plan of who relearns alone


@register
class IndividualPlan(DocumentKind):
    """What one student, or a small group, studies anew: hours, teachers, controls (VMQ 824)."""

    code = "relearning_plan"
    title = _("Plan of relearning")
    permission = "relearning.view"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Subject")), payload["subject"]),
            (str(_("Credits")), payload["credit"]),
            (str(_("Studies last")), payload["period"]),
        ]


def relearning_payload(course: RelearningCourse) -> dict[str, Any]:
    """Everything the paper says, in Uzbek."""
    with override("uz"):
        line, semester = course.line, course.line.semester
        taught: dict[str, list[str]] = {}
        rows = Teaching.objects.filter(audience__group=course.group_id).select_related("teacher__person")
        for row in rows.order_by("training_type", "pk"):
            if row.teacher:
                taught.setdefault(row.training_type, []).append(row.teacher.person.full_name)
        return {
            "university": {"name": University.objects.get().name},
            "faculty": course.group.faculty.name,
            "kind": str(course.get_kind_display()),
            "subject": line.subject.name,
            "code": line.subject.code,
            "credit": _figure(line.credit),
            "kafedra": line.kafedra.name,
            "window": str(course.window),
            "period": f"{semester.starts_on:{DATE}}–{semester.ends_on:{DATE}}",
            "group": str(course.group),
            "hours": [
                {
                    "kind": str(one.get_training_type_display()), "hours": str(one.hours),
                    "teachers": ", ".join(taught.get(one.training_type, ())),
                }
                for one in line.hours.order_by("training_type")
            ],
            "total": str(sum(one.hours for one in line.hours.all())),
            "controls": [
                {"name": str(one.get_control_display()), "points": str(one.max_points)}
                for one in line.controls.order_by("control")
            ],
            "students": [
                {
                    "name": one.student.person.full_name, "number": one.student.number,
                    "group": str(one.student.current.group or ""), "fee": "" if one.fee is None else f"{one.fee:.0f}",
                }
                for one in students_of(course)
            ],
        }  # fmt: skip


def issue_relearning_plan(course: RelearningCourse, *, by: User | None) -> Document:
    """The plan as it stands now, or the paper that says the same already."""
    payload = relearning_payload(course)
    series = f"relearning_plan-{course.pk}"
    for document in Document.objects.filter(series=series, state=Document.ISSUED).order_by("-pk")[:1]:
        if {key: value for key, value in document.payload.items() if not key.startswith("_")} == payload:
            return document
    return issue(
        kind="relearning_plan", payload=payload, title=str(course), series=series,
        faculty=course.group.faculty, issued_by=by,
    )  # fmt: skip
