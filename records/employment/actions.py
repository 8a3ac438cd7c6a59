"""What is entered about graduates, and the surveys they answer themselves (duty 4.1)."""

from __future__ import annotations

import base64
import datetime
import hashlib
import secrets
from collections.abc import Collection
from functools import partial

from celery import shared_task
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from hemis.access.scope import Access
from hemis.notices import tasks
from hemis.people.models import User
from records.employment import queries
from records.models import Employment, SurveyLink
from students.models import Student

EDIT = "employment.edit"
GRADUATED = "14"
TOKEN_CHARACTERS = 32  # of 64: 192 bits
OPEN_FOR = datetime.timedelta(days=60)


class SurveyError(Exception):
    """Why it cannot be done now, in words for the user."""


def token_of(link: SurveyLink) -> str:
    """The token of a link, from its nonce and the program's secret."""
    digest = salted_hmac("records.survey", link.nonce, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode()[:TOKEN_CHARACTERS]


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def address_of(link: SurveyLink) -> str:
    """The full public address."""
    return settings.PUBLIC_URL + reverse("graduate_survey", args=[token_of(link)])


@transaction.atomic
def invite(students: Collection[int], *, access: Access) -> list[SurveyLink]:
    """A link for every graduate in scope who has none open; those who can be reached are written to.

    A link whose day has passed is ended and gives way to a new one.

    Raises:
        PermissionDenied: without the duty.
        SurveyError: nobody is left.
    """
    access.require(EDIT)
    rows = Student.objects.for_scope(access.scope(EDIT)).filter(pk__in=students, current__status=GRADUATED)
    made = _open(rows, by=access.user)
    if not made:
        raise SurveyError(_("Each of these graduates has an open survey already, or has not graduated."))
    return made


def _open(graduates: QuerySet[Student], *, by: User | None) -> list[SurveyLink]:
    """New links for those who have none open; who can be reached is written to after the commit."""
    people = {one.pk: one for one in graduates.select_related("person").order_by("pk")}
    open_ = SurveyLink.objects.filter(student__in=people, answered_at=None, revoked_at=None)
    open_.filter(valid_until__lt=timezone.localdate()).update(revoked_at=timezone.now())
    have = set(open_.values_list("student", flat=True))
    links = [_new_link(one, by) for key, one in people.items() if key not in have]
    made = SurveyLink.objects.bulk_create(links, batch_size=2000)
    _send(made)
    return made


def _send(links: Collection[SurveyLink]) -> None:
    reached = [one.pk for one in links if tasks.can_reach(one.student.person.phone, one.student.person.email)]
    if reached:
        transaction.on_commit(partial(tasks.later, send_surveys, reached))


def _new_link(student: Student, by: User | None) -> SurveyLink:
    link = SurveyLink(
        student=student, nonce=secrets.token_hex(16), created_by=by,
        valid_until=timezone.localdate() + OPEN_FOR,
    )  # fmt: skip
    link.token_hash = hash_of(token_of(link))
    return link


@transaction.atomic
def remind(day: datetime.date) -> int:
    """Ask those who graduated 1, 3, 6 or 12 months ago where they work; how many are asked.

    An open link is sent again, else a new one is opened. Nobody is asked twice at one of
    these times, however often the night repeats; a night that was missed is made up
    for within two weeks. The term is counted from the day of the order's placement.
    """
    due = queries.due_for_survey(day)
    if not due:
        return 0
    rows = Student.objects.filter(pk__in=due)
    waiting = SurveyLink.objects.filter(
        student__in=due, answered_at=None, revoked_at=None, valid_until__gte=day
    )
    again = list(waiting.select_related("student__person"))
    # Whoever the department wrote to before: the same link goes out once more.
    SurveyLink.objects.filter(pk__in=[one.pk for one in again]).update(sent_at=None, reminded_on=day)
    _send(again)
    made = _open(rows.exclude(pk__in=[one.student_id for one in again]), by=None)
    return len(again) + len(made)


@transaction.atomic
def revoke(link: SurveyLink, *, access: Access) -> None:
    """The link opens nothing any more.

    Raises:
        PermissionDenied: without the duty.
        SurveyError: it is answered or ended already.
    """
    access.require(EDIT)
    rows = SurveyLink.objects.for_scope(access.scope(EDIT)).filter(
        pk=link.pk, answered_at=None, revoked_at=None
    )
    if not rows.update(revoked_at=timezone.now()):
        raise SurveyError(_("It is answered or ended already."))


@shared_task(name="records.send_surveys")
def send_surveys(link_ids: list[int]) -> int:
    """Send links by SMS or e-mail; how many went out. The others are handed over by the department."""
    sent = 0
    rows = SurveyLink.objects.filter(pk__in=link_ids, sent_at=None, revoked_at=None)
    for link in rows.select_related("student__person"):
        person = link.student.person
        with override("uz"):
            text = _("Where do you work now? Please answer: %(link)s") % {"link": address_of(link)}
        if tasks.send_message(person.phone, person.email, text):
            SurveyLink.objects.filter(pk=link.pk).update(sent_at=timezone.now())
            sent += 1
    return sent


def find_link(token: str) -> SurveyLink | None:
    """The link behind a token, ended ones too; the first opening is noted."""
    rows = SurveyLink.objects.select_related("student__person", "student__current__programme__speciality")
    link = rows.filter(token_hash=hash_of(token)).first()
    if link and link.opened_at is None and is_open(link):
        SurveyLink.objects.filter(pk=link.pk, opened_at=None).update(opened_at=timezone.now())
    return link


def is_open(link: SurveyLink) -> bool:
    """Whether it can still be answered."""
    return not link.answered_at and not link.revoked_at and link.valid_until >= timezone.localdate()


@transaction.atomic
def answer(link: SurveyLink, told: Employment) -> Employment:
    """The graduate's answer; a link is answered once.

    Raises:
        SurveyError: it is answered, ended, or its day has passed.
        ValidationError: the answer is not whole.
    """
    locked = SurveyLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if not is_open(locked):
        raise SurveyError(_("This survey is closed."))
    told.student_id, told.source, told.noted_on = locked.student_id, Employment.GRADUATE, timezone.localdate()
    if Employment.objects.filter(
        student=told.student_id, source=told.source, noted_on=told.noted_on
    ).exists():
        raise ValidationError(_("Today's answer is entered already."))
    told.save()
    locked.answered_at = timezone.now()
    locked.save(update_fields=["answered_at"])
    return told
