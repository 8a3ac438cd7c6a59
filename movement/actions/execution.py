"""Carrying a signed order out: the only place where students and placements come about (law 2)."""

from __future__ import annotations

import datetime
import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.models import RoleAssignment
from hemis.access.scope import Access
from hemis.documents.actions import reserve_numbers
from hemis.people.models import User
from movement import events, queries, rules
from movement.actions.base import OrderError, locked, refuse_extra_failures, refuse_failures
from movement.actions.flow import university
from movement.documents import void_documents
from movement.effects import run_effects
from movement.kinds import kind_of
from movement.models import Order, OrderLine
from movement.rules import STUDYING
from students.models import Candidate, Placement, Student

logger = logging.getLogger("hemis.movement")


@transaction.atomic
def execute(order: Order, *, access: Access) -> Order:
    """Signed → executed: students, numbers, placements and accounts, all or nothing.

    Raises:
        OrderError: not signed, not yet in force, a check fails, or somebody was moved meanwhile.
    """
    order = locked(order, access=access, permission="order.execute", states=(Order.SIGNED,))
    if order.effective_date > timezone.localdate():
        raise OrderError(
            _("The order comes into force on %(date)s.") % {"date": order.effective_date.strftime("%d.%m.%Y")}
        )
    return _carry_out(order, by=access.user)


def _carry_out(order: Order, *, by: User | None) -> Order:
    """In order: locks the people, checks again, makes students of candidates, closes placements,
    opens new ones, opens or closes accounts, runs what else follows, ends the order that this one
    cancels and declares its papers void.
    """
    kind = kind_of(order)
    makes_students = kind.makes_students and not order.cancels_id
    _lock_people(order)
    if makes_students:
        lines = list(queries.lines_of(order))
        refuse_failures(order, lines)
        _make_students(lines)
    else:
        refuse_extra_failures(order)
    if kind.moves:
        _move(order)
        _accounts(order)
    _after(order)
    if order.cancels_id:
        Order.objects.filter(pk=order.cancels_id).update(state=Order.CANCELLED)
        void_documents(order, by=by)
    order.state, order.executed_by, order.executed_at = Order.EXECUTED, by, timezone.now()
    order.problem = ""
    order.save(update_fields=["state", "executed_by", "executed_at", "problem"])
    events.tell(order)
    return order


def _after(order: Order) -> None:
    """What the kind and other packages change beside placements."""
    kind = kind_of(order)
    if not kind.moves:
        lines = list(queries.lines_of(order.cancels if order.cancels_id else order))  # type: ignore[arg-type]
        (kind.undo if order.cancels_id else kind.after)(order, lines)
    run_effects(order)


def _lock_people(order: Order) -> None:
    """Always in the order of ids, so that two orders wait for each other instead of dying.

    Without their keys: the foreign keys that the other order checks at its commit
    do not wait for this one.
    """
    for model in (Candidate, Student):
        rows = model.objects.filter(order_lines__order=order).order_by("pk")
        list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))


def _make_students(lines: list[OrderLine]) -> None:
    """Students of candidates; one who was admitted before by a cancelled order keeps row and number."""
    known: dict[int | None, int] = dict(
        Student.objects.filter(candidate__in=[line.candidate_id for line in lines]).values_list(
            "candidate", "pk"
        )
    )
    new = [line for line in lines if line.candidate_id not in known]
    numbers = _student_numbers(new)
    Student.objects.bulk_create(
        [
            Student(
                person=line.candidate.person,  # type: ignore[union-attr]
                number=number,
                entry_year=line.candidate.entry_year,  # type: ignore[union-attr]
                candidate=line.candidate,
                social_category=line.candidate.social_category,  # type: ignore[union-attr]
                student_type=line.candidate.student_type,  # type: ignore[union-attr]
                entrance_score=line.candidate.score,  # type: ignore[union-attr]
            )
            for line, number in zip(new, numbers, strict=True)
        ],
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE movement_orderline l SET student_id = s.id FROM students_student s "
            "WHERE l.order_id = %s AND l.candidate_id = s.candidate_id AND l.student_id IS NULL",
            [lines[0].order_id],
        )


def _student_numbers(lines: list[OrderLine]) -> list[str]:
    """Numbers in the order of the list, each series under one lock."""
    code = university().code
    series: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for at, line in enumerate(lines):
        assert line.candidate and line.programme  # noqa: S101
        series[
            (line.candidate.entry_year, line.programme.speciality.education_type, line.education_form)
        ].append(at)
    numbers = [""] * len(lines)
    for (year, kind, form), places in sorted(series.items()):
        serials = reserve_numbers(f"student-{kind[-1]}{form[-1]}", year, len(places))
        if serials[-1] > rules.LAST_SERIAL:
            raise OrderError(_("The series of student numbers of %(year)d is exhausted.") % {"year": year})
        for at, serial in zip(places, serials, strict=True):
            numbers[at] = rules.student_number(
                university=code, entry_year=year, education_type=kind, education_form=form, serial=serial
            )
    return numbers


MOVED_MEANWHILE = """
SELECT l.id FROM movement_orderline l
  LEFT JOIN students_placement p ON p.student_id = l.student_id AND p.valid_to IS NULL
 WHERE l.order_id = %s AND l.closes_id IS DISTINCT FROM p.id ORDER BY l.position LIMIT 1
"""
TOO_EARLY = """
SELECT 1 FROM movement_orderline l JOIN students_placement p ON p.student_id = l.student_id
 WHERE l.order_id = %(order)s AND (p.valid_to > %(day)s OR p.id = l.closes_id AND p.valid_from > %(day)s) LIMIT 1
"""
END = """
UPDATE students_placement p SET valid_to = %(day)s, closed_by_id = %(order)s
  FROM movement_orderline l WHERE l.order_id = %(order)s AND p.id = l.closes_id
"""
COLUMNS = (
    "student_id, status, faculty_id, programme_id, group_id, academic_year_id, course, semester, education_form, "
    "language, payment_form"
)
OPEN = f"""
INSERT INTO students_placement (order_id, valid_from, {COLUMNS})
SELECT order_id, %(day)s, {COLUMNS} FROM movement_orderline
 WHERE order_id = %(order)s AND status <> '' ORDER BY position
"""  # noqa: S608


def _move(order: Order) -> None:
    """Close the placements that the order closes and open those that it gives: one statement each."""
    named: dict[str, Any] = {"order": order.pk, "day": order.effective_date}
    with connection.cursor() as cursor:
        cursor.execute(MOVED_MEANWHILE, [order.pk])
        found = cursor.fetchone()
        if found:
            line = queries.lines_of(order).get(pk=found[0])
            raise OrderError(f"{line.person}: {rules.check_current(expected=1, actual=None).text}")
        cursor.execute(TOO_EARLY, named)
        if cursor.fetchone():
            raise OrderError(_("The order comes into force before the placement that it follows."))
        cursor.execute(END, named)
        cursor.execute(OPEN, named)


def _accounts(order: Order) -> None:
    """An account for everyone who studies; none in use for who has no placement left or has died.

    A person who has an account already keeps it and gets the student's role. Who is
    expelled or has graduated keeps the account: own papers, debts and the way back
    are in it (decision 0010).
    """
    in_use = RoleAssignment.objects.filter(
        user__person=OuterRef("person"), user__is_active=True, role="student", valid_to=None
    )
    arriving = Student.objects.filter(order_lines__order=order, order_lines__status=STUDYING)
    students = list(arriving.filter(~Exists(in_use)).values_list("person_id", "number"))
    if students:
        _open_accounts(students)
    lines = order.lines.exclude(student=None)
    _close_accounts(list(lines.filter(status="").values_list("student", flat=True)))
    dead = lines.filter(status=rules.EXPELLED, reason=rules.DEATH)
    if order.kind == "11" and not order.cancels_id:
        User.objects.filter(person__studies__in=dead.values("student")).update(is_active=False)


def _open_accounts(students: list[tuple[int, str]]) -> None:
    people = [person for person, _number in students]
    have = set(User.objects.filter(person__in=people).values_list("person_id", flat=True))
    User.objects.bulk_create(
        [
            User(login=number, person_id=person, password=make_password(None))
            for person, number in students
            if person not in have
        ],
        batch_size=2000,
    )
    accounts = list(User.objects.filter(person__in=people).values_list("pk", flat=True))
    User.objects.filter(pk__in=accounts, is_active=False).update(is_active=True)
    student_role = RoleAssignment.objects.filter(user__in=accounts, role="student", valid_to=None)
    holders = set(student_role.values_list("user", flat=True))
    RoleAssignment.objects.bulk_create(
        [RoleAssignment(user_id=pk, role="student") for pk in accounts if pk not in holders],
        ignore_conflicts=True, batch_size=2000,
    )  # fmt: skip


def _close_accounts(student_ids: list[int]) -> None:
    """End the student's role of those with no study left; an account without any other role is closed."""
    if not student_ids:
        return
    still = Placement.objects.filter(valid_to=None).values("student__person")
    accounts = User.objects.filter(person__studies__in=student_ids).exclude(person__in=still)
    pks = list(accounts.values_list("pk", flat=True))
    RoleAssignment.objects.filter(user__in=pks, role="student").delete()
    User.objects.filter(pk__in=pks).exclude(assignments__isnull=False).update(is_active=False)


@dataclass(frozen=True)
class DueRun:
    """What a run over due orders did: keys of those executed, and why others were not."""

    executed: list[int]
    failed: dict[int, str]


def execute_due_orders(today: datetime.date | None = None) -> DueRun:
    """Carry out every signed order whose day has come; one that fails keeps the reason and waits.

    Runs on the schedule and by ``manage.py execute_due_orders``. Each order is a
    transaction of its own; nobody is named as executing: the signer has decided the day.
    """
    day = today or timezone.localdate()
    run = DueRun([], {})
    due = Order.objects.filter(state=Order.SIGNED, effective_date__lte=day, effective_date__gt=_signed_on())
    for key in due.order_by("effective_date", "signed_at").values_list("pk", flat=True):
        try:
            with transaction.atomic():
                rows = Order.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
                order = rows.filter(pk=key, state=Order.SIGNED).first()
                if order is None:
                    continue
                _carry_out(order, by=None)
            run.executed.append(key)
        except (OrderError, DatabaseError) as error:
            logger.warning("A due order is not executed.", extra={"order": key})
            text = (
                str(error)
                if isinstance(error, OrderError)
                else _("The database refused: %(why)s") % {"why": str(error).splitlines()[0]}
            )
            Order.objects.filter(pk=key, state=Order.SIGNED).update(problem=text)
            run.failed[key] = text
    return run


def _signed_on():
    """An order that was in force on the day it was signed is executed by hand, as its people decide."""
    from django.db.models.functions import TruncDate

    return TruncDate("signed_at")
