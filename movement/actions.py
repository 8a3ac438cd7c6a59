"""What changes orders: one function a verb, one transaction each (duties 2.2, 3.5, clause B8)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from hemis.access.models import RoleAssignment
from hemis.access.scope import Access
from hemis.documents.actions import next_number, reserve_numbers
from hemis.people.models import User
from movement import events, queries, rules
from movement.documents import issue_order, void_documents
from movement.kinds import KINDS, TARGET, kind_of
from movement.models import Order, OrderLine
from movement.rules import STUDYING
from structure.models import Unit, University
from students.models import AcademicYear, Candidate, Placement, Student

ADMISSION = "21"
OUT_OF_THE_WAY = 1_000_000


class OrderError(Exception):
    """Why the verb cannot be done now, in words for the user."""


def _locked(order: Order, *, access: Access, permission: str, state: str) -> Order:
    """The order, locked, in scope and in the state that the verb needs."""
    access.require(permission)
    rows = Order.objects.for_scope(access.scope(permission)).select_for_update(of=("self",), no_key=True)
    found = rows.filter(pk=order.pk).first()
    if found is None:
        raise OrderError(_("The order is not in your scope."))
    if found.state != state:
        raise OrderError(_("The order is %(state)s by now.") % {"state": found.get_state_display()})
    return found


def create_admission_order(
    *, access: Access, faculty: Unit, candidates: QuerySet[Candidate], title: str, basis: str,
    effective_date: datetime.date,
) -> Order:  # fmt: skip
    """A draft admission order for the candidates of the faculty who are on no other order.

    Raises:
        PermissionDenied: without the duty.
        OrderError: out of scope, or no candidate is free.
    """
    return create_order(
        kind=ADMISSION, access=access, faculty=faculty, people=candidates, title=title, basis=basis,
        effective_date=effective_date,
    )  # fmt: skip


@transaction.atomic
def create_order(
    *, kind: str, access: Access, faculty: Unit, people: QuerySet, title: str, basis: str,
    effective_date: datetime.date, choices: Mapping[str, Any] | None = None,
) -> Order:  # fmt: skip
    """A draft of any kind: names those of ``people`` whom the kind may name and who are on no other order.

    ``people`` are candidates or students, as the kind says; ``choices`` is what its
    effect asks for (a group, a reason …). In order: locks the people, reads again
    who is free, writes the order and its list.

    Raises:
        KeyError: no such kind.
        PermissionDenied: without the duty.
        OrderError: out of scope, or nobody is free.
    """
    declared = KINDS[kind]
    access.require(declared.start_permission)
    scope = access.scope(declared.start_permission)
    if not (scope.everything or faculty.pk in scope.faculty_ids):
        raise OrderError(_("The faculty is not in your scope."))
    order = Order.objects.create(
        kind=kind,
        faculty=faculty,
        title=title,
        basis=basis,
        effective_date=effective_date,
        created_by=access.user,
    )
    if not _list_people(order, people, choices or {}):
        raise OrderError(
            _("There is no candidate who is not on an order yet.")
            if declared.makes_students
            else _("There is nobody whom this order may name and who is on no other order.")
        )
    return order


@transaction.atomic
def add_people(
    order: Order, *, access: Access, people: QuerySet, choices: Mapping[str, Any] | None = None
) -> int:
    """Put more people on a draft, after those who stand there; how many.

    Raises:
        OrderError: not a draft, a cancelling order, or nobody is free.
    """
    order = _draft_list(order, access=access)
    added = _list_people(order, people, choices or {})
    if not added:
        raise OrderError(_("There is nobody whom this order may name and who is on no other order."))
    return added


def _list_people(order: Order, people: QuerySet, choices: Mapping[str, Any]) -> int:
    """Lock, then look: who waited for the lock sees what the other has written meanwhile."""
    kind = kind_of(order)
    found = kind.people(people.order_by("pk"), order.faculty)
    keys = list(found.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    year = _academic_year(order.effective_date)
    first = (order.lines.order_by("-position").values_list("position", flat=True).first() or 0) + 1
    lines = [kind.line(one, year=year, choices=choices) for one in kind.listed(keys)]
    for position, line in enumerate(lines, start=first):
        line.order, line.position = order, position
    OrderLine.objects.bulk_create(lines, batch_size=2000)
    return len(lines)


def _academic_year(day: datetime.date) -> int:
    year = rules.academic_year(day)
    AcademicYear.objects.get_or_create(year=year)
    return year


def _draft_list(order: Order, *, access: Access) -> Order:
    """A draft whose list may be changed: a cancelling order undoes all of the other or nothing."""
    order = _locked(order, access=access, permission="order.create", state=Order.DRAFT)
    if order.cancels_id:
        raise OrderError(_("The list of a cancelling order is that of the order it cancels."))
    return order


@transaction.atomic
def follow_date(order: Order, *, access: Access, before: datetime.date) -> None:
    """After the date of a draft was changed: an admission goes to the academic year of the new one.

    Raises:
        OrderError: the list of an order on students was formed for another academic year.
    """
    order = _locked(order, access=access, permission="order.create", state=Order.DRAFT)
    year = rules.academic_year(order.effective_date)
    if order.cancels_id or year == rules.academic_year(before):
        return
    if not kind_of(order).makes_students:
        raise OrderError(_("The list was formed for another academic year; form the order anew."))
    order.lines.update(academic_year_id=_academic_year(order.effective_date))


@transaction.atomic
def remove_lines(order: Order, *, access: Access, line_ids: list[int]) -> int:
    """Take people off a draft; the rest is numbered anew."""
    order = _draft_list(order, access=access)
    removed = order.lines.filter(pk__in=line_ids).delete()[0]
    with connection.cursor() as cursor:
        # First out of the way of each other, then one after another.
        cursor.execute(
            "UPDATE movement_orderline SET position = position + %s WHERE order_id = %s",
            [OUT_OF_THE_WAY, order.pk],
        )
        cursor.execute(
            "UPDATE movement_orderline l SET position = n.position FROM (SELECT id, row_number() OVER "
            "(ORDER BY position) AS position FROM movement_orderline WHERE order_id = %s) n WHERE l.id = n.id",
            [order.pk],
        )
    return removed


def failures(order: Order) -> dict[int, list[rules.Check]]:
    """Blocking checks that fail, by line."""
    if order.cancels_id:
        return {}
    found = kind_of(order).checks(order, list(queries.lines_of(order)))
    return {
        pk: bad
        for pk, checks in found.items()
        if (bad := [one for one in checks if one.blocking and not one.ok])
    }


def _refuse_failures(order: Order) -> None:
    bad = failures(order)
    if bad:
        line = queries.lines_of(order).get(pk=next(iter(bad)))
        raise OrderError(
            _("%(count)d people on the list do not pass the checks; the first: %(text)s")
            % {"count": len(bad), "text": f"{line.person}: {bad[line.pk][0].text}"}
        )


@transaction.atomic
def submit(order: Order, *, access: Access) -> Order:
    """Draft → submitted: the list is frozen and waits for the signature."""
    order = _locked(order, access=access, permission="order.create", state=Order.DRAFT)
    if not order.lines.exists():
        raise OrderError(_("The list is empty."))
    _refuse_failures(order)
    order.state, order.remark = Order.SUBMITTED, ""
    order.save(update_fields=["state", "remark"])
    events.tell(order)
    return order


@transaction.atomic
def return_with_remarks(order: Order, *, access: Access, remark: str) -> Order:
    """Submitted → draft, with what has to be mended."""
    order = _locked(order, access=access, permission="order.sign", state=Order.SUBMITTED)
    if not remark.strip():
        raise OrderError(_("Say what has to be mended."))
    order.state, order.remark = Order.DRAFT, remark.strip()
    order.save(update_fields=["state", "remark"])
    events.tell(order)
    return order


@transaction.atomic
def sign(order: Order, *, access: Access, date: datetime.date) -> Order:
    """Submitted → signed: number, date, signer; the PDF is issued.

    Raises:
        OrderError: the author signs (four eyes), the date lies in the future or
            before the last one in the journal, or a check fails.
    """
    order = _locked(order, access=access, permission="order.sign", state=Order.SUBMITTED)
    if order.created_by_id == access.user.pk:
        raise OrderError(_("Who formed the order does not sign it."))
    if date > timezone.localdate():
        raise OrderError(_("An order is not signed in the future."))
    _refuse_failures(order)
    _university()
    order.number = str(next_number(f"order-{order.kind}", date.year))
    # Under the lock of the series, so that dates in the journal follow its numbers.
    last = Order.objects.filter(kind=order.kind, date__year=date.year).order_by("-date").first()
    if last and last.date and last.date > date:
        raise OrderError(
            _("The journal holds order № %(number)s of %(date)s; a later number has no earlier date.")
            % {"number": last.number, "date": last.date.strftime("%d.%m.%Y")}
        )
    order.date, order.signed_by, order.signed_at = date, access.user, timezone.now()
    order.state, order.remark = Order.SIGNED, ""
    order.document = issue_order(order)
    order.save(update_fields=["state", "remark", "number", "date", "signed_by", "signed_at", "document"])
    events.tell(order)
    return order


def _university() -> University:
    university = University.objects.first()
    if university is None:
        raise OrderError(_("The facts about the university are not entered yet."))
    return university


@transaction.atomic
def execute(order: Order, *, access: Access) -> Order:
    """Signed → executed: students, numbers, placements and accounts, all or nothing.

    In order: locks the order and the people, checks again, makes students of
    candidates, closes placements, opens new ones, opens or closes accounts,
    ends the order that this one cancels and declares its papers void.

    Raises:
        OrderError: not signed, not yet in force, a check fails, or somebody was moved meanwhile.
    """
    order = _locked(order, access=access, permission="order.execute", state=Order.SIGNED)
    if order.effective_date > timezone.localdate():
        raise OrderError(
            _("The order comes into force on %(date)s.") % {"date": order.effective_date.strftime("%d.%m.%Y")}
        )
    lines = list(queries.lines_of(order))
    _lock_people(lines)
    _refuse_failures(order)
    if not order.cancels_id and kind_of(order).makes_students:
        _make_students(lines)
    _move(order, lines)
    _accounts(lines)
    if order.cancels_id:
        Order.objects.filter(pk=order.cancels_id).update(state=Order.CANCELLED)
        void_documents(order, by=access.user)
    order.state, order.executed_by, order.executed_at = Order.EXECUTED, access.user, timezone.now()
    order.save(update_fields=["state", "executed_by", "executed_at"])
    events.tell(order)
    return order


def _lock_people(lines: list[OrderLine]) -> None:
    """Always in the order of ids, so that two orders wait for each other instead of dying.

    Without their keys: the foreign keys that the other order checks at its commit
    do not wait for this one.
    """
    for model, keys in (
        (Candidate, [line.candidate_id for line in lines if line.candidate_id]),
        (Student, [line.student_id for line in lines if line.student_id]),
    ):
        rows = model.objects.filter(pk__in=keys).order_by("pk")
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
    made = Student.objects.bulk_create(
        [
            Student(
                person=line.candidate.person,
                number=number,
                entry_year=line.candidate.entry_year,
                candidate=line.candidate,
                social_category=line.candidate.social_category,
                student_type=line.candidate.student_type,
                entrance_score=line.candidate.score,
            )
            for line, number in zip(new, numbers, strict=True)
        ],
        batch_size=2000,
    )
    known |= {student.candidate_id: student.pk for student in made}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE movement_orderline l SET student_id = s.id FROM students_student s "
            "WHERE l.order_id = %s AND l.candidate_id = s.candidate_id AND l.student_id IS NULL",
            [lines[0].order_id],
        )
    for line in lines:
        line.student_id = known[line.candidate_id]


def _student_numbers(lines: list[OrderLine]) -> list[str]:
    """Numbers in the order of the list, each series under one lock."""
    university = _university().code
    series: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for at, line in enumerate(lines):
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
                university=university,
                entry_year=year,
                education_type=kind,
                education_form=form,
                serial=serial,
            )
    return numbers


def _move(order: Order, lines: list[OrderLine]) -> None:
    """Close the placements that the order closes and open those that it gives."""
    keys = [line.student_id for line in lines]
    open_now: dict[int | None, int] = dict(
        Placement.objects.filter(student__in=keys, valid_to=None).values_list("student", "pk")
    )
    for line in lines:
        check = rules.check_current(expected=line.closes_id, actual=open_now.get(line.student_id))
        if not check.ok:
            raise OrderError(f"{line.person}: {check.text}")
    day = order.effective_date
    closing = [line.closes_id for line in lines if line.closes_id]
    too_early = Q(pk__in=closing, valid_from__gt=day) | Q(valid_to__gt=day)
    if Placement.objects.filter(too_early, student__in=keys).exists():
        raise OrderError(_("The order comes into force before the placement that it follows."))
    Placement.objects.filter(pk__in=closing).update(valid_to=day, closed_by=order)
    Placement.objects.bulk_create(
        [
            Placement(
                student_id=line.student_id,
                order=order,
                valid_from=day,
                **{name: getattr(line, name) for name in TARGET},
            )
            for line in lines
            if line.status
        ],
        batch_size=2000,
    )


def _accounts(lines: list[OrderLine]) -> None:
    """An account for everyone who studies; none in use for who has no placement left.

    A person who has an account already keeps it and gets the student's role.
    """
    arriving = [line.student_id for line in lines if line.status == STUDYING]
    leaving = [line.student_id for line in lines if line.student_id and not line.status]
    students = list(Student.objects.filter(pk__in=arriving).values_list("person_id", "number"))
    have = dict(
        User.objects.filter(person__in=[person for person, _number in students]).values_list(
            "person_id", "pk"
        )
    )
    User.objects.bulk_create(
        [
            User(login=number, person_id=person, password=make_password(None))
            for person, number in students
            if person not in have
        ],
        batch_size=2000,
    )
    people = [person for person, _number in students]
    accounts = list(User.objects.filter(person__in=people).values_list("pk", flat=True))
    User.objects.filter(pk__in=accounts, is_active=False).update(is_active=True)
    student_role = RoleAssignment.objects.filter(user__in=accounts, role="student", valid_to=None)
    holders = set(student_role.values_list("user", flat=True))
    RoleAssignment.objects.bulk_create(
        [RoleAssignment(user_id=pk, role="student") for pk in accounts if pk not in holders],
        ignore_conflicts=True, batch_size=2000,
    )  # fmt: skip
    _close_accounts(leaving)


def _close_accounts(student_ids: list[int]) -> None:
    """End the student's role of those with no study left; an account without any other role is closed."""
    if not student_ids:
        return
    still = Placement.objects.filter(valid_to=None).values("student__person")
    accounts = User.objects.filter(person__studies__in=student_ids).exclude(person__in=still)
    pks = list(accounts.values_list("pk", flat=True))
    RoleAssignment.objects.filter(user__in=pks, role="student").delete()
    User.objects.filter(pk__in=pks).exclude(assignments__isnull=False).update(is_active=False)


@transaction.atomic
def create_cancelling_order(
    order: Order, *, access: Access, reason: str, effective_date: datetime.date
) -> Order:
    """A draft that undoes an executed order: everybody gets back exactly what was before.

    Raises:
        OrderError: no reason, not executed, cancelled already, or a later order stands on it.
    """
    order = _locked(order, access=access, permission="order.create", state=Order.EXECUTED)
    if not reason.strip():
        raise OrderError(_("Say why the order is cancelled."))
    if order.cancels_id:
        raise OrderError(_("A cancelling order is not cancelled; form the right order anew."))
    if order.cancelled_by.exclude(state=Order.CANCELLED).exists():
        raise OrderError(_("A cancelling order exists already."))
    later = order.placements.exclude(valid_to=None).select_related("closed_by").first()
    if later:
        text = _("A later order stands on it, cancel that one first: %(order)s.")
        raise OrderError(text % {"order": later.closed_by})
    if effective_date < order.effective_date:
        raise OrderError(_("The cancelling order cannot come into force before the order itself."))
    with override("uz"):  # the order is a paper in Uzbek, whoever forms it
        title = _("Cancelling order № %(number)s of %(date)s") % {
            "number": order.number, "date": order.date.strftime("%d.%m.%Y"),
        }  # fmt: skip
    undo = Order.objects.create(
        kind=order.kind, faculty=order.faculty, effective_date=effective_date, cancels=order, created_by=access.user,
        title=title, basis=reason.strip(),
    )  # fmt: skip
    made: dict[int | None, Placement] = {one.student_id: one for one in order.placements.all()}
    OrderLine.objects.bulk_create(
        [_undoing_line(undo, line, made[line.student_id]) for line in order.lines.select_related("closes")],
        batch_size=2000,
    )
    return undo


def _undoing_line(undo: Order, line: OrderLine, made: Placement) -> OrderLine:
    """Closes what the order made and restores what it closed."""
    before = line.closes
    target = {name: getattr(before, name) for name in TARGET} if before else {}
    return OrderLine(
        order=undo,
        position=line.position,
        student_id=line.student_id,
        candidate_id=line.candidate_id,
        closes=made,
        **target,
    )


@transaction.atomic
def delete_draft(order: Order, *, access: Access) -> None:
    """Throw a draft away."""
    _locked(order, access=access, permission="order.create", state=Order.DRAFT).delete()
