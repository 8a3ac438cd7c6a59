"""Orders on doctoral students from draft to execution and cancellation (duty 6.1, signature by B8)."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from doctorate import notices, queries, rules
from doctorate.actions.base import ORDERS, SIGNATURE, DoctorateError, refusals_in_words
from doctorate.actions.plans import plan_attestations
from doctorate.documents import issue_order
from doctorate.models import (
    Attestation,
    DoctoralOrder,
    DoctoralOrderLine,
    DoctoralPeriod,
    DoctoralStudent,
    Supervision,
)
from hemis.access.scope import Access
from hemis.documents.actions import next_number, reserve_numbers
from structure.models import University

NUMBERS = "doctoral-order"
logger = logging.getLogger(__name__)


def _locked(
    order: DoctoralOrder, *, access: Access, permission: str, states: tuple[str, ...]
) -> DoctoralOrder:
    access.require(permission)
    rows = DoctoralOrder.objects.for_scope(access.scope(permission)).select_for_update(of=("self",))
    found = rows.filter(pk=order.pk).first()
    if found is None:
        raise DoctorateError(_("The order is not in your scope."))
    if found.state not in states:
        raise DoctorateError(_("The order is %(state)s by now.") % {"state": found.get_state_display()})
    return found


@transaction.atomic
def create_order(
    order: DoctoralOrder, students: Iterable[DoctoralStudent], *, access: Access
) -> DoctoralOrder:
    """Keep a draft with its list; an existing draft gets the list anew.

    Raises:
        PermissionDenied: without the duty.
        DoctorateError: the list is empty.
    """
    access.require(ORDERS)
    students = list(students)
    if not students:
        raise DoctorateError(_("The list is empty."), "students")
    if order._state.adding:
        order.created_by = access.user
    order.save()
    order.lines.exclude(student__in=students).delete()
    known = set(order.lines.values_list("student", flat=True))
    DoctoralOrderLine.objects.bulk_create(
        DoctoralOrderLine(order=order, student=one) for one in students if one.pk not in known
    )
    return order


@transaction.atomic
def delete_draft(order: DoctoralOrder, *, access: Access) -> None:
    """A draft goes with its list.

    Raises:
        DoctorateError: it is no draft any more.
    """
    _locked(order, access=access, permission=ORDERS, states=(DoctoralOrder.DRAFT,)).delete()


def _refuse_failures(order: DoctoralOrder) -> None:
    """Raises DoctorateError when a check stands in the way of somebody on the list."""
    lines = list(queries.lines_of(order))
    found = queries.checks_of(order, [line.student for line in lines])
    for line in lines:
        for check in found[line.student_id]:
            if check.blocking and not check.ok:
                raise DoctorateError(f"{line.student}: {check.text}")


@transaction.atomic
def submit(order: DoctoralOrder, *, access: Access) -> DoctoralOrder:
    """Draft → submitted: the list is frozen and waits for the signature; who signs is told.

    Raises:
        DoctorateError: the list is empty, or a check fails.
    """
    order = _locked(order, access=access, permission=ORDERS, states=(DoctoralOrder.DRAFT,))
    if not order.lines.exists():
        raise DoctorateError(_("The list is empty."))
    _refuse_failures(order)
    order.state, order.remark = DoctoralOrder.SUBMITTED, ""
    order.save(update_fields=["state", "remark"])
    notices.tell_signers(order)
    return order


@transaction.atomic
def send_back(order: DoctoralOrder, *, access: Access, remark: str) -> DoctoralOrder:
    """Submitted → draft with a remark, by whoever would sign; who formed it is told.

    Raises:
        DoctorateError: nothing is remarked.
    """
    order = _locked(order, access=access, permission=SIGNATURE, states=(DoctoralOrder.SUBMITTED,))
    if not remark.strip():
        raise DoctorateError(_("Say what has to be mended."))
    order.state, order.remark = DoctoralOrder.DRAFT, remark.strip()[:500]
    order.save(update_fields=["state", "remark"])
    notices.tell_author(order)
    return order


@transaction.atomic
def sign(order: DoctoralOrder, *, access: Access, date: datetime.date) -> DoctoralOrder:
    """Submitted → signed: number, date, signer, PDF with QR; executed at once when its day has come.

    Raises:
        DoctorateError: who formed it signs, the date lies in the future or before the last
            number of the year, or a check fails.
    """
    order = _locked(order, access=access, permission=SIGNATURE, states=(DoctoralOrder.SUBMITTED,))
    assert access.user is not None  # the duty is somebody's
    if order.created_by_id == access.user.pk:
        raise DoctorateError(_("Who formed the order does not sign it."))
    if date > timezone.localdate():
        raise DoctorateError(_("An order is not signed in the future."), "date")
    if not University.objects.exists():
        raise DoctorateError(_("The facts about the university are not entered yet."))
    _refuse_failures(order)
    number = next_number(NUMBERS, date.year)
    # Under the lock of the series, so that dates follow numbers.
    last = DoctoralOrder.objects.filter(date__year=date.year).order_by("-date").first()
    if last and last.date and last.date > date:
        raise DoctorateError(
            _("Order № %(number)s is of %(date)s; a later number has no earlier date.")
            % {"number": last.number, "date": f"{last.date:%d.%m.%Y}"},
            "date",
        )
    order.number, order.date = f"{number}-D", date
    order.signed_by, order.signed_at = access.user, timezone.now()
    order.state, order.remark = DoctoralOrder.SIGNED, ""
    order.document = issue_order(order)
    order.save(update_fields=["state", "remark", "number", "date", "signed_by", "signed_at", "document"])
    return execute(order) if order.effective_date <= timezone.localdate() else order


@transaction.atomic
def execute(order: DoctoralOrder) -> DoctoralOrder:
    """Signed → executed: number, period and term of everybody on the list; who leaves is led and attested no more.

    In order: numbers for the admitted; what changes is written on the lines; attestations and
    supervisions of those who leave end; periods are written (they set status and term); a
    cancelled order is marked; the order is executed; attestations are planned anew;
    everybody is told.

    Raises:
        DoctorateError: the database refuses, in words.
    """
    lines = list(queries.lines_of(order))
    with refusals_in_words():
        if order.kind == DoctoralOrder.ADMISSION:
            _number(order, lines)
        _write_effects(order, lines)
        _let_go(order, lines)
        DoctoralPeriod.objects.bulk_create(
            DoctoralPeriod(
                student=line.student, order=order, status=line.status_after, term_to=line.term_after,
                valid_from=order.effective_date,
            )
            for line in lines
        )  # fmt: skip
        if order.cancels_id:
            DoctoralOrder.objects.filter(pk=order.cancels_id).update(state=DoctoralOrder.CANCELLED)
        order.state, order.executed_at = DoctoralOrder.EXECUTED, timezone.now()
        order.save(update_fields=["state", "executed_at"])
    students = DoctoralStudent.objects.filter(order_lines__order=order)
    plan_attestations(students)
    notices.tell_those_named(order, students)
    return order


def _number(order: DoctoralOrder, lines: list[DoctoralOrderLine]) -> None:
    fresh = [line.student for line in lines if line.student.number is None]
    numbers = (
        reserve_numbers("doctoral-student", order.effective_date.year, len(fresh)) if fresh else range(0)
    )
    for one, count in zip(fresh, numbers, strict=True):
        one.number = f"D{order.effective_date.year % 100:02d}{count:04d}"
    DoctoralStudent.objects.bulk_update(fresh, ["number"])


def _write_effects(order: DoctoralOrder, lines: list[DoctoralOrderLine]) -> None:
    """Before and after, and how the term was found, as the rules say on the day the order comes into force."""
    known = queries.standings([line.student for line in lines], order)
    undone = {}
    if order.cancels_id:
        undone = {one.student_id: one for one in DoctoralOrderLine.objects.filter(order=order.cancels_id)}
    # In the language of the order itself, whoever signs it.
    with override("uz"):
        law = queries.figures(order.effective_date)
        for line in lines:
            standing = known[line.student_id]
            line.status_before, line.term_before = standing.status, standing.term_to
            if order.cancels_id:
                _give_back(line, undone[line.student_id])
                continue
            term = rules.term_by(rules.Wanted(order.kind, order.effective_date, order.until), standing, law)
            line.status_after, line.term_after = rules.WAYS[order.kind][1], term.value
            line.steps = term.as_json()
    DoctoralOrderLine.objects.bulk_update(
        lines, ["status_before", "status_after", "term_before", "term_after", "steps"]
    )


def _give_back(line: DoctoralOrderLine, undone: DoctoralOrderLine) -> None:
    """What was before the order that is undone; whoever was admitted by it has never been admitted."""
    was_candidate = undone.status_before == DoctoralStudent.CANDIDATE
    line.status_after = DoctoralStudent.WITHDRAWN if was_candidate else undone.status_before
    line.term_after = line.term_before if was_candidate else undone.term_before


def _let_go(order: DoctoralOrder, lines: list[DoctoralOrderLine]) -> None:
    """Who does not study is asked for no attestation from that day on; who leaves is led no more."""
    away = [line for line in lines if line.status_after != DoctoralStudent.STUDYING]
    asked = Attestation.objects.filter(student__in=[line.student_id for line in away], result="")
    asked.filter(due_on__gte=order.effective_date).delete()
    gone = [line.student_id for line in away if line.status_after != DoctoralStudent.ON_LEAVE]
    last_day = order.effective_date - rules.ONE_DAY
    going = Supervision.objects.filter(student__in=gone, valid_to=None)
    going.filter(valid_from__gt=last_day).delete()
    going.update(valid_to=last_day)


def execute_due(day: datetime.date | None = None) -> int:
    """Execute signed orders whose day has come; how many were. One that is refused stays signed and is told of."""
    day = day or timezone.localdate()
    done = 0
    due = DoctoralOrder.objects.filter(state=DoctoralOrder.SIGNED, effective_date__lte=day)
    for key in due.order_by("effective_date", "pk").values_list("pk", flat=True):
        try:
            with transaction.atomic():
                rows = DoctoralOrder.objects.select_for_update(of=("self",), skip_locked=True)
                order = rows.filter(pk=key, state=DoctoralOrder.SIGNED).first()
                if order is None:
                    continue
                execute(order)
        except (DoctorateError, DatabaseError):
            logger.warning("A due order on doctoral students is not executed.", extra={"order": key})
            continue
        done += 1
    return done


@transaction.atomic
def create_cancelling_order(
    order: DoctoralOrder, *, access: Access, reason: str, effective_date: datetime.date
) -> DoctoralOrder:
    """A draft that gives everybody back what was before the order; signed and executed like any other.

    Raises:
        DoctorateError: the order is not executed, is itself a cancellation or is being cancelled, or no reason.
    """
    order = _locked(order, access=access, permission=ORDERS, states=(DoctoralOrder.EXECUTED,))
    if order.cancels_id or order.cancelled_by.exists():
        raise DoctorateError(_("This order is a cancellation, or is being cancelled already."))
    if not reason.strip():
        raise DoctorateError(_("Give the reason."), "reason")
    undo = DoctoralOrder(
        kind=DoctoralOrder.CANCELLATION, cancels=order, reason=reason.strip(), basis=str(order),
        effective_date=effective_date,
    )  # fmt: skip
    return create_order(undo, [line.student for line in queries.lines_of(order)], access=access)


@transaction.atomic
def set_scan(order: DoctoralOrder, *, access: Access, scan: ContentFile) -> DoctoralOrder:
    """Keep the scan of a signed order."""
    states = (DoctoralOrder.SIGNED, DoctoralOrder.EXECUTED, DoctoralOrder.CANCELLED)
    order = _locked(order, access=access, permission=ORDERS, states=states)
    order.scan = scan
    order.save(update_fields=["scan"])
    return order
