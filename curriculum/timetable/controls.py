"""Placing controls of several groups at once, by the law; approving their timetable (duties 2.3, B6; reg. 3069)."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum.models import (
    ClassPair,
    ControlAudience,
    ControlEvent,
    CurriculumSubject,
    SubjectControl,
    Teaching,
)
from curriculum.timetable import notices, queries, rules
from curriculum.timetable.actions import TimetableError
from curriculum.timetable.models import TimetableRule
from hemis.access.scope import Access
from staff.models import Employee
from structure.models import Auditorium
from students.models import Group

EDIT, APPROVE = "exam_timetable.edit", "exam_timetable.approve"


# --- what is read


def lines_of(groups: Collection[int], subject: int, day: datetime.date) -> dict[int, CurriculumSubject]:
    """Group → the line of its plan for the subject in the half-year of ``day``: one query."""
    year, term = rules.half_year(day)
    rows = CurriculumSubject.objects.filter(
        subject=subject, curriculum__groups__group__in=groups, semester__academic_year=year
    )
    named = rows.annotate(group_key=F("curriculum__groups__group")).select_related(
        "semester", "sheet_kind", "kafedra"
    )
    return {row.group_key: row for row in named if row.semester.is_autumn == (term == "11")}


def taught_by(subject: int, groups: Collection[int], day: datetime.date) -> set[int]:
    """Teachers who have taught the subject to these groups in the half-year, or give a lesson of it."""
    year, term = rules.half_year(day)
    rows = Teaching.objects.filter(
        subject=subject, academic_year=year, term=term, audience__group__in=groups
    ).order_by()
    found: set[int] = set()
    for names in rows.values_list("teacher", "assistant", "lessons__teacher").distinct():
        found |= {one for one in names if one}
    return found


def finals_of(
    lines: dict[int, CurriculumSubject], *, but: int | None = None
) -> dict[int, list[rules.FinalDay]]:
    """Group → its planned final controls: one query.

    Controls of other alternatives of the same elective are sat by others, so they do not count.
    """
    rows = ControlAudience.objects.filter(
        group__in=lines, event__state=ControlEvent.PLANNED, event__control__in=rules.FINAL_CONTROLS
    ).exclude(event=but)
    found: dict[int, list[rules.FinalDay]] = {group: [] for group in lines}
    for one in rows.select_related("event__subject", "curriculum_subject", "subgroup"):
        if rules.audiences_meet(queries.part(one.group_id, lines[one.group_id]), queries.part_of(one)):
            found[one.group_id].append(rules.FinalDay(one.event.day, one.event.subject.get_name_display()))
    return found


def size_of(lines: dict[int, CurriculumSubject]) -> int:
    """How many students of the groups are registered for the subject: one query."""
    query = """
    SELECT count(DISTINCT r.student_id) FROM unnest(%s::bigint[], %s::bigint[]) a(line, grp)
      JOIN curriculum_registration r ON r.curriculum_subject_id = a.line AND r.is_active
      JOIN students_placement p ON p.student_id = r.student_id AND p.status = '11' AND p.valid_to IS NULL
     WHERE coalesce(r.group_id, p.group_id) = a.grp"""
    with connection.cursor() as cursor:
        cursor.execute(query, [[one.pk for one in lines.values()], list(lines)])
        return cursor.fetchone()[0]


def wish_of(event: ControlEvent, lines: dict[int, CurriculumSubject]) -> queries.Wish:
    """What the control needs of a place."""
    return queries.Wish(
        tuple(one for one in (event.examiner_id, event.second_examiner_id) if one),
        tuple(queries.part(group, line) for group, line in lines.items()),
        size_of(lines),
        rules.USUAL_ROOMS,
        tuple(sorted({one.curriculum_id for one in lines.values()})),
        (("control", event.pk),) if event.pk else (),
        rules.control_weeks(event.control, event.attempt),
    )


# --- rules


def faults(event: ControlEvent, groups: list[Group], lines: dict[int, CurriculumSubject]) -> list[str]:
    """What the law and the plans say against the control; each names its rule.

    Six queries at most, however many groups.
    """
    found = [
        _("%(group)s does not study the subject in this half-year.") % {"group": group}
        for group in groups
        if group.pk not in lines
    ]
    if found:
        return found
    keys = [one.pk for one in groups]
    found += _control_of_plan(event, groups, lines)
    found += _order_of_attempts(event, groups)
    open_for = queries.calendar({one.curriculum_id for one in lines.values()}, event.day, event.day)
    weeks = rules.control_weeks(event.control, event.attempt)
    for plan in sorted({one.curriculum_id for one in lines.values()}):
        if why := open_for.why_closed([plan], event.day, weeks):
            found.append(why)
            break
    if not rules.is_final(event.control):
        return found
    figures = queries.rules_on(event.day)
    if figures.get(TimetableRule.EXAMINER_APART):
        taught = taught_by(event.subject_id, keys, event.day)
        found += [
            _("%(teacher)s has taught the subject, so cannot hold its final control (reg. 3069, p. 3.3).")
            % {"teacher": who.person.short_name}
            for who in (event.examiner, event.second_examiner)
            if who and who.pk in taught
        ]
    commission_from = figures.get(TimetableRule.SECOND_FROM, 0)
    if event.second_examiner is None and rules.needs_second(event.control, event.attempt, commission_from):
        found.append(_("This sheet is before a commission: name the second examiner (reg. 3069, retakes)."))
    names = {one.pk: one for one in groups}
    for key, others in finals_of(lines, but=event.pk).items():
        why = rules.why_too_dense(
            event.day,
            others,
            most_a_day=figures.get(TimetableRule.FINALS_A_DAY, 0),
            gap=figures.get(TimetableRule.FINALS_GAP, 0),
        )
        if why:
            found.append(f"{names[key]}: {why}")
    return found


def _control_of_plan(
    event: ControlEvent, groups: list[Group], lines: dict[int, CurriculumSubject]
) -> list[str]:
    """The control is one of the plan, and the sheet's kind allows it and its attempt."""
    kept = set(
        SubjectControl.objects.filter(
            curriculum_subject__in=[one.pk for one in lines.values()], control=event.control
        ).values_list("curriculum_subject", flat=True)
    )
    found = []
    for group in groups:
        line = lines[group.pk]
        if line.pk not in kept:
            found.append(_("The plan of %(group)s has no such control of the subject.") % {"group": group})
        elif line.sheet_kind.has_parts == (event.control == SubjectControl.OVERALL):
            found.append(
                _("A sheet of the kind “%(kind)s” has no such control.") % {"kind": line.sheet_kind.name}
            )
    if event.attempt != rules.FIRST_ATTEMPT and not rules.is_final(event.control):
        found.append(_("Only final controls have a second and a third sheet."))
    return found


def _order_of_attempts(event: ControlEvent, groups: list[Group]) -> list[str]:
    """One control of a subject and attempt a group; the second sheet only after the first."""
    rows = ControlAudience.objects.filter(
        group__in=groups,
        event__subject=event.subject_id,
        event__control=event.control,
        event__state=ControlEvent.PLANNED,
        event__pair__academic_year=event.pair.academic_year_id,
    ).exclude(event=event.pk)
    same_term = {"11": (8, 9, 10, 11, 12, 1), "12": (2, 3, 4, 5, 6, 7)}[rules.half_year(event.day)[1]]
    known: dict[int, dict[str, datetime.date]] = {group.pk: {} for group in groups}
    for key, attempt, day in rows.values_list("group", "event__attempt", "event__day"):
        if day.month in same_term or attempt != rules.FIRST_ATTEMPT:
            known[key][attempt] = day
    before = rules.attempt_before(event.attempt)
    found = []
    for group in groups:
        there = known[group.pk]
        if event.attempt in there:
            found.append(
                _("%(group)s has this control on %(day)s already.")
                % {"group": group, "day": f"{there[event.attempt]:%d.%m.%Y}"}
            )
        elif before and (before not in there or there[before] >= event.day):
            found.append(_("%(group)s has no earlier sheet that this one follows.") % {"group": group})
    return found


# --- verbs


@transaction.atomic
def place(
    *,
    access: Access,
    subject: int,
    control: str,
    attempt: str,
    groups: Collection[Group],
    day: datetime.date,
    pair: ClassPair,
    examiner: Employee,
    second_examiner: Employee | None = None,
    room: Auditorium | None = None,
    note: str = "",
) -> ControlEvent:
    """A control of several groups at once; without a room the free one that fits best is taken.

    Raises:
        PermissionDenied: without the duty.
        TimetableError: a group is out of scope, a rule forbids it, or somebody is busy.
    """
    chosen = _in_scope(groups, access)
    lines = lines_of([one.pk for one in chosen], subject, day)
    kafedra = next((one.kafedra_id for one in lines.values()), None)
    event = ControlEvent(
        subject_id=subject, kafedra_id=kafedra, control=control, attempt=attempt, day=day, pair=pair,
        examiner=examiner, second_examiner=second_examiner, auditorium=room, note=note,
    )  # fmt: skip
    _check(event, chosen, lines)
    wish = wish_of(event, lines)
    if room is None:
        event.auditorium = next(iter(queries.free_rooms(wish, day, pair)), None)
        if event.auditorium is None:
            raise _refusal(event, wish, _("No free room fits the audience then."))
    _write(event, wish, [(group, lines[group.pk]) for group in chosen])
    return event


@transaction.atomic
def change(
    event: ControlEvent,
    *,
    access: Access,
    day: datetime.date,
    pair: ClassPair,
    examiner: Employee,
    second_examiner: Employee | None,
    room: Auditorium | None,
    note: str = "",
) -> ControlEvent:
    """Another time, room or examiner; what was approved has to be approved again (reg. 3069, p. 3.4).

    Raises:
        TimetableError: out of scope, cancelled, a rule forbids it, or somebody is busy.
    """
    found = _locked(event, access)
    groups = [one.group for one in found.audience.select_related("group")]
    was_approved = found.approved_at is not None
    found.day, found.pair, found.auditorium, found.note = day, pair, room, note
    found.examiner, found.second_examiner = examiner, second_examiner
    lines = lines_of([one.pk for one in groups], found.subject_id, day)
    _check(found, groups, lines)
    wish = wish_of(found, lines)
    _write(found, wish, [])
    if was_approved:
        notices.control_changed(found, "placed")
        ControlEvent.objects.filter(pk=found.pk).update(approved_at=None, approved_by=None)
        found.approved_at = found.approved_by = None
    return found


@transaction.atomic
def set_locked(event: ControlEvent, *, access: Access, locked: bool) -> None:
    """Whether automatic timetabling leaves the control where it is.

    Raises:
        TimetableError: out of scope, or cancelled.
    """
    found = _locked(event, access)
    ControlEvent.objects.filter(pk=found.pk).update(is_locked=locked, version=found.version + 1)


@transaction.atomic
def cancel(event: ControlEvent, *, access: Access, reason: str) -> ControlEvent:
    """The control is not held; it stays with its reason.

    Raises:
        TimetableError: out of scope, cancelled already, or no reason given.
    """
    found = _locked(event, access)
    if not reason.strip():
        raise TimetableError(_("Say why the control is cancelled."))
    ControlEvent.objects.filter(pk=found.pk).update(
        state=ControlEvent.CANCELLED, reason=reason.strip()[:256], version=found.version + 1
    )
    found.refresh_from_db()
    notices.control_changed(found, "cancelled", reason)
    return found


@transaction.atomic
def approve(events: QuerySet[ControlEvent], *, access: Access) -> int:
    """Approve planned controls (reg. 3069, p. 3.4); those who sit and hold them are told. How many were approved."""
    access.require(APPROVE)
    scope = access.scope(APPROVE)
    keys = list(events.order_by().values_list("pk", flat=True))
    rows = ControlEvent.objects.for_scope(scope).planned().filter(pk__in=keys, approved_at=None)
    found = list(queries.events_with_words(rows.order_by("pk")))
    now = timezone.now()
    ControlEvent.objects.filter(pk__in=[one.pk for one in found]).update(
        approved_at=now, approved_by=access.user
    )
    for one in found:
        one.approved_at = now
        notices.control_changed(one, "placed")
    return len(found)


# --- what verbs share


def _in_scope(groups: Collection[Group], access: Access) -> list[Group]:
    access.require(EDIT)
    scope = access.scope(EDIT)
    if not groups:
        raise TimetableError(_("Choose at least one group."))
    outside = [one for one in groups if not scope.everything and one.faculty_id not in scope.faculty_ids]
    if outside:
        raise TimetableError(_("%(group)s is not in your scope.") % {"group": outside[0]})
    return sorted(groups, key=lambda one: one.name)


def _locked(event: ControlEvent, access: Access) -> ControlEvent:
    access.require(EDIT)
    rows = ControlEvent.objects.for_scope(access.scope(EDIT)).select_for_update(of=("self",))
    related = ("subject", "examiner__person", "second_examiner__person", "pair")
    found = rows.select_related(*related).filter(pk=event.pk).first()
    if found is None:
        raise TimetableError(_("The control is not in your scope."))
    if found.state != ControlEvent.PLANNED:
        raise TimetableError(_("The control is cancelled."))
    return found


def _check(event: ControlEvent, groups: list[Group], lines: dict[int, CurriculumSubject]) -> None:
    if event.pair.academic_year_id != rules.half_year(event.day)[0]:
        raise TimetableError(_("The pair is of another academic year."))
    if found := faults(event, groups, lines):
        raise TimetableError(" ".join(found))


def _refusal(event: ControlEvent, wish: queries.Wish, message: str = "") -> TimetableError:
    """What stands in the way, and where there is room."""
    rooms = [event.auditorium_id] if event.auditorium_id else []
    taken = queries.busy([event.day], teachers=wish.teachers, groups=wish.groups, rooms=rooms, but=wish.but)
    met = taken.met(
        event.day,
        event.pair.starts,
        event.pair.ends,
        teachers=wish.teachers,
        audience=wish.audience,
        rooms=rooms,
    )
    conflicts = queries.explain(met)
    pairs = queries.pairs_of(event.pair.academic_year_id)
    text = message or " ".join(str(one) for one in conflicts) or _("Somebody is busy then.")
    return TimetableError(
        text,
        conflicts,
        queries.free_places(wish, event.day, pairs, event.auditorium),
        queries.free_rooms(wish, event.day, event.pair)[:5],
    )


def _write(event: ControlEvent, wish: queries.Wish, audience: list[tuple[Group, CurriculumSubject]]) -> None:
    """Save with the audience; the database's refusal is told in words."""
    try:
        with transaction.atomic():
            if event.pk:
                event.version += 1
            event.save()
            ControlAudience.objects.bulk_create(
                ControlAudience(event=event, group=group, curriculum_subject=line) for group, line in audience
            )
    except IntegrityError as error:
        raise _refusal(event, wish) from error
    event.refresh_from_db(fields=["starts_at", "ends_at"])
