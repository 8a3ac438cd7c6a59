"""What changes diplomas: formed, approved, printed, handed over, duplicated, cancelled (duties 1.3, 2.7).

One function a verb, one transaction each; blanks go along by their moves, so that they agree.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from hemis.access.scope import Access
from hemis.documents.actions import replace, reserve_numbers, revoke
from hemis.documents.models import Document
from hemis.people.models import User
from records.blanks.actions import free_blanks, move
from records.diplomas import documents, duplicates, facts
from records.models import Blank, Diploma
from records.models.blanks import DIPLOMA, SUPPLEMENT
from records.queries import accredited
from students.models import Student

FORM, APPROVE, PRINT, HANDOVER = "diploma.edit", "diploma.approve", "diploma.print", "diploma.handover"
GRADUATED = "14"


class DiplomaError(Exception):
    """Why the verb cannot be done now, in words for the user."""


@dataclass(frozen=True)
class Refusal:
    """Who was refused, by the key of what was asked about, and why."""

    key: int
    name: str
    reason: str


@dataclass
class Outcome:
    """What came of a verb for many: the diplomas it was done with, and who was refused."""

    done: list[Diploma] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def refuse(self, diploma: Diploma, reason: str) -> None:
        """Leave one out, with the reason."""
        self.refused.append(Refusal(diploma.pk, diploma.student.person.full_name, reason))


def _locked(diplomas: Iterable[Diploma], access: Access, permission: str, *states: str) -> list[Diploma]:
    """Those in scope and in one of the states, locked.

    Raises:
        PermissionDenied: without the duty.
        DiplomaError: none is left.
    """
    access.require(permission)
    keys = [one.pk for one in diplomas]
    rows = Diploma.objects.for_scope(access.scope(permission)).filter(pk__in=keys, state__in=states)
    found = list(
        rows.select_for_update(of=("self",)).select_related("student__person", "duplicate_of").order_by("pk")
    )
    if not found:
        raise DiplomaError(_("None of these diplomas is at this step, or it is not in your scope."))
    return found


# --- formed by the faculty


@transaction.atomic
def form(students: Collection[int], *, access: Access) -> Outcome:
    """Diplomas of students in scope who fulfil every condition; who does not is named with what is missing.

    Raises:
        PermissionDenied: without the duty.
    """
    access.require(FORM)
    seen = Student.objects.for_scope(access.scope(FORM)).filter(pk__in=students)
    outcome = Outcome()
    for one in facts.prepare(list(seen.values_list("pk", flat=True))):
        if not one.ready:
            reasons = "; ".join(check.text for check in one.missing)
            outcome.refused.append(Refusal(one.student.pk, one.student.person.full_name, reasons))
            continue
        outcome.done.append(_new(one, access))
    return outcome


def _new(one: facts.Prepared, access: Access) -> Diploma:
    current = one.student.current
    return Diploma.objects.create(
        student=one.student,
        faculty=current.faculty,
        group=current.group,
        education_type=current.programme.speciality.education_type,
        category="honours" if one.honours.value else "ordinary",
        reasons=one.honours.as_json(),
        facts=one.facts,
        decided_on=one.decided_on,
        formed_by=access.user,
    )


@transaction.atomic
def refresh(diploma: Diploma, *, access: Access) -> Diploma:
    """A diploma that is not approved yet, formed anew from today's facts; HR's remark is thereby answered.

    Raises:
        PermissionDenied: without the duty.
        DiplomaError: it is approved already, or a condition does not hold any more.
    """
    (found,) = _locked([diploma], access, FORM, Diploma.FORMED)
    if found.is_duplicate:
        raise DiplomaError(_("A duplicate says what the original said."))
    (made,) = facts.prepare([found.student_id])
    missing = [one.text for one in made.missing if one.text != str(facts.NO_OTHER)]
    if missing:
        raise DiplomaError("; ".join(missing))
    found.facts, found.reasons = made.facts, made.honours.as_json()
    found.category = "honours" if made.honours.value else "ordinary"
    found.decided_on, found.remark, found.formed_by = made.decided_on, "", access.user
    found.save(update_fields=["facts", "reasons", "category", "decided_on", "remark", "formed_by"])
    return found


# --- approved by HR


@transaction.atomic
def approve(diplomas: Iterable[Diploma], *, access: Access) -> Outcome:
    """Approve and register: numbers of the book of issue without gaps, in the order of names.

    Who formed a diploma does not approve it; what was sent back or is not accredited any more is refused.

    Raises:
        PermissionDenied: without the duty.
        DiplomaError: none of them waits for approval.
    """
    found = _locked(diplomas, access, APPROVE, Diploma.FORMED)
    found.sort(key=lambda one: (one.faculty_id, one.student.person.sort_key, one.pk))
    allowed = accredited([one.student_id for one in found])
    outcome = Outcome()
    for one in found:
        if access.user and one.formed_by_id == access.user.pk:
            outcome.refuse(one, _("Who formed a diploma does not approve it."))
        elif one.remark:
            outcome.refuse(one, _("It was sent back; the faculty forms it anew first."))
        elif not one.is_duplicate and one.student_id not in allowed:
            outcome.refuse(one, _("The accreditation is not in force."))
        else:
            outcome.done.append(one)
    today, now = timezone.localdate(), timezone.now()
    numbers = reserve_numbers("diploma_register", today.year, len(outcome.done)) if outcome.done else range(0)
    for one, serial in zip(outcome.done, numbers, strict=True):
        one.state, one.year, one.serial, one.registered_on = Diploma.APPROVED, today.year, serial, today
        one.approved_by, one.approved_at, one.remark = access.user, now, ""
        one.version += 1
    Diploma.objects.bulk_update(
        outcome.done,
        ["state", "year", "serial", "registered_on", "approved_by", "approved_at", "remark", "version"],
        batch_size=500,
    )
    return outcome


@transaction.atomic
def send_back(diploma: Diploma, *, access: Access, remark: str) -> Diploma:
    """HR does not approve it yet: the faculty reads why and forms it anew.

    Raises:
        PermissionDenied: without the duty.
        DiplomaError: no remark, or it does not wait for approval.
    """
    if not remark.strip():
        raise DiplomaError(_("Say what is wrong."))
    (found,) = _locked([diploma], access, APPROVE, Diploma.FORMED)
    found.remark = remark.strip()[:500]
    found.save(update_fields=["remark"])
    return found


@transaction.atomic
def cancel(diploma: Diploma, *, access: Access, permission: str, reason: str) -> Diploma:
    """Cancelled before it was handed over: the faculty what it has formed, HR what it has approved.

    In order: blanks that are only assigned go back to store (a printed one is written off by an act
    before), issued papers are revoked.

    Raises:
        PermissionDenied: without the duty.
        DiplomaError: no reason, not at the step of the duty, or handed over already.
    """
    if not reason.strip():
        raise DiplomaError(_("Say why it is cancelled."))
    state = Diploma.FORMED if permission == FORM else Diploma.APPROVED
    (found,) = _locked([diploma], access, permission, state)
    _release([found], by=access.user)
    for paper in (found.document, found.supplement):
        if paper and paper.state == Document.ISSUED:
            revoke(paper, reason=reason, by=access.user)
    found.state, found.remark = Diploma.CANCELLED, reason.strip()[:500]
    found.save(update_fields=["state", "remark", "blank", "supplement_blank"])
    return found


def _release(diplomas: list[Diploma], *, by: User | None) -> None:
    for name in ("blank", "supplement_blank"):
        move("released", [(getattr(one, f"{name}_id"), {"diploma": one}) for one in diplomas], by=by)
        for one in diplomas:
            setattr(one, name, None)


# --- printed onto blanks


@transaction.atomic
def assign_blanks(diplomas: Iterable[Diploma], *, access: Access) -> Outcome:
    """The lowest free blanks of each sort, of the faculty first, then of the university's store.

    Raises:
        PermissionDenied: without the duty.
        DiplomaError: none of them waits for printing.
    """
    found = _locked(diplomas, access, PRINT, Diploma.APPROVED)
    outcome = Outcome()
    short: dict[int, str] = {}
    for kind, name in ((DIPLOMA, "blank"), (SUPPLEMENT, "supplement_blank")):
        sorts: dict[tuple[int, str, str | None], list[Diploma]] = {}
        for one in found:
            if getattr(one, f"{name}_id") is None:
                category = one.category if kind == DIPLOMA else None
                sorts.setdefault((one.faculty_id, one.education_type, category), []).append(one)
        for (faculty, education_type, category), waiting in sorts.items():
            blanks = free_blanks(
                kind, education_type=education_type, category=category, holders=[faculty, None],
                count=len(waiting),
            )  # fmt: skip
            _give(waiting, blanks, name, by=access.user)
            for one in waiting[len(blanks) :]:
                short[one.pk] = _("There is no free blank (%(kind)s).") % {
                    "kind": dict(Blank._meta.get_field("kind").flatchoices)[kind]  # type: ignore[union-attr]
                }
    for one in found:
        if one.pk in short:
            outcome.refuse(one, short[one.pk])
        else:
            outcome.done.append(one)
    return outcome


def _give(waiting: list[Diploma], blanks: list[Blank], name: str, *, by: User | None) -> None:
    pairs = list(zip(waiting, blanks, strict=False))
    for one, blank in pairs:
        setattr(one, name, blank)
    move("assigned", [(blank.pk, {"diploma": one}) for one, blank in pairs], by=by)
    Diploma.objects.bulk_update([one for one, _blank in pairs], [name], batch_size=500)


@transaction.atomic
def issue_papers(diploma: Diploma, *, access: Access) -> Diploma:
    """The full papers with QR codes, once for each pair of blanks; after another blank they are issued anew.

    Raises:
        PermissionDenied: without the duty.
        DiplomaError: it is not approved.
    """
    (found,) = _locked(
        [diploma], access, "diploma.view", Diploma.APPROVED, Diploma.PRINTED, Diploma.HANDED, Diploma.REPLACED
    )
    return documents.issue_papers(found, by=access.user)


@transaction.atomic
def mark_printed(diplomas: Iterable[Diploma], *, access: Access) -> Outcome:
    """Both blanks came well out of the printer; what came out badly is written off by an act instead.

    Raises:
        PermissionDenied: without the duty.
        DiplomaError: none of them waits for printing.
    """
    found = _locked(diplomas, access, PRINT, Diploma.APPROVED)
    outcome = Outcome()
    for one in found:
        if one.blank_id and one.supplement_blank_id:
            outcome.done.append(one)
        else:
            outcome.refuse(one, _("No blank is assigned."))
    for name in ("blank_id", "supplement_blank_id"):
        fresh = Blank.objects.filter(
            pk__in=[getattr(one, name) for one in outcome.done], state=Blank.ASSIGNED
        ).values_list("pk", flat=True)
        waiting = set(fresh)
        pairs: list[tuple[int | None, dict[str, Any]]] = [
            (getattr(one, name), {"diploma": one}) for one in outcome.done if getattr(one, name) in waiting
        ]
        move("printed", pairs, by=access.user)
    now = timezone.now()
    for one in outcome.done:
        one.state, one.printed_at, one.printed_by = Diploma.PRINTED, now, access.user
    Diploma.objects.bulk_update(outcome.done, ["state", "printed_at", "printed_by"], batch_size=500)
    return outcome


# --- handed over


@transaction.atomic
def hand_over(
    diplomas: Iterable[Diploma],
    *,
    access: Access,
    day: datetime.date,
    kind: str = "graduate",
    recipient: str = "",
    document: str = "",
) -> Outcome:
    """Handed over: to whom and by which document; to graduates themselves by their passports.

    In order: blanks are handed over, the diploma too; of a duplicate the original gives way,
    its papers are declared replaced.

    Raises:
        PermissionDenied: without the duty.
        DiplomaError: none is printed, a day to come, or nobody named.
    """
    found = _locked(diplomas, access, HANDOVER, Diploma.PRINTED)
    if day > timezone.localdate():
        raise DiplomaError(_("A diploma is not handed over on a day to come."))
    if kind != "graduate" and not (recipient.strip() and document.strip()):
        raise DiplomaError(_("Name who received it and by which document."))
    outcome = Outcome()
    current = dict(
        Student.objects.filter(pk__in=[one.student_id for one in found]).values_list("pk", "current__status")
    )
    for one in found:
        person = one.student.person
        if current.get(one.student_id) != GRADUATED:
            outcome.refuse(one, _("There is no order of graduation yet."))
            continue
        if one.fee and not one.fee_paid:
            outcome.refuse(one, _("The fee of the duplicate is not paid yet."))
            continue
        if one.printed_at and day < timezone.localdate(one.printed_at):
            outcome.refuse(one, _("It was printed after this day."))
            continue
        one.recipient_kind, one.handed_on, one.handed_by = kind, day, access.user
        one.recipient = recipient.strip() or person.full_name
        one.recipient_document = document.strip() or person.passport
        if not one.recipient_document:
            outcome.refuse(one, _("No passport is known; name the document."))
            continue
        one.state = Diploma.HANDED
        outcome.done.append(one)
    _hand(outcome.done, day=day, by=access.user)
    return outcome


def _hand(diplomas: list[Diploma], *, day: datetime.date, by: User | None) -> None:
    for name in ("blank_id", "supplement_blank_id"):
        pairs = [(getattr(one, name), {"diploma": one}) for one in diplomas]
        move("handed", pairs, by=by, day=day)
    Diploma.objects.bulk_update(
        diplomas,
        ["state", "handed_on", "handed_by", "recipient_kind", "recipient", "recipient_document"],
        batch_size=500,
    )
    for one in diplomas:
        if one.duplicate_of:
            _give_way(one.duplicate_of, to=one, by=by)


def _give_way(original: Diploma, *, to: Diploma, by: User | None) -> None:
    original.state = Diploma.REPLACED
    original.save(update_fields=["state"])
    with override("uz"):
        reason = _("A duplicate was issued: %(number)s.") % {"number": to.number}
    for old, new in ((original.document, to.document), (original.supplement, to.supplement)):
        if old and new and old.state == Document.ISSUED:
            replace(old, new=new, reason=reason, by=by)


@transaction.atomic
def duplicate(
    diploma: Diploma, *, access: Access, ground: str, basis: str, applied_on: datetime.date
) -> Diploma:
    """A duplicate of a diploma that was handed over (VMQ 395/2022); it says what the original said.

    After a change of name the names are today's. The original holds until the duplicate is handed over.
    Fee (soʻm) and term are those of the day of the application; a mistake of the university costs nothing.

    Raises:
        PermissionDenied: without the duty.
        DiplomaError: not handed over, no basis, a day to come, a duplicate under way, or a figure is missing.
    """
    if not basis.strip():
        raise DiplomaError(_("Name the application or the announcement the duplicate rests on."))
    if applied_on > timezone.localdate():
        raise DiplomaError(_("The application is not of a day to come."))
    (found,) = _locked([diploma], access, FORM, Diploma.HANDED)
    if Diploma.objects.live().filter(duplicate_of=found).exists():
        raise DiplomaError(_("A duplicate of this diploma is under way already."))
    fee = duplicates.fee(ground, applied_on)
    if fee is None:
        raise DiplomaError(_("Accounting has not entered the base amount of reckoning of that day."))
    said = dict(found.facts) | {"duplicate": True, "original": found.number}
    if ground == "name":
        said |= facts.names_of(found.student)
    return Diploma.objects.create(
        student=found.student, faculty=found.faculty, group=found.group, education_type=found.education_type,
        category=found.category, reasons=found.reasons, facts=said, decided_on=found.decided_on, duplicate_of=found,
        ground=ground, basis=basis.strip()[:255], formed_by=access.user, applied_on=applied_on,
        due_on=duplicates.due_on(applied_on), fee=fee.value, fee_steps=fee.as_json(),
    )  # fmt: skip


@transaction.atomic
def pay_fee(diploma: Diploma, *, access: Access, paid: str) -> Diploma:
    """The receipt by which the fee of a duplicate was paid; without it the duplicate is not handed over.

    Raises:
        PermissionDenied: without the duty.
        DiplomaError: no receipt named, nothing to pay, or it is handed over.
    """
    if not paid.strip():
        raise DiplomaError(_("Name the receipt: number and date."))
    (found,) = _locked([diploma], access, FORM, Diploma.FORMED, Diploma.APPROVED, Diploma.PRINTED)
    if not found.fee:
        raise DiplomaError(_("There is no fee to pay for this diploma."))
    found.fee_paid = paid.strip()[:255]
    found.save(update_fields=["fee_paid"])
    return found
