"""Issuing transcripts and certificates, onto a blank where it is one of strict accountability (duty 2.7)."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from hemis.documents.actions import issue as issue_document
from records.blanks.actions import free_blanks, move
from records.certificates import facts, money
from records.models import Certificate
from records.models.blanks import ACADEMIC
from students.models import Student

PRINT, OWN = "transcript.print", "own.document"
# What a student may order in the cabinet, and how many papers on one day.
OF_ONESELF = (Certificate.STUDY, Certificate.TRANSCRIPT, Certificate.STIPEND, Certificate.PAYMENTS)
# Papers about money only the student orders: the sums are not the dean's office's.
OF_THE_OFFICE = [
    one for one in Certificate.KINDS if one[0] not in (Certificate.STIPEND, Certificate.PAYMENTS)
]
MOST_A_DAY = 10
# Forms that exist in Uzbek alone.
IN_UZBEK = (Certificate.SHEET, Certificate.ACADEMIC)


class CertificateError(Exception):
    """Why the paper cannot be issued, in words for the user."""


@transaction.atomic
def issue(
    student: Student,
    *,
    access: Access,
    kind: str,
    language: str = "uz",
    up_to: str = "",
    purpose: str = "",
    passing_score: Decimal | None = None,
    secretary: str = "",
    on_blank: bool = False,
) -> Certificate:
    """A paper for a student in scope, registered under the next number of its kind.

    ``passing_score`` (points of the entrance tests) and ``secretary`` (initials and
    surname) stand on an academic certificate alone.

    Raises:
        PermissionDenied: without the duty.
        CertificateError: out of scope, not the office's paper, not for this student now, or no free blank.
    """
    access.require(PRINT)
    if kind not in dict(OF_THE_OFFICE):
        raise CertificateError(_("Students order this paper themselves, in the cabinet."))
    if not Student.objects.for_scope(access.scope(PRINT)).filter(pk=student.pk).exists():
        raise CertificateError(_("The student is not in your scope."))
    more = {}
    if kind == Certificate.ACADEMIC:
        more = {
            "passing_score": "" if passing_score is None else facts.figure(passing_score),
            "secretary": secretary.strip(),
        }
    return _issue(
        student, access=access, kind=kind, language=language, up_to=up_to, purpose=purpose, on_blank=on_blank,
        more=more,
    )  # fmt: skip


@transaction.atomic
def order_own(*, access: Access, kind: str, language: str = "uz", purpose: str = "") -> Certificate:
    """What a student orders in the cabinet: issued at once.

    Raises:
        PermissionDenied: without the duty.
        CertificateError: not of those one orders oneself, no study, or too many today.
    """
    access.require(OWN)
    if kind not in OF_ONESELF:
        raise CertificateError(_("The dean's office issues this paper."))
    rows = Student.objects.filter(person=access.scope(OWN).person_id, current__isnull=False)
    student = rows.select_for_update(of=("self",), no_key=True).order_by("-entry_year", "-pk").first()
    if student is None:
        raise CertificateError(_("There is no study of yours."))
    today = Certificate.objects.filter(student=student, issued_at__date=timezone.localdate())
    if today.filter(issued_by=access.user).count() >= MOST_A_DAY:
        raise CertificateError(
            _("At most %(count)d papers a day; come again tomorrow.") % {"count": MOST_A_DAY}
        )
    return _issue(student, access=access, kind=kind, language=language, purpose=purpose)


def _issue(
    student: Student,
    *,
    access: Access,
    kind: str,
    language: str,
    up_to: str = "",
    purpose: str = "",
    on_blank: bool = False,
    more: dict[str, str] | None = None,
) -> Certificate:
    found = facts.student_of(student.pk)
    _check(found, kind)
    language = "uz" if kind in IN_UZBEK else language
    said = facts.payload(found, kind=kind, language=language, up_to=up_to, purpose=purpose.strip())
    said |= more or {}
    faculty = found.current.faculty
    blank = None
    if on_blank:
        if kind != Certificate.ACADEMIC:
            raise CertificateError(_("Only an academic certificate is printed onto a blank."))
        blanks = free_blanks(ACADEMIC, education_type="", category=None, holders=[faculty.pk, None], count=1)
        if not blanks:
            raise CertificateError(_("There is no free blank of an academic certificate."))
        (blank,) = blanks
        said["blank"] = blank.code
    document = issue_document(
        kind=kind, payload=said, owner=found.person, faculty=faculty, issued_by=access.user
    )
    made = Certificate.objects.create(
        student=found, faculty=faculty, kind=kind, language=language, up_to=up_to, purpose=purpose.strip()[:255],
        document=document, blank=blank, issued_by=access.user,
    )  # fmt: skip
    if blank:
        move("assigned", [(blank.pk, {"certificate": made})], by=access.user)
    return made


def _check(student: Student, kind: str) -> None:
    status = student.current.status if student.current else ""
    if kind == Certificate.STUDY and status != facts.STUDYING:
        raise CertificateError(_("A certificate of study is for those who study."))
    if kind == Certificate.ACADEMIC and status != facts.EXPELLED:
        raise CertificateError(
            _("An academic certificate is for those who have left; who studies gets a transcript.")
        )
    if kind == Certificate.STIPEND and status not in (facts.STUDYING, facts.ON_LEAVE):
        raise CertificateError(_("A certificate of stipend is for those who study or are on leave."))
    if kind == Certificate.PAYMENTS and not money.has_contract(student):
        raise CertificateError(_("Accounting has no contract of yours."))


def _locked(certificate: Certificate, access: Access) -> Certificate:
    access.require(PRINT)
    rows = Certificate.objects.for_scope(access.scope(PRINT)).filter(pk=certificate.pk)
    found = rows.select_for_update(of=("self",)).first()
    if found is None:
        raise CertificateError(_("The paper is not in your scope."))
    return found


@transaction.atomic
def mark_printed(certificate: Certificate, *, access: Access) -> Certificate:
    """The blank came well out of the printer.

    Raises:
        PermissionDenied: without the duty.
        CertificateError: it is printed already, or not onto a blank.
    """
    found = _locked(certificate, access)
    if not found.blank_id or found.printed_at:
        raise CertificateError(_("No blank of this paper waits for printing."))
    found.printed_at = timezone.now()
    found.save(update_fields=["printed_at"])
    move("printed", [(found.blank_id, {"certificate": found})], by=access.user)
    return found


@transaction.atomic
def hand_over(
    certificate: Certificate, *, access: Access, day: datetime.date, recipient: str, document: str
) -> Certificate:
    """Handed over: to whom and by which document.

    Raises:
        PermissionDenied: without the duty.
        CertificateError: handed over already, its blank is not printed, nobody named, or a day to come.
    """
    found = _locked(certificate, access)
    if found.handed_on:
        raise CertificateError(_("It is handed over already."))
    if found.blank_id and not found.printed_at:
        raise CertificateError(_("Its blank is not printed yet."))
    if not (recipient.strip() and document.strip()):
        raise CertificateError(_("Name who received it and by which document."))
    if day > timezone.localdate() or day < timezone.localdate(found.issued_at):
        raise CertificateError(_("The day is not between the issue and today."))
    found.handed_on = day
    found.recipient, found.recipient_document = recipient.strip()[:255], document.strip()[:255]
    found.save(update_fields=["handed_on", "recipient", "recipient_document"])
    if found.blank_id:
        move("handed", [(found.blank_id, {"certificate": found})], by=access.user)
    return found
