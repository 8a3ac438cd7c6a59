"""What changes applications: one function a verb, one transaction each (duties S, 2.2, 3.5)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.holders import holders
from hemis.access.scope import Access
from hemis.documents.actions import next_number
from hemis.notices.actions import notify
from hemis.people.models import User
from movement import actions as orders
from movement import events
from movement.applications import queries, rules
from movement.applications.kinds import KINDS
from movement.applications.models import REINSTATEMENT, TRANSFER, Application, ApplicationDocument
from movement.models import Order, OrderLine
from structure.models import Unit
from students.models import Group, Student

OWN, DECIDE = "own.application", "application.decide"
MAX_DOCUMENTS = 10
GROUP_NEEDED = (TRANSFER, REINSTATEMENT)


class ApplicationError(Exception):
    """Why the verb cannot be done now, in words for the user."""


def _locked(
    application: Application, *, access: Access, permission: str, states: Sequence[str]
) -> Application:
    """The application, locked, in scope and in one of the states that the verb needs."""
    access.require(permission)
    rows = Application.objects.for_scope(access.scope(permission))
    found = rows.filter(pk=application.pk).select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise ApplicationError(_("The application is not in your scope."))
    if found.state not in states:
        raise ApplicationError(
            _("The application is %(state)s by now.") % {"state": found.get_state_display()}
        )
    return found


def _check_student(kind: str, student: Student) -> None:
    """Raises ApplicationError unless the student's status allows the kind and none of it is open."""
    if student.current is None or student.current.status not in KINDS[kind].statuses:
        raise ApplicationError(_("An application of this kind is not for the present status of the student."))
    if Application.objects.filter(student=student, kind=kind, state__in=Application.OPEN).exists():
        raise ApplicationError(_("An application of this kind is open already; follow that one."))
    if Application.objects.filter(student=student, kind=kind, objections__state="sent").exists():
        raise ApplicationError(_("An objection to a refusal of this kind is being decided; follow that one."))


@transaction.atomic
def begin(application: Application, *, access: Access, student: Student) -> Application:
    """Save a new draft of the person's own.

    Raises:
        PermissionDenied: without the duty.
        ApplicationError: not one's own study, the wrong status, or one is open already.
    """
    access.require(OWN)
    own = Student.objects.filter(person=access.scope(OWN).person_id, pk=student.pk)
    locked = own.select_for_update(of=("self",), no_key=True).select_related("current").first()
    if locked is None:
        raise ApplicationError(_("This is not your study."))
    _check_student(application.kind, locked)
    application.student, application.faculty = locked, locked.current.faculty
    application.created_by_id = access.user.pk
    application.save()
    return application


@transaction.atomic
def register_paper(application: Application, *, access: Access, student: Student) -> Application:
    """Enter an application that was handed in on paper, by the student, a parent or the spouse, as sent today.

    Raises:
        PermissionDenied: without the duty.
        ApplicationError: out of scope, the wrong status, one is open already, or outside the window.
    """
    access.require(DECIDE)
    seen = Student.objects.for_scope(access.scope(DECIDE)).filter(pk=student.pk)
    locked = seen.select_for_update(of=("self",), no_key=True).select_related("current").first()
    if locked is None:
        raise ApplicationError(_("The student is not in your scope."))
    _check_student(application.kind, locked)
    application.student, application.faculty = locked, locked.current.faculty
    application.created_by_id, application.is_paper = access.user.pk, True
    application.save()
    return _send(application)


@transaction.atomic
def add_document(
    application: Application, *, access: Access, upload: ContentFile, title: str, permission: str = OWN
) -> ApplicationDocument:
    """Add a paper that ``ScanField`` has made clean, as long as nothing is decided, or while it is objected to.

    Raises:
        ApplicationError: decided already, or there are ten papers.
    """
    states = [Application.DRAFT, Application.SENT, Application.IN_WORK]
    if application.objections.filter(state="sent").exists():
        states.append(Application.REFUSED)
    application = _locked(application, access=access, permission=permission, states=states)
    if application.documents.count() >= MAX_DOCUMENTS:
        raise ApplicationError(_("An application carries at most ten documents; put pages into one PDF."))
    document = ApplicationDocument(application=application, title=title.strip(), uploaded_by=access.user)
    document.take(upload)
    if application.documents.filter(sha256=document.sha256).exists():
        raise ApplicationError(_("This very file is there already."))
    document.save()
    return document


@transaction.atomic
def remove_document(document: ApplicationDocument, *, access: Access) -> None:
    """Take a paper off a draft; its file goes once the transaction is committed."""
    _locked(document.application, access=access, permission=OWN, states=(Application.DRAFT,))
    name = str(document.file.name)
    document.delete()
    transaction.on_commit(lambda: _forget([name]))


def _forget(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)


@transaction.atomic
def send(application: Application, *, access: Access) -> Application:
    """Draft → sent: number, date and the day by which it is decided; the dean's office is told.

    Raises:
        ApplicationError: a paper is missing, outside the window, or the status has changed.
    """
    application = _locked(application, access=access, permission=OWN, states=(Application.DRAFT,))
    student = Student.objects.select_related("current").get(pk=application.student_id)
    if student.current is None or student.current.status not in KINDS[application.kind].statuses:
        raise ApplicationError(_("An application of this kind is not for the present status of the student."))
    application.faculty = student.current.faculty
    return _send(application)


def _send(application: Application) -> Application:
    kind, today = KINDS[application.kind], timezone.localdate()
    if kind.needs_paper and not application.is_paper and not application.documents.exists():
        raise ApplicationError(
            _("Add the document that shows the ground: %(papers)s") % {"papers": kind.papers}
        )
    if kind.is_windowed(application):
        received = rules.reception(queries.windows_of(kind.code), today)
        if not received.is_open:
            raise ApplicationError(received.text)
    due = queries.due_of(application, today)
    application.number = f"{next_number('application', today.year)}/{today.year}"
    application.sent_at, application.state = timezone.now(), Application.SENT
    application.due_on, application.due_source = due.day, due.source
    application.save(update_fields=["number", "sent_at", "state", "due_on", "due_source", "faculty"])
    _tell_office(application)
    return application


def _tell_office(application: Application) -> None:
    facts = _facts(application) | {"student": application.student.person.short_name}
    url = reverse("movement_applications_detail", args=[application.pk])
    office = holders(DECIDE, faculty_id=application.faculty_id).exclude(pk=application.created_by_id)
    notify(office, "application_sent", facts, url)


def _facts(application: Application) -> dict[str, Any]:
    return {"number": application.number}


def tell_student(application: Application, code: str, **facts: Any) -> None:
    readers = User.objects.filter(person=application.student.person_id, is_active=True)
    notify(readers, code, _facts(application) | facts, reverse("my_application", args=[application.pk]))


@transaction.atomic
def withdraw(application: Application, *, access: Access) -> Application:
    """The student takes it back, as long as it is on no order.

    Raises:
        ApplicationError: refused or carried out, or an order names the student already.
    """
    states = (Application.SENT, Application.IN_WORK, Application.GRANTED)
    application = _locked(application, access=access, permission=OWN, states=states)
    if _is_named(application):
        raise ApplicationError(
            _("It is on a draft order already: ask the dean's office to take you off first.")
        )
    application.state, application.closed_at = Application.WITHDRAWN, timezone.now()
    application.save(update_fields=["state", "closed_at"])
    return application


def _is_named(application: Application) -> bool:
    """Whether the order of the application still names the student; one taken off its list is free again."""
    return OrderLine.objects.filter(order=application.order_id, student=application.student_id).exists()


@transaction.atomic
def delete_draft(application: Application, *, access: Access) -> None:
    """Throw a draft away, with its papers."""
    application = _locked(application, access=access, permission=OWN, states=(Application.DRAFT,))
    names = [str(one.file.name) for one in application.documents.all()]
    application.delete()
    transaction.on_commit(lambda: _forget(names))


@transaction.atomic
def take(application: Application, *, access: Access) -> Application:
    """Sent → in work: the student sees in whose hands it is."""
    application = _locked(application, access=access, permission=DECIDE, states=(Application.SENT,))
    application.state = Application.IN_WORK
    application.taken_at, application.taken_by = timezone.now(), access.user
    application.save(update_fields=["state", "taken_at", "taken_by"])
    tell_student(application, "application_taken")
    return application


def _not_ones_own(application: Application, access: Access) -> None:
    if access.user and application.student.person_id == access.user.person_id:
        raise ApplicationError(_("Nobody decides on the own application."))


@transaction.atomic
def grant(
    application: Application, *, access: Access, note: str = "", target_group: Group | None = None,
    target_semester: str = "", effective_date: datetime.date | None = None, order: Order | None = None,
) -> Application:  # fmt: skip
    """Sent or in work → granted; with a date or a draft it is put on an order at once.

    Raises:
        ApplicationError: decided already, the group is missing or of another faculty, or the
            order cannot name the student.
    """
    states = (Application.SENT, Application.IN_WORK)
    application = _locked(application, access=access, permission=DECIDE, states=states)
    _not_ones_own(application, access)
    group = target_group or application.group
    if group is None and application.kind in GROUP_NEEDED:
        raise ApplicationError(_("Choose the group that the student is to join."))
    if not target_semester and application.kind == REINSTATEMENT:
        raise ApplicationError(_("Choose the semester from which the student studies again."))
    application.state, application.note, application.target_group = Application.GRANTED, note.strip(), group
    application.target_semester = target_semester
    application.decided_at, application.decided_by = timezone.now(), access.user
    application.save(
        update_fields=["state", "note", "target_group", "target_semester", "decided_at", "decided_by"]
    )
    tell_student(application, "application_granted")
    if order is not None or effective_date is not None:
        put_on_order([application], access=access, effective_date=effective_date, order=order)
        application.refresh_from_db()
    return application


@transaction.atomic
def refuse(application: Application, *, access: Access, reason: str, source: str) -> Application:
    """Sent or in work → refused, with the reason and the law that says so.

    Raises:
        ApplicationError: decided already, or the reason or its source is missing.
    """
    states = (Application.SENT, Application.IN_WORK)
    application = _locked(application, access=access, permission=DECIDE, states=states)
    _not_ones_own(application, access)
    if not reason.strip() or not source.strip():
        raise ApplicationError(_("A refusal says why, and by which act."))
    application.state, application.note = Application.REFUSED, reason.strip()
    application.refusal_source = source.strip()
    application.decided_at, application.decided_by = timezone.now(), access.user
    application.save(update_fields=["state", "note", "refusal_source", "decided_at", "decided_by"])
    tell_student(application, "application_refused")
    return application


@transaction.atomic
def put_on_order(
    applications: Sequence[Application], *, access: Access, effective_date: datetime.date | None = None,
    order: Order | None = None, title: str = "",
) -> Order:  # fmt: skip
    """Granted applications of one kind and faculty onto one draft order, new or given.

    Each student comes with what the own application asked for. The basis names every
    application by number and date; its papers are seen from the order.

    Raises:
        ApplicationError: not granted, on an order already, of several kinds or faculties, or the
            order cannot name one of the students.
    """
    rows = [
        _locked(one, access=access, permission=DECIDE, states=(Application.GRANTED,))
        for one in sorted(applications, key=lambda one: one.pk)
    ]
    if not rows:
        raise ApplicationError(_("Nothing is chosen."))
    if any(_is_named(one) for one in rows):
        raise ApplicationError(_("One of them is on an order already."))
    kinds, faculties = {one.kind for one in rows}, {one.faculty_id for one in rows}
    if len(kinds) > 1 or len(faculties) > 1:
        raise ApplicationError(_("An order is made of applications of one kind and one faculty."))
    kind = KINDS[kinds.pop()]
    for one in rows:
        order = _name(
            one, order, access=access, effective_date=effective_date, title=title or kind.order_title
        )
        one.order = order
        one.save(update_fields=["order"])
    assert order is not None
    return order


def by_order(applications: Sequence[Application]) -> dict[tuple[str, int], list[Application]]:
    """Applications by the order that they go on: its kind and faculty."""
    found: dict[tuple[str, int], list[Application]] = {}
    for one in sorted(applications, key=lambda one: (one.kind, one.faculty_id, one.pk)):
        found.setdefault((KINDS[one.kind].order_of(one), one.faculty_id), []).append(one)
    return found


@transaction.atomic
def put_on_orders(
    applications: Sequence[Application], *, access: Access, effective_date: datetime.date, title: str = ""
) -> list[Order]:
    """Granted applications of any kinds onto draft orders, one for each kind and faculty; all or nothing.

    ``title`` names the order where there is only one, the others have that of their kind.

    Raises:
        ApplicationError: as ``put_on_order``.
    """
    groups = list(by_order(applications).values())
    if not groups:
        raise ApplicationError(_("Nothing is chosen."))
    return [
        put_on_order(
            rows, access=access, effective_date=effective_date, title=title if len(groups) == 1 else ""
        )
        for rows in groups
    ]


def _name(
    application: Application, order: Order | None, *, access: Access, effective_date: datetime.date | None, title: str
) -> Order:  # fmt: skip
    """Put the student of one application on the order, or on a new one."""
    kind = KINDS[application.kind]
    people = Student.objects.filter(pk=application.student_id)
    basis, wanted = _basis(application), kind.order_of(application)
    try:
        if order is None:
            return orders.create_order(
                kind=wanted, access=access, faculty=Unit.objects.get(pk=application.faculty_id), people=people,
                title=title, basis=basis, effective_date=effective_date or timezone.localdate(),
                choices=kind.choices(application),
            )  # fmt: skip
        if order.key != wanted:
            raise ApplicationError(_("The order is of another kind."))
        orders.add_people(order, access=access, people=people, choices=kind.choices(application))
    except orders.OrderError as error:
        raise ApplicationError(f"{application.student.person}: {error}") from error
    Order.objects.filter(pk=order.pk, state=Order.DRAFT).update(basis=f"{order.basis}; {basis}".lstrip("; "))
    order.refresh_from_db()
    return order


def _basis(application: Application) -> str:
    """In Uzbek, as the order is: which application the order rests on."""
    sent = timezone.localtime(application.sent_at)
    return f"{application.student.person.short_name}ning {sent:%d.%m.%Y} sanadagi {application.number}-sonli arizasi"


@events.listen
def follow_order(order: Order) -> None:
    """Executed: its applications are carried out; cancelled: they say so; who fell off is free for another."""
    if order.state != Order.EXECUTED:
        return
    if order.cancels_id:
        closed = Application.objects.filter(order=order.cancels_id, state=Application.EXECUTED)
        rows = list(closed.select_related("student"))
        closed.update(state=Application.CANCELLED, closed_at=timezone.now())
        for one in rows:
            tell_student(one, "application_order_cancelled")
        return
    named = OrderLine.objects.filter(order=order).values("student")
    of_order = Application.objects.filter(order=order, state=Application.GRANTED)
    of_order.exclude(student__in=named).update(order=None)
    of_order.filter(student__in=named).update(state=Application.EXECUTED, closed_at=timezone.now())


@transaction.atomic
def register_with_scan(
    application: Application, *, access: Access, student: Student, upload: ContentFile, title: str
) -> Application:
    """``register_paper`` with the scan of the paper, all or nothing."""
    application = register_paper(application, access=access, student=student)
    add_document(application, access=access, upload=upload, title=title, permission=DECIDE)
    return application
