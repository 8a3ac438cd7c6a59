"""The timetable of controls of the demo: final controls of the autumn, in the weeks of attestation."""

from __future__ import annotations

import datetime
from collections import defaultdict

from django.utils import timezone

from curriculum.exams import actions as session_actions
from curriculum.exams import engine
from curriculum.exams import queries as session_queries
from curriculum.models import (
    AudienceSlot,
    ControlAudience,
    ControlEvent,
    CurriculumSubject,
    ExamDraft,
    GroupCurriculum,
    SubjectControl,
    TeacherSlot,
    TeachingAudience,
)
from curriculum.timetable import queries, rules
from hemis.access.history import acting
from hemis.people.models import User
from reports.demo import YEAR
from staff.models import Position
from structure.models import Auditorium, RoomSlot, Unit
from students.models import Group

FIRST, LAST = datetime.date(YEAR, 9, 1), datetime.date(YEAR + 1, 1, 31)
LAW_GAP = 2
GAP = 3  # days from one final control of a group to the next: the law asks for two
APPROVED_UNTIL_YEAR_OF_ENTRY = YEAR - 1  # those who entered this year still wait for approval


def build(staff: dict[str, User]) -> int:
    """A final control of every subject that a group is taught, by somebody who has not taught it to them.

    The last faculty that teaches has none yet: its session is computed and waits to be looked at and accepted.
    """
    last = _still_computed()
    with acting(staff["dean1"].pk if "dean1" in staff else staff["academic"].pk, "demo"):
        placed = _Exams(staff["academic"], but=last).place()
    if last is not None:
        _compute(last, staff)
    return placed


def _still_computed() -> Unit | None:
    """The last faculty that teaches, beside another one."""
    teaching = Unit.objects.faculties().filter(
        pk__in=TeachingAudience.objects.filter(teaching__academic_year=YEAR).values("group__faculty")
    )
    return teaching.order_by("code").last() if len(teaching) > 1 else None


def _compute(faculty: Unit, staff: dict[str, User]) -> None:
    """A session as the solver begins it, by the first fit, which needs no OR-Tools."""
    number = Unit.objects.faculties().filter(code__lte=faculty.code).count()
    dean = staff[f"dean{number}"]
    weeks = session_queries.weeks_of_attestation(faculty.pk, YEAR, rules.AUTUMN)
    if weeks is None:
        return
    draft = ExamDraft(
        faculty=faculty, academic_year_id=YEAR, term=rules.AUTUMN, first_day=weeks[0], last_day=weeks[1],
        state=ExamDraft.READY, made_by=dean, options={"pairs": [1, 2, 3, 4], "free_days": LAW_GAP - 1},
    )  # fmt: skip
    task = session_queries.task_of(draft)
    if not task.problem.exams:
        return
    with acting(dean.pk, "demo"):
        draft.save()
        session_actions.keep(draft, task, engine.first_session(task.problem))


class _Exams:
    """Groups one after another; each subject on the next day that is free for everybody."""

    def __init__(self, approver: User, *, but: Unit | None) -> None:
        self.approver = approver
        self.pairs = [one for one in queries.pairs_of(YEAR) if one.number <= 4]  # noqa: PLR2004 - by daylight
        self.rooms = list(
            Auditorium.objects.filter(is_active=True, capacity__gte=28).order_by("capacity", "pk")
        )
        self.teachers = self._teachers()
        self.taken = self._taken()
        self.taught: dict[tuple[int, int], set[int]] = defaultdict(set)
        self.lines: dict[int, set[int]] = defaultdict(set)
        for group, line, subject, teacher in (
            TeachingAudience.objects.filter(teaching__academic_year=YEAR, teaching__term="11")
            .exclude(group__faculty=but)
            .values_list("group", "curriculum_subject", "teaching__subject", "teaching__teacher")
        ):
            self.taught[group, subject].add(teacher)
            self.lines[group].add(line)

    def _teachers(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        rows = Position.objects.filter(valid_to=None, unit__kind="12").order_by("employee")
        for unit, employee in rows.values_list("unit", "employee"):
            found[unit].append(employee)
        return found

    def _taken(self) -> set[tuple[str, int, datetime.date, datetime.time]]:
        """Who is busy at which beginning; pairs of a year never overlap one another."""
        found: set[tuple[str, int, datetime.date, datetime.time]] = set()
        for kind, model, name in (
            ("teacher", TeacherSlot, "employee"), ("group", AudienceSlot, "group"), ("room", RoomSlot, "auditorium"),
        ):  # fmt: skip
            rows = model.objects.filter(day__range=(datetime.date(YEAR, 12, 1), LAST))  # type: ignore[attr-defined]
            for owner, day, starts, ends in rows.values_list(name, "day", "starts_at", "ends_at"):
                found |= {
                    (kind, owner, day, pair.starts)
                    for pair in self.pairs
                    if rules.meet(pair.starts, pair.ends, starts, ends)
                }
        return found

    def place(self) -> int:
        lines = {
            one.pk: one
            for one in CurriculumSubject.objects.filter(
                pk__in={key for some in self.lines.values() for key in some},
                controls__control=SubjectControl.FINAL,
            )
        }
        plans = dict(GroupCurriculum.objects.values_list("group", "curriculum"))
        days = self._days(set(plans.values()))
        events, audiences = [], []
        for group in Group.objects.filter(pk__in=self.lines).order_by("pk"):
            free_from = FIRST
            for line in sorted(
                (lines[key] for key in self.lines[group.pk] if key in lines), key=lambda one: one.pk
            ):
                event = self._event(group, line, [day for day in days[plans[group.pk]] if day >= free_from])
                if event is not None:
                    events.append(event)
                    audiences.append((group, line))
                    free_from = event.day + datetime.timedelta(days=GAP)
        saved = ControlEvent.objects.bulk_create(events)
        ControlAudience.objects.bulk_create(
            ControlAudience(event=event, group=group, curriculum_subject=line)
            for event, (group, line) in zip(saved, audiences, strict=True)
        )
        return len(saved)

    def _days(self, plans: set[int]) -> dict[int, list[datetime.date]]:
        """Days of the weeks of attestation of each plan, this autumn."""
        open_for = queries.calendar(plans, FIRST, LAST)
        found: dict[int, list[datetime.date]] = {}
        for plan in plans:
            spans = [one for one in open_for.weeks.get(plan, ()) if one.kind == rules.ATTESTATION]
            days = [
                one.first + datetime.timedelta(n)
                for one in spans
                for n in range((one.last - one.first).days + 1)
            ]
            found[plan] = [day for day in days if not open_for.why_closed([plan], day, (rules.ATTESTATION,))]
        return found

    def _event(self, group: Group, line: CurriculumSubject, days: list[datetime.date]) -> ControlEvent | None:
        apart = [
            one for one in self.teachers[line.kafedra_id] if one not in self.taught[group.pk, line.subject_id]
        ]
        for day in days:
            for pair in self.pairs:
                if ("group", group.pk, day, pair.starts) in self.taken:
                    continue
                examiner = next(
                    (x for x in apart if ("teacher", x, day, pair.starts) not in self.taken), None
                )
                room = next(
                    (x for x in self.rooms if ("room", x.pk, day, pair.starts) not in self.taken), None
                )
                if examiner is None or room is None:
                    continue
                owners = (("group", group.pk), ("teacher", examiner), ("room", room.pk))
                self.taken |= {(kind, owner, day, pair.starts) for kind, owner in owners}
                approved = group.entry_year <= APPROVED_UNTIL_YEAR_OF_ENTRY
                return ControlEvent(
                    subject_id=line.subject_id, kafedra_id=line.kafedra_id, control=SubjectControl.FINAL,
                    attempt="11", day=day, pair=pair, examiner_id=examiner, auditorium=room,
                    approved_at=timezone.now() if approved else None, approved_by=self.approver if approved else None,
                )  # fmt: skip
        return None
