"""What pages and actions of objections read."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access import duties
from hemis.access.models import RoleAssignment
from hemis.legal import cited
from movement.applications import rules
from movement.applications.kinds import KINDS
from movement.applications.models import Application
from movement.objections.models import Objection, ObjectionTerm
from students.models import Student

# Where nobody has kept a term of the kind: the act on administrative procedures, and that on appeals.
DEFAULT_TO_OBJECT, DEFAULT_TO_DECIDE = 30, 15
CARD = (
    "application__student__person", "application__faculty", "refused_by__person", "decided_by__person",
    "created_by__person",
)  # fmt: skip
DEFAULT_SOURCE = "OʻRQ-457; OʻRQ-445, 28-modda"


@dataclass(frozen=True)
class Terms:
    """The figures that hold on a day, with their source."""

    to_object: int
    to_decide: int
    needs_protocol: bool = False
    above: int | None = None
    source: str = DEFAULT_SOURCE
    is_confirmed: bool = False

    @property
    def cited(self) -> str:
        """The source as a page cites it."""
        return cited(self.source, confirmed=self.is_confirmed)


@dataclass(frozen=True)
class Standing:
    """Whether the refusal may be objected to today: in words, and by when."""

    is_open: bool
    text: str
    due: rules.Due | None = None


def terms_of(kind: str, day: datetime.date) -> Terms:
    """The terms of the kind that hold on the day."""
    rows = ObjectionTerm.objects.filter(kind=kind, valid_from__lte=day).order_by("-valid_from")
    row = rows.first()
    if row is None:
        return Terms(DEFAULT_TO_OBJECT, DEFAULT_TO_DECIDE)
    return Terms(
        row.days_to_object,
        row.days_to_decide,
        row.needs_protocol,
        row.days_above,
        row.source,
        row.is_confirmed,
    )


def last_day(application: Application) -> rules.Due:
    """By when the refusal is objected to; the term of the day of the refusal holds."""
    refused = timezone.localdate(application.decided_at)
    terms = terms_of(application.kind, refused)
    return rules.due(sent=refused, days=terms.to_object, source=terms.cited)


def standing(application: Application, day: datetime.date) -> Standing:
    """Whether an objection that is received on ``day`` is taken."""
    if application.state != Application.REFUSED:
        return Standing(False, _("Only a refusal is objected to."))
    due = last_day(application)
    if to_this_refusal(application).exclude(state=Objection.WITHDRAWN).exists():
        return Standing(False, _("There is an objection to this refusal already."), due)
    if day > due.day:
        text = _("The term for objections is over: %(text)s %(source)s")
        return Standing(False, text % {"text": due.text, "source": due.source}, due)
    same = Application.objects.filter(
        student=application.student_id, kind=application.kind, state__in=Application.OPEN
    )
    if same.exists():
        return Standing(False, _("Another application of this kind is open: follow that one."), due)
    student = Student.objects.select_related("current").get(pk=application.student_id)
    if student.current is None or student.current.status not in KINDS[application.kind].statuses:
        text = _("An application of this kind is not for the present status of the student.")
        return Standing(False, text, due)
    return Standing(True, due.text, due)


def to_this_refusal(application: Application) -> QuerySet[Objection]:
    """Objections to the refusal that stands now, not to earlier ones."""
    return Objection.objects.filter(application=application, refused_at=application.decided_at)


def refused_at_the_top(application: Application) -> bool:
    """Whether who refused held a duty that decides on objections: then only the rectorate is above."""
    roles = {role for one in duties.duties_granting("objection.decide") for role in one.roles}
    held = RoleAssignment.objects.in_force(timezone.localdate(application.decided_at))
    return held.filter(user=application.decided_by_id, role__in=roles).exists()


def with_card(rows: QuerySet[Objection]) -> QuerySet[Objection]:
    """With all that a card shows."""
    return rows.select_related(*CARD)


def waiting(rows: QuerySet[Objection], *, last: bool) -> QuerySet[Objection]:
    """Those that wait for somebody who may (``last``) or may not decide on refusals of academic affairs."""
    found = rows.filter(state=Objection.SENT).order_by(F("due_on").asc(), "pk")
    return found if last else found.filter(is_for_rectorate=False)
