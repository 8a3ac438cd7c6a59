"""The exam list of a control: who is admitted, who is not and why, and where each sits (duties 2.3, 3.3, B7)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from curriculum.models import ControlAudience, ControlEvent, CurriculumSubject
from grading import queries, rules
from grading.documents import DATE, issue_once
from grading.rulebook import Rulebook
from hemis.documents.kinds import DocumentKind, register
from hemis.documents.models import Document
from hemis.explain import Explained, decimal_text
from hemis.people.models import User
from structure.models import University
from students.models import Group, Student

EVERY_OTHER = 2


def seats(event: int, students: Iterable[int], capacity: int) -> dict[int, int]:
    """Student → number of the seat, mixed over the room.

    The order follows from the control and the student alone, so that it is the same
    whenever it is asked, differs from control to control, and cannot be arranged. Every
    other seat stays empty where the room is large enough. Who finds no seat is left out;
    without a room (``capacity`` 0) the numbers are only an order.
    """
    mixed = sorted(students, key=lambda one: hashlib.sha256(f"{event}/{one}".encode()).hexdigest())
    step = EVERY_OTHER if capacity >= EVERY_OTHER * len(mixed) else 1
    return {
        student: 1 + at * step
        for at, student in enumerate(mixed)
        if not capacity or 1 + at * step <= capacity
    }


@dataclass(frozen=True)
class Row:
    """A student before a control: with whom, whether admitted, why not, and where to sit."""

    student: Student
    group: Group
    before: Decimal | None
    admitted: bool
    why: str
    seat: int | None


@dataclass(frozen=True)
class ExamList:
    """All who are registered for what the control is about, by group and name."""

    event: ControlEvent
    rows: list[Row]

    @property
    def admitted(self) -> int:
        return sum(row.admitted for row in self.rows)

    @property
    def refused(self) -> int:
        return len(self.rows) - self.admitted

    @property
    def without_seat(self) -> int:
        return sum(row.admitted and row.seat is None for row in self.rows)


def exam_list(event: ControlEvent) -> ExamList:
    """The list as things stand now; a fixed number of queries, however many groups sit together."""
    audience = list(
        ControlAudience.objects.filter(event=event).select_related(
            "group", "curriculum_subject__curriculum", "curriculum_subject__subject"
        )
    )
    groups = {one.group_id: one.group for one in audience}
    seated = {(one.curriculum_subject_id, one.group_id) for one in audience}
    lines = {one.curriculum_subject_id: one.curriculum_subject for one in audience}
    found = [
        (candidate, groups[group])
        for (line, group), candidates in _candidates(event, lines, groups).items()
        if (line, group) in seated
        for candidate in candidates
    ]
    capacity = event.auditorium.capacity if event.auditorium else 0
    given = seats(event.pk, (one.student.pk for one, _group in found if one.admitted), capacity)
    rows = [
        Row(one.student, group, one.before, one.admitted, one.why, given.get(one.student.pk))
        for one, group in found
    ]
    return ExamList(
        event, sorted(rows, key=lambda row: (row.group.name, row.student.person.sort_key, row.student.pk))
    )


def _candidates(
    event: ControlEvent, lines: dict[int, CurriculumSubject], groups: dict[int, Group]
) -> dict[tuple[int, int], list[queries.Candidate]]:
    """By the rules of admission for a final control; before it everybody who is registered sits."""
    if event.control == rules.FINAL:
        return queries.admissions(lines.values(), groups, attempt=event.attempt, book=Rulebook(event.day))
    found: dict[tuple[int, int], list[queries.Candidate]] = {}
    for row in queries.sitting(lines, groups):
        key = (row.curriculum_subject_id, row.sits_with)
        found.setdefault(key, []).append(
            queries.Candidate(row.student, Explained(True, []), None, None, None)
        )
    return found


HEAD = (
    gettext_lazy("Group"), gettext_lazy("Student"), gettext_lazy("Student number"), gettext_lazy("JN+ON"),
    gettext_lazy("Admission to the control"), gettext_lazy("Why"), gettext_lazy("Seat"),
)  # fmt: skip


def table(found: ExamList) -> list[list[Any]]:
    """The list as lines of a workbook, under ``HEAD``."""
    return [
        [
            str(row.group), row.student.person.full_name, row.student.number,
            "" if row.before is None else row.before, _("yes") if row.admitted else _("no"), row.why,
            row.seat or "",
        ]
        for row in found.rows
    ]  # fmt: skip


@register
class ExamListPaper(DocumentKind):
    """The list that lies on the examiner's table: seats and signatures, and who is not let in."""

    code = "exam_list"
    title = gettext_lazy("Exam list")
    permission = "exam_list.view"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Subject")), payload["subject"]),
            (str(_("Groups")), payload["groups"]),
            (str(_("Day")), payload["day"]),
        ]


def issue_exam_list(event: ControlEvent, *, by: User | None) -> Document:
    """The list as it stands now, or the paper that says the same already."""
    with override("uz"):
        found = exam_list(event)
        groups = list(dict.fromkeys(row.group for row in found.rows))
        payload = {
            "university": {"name": University.objects.get().name},
            "faculty": ", ".join(dict.fromkeys(group.faculty.name for group in groups)),
            "subject": event.subject.name, "groups": ", ".join(str(group) for group in groups),
            "control": event.get_control_display(),  # type: ignore[attr-defined]
            "attempt": event.get_attempt_display(),  # type: ignore[attr-defined]
            "day": event.day.strftime(DATE), "hours": f"{event.starts_at:%H:%M}–{event.ends_at:%H:%M}",
            "room": str(event.auditorium or ""),
            "examiners": ", ".join(
                who.person.full_name for who in (event.examiner, event.second_examiner) if who
            ),
            "rows": [
                {
                    "number": str(number), "name": row.student.person.full_name, "student": row.student.number,
                    "group": str(row.group), "admitted": row.admitted, "why": row.why,
                    "before": "" if row.before is None else decimal_text(row.before),
                    "seat": str(row.seat or ""),
                }
                for number, row in enumerate(found.rows, start=1)
            ],
            "admitted": found.admitted, "refused": found.refused,
        }  # fmt: skip
    faculties = {group.faculty_id: group.faculty for group in groups}
    return issue_once(
        "exam_list", payload, f"exam_list-{event.pk}", str(event.pk),
        title=f"{event.subject.name} · {payload['groups']} · {payload['day']}",
        faculty=next(iter(faculties.values())) if len(faculties) == 1 else None, issued_by=by,
    )  # fmt: skip
