"""What changes orders: one function a verb, one transaction each (duties 2.2, 3.5, clause B8)."""

from __future__ import annotations

import datetime
from collections import defaultdict

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.models import RoleAssignment
from hemis.access.scope import Access
from hemis.documents.actions import next_number, reserve_numbers
from hemis.people.models import User
from movement import queries, rules
from movement.documents import issue_order
from movement.kinds import kind_of
from movement.models import Order, OrderLine
from structure.models import Unit, University
from students.models import AcademicYear, Candidate, Placement, Student

ADMISSION = "21"
STUDYING = "11"
TARGET = (
    "status", "faculty_id", "programme_id", "group_id", "academic_year_id", "course", "semester", "education_form",
    "language", "payment_form",
)


class OrderError(Exception):
    """Why the verb cannot be done now, in words for the user."""


def _locked(order: Order, *, access: Access, permission: str, state: str) -> Order:
    """The order, locked, in scope and in the state that the verb needs."""
    access.require(permission)
    found = Order.objects.for_scope(access.scope(permission)).select_for_update(of=("self",)).filter(pk=order.pk).first()
    if found is None:
        raise OrderError(_("The order is not in your scope."))
    if found.state != state:
        raise OrderError(_("The order is %(state)s by now.") % {"state": found.get_state_display()})
    return found


@transaction.atomic
def create_admission_order(
    *, access: Access, faculty: Unit, candidates: QuerySet[Candidate], title: str, basis: str,
    effective_date: datetime.date,
) -> Order:
    """A draft admission order for the candidates of the faculty who are on no other order.

    Raises:
        PermissionDenied: without the duty.
        OrderError: out of scope, or no candidate is free.
    """
    access.require("order.create")
    scope = access.scope("order.create")
    if not (scope.everything or faculty.pk in scope.faculty_ids):
        raise OrderError(_("The faculty is not in your scope."))
    mine = candidates.filter(group__faculty=faculty).select_for_update(of=("self",))
    found = list(
        queries.free_candidates(mine).select_related("person", "programme", "group")
        .order_by("programme__speciality__code", "group__name", "person__sort_key")
    )
    if not found:
        raise OrderError(_("There is no candidate who is not on an order yet."))
    order = Order.objects.create(
        kind=ADMISSION, faculty=faculty, title=title, basis=basis, effective_date=effective_date,
        created_by=access.user,
    )
    year = rules.academic_year(effective_date)
    AcademicYear.objects.get_or_create(year=year)
    OrderLine.objects.bulk_create(
        [
            OrderLine(
                order=order, position=position, candidate=one, status=STUDYING, faculty=faculty,
                programme=one.programme, group=one.group, academic_year_id=year, course=one.course,
                semester=rules.first_semester(one.course), education_form=one.programme.education_form,
                language=one.language, payment_form=one.payment_form,
            )
            for position, one in enumerate(found, start=1)
        ],
        batch_size=2000,
    )
    return order


@transaction.atomic
def remove_lines(order: Order, *, access: Access, line_ids: list[int]) -> int:
    """Take people off a draft; the rest is numbered anew."""
    order = _locked(order, access=access, permission="order.create", state=Order.DRAFT)
    removed = order.lines.filter(pk__in=line_ids).delete()[0]
    for position, line in enumerate(order.lines.order_by("position"), start=1):
        if line.position != position:
            OrderLine.objects.filter(pk=line.pk).update(position=position)
    return removed


def failures(order: Order) -> dict[int, list[rules.Check]]:
    """Blocking checks that fail, by line."""
    lines = list(queries.lines_of(order))
    if order.cancels_id:
        return {}
    found = kind_of(order).checks(order, lines)
    return {
        pk: bad for pk, checks in found.items() if (bad := [one for one in checks if one.blocking and not one.ok])
    }


def _refuse_failures(order: Order) -> None:
    bad = failures(order)
    if bad:
        first = next(iter(bad.values()))[0]
        raise OrderError(
            _("%(count)d people on the list do not pass the checks; the first: %(text)s")
            % {"count": len(bad), "text": first.text}
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
    return order


@transaction.atomic
def return_with_remarks(order: Order, *, access: Access, remark: str) -> Order:
    """Submitted → draft, with what has to be mended."""
    order = _locked(order, access=access, permission="order.sign", state=Order.SUBMITTED)
    if not remark.strip():
        raise OrderError(_("Say what has to be mended."))
    order.state, order.remark = Order.DRAFT, remark.strip()
    order.save(update_fields=["state", "remark"])
    return order


@transaction.atomic
def sign(order: Order, *, access: Access, date: datetime.date) -> Order:
    """Submitted → signed: number, date, signer; the PDF is issued. The author does not sign (four eyes)."""
    order = _locked(order, access=access, permission="order.sign", state=Order.SUBMITTED)
    if order.created_by_id == access.user.pk:
        raise OrderError(_("Who formed the order does not sign it."))
    if date > timezone.localdate():
        raise OrderError(_("An order is not signed in the future."))
    _refuse_failures(order)
    order.number = str(next_number(f"order-{order.kind}", date.year))
    order.date, order.signed_by, order.signed_at = date, access.user, timezone.now()
    order.state, order.remark = Order.SIGNED, ""
    order.document = issue_order(order)
    order.save(update_fields=["state", "remark", "number", "date", "signed_by", "signed_at", "document"])
    return order


@transaction.atomic
def execute(order: Order, *, access: Access) -> Order:
    """Signed → executed: students, numbers, placements and accounts, all or nothing.

    In order: locks the order and the people, checks again, makes students of
    candidates, closes placements, opens new ones, opens or closes accounts,
    ends the order that this one cancels.
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
    order.state, order.executed_by, order.executed_at = Order.EXECUTED, access.user, timezone.now()
    order.save(update_fields=["state", "executed_by", "executed_at"])
    return order


def _lock_people(lines: list[OrderLine]) -> None:
    """Always in the order of ids, so that two orders wait for each other instead of dying."""
    list(Candidate.objects.filter(pk__in=[x.candidate_id for x in lines if x.candidate_id]).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    list(Student.objects.filter(pk__in=[x.student_id for x in lines if x.student_id]).order_by("pk").select_for_update(of=("self",)).values_list("pk"))


def _make_students(lines: list[OrderLine]) -> None:
    """Students of candidates; one who was admitted before by a cancelled order keeps row and number."""
    known = dict(
        Student.objects.filter(candidate__in=[line.candidate_id for line in lines]).values_list("candidate", "pk")
    )
    new = [line for line in lines if line.candidate_id not in known]
    numbers = _student_numbers(new)
    made = Student.objects.bulk_create(
        [
            Student(
                person=line.candidate.person, number=number, entry_year=line.candidate.entry_year,
                candidate=line.candidate, social_category=line.candidate.social_category,
                student_type=line.candidate.student_type, entrance_score=line.candidate.score,
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
    university = University.objects.get().code
    series: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for at, line in enumerate(lines):
        series[(line.candidate.entry_year, line.programme.speciality.education_type, line.education_form)].append(at)
    numbers = [""] * len(lines)
    for (year, kind, form), places in sorted(series.items()):
        serials = reserve_numbers(f"student-{kind[-1]}{form[-1]}", year, len(places))
        for at, serial in zip(places, serials, strict=True):
            numbers[at] = rules.student_number(
                university=university, entry_year=year, education_type=kind, education_form=form, serial=serial
            )
    return numbers


def _move(order: Order, lines: list[OrderLine]) -> None:
    """Close the placements that the order closes and open those that it gives."""
    open_now = dict(
        Placement.objects.filter(student__in=[line.student_id for line in lines], valid_to=None).values_list("student", "pk")
    )
    for line in lines:
        check = rules.check_current(expected=line.closes_id, actual=open_now.get(line.student_id))
        if not check.ok:
            raise OrderError(f"{line.person}: {check.text}")
    closing = [line.closes_id for line in lines if line.closes_id]
    if closing:
        if Placement.objects.filter(pk__in=closing, valid_from__gt=order.effective_date).exists():
            raise OrderError(_("The order comes into force before the placement that it ends."))
        Placement.objects.filter(pk__in=closing).update(valid_to=order.effective_date, closed_by=order)
    Placement.objects.bulk_create(
        [
            Placement(
                student_id=line.student_id, order=order, valid_from=order.effective_date,
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
    leaving = [line.student_id for line in lines if not line.status]
    students = list(Student.objects.filter(pk__in=arriving).values_list("person_id", "number"))
    have = dict(User.objects.filter(person__in=[person for person, _number in students]).values_list("person_id", "pk"))
    User.objects.bulk_create(
        [
            User(login=number, person_id=person, password=make_password(None))
            for person, number in students
            if person not in have
        ],
        batch_size=2000,
    )
    accounts = list(User.objects.filter(person__in=[person for person, _number in students]).values_list("pk", flat=True))
    User.objects.filter(pk__in=accounts, is_active=False).update(is_active=True)
    holders = set(RoleAssignment.objects.filter(user__in=accounts, role="student", valid_to=None).values_list("user", flat=True))
    RoleAssignment.objects.bulk_create(
        [RoleAssignment(user_id=pk, role="student") for pk in accounts if pk not in holders],
        ignore_conflicts=True, batch_size=2000,
    )
    _close_accounts(leaving)


def _close_accounts(student_ids: list[int]) -> None:
    """End the student's role; an account without any other role is closed."""
    if not student_ids:
        return
    accounts = User.objects.filter(person__studies__in=student_ids)
    pks = list(accounts.values_list("pk", flat=True))
    RoleAssignment.objects.filter(user__in=pks, role="student").delete()
    User.objects.filter(pk__in=pks).exclude(assignments__isnull=False).update(is_active=False)


@transaction.atomic
def create_cancelling_order(order: Order, *, access: Access, reason: str, effective_date: datetime.date) -> Order:
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
    if effective_date < order.effective_date:
        raise OrderError(_("The cancelling order cannot come into force before the order itself."))
    undo = Order.objects.create(
        kind=order.kind, faculty=order.faculty, effective_date=effective_date, cancels=order, created_by=access.user,
        title=_("Cancelling order № %(number)s of %(date)s") % {
            "number": order.number, "date": order.date.strftime("%d.%m.%Y"),
        },
        basis=reason.strip(),
    )
    made = {placement.student_id: placement for placement in order.placements.all()}
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
        order=undo, position=line.position, student_id=line.student_id, candidate_id=line.candidate_id,
        closes=made, **target,
    )


@transaction.atomic
def delete_draft(order: Order, *, access: Access) -> None:
    """Throw a draft away."""
    _locked(order, access=access, permission="order.create", state=Order.DRAFT).delete()


