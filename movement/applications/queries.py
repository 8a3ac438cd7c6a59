"""What pages and actions of applications read."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.legal import cited
from movement.applications import rules
from movement.applications.kinds import KINDS, ApplicationKind
from movement.applications.models import (
    Application,
    ApplicationDocument,
    ApplicationTerm,
    ApplicationWindow,
)
from movement.models import Order, OrderLine
from movement.queries import papers_from
from students.models import Student

if TYPE_CHECKING:
    from movement.objections.models import Objection

DEFAULT_DAYS = 15
DEFAULT_SOURCE = "OʻRQ-445, 28-modda"
OVERDUE, SOON, CALM = "overdue", "soon", "calm"


def windows_of(kind: str) -> list[rules.Window]:
    """All windows of a kind."""
    rows = ApplicationWindow.objects.filter(kind=kind)
    return [_window(one) for one in rows]


def _window(row: ApplicationWindow) -> rules.Window:
    source = cited(row.source, confirmed=row.is_confirmed)
    return rules.Window(row.opens, row.closes, row.decide_by, source)


def due_of(application: Application, day: datetime.date) -> rules.Due:
    """By when the application, sent on ``day``, is to be decided; the term of the day it was sent holds."""
    kind = KINDS[application.kind]
    window = None
    if kind.is_windowed(application):
        window = rules.reception(windows_of(kind.code), day).window
    term = (
        ApplicationTerm.objects.filter(kind=application.kind, valid_from__lte=day)
        .order_by("-valid_from")
        .first()
    )
    days, source, sure = (
        (term.days, term.source, term.is_confirmed) if term else (DEFAULT_DAYS, DEFAULT_SOURCE, False)
    )
    source = cited(source, confirmed=sure)
    return rules.due(sent=day, days=days, source=source, window=window)


def study_of(person_id: int | None) -> Student | None:
    """The study that a person in the cabinet speaks of: the latest one that an order has placed."""
    found = Student.objects.filter(person=person_id, current__isnull=False).with_card()
    return found.order_by("-entry_year", "-pk").first()


def offered(student: Student | None, today: datetime.date) -> list[dict[str, Any]]:
    """Kinds that the student's status allows, with what may be done about each now."""
    if student is None:
        return []
    open_now = {
        one.kind: one for one in Application.objects.filter(student=student, state__in=Application.OPEN)
    }
    windows: dict[str, list[rules.Window]] = {}
    for one in ApplicationWindow.objects.all():
        windows.setdefault(one.kind, []).append(_window(one))
    found = []
    for kind in KINDS.values():
        if student.current.status not in kind.statuses:
            continue
        received = rules.reception(windows.get(kind.code, []), today)
        if kind.windowed_changes:
            received = rules.Reception(
                True, _("Group and language: any time. Else: %(when)s") % {"when": received.text}
            )
        found.append(
            {"kind": kind, "title": title_of(kind), "open": open_now.get(kind.code), "received": received}
        )
    return found


def title_of(kind: ApplicationKind) -> str:
    """The kind's name."""
    return str(dict(Application._meta.get_field("kind").flatchoices)[kind.code])


def with_urgency(rows: QuerySet[Application], today: datetime.date | None = None) -> QuerySet[Application]:
    """With ``urgency`` of those that wait for a decision: overdue, soon due or calm."""
    today = today or timezone.localdate()
    waits = Q(state__in=[Application.SENT, Application.IN_WORK])
    soon = today + datetime.timedelta(days=rules.SOON_DAYS)
    return rows.annotate(
        urgency=Case(
            When(waits & Q(due_on__lt=today), then=Value(OVERDUE)),
            When(waits & Q(due_on__lte=soon), then=Value(SOON)),
            When(waits, then=Value(CALM)),
            default=Value(""), output_field=CharField(),
        )
    )  # fmt: skip


def with_card(rows: QuerySet[Application]) -> QuerySet[Application]:
    """With all that a card and a timeline show."""
    return rows.select_related(
        "student__person", "student__current__group", "student__current__programme__speciality", "faculty",
        "programme__speciality", "group", "target_group", "order", "taken_by__person", "decided_by__person",
        "created_by__person",
    )  # fmt: skip


def readable_documents(access: Any) -> QuerySet[ApplicationDocument]:
    """Papers that the person may open: of the own applications, of those in scope, of orders in scope."""
    found = Q(pk__in=[])
    for permission in ("own.application", "application.view"):
        if access.can(permission):
            seen = Application.objects.for_scope(access.scope(permission))
            found |= Q(application__in=seen.values("pk"))
    if access.can("order.view"):
        orders = Order.objects.for_scope(access.scope("order.view"))
        found |= Q(application__order__in=orders.values("pk"))
    return ApplicationDocument.objects.filter(found)


@dataclass(frozen=True)
class Step:
    """A step of the way, for the timeline."""

    title: str
    at: datetime.datetime | datetime.date | None = None
    who: str = ""
    text: str = ""
    bad: bool = False

    @property
    def done(self) -> bool:
        return self.at is not None


def timeline(application: Application) -> list[Step]:
    """What happened and what comes: every step of the application and of its order."""
    one = application
    steps = [Step(_("Begun"), one.created_at, str(one.created_by) if one.is_paper else "")]
    steps.append(Step(_("Sent"), one.sent_at, text=f"№ {one.number}" if one.number else ""))
    earlier, present = _objections(one)
    steps += earlier
    if one.state == Application.WITHDRAWN:
        return [*steps, Step(_("Withdrawn"), one.closed_at, bad=True)]
    if one.taken_at or not one.decided_at:
        steps.append(Step(_("Taken in work"), one.taken_at, str(one.taken_by or "")))
    if one.state == Application.REFUSED:
        text = f"{one.note} ({one.refusal_source})"
        return [*steps, Step(_("Refused"), one.decided_at, str(one.decided_by), text, bad=True), *present]
    term = ""
    if one.due_on and not one.decided_at:
        term = _("By %(day)s (%(source)s).") % {"day": f"{one.due_on:%d.%m.%Y}", "source": one.due_source}
    steps.append(
        Step(_("Granted") if one.decided_at else _("Decision"), one.decided_at, str(one.decided_by or ""),
             one.note or term)
    )  # fmt: skip
    return steps + _order_steps(one)


def _objections(one: Application) -> tuple[list[Step], list[Step]]:
    """Refusals that were objected to with success, and what became of the objections to the one that stands."""
    if not one.number:
        return [], []
    earlier: list[Step] = []
    present: list[Step] = []
    refused = one.decided_at
    for each in one.objections.select_related("refused_by__person", "decided_by__person").order_by("pk"):
        if each.refused_at == one.decided_at:
            present += _objection_steps(each)
            continue
        if each.refused_at != refused:
            refused = each.refused_at
            text = f"{each.refusal} ({each.refusal_source})"
            earlier.append(Step(_("Refused"), refused, str(each.refused_by), text, bad=True))
        earlier += _objection_steps(each)
    return earlier, present


def _objection_steps(one: Objection) -> list[Step]:
    sent = Step(_("Objected to"), one.sent_at, text=f"№ {one.number}. {one.text}")
    if one.withdrawn_at:
        return [sent, Step(_("Objection withdrawn"), one.withdrawn_at)]
    if one.decided_at is None:
        source = cited(one.due_source, confirmed=one.due_confirmed)
        term = _("By %(day)s (%(source)s).") % {"day": f"{one.due_on:%d.%m.%Y}", "source": source}
        return [sent, Step(_("Decision on the objection"), text=term)]
    granted = one.state == "granted"
    title = _("Objection granted") if granted else _("Objection rejected")
    text = f"{one.reason} ({one.protocol})" if one.protocol else one.reason
    return [sent, Step(title, one.decided_at, str(one.decided_by), text, bad=not granted)]


def _order_steps(one: Application) -> list[Step]:
    order = one.order
    if order is None:
        return [Step(_("Order")), Step(_("Carried out"))]
    draft = Step(_("Put on an order"), order.created_at)
    signed_text = f"№ {order.number}" if order.number else ""
    signed = Step(_("Order signed"), order.date, text=signed_text)
    done = Step(_("Carried out"), order.executed_at)
    if one.state == Application.CANCELLED:
        return [draft, signed, done, Step(_("The order is cancelled"), one.closed_at, bad=True)]
    return [draft, signed, done]


def given_papers(order: Order) -> set[tuple[str, int]]:
    """The basis documents that the applications on an order stand for, by line. Two queries."""
    has = ApplicationDocument.objects.filter(application=OuterRef("pk"))
    rows = Application.objects.filter(order=order).annotate(has_documents=Exists(has))
    codes = {
        one.student_id: KINDS[one.kind].given_papers(has_documents=one.has_documents or one.is_paper)
        for one in rows
    }
    lines = OrderLine.objects.filter(order=order, student__in=codes).values_list("student", "pk")
    return {(code, line) for student, line in lines for code in codes[student]}


papers_from(given_papers)


def waiting(rows: QuerySet[Application]) -> QuerySet[Application]:
    """Those that wait for a decision, the most urgent first."""
    return rows.filter(state__in=[Application.SENT, Application.IN_WORK]).order_by(F("due_on").asc(), "pk")
