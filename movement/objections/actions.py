"""What changes objections to refused applications: one function a verb, one transaction each (duties S, B8.4, B8.5)."""

from __future__ import annotations

import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.holders import holders
from hemis.access.scope import Access
from hemis.documents.actions import next_number
from hemis.notices.actions import notify
from movement.applications import actions as applications
from movement.applications import rules
from movement.applications.models import Application
from movement.applications.queries import due_of
from movement.objections import queries
from movement.objections.models import Objection
from students.models import Student

# Who decides, and who decides on refusals of academic affairs too.
DECIDE, DECIDE_LAST = "objection.decide", "objection.decide_last"


class ObjectionError(Exception):
    """Why the verb cannot be done now, in words for the user."""


@transaction.atomic
def lodge(
    application: Application, *, access: Access, text: str, upload: ContentFile | None = None
) -> Objection:
    """The student objects to the refusal of the own application; who decides and the dean's office are told.

    Raises:
        PermissionDenied: without the duty.
        ObjectionError: not one's own, not refused, out of the term, or objected to already.
    """
    found = _refused(application, access=access, permission=applications.OWN)
    return _lodge(found, access=access, text=text, received_on=timezone.localdate(), upload=upload)


@transaction.atomic
def register_paper(
    application: Application, *, access: Access, text: str, received_on: datetime.date, upload: ContentFile
) -> Objection:
    """Enter an objection that came on paper, with its scan; the day on which it came counts for the term.

    Raises:
        PermissionDenied: without the duty.
        ObjectionError: as ``lodge``; a day to come, or before the refusal.
    """
    found = _refused(application, access=access, permission=DECIDE)
    if not timezone.localdate(found.decided_at) <= received_on <= timezone.localdate():
        raise ObjectionError(_("It came between the day of the refusal and today."))
    return _lodge(
        found,
        access=access,
        text=text,
        received_on=received_on,
        upload=upload,
        permission=DECIDE,
        is_paper=True,
    )


def _refused(application: Application, *, access: Access, permission: str) -> Application:
    """The application, locked after its student as by ``applications.begin``: no new one comes meanwhile."""
    access.require(permission)
    Student.objects.select_for_update(of=("self",), no_key=True).get(pk=application.student_id)
    rows = Application.objects.for_scope(access.scope(permission)).filter(pk=application.pk)
    found = rows.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise ObjectionError(_("The application is not in your scope."))
    return found


def _lodge(
    application: Application, *, access: Access, text: str, received_on: datetime.date,
    upload: ContentFile | None, permission: str = applications.OWN, is_paper: bool = False,
) -> Objection:  # fmt: skip
    standing = queries.standing(application, received_on)
    if not standing.is_open:
        raise ObjectionError(standing.text)
    if not text.strip():
        raise ObjectionError(_("Say what you object to."))
    terms = queries.terms_of(application.kind, received_on)
    year = timezone.localdate().year
    due = rules.due(sent=received_on, days=terms.to_decide, source=terms.source)
    made = Objection(
        application=application, number=f"{next_number('objection', year)}/{year}", text=text.strip(),
        is_paper=is_paper, received_on=received_on, created_by=access.user,
        refused_at=application.decided_at, refused_by_id=application.decided_by_id, refusal=application.note,
        refusal_source=application.refusal_source, is_for_rectorate=queries.refused_at_the_top(application),
        due_on=due.day, due_source=due.source, due_confirmed=terms.is_confirmed,
    )  # fmt: skip
    made.save()
    if upload is not None:
        _keep_paper(application, access=access, upload=upload, made=made, permission=permission)
    _tell_those_above(made)
    return made


def _keep_paper(
    application: Application, *, access: Access, upload: ContentFile, made: Objection, permission: str
) -> None:
    title = _("paper of objection № %(number)s") % {"number": made.number}
    try:
        applications.add_document(
            application, access=access, upload=upload, title=title, permission=permission
        )
    except applications.ApplicationError as error:
        raise ObjectionError(str(error)) from error


def _tell_those_above(objection: Objection) -> None:
    one = objection.application
    facts = {"number": objection.number, "student": one.student.person.short_name, "application": one.number}
    above = holders(DECIDE_LAST if objection.is_for_rectorate else DECIDE)
    url = reverse("movement_objections_detail", args=[objection.pk])
    notify(above.exclude(pk=objection.created_by_id), "objection_sent", facts, url)
    office = holders(applications.DECIDE, faculty_id=one.faculty_id).exclude(pk__in=above.values("pk"))
    notify(office, "objection_to_office", facts, url)


def _locked(objection: Objection, *, access: Access, permission: str) -> Objection:
    """The objection and its application, locked, in scope and still waiting."""
    access.require(permission)
    Application.objects.select_for_update(of=("self",), no_key=True).get(pk=objection.application_id)
    rows = Objection.objects.for_scope(access.scope(permission)).filter(pk=objection.pk)
    found = rows.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise ObjectionError(_("The objection is not in your scope."))
    if found.state != Objection.SENT:
        raise ObjectionError(_("The objection is decided or withdrawn by now."))
    return found


@transaction.atomic
def withdraw(objection: Objection, *, access: Access) -> Objection:
    """The student takes it back, as long as nothing is decided.

    Raises:
        ObjectionError: not one's own, or decided already.
    """
    found = _locked(objection, access=access, permission=applications.OWN)
    found.state, found.withdrawn_at = Objection.WITHDRAWN, timezone.now()
    found.save(update_fields=["state", "withdrawn_at"])
    return found


def why_not(objection: Objection, access: Access) -> str:
    """Why this person may not decide on it; empty: may."""
    if access.user is None or not access.can(DECIDE):
        return _("Academic affairs or the rectorate decide on objections.")
    if objection.is_for_rectorate and not access.can(DECIDE_LAST):
        return _("Academic affairs refused it themselves: the rectorate decides.")
    if objection.refused_by_id == access.user.pk:
        return _("Nobody decides on an objection to the own refusal.")
    if objection.application.student.person_id == access.user.person_id:
        return _("Nobody decides on the own objection.")
    return ""


@transaction.atomic
def decide(
    objection: Objection, *, access: Access, grant: bool, reason: str, protocol: str = ""
) -> Objection:
    """Granted: the application goes back to the queue with a new term. Rejected: the refusal stands.

    In order: the objection with its reason, the application, a notice to the student, one to the
    dean's office.

    Raises:
        PermissionDenied: without the duty.
        ObjectionError: decided already, one's own, the own refusal, no reason, or the protocol is missing.
    """
    found = _locked(objection, access=access, permission=DECIDE)
    hindrance = why_not(found, access)
    if hindrance:
        raise ObjectionError(hindrance)
    if not reason.strip():
        raise ObjectionError(_("A decision says why."))
    if queries.terms_of(found.application.kind, found.received_on).needs_protocol and not protocol.strip():
        raise ObjectionError(_("A commission decides on this kind: name its protocol."))
    found.state = Objection.GRANTED if grant else Objection.REJECTED
    found.reason, found.protocol = reason.strip(), protocol.strip()
    found.decided_at, found.decided_by = timezone.now(), access.user
    found.save(update_fields=["state", "reason", "protocol", "decided_at", "decided_by"])
    if grant:
        _reopen(found.application)
    _tell_decision(found)
    return found


def _reopen(application: Application) -> None:
    """Back to those that wait; the refusal lives on in the objection."""
    due = due_of(application, timezone.localdate())
    application.state, application.due_on, application.due_source = Application.SENT, due.day, due.source
    application.note = application.refusal_source = ""
    application.taken_at = application.taken_by = application.decided_at = application.decided_by = None
    application.save()


def _tell_decision(objection: Objection) -> None:
    one = objection.application
    facts = {"objection": objection.number}
    applications.tell_student(one, f"objection_{objection.state}", **facts)
    office = holders(applications.DECIDE, faculty_id=one.faculty_id).exclude(pk=objection.decided_by_id)
    more = facts | {"number": one.number, "student": one.student.person.short_name}
    url = reverse("movement_applications_detail", args=[one.pk])
    notify(office, f"objection_{objection.state}_to_office", more, url)
