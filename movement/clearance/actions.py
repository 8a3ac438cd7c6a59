"""What changes clearance sheets: one function a verb, one transaction each (duties S, 2.2, B8.2)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.holders import holders
from hemis.access.scope import Access
from hemis.documents.actions import revoke
from hemis.documents.models import Document
from hemis.notices.actions import notify
from hemis.people.models import User
from movement import events
from movement.clearance import queries
from movement.clearance.models import (
    ANSWER,
    GRADUATION,
    ClearanceAnswer,
    ClearanceSheet,
    ClearanceStation,
)
from movement.followups import FollowUp, register_followup
from movement.models import Order, OrderLine
from students.models import Student

OWN = "own.clearance"
NOT_STUDYING = ("12", "14")


class ClearanceError(Exception):
    """Why the verb cannot be done now, in words for the user."""


@transaction.atomic
def ask(*, access: Access, occasion: str) -> ClearanceSheet:
    """The student's own sheet.

    Raises:
        PermissionDenied: without the duty.
        ClearanceError: no study, not in the last course, or one is going round already.
    """
    access.require(OWN)
    rows = Student.objects.filter(person=access.scope(OWN).person_id, current__isnull=False)
    student = rows.exclude(current__status__in=NOT_STUDYING).order_by("-entry_year", "-pk").first()
    if student is None:
        raise ClearanceError(_("A clearance sheet is for those who study or are on leave."))
    if occasion == GRADUATION and not queries.may_graduate(student):
        raise ClearanceError(_("A sheet for graduation is asked for in the last course."))
    made = _open(Student.objects.filter(pk=student.pk), access=access, occasion=occasion)
    if not made:
        raise ClearanceError(_("You have a clearance sheet already."))
    return made[0]


@transaction.atomic
def open_for(students: QuerySet[Student], *, access: Access, occasion: str) -> list[ClearanceSheet]:
    """Sheets for students in scope who have none in force; those who have one keep it.

    Who has left already without a sheet gets one for the order by which that happened.

    Raises:
        PermissionDenied: without the duty.
        ClearanceError: nobody is left.
    """
    access.require("order.create")
    seen = students.filter(pk__in=Student.objects.for_scope(access.scope("order.create")).values("pk"))
    made = _open(seen, access=access, occasion=occasion)
    if not made:
        raise ClearanceError(_("There is nobody in your scope who has no clearance sheet."))
    return made


def _open(students: QuerySet[Student], *, access: Access, occasion: str) -> list[ClearanceSheet]:
    stations = list(ClearanceStation.objects.filter(is_active=True, occasions__contains=[occasion]))
    if not stations:
        raise ClearanceError(_("No station is set for this occasion; academic affairs keeps the list."))
    rows = students.filter(current__isnull=False).order_by("pk")
    keys = list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    in_force = (ClearanceSheet.OPEN, ClearanceSheet.COMPLETE)
    have = set(
        ClearanceSheet.objects.filter(student__in=keys, state__in=in_force).values_list("student", flat=True)
    )
    free = Student.objects.filter(pk__in=[key for key in keys if key not in have]).select_related("current")
    sheets = ClearanceSheet.objects.bulk_create(
        [
            ClearanceSheet(
                student=one,
                faculty_id=one.current.faculty_id,
                occasion=occasion,
                opened_by=access.user,
                order_id=one.current.order_id if one.current.status in NOT_STUDYING else None,
            )
            for one in free.order_by("pk")
        ]
    )
    ClearanceAnswer.objects.bulk_create(
        [ClearanceAnswer(sheet=sheet, station=station) for sheet in sheets for station in stations],
        batch_size=2000,
    )
    _tell_stations(sheets, stations)
    return sheets


def _tell_stations(sheets: list[ClearanceSheet], stations: list[ClearanceStation]) -> None:
    """One notice to everybody who answers, however many sheets."""
    roles = frozenset(one.role for one in stations)
    url = reverse("movement_clearance_answers_list") + "?state=waiting"
    counts: dict[int, int] = {}
    for sheet in sheets:
        counts[sheet.faculty_id] = counts.get(sheet.faculty_id, 0) + 1
    for faculty, count in counts.items():
        people = holders(ANSWER, faculty_id=faculty, roles=roles)
        notify(people, "clearance_waits", {"count": count}, url)


@transaction.atomic
def answer(
    answers: Iterable[ClearanceAnswer], *, access: Access, clear: bool, remark: str = "", owed: Decimal = Decimal(0)
) -> int:  # fmt: skip
    """Say "clear" or "not clear" for one or many; how many were answered.

    In order: locks the sheets, writes the answers, completes the sheets that every
    station has cleared, tells the students. A "not clear" may become "clear" later
    and the other way round, as long as the sheet is going round.

    Raises:
        PermissionDenied: without the duty.
        ClearanceError: none is in scope, the sheet rests, or "not clear" without a remark.
    """
    access.require(ANSWER)
    if not clear and not remark.strip():
        raise ClearanceError(_("Say what is owed."))
    if owed < 0 or (clear and owed):
        raise ClearanceError(_("Who is clear owes nothing."))
    keys = [one.pk for one in answers]
    rows = ClearanceAnswer.objects.for_answering(access).filter(pk__in=keys)
    sheets = {one.pk: one for one in _lock(rows.values("sheet"))}
    todo = list(
        rows.filter(sheet__in=sheets).select_related("station", "sheet__student__person").order_by("pk")
    )
    if not todo:
        raise ClearanceError(_("None of these waits for your answer any more."))
    if any(one.sheet.student.person_id == access.user.person_id for one in todo):
        raise ClearanceError(_("Nobody answers for oneself."))
    now = timezone.now()
    for one in todo:
        one.state = ClearanceAnswer.CLEAR if clear else ClearanceAnswer.NOT_CLEAR
        one.remark, one.sum_owed = remark.strip(), owed
        one.answered_at, one.answered_by = now, access.user
        one.version += 1
    ClearanceAnswer.objects.bulk_update(
        todo, ["state", "remark", "sum_owed", "answered_at", "answered_by", "version"], batch_size=2000
    )
    done = _complete(sheets)
    for one in todo:
        if not clear and one.sheet_id not in done:
            _tell(one.sheet, "clearance_objection", station=one.station.name, remark=one.remark)
    return len(todo)


def _lock(sheet_ids: QuerySet) -> list[ClearanceSheet]:
    rows = ClearanceSheet.objects.filter(pk__in=sheet_ids, state=ClearanceSheet.OPEN).order_by("pk")
    return list(rows.select_for_update(of=("self",)).select_related("student"))


def _complete(sheets: dict[int, ClearanceSheet]) -> set[int]:
    """Complete those of the locked sheets that every station has cleared."""
    waits = set(
        ClearanceAnswer.objects.filter(sheet__in=sheets)
        .exclude(state=ClearanceAnswer.CLEAR)
        .values_list("sheet", flat=True)
    )
    done = {pk for pk in sheets if pk not in waits}
    ClearanceSheet.objects.filter(pk__in=done).update(
        state=ClearanceSheet.COMPLETE, completed_at=timezone.now()
    )
    for pk in done:
        _tell(sheets[pk], "clearance_complete")
    _use_late(done)
    return done


def _use_late(done: set[int]) -> None:
    """A sheet that went on after its order was executed belongs to that order as soon as it is complete."""
    late = ClearanceSheet.objects.filter(pk__in=done, order__isnull=False)
    late.update(state=ClearanceSheet.USED)


def _tell(sheet: ClearanceSheet, code: str, **facts: str) -> None:
    readers = User.objects.filter(person=sheet.student.person_id, is_active=True)
    notify(readers, code, facts, reverse("my_clearance"))


@transaction.atomic
def cancel(sheet: ClearanceSheet, *, access: Access, reason: str) -> ClearanceSheet:
    """Cancel a sheet that no order has used; its paper is void.

    Raises:
        ClearanceError: out of scope, used already, or no reason.
    """
    access.require("order.create")
    rows = ClearanceSheet.objects.for_scope(access.scope("order.create"))
    found = rows.select_for_update(of=("self",)).filter(pk=sheet.pk).first()
    if found is None:
        raise ClearanceError(_("The clearance sheet is not in your scope."))
    if found.state not in (ClearanceSheet.OPEN, ClearanceSheet.COMPLETE):
        raise ClearanceError(
            _("The clearance sheet is %(state)s by now.") % {"state": found.get_state_display()}
        )
    if not reason.strip():
        raise ClearanceError(_("Say why the sheet is cancelled."))
    found.state, found.reason = ClearanceSheet.CANCELLED, reason.strip()
    found.cancelled_at, found.cancelled_by = timezone.now(), access.user
    found.save(update_fields=["state", "reason", "cancelled_at", "cancelled_by"])
    if found.document_id and found.document.state == Document.ISSUED:
        revoke(found.document, reason=found.reason, by=access.user)
    _tell(found, "clearance_cancelled", reason=found.reason)
    return found


@events.listen
def follow_order(order: Order) -> None:
    """An executed leaving order takes the sheets of its students; cancelled, it gives them back.

    A complete sheet is used up. One that still goes round, because the order went on by a
    written reason or did not wait, goes on for that order: what is owed is owed after the
    order as well, and the order is not closed before every station has answered.
    """
    if order.state != Order.EXECUTED:
        return
    if order.cancels_id:
        ClearanceSheet.objects.filter(order=order.cancels_id, state=ClearanceSheet.USED).update(
            state=ClearanceSheet.COMPLETE, order=None
        )
        going_on(order.cancels_id).update(order=None)
        return
    if queries.is_leaving(order):
        named = OrderLine.objects.filter(order=order).values("student")
        sheets = ClearanceSheet.objects.filter(student__in=named, order=None)
        sheets.filter(state=ClearanceSheet.OPEN).update(order=order)
        sheets.filter(state=ClearanceSheet.COMPLETE).update(state=ClearanceSheet.USED, order=order)


def going_on(order: int) -> QuerySet[ClearanceSheet]:
    """Sheets that are still collected after the order they belong to was executed."""
    return ClearanceSheet.objects.filter(order=order, state=ClearanceSheet.OPEN)


def sheets_collected(order: Order) -> list[FollowUp]:
    """The order is closed when its sheets are complete, or cancelled with a reason."""
    if not queries.is_leaving(order) or order.cancels_id:
        return []
    waits = going_on(order.pk).count()
    if waits:
        return [FollowUp(_("clearance sheets still going round: %(count)d") % {"count": waits}, False)]
    used = ClearanceSheet.objects.filter(order=order, state=ClearanceSheet.USED).count()
    return [FollowUp(_("clearance sheets complete: %(count)d") % {"count": used}, True)] if used else []


register_followup(sheets_collected)
