"""Topics of graduation works: chosen or assigned, put on an order, approved by its signature (duties 8.3, 2.7, B8)."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from hemis.documents.actions import next_number
from records import notices
from records.actions.base import RecordsError, require, said, this_year
from records.models import GraduationTopic, TopicOrder
from records.rulebook import figures
from structure.models import Unit
from students.models import Student

SERIES = "topic_order"
STUDYING = "11"


def _locked(topic: GraduationTopic) -> GraduationTopic:
    rows = GraduationTopic.objects.select_for_update(of=("self",)).select_related(
        "supervisor__person", "speciality"
    )
    return rows.get(pk=topic.pk)


def open_to(student: Student):
    """Topics that the student may choose from: of the own speciality, of this year, taken by nobody."""
    current = student.current
    if current is None or current.status != STUDYING or not current.group:
        return GraduationTopic.objects.none()
    plan = getattr(current.group, "plan", None)
    last = plan.curriculum.semesters.order_by("-number").first() if plan else None
    if last is None or last.course != current.course:
        return GraduationTopic.objects.none()
    return GraduationTopic.objects.filter(
        speciality=current.programme.speciality_id,
        academic_year__is_current=True,
        state=GraduationTopic.OFFERED,
    ).select_related("supervisor__person", "kafedra")


def _nothing_taken(student: Student) -> None:
    if GraduationTopic.objects.filter(student=student, state__in=GraduationTopic.TAKEN).exists():
        raise RecordsError(_("A topic is taken already."))


def _supervisor_is_free(topic: GraduationTopic) -> None:
    most = int(figures()["topic.supervised"].value)
    taken = GraduationTopic.objects.filter(
        supervisor=topic.supervisor_id, academic_year=topic.academic_year_id, state__in=GraduationTopic.TAKEN
    )
    if most and taken.exclude(pk=topic.pk).count() >= most:
        raise RecordsError(_("The supervisor has %(count)d topics already.") % {"count": most})


@transaction.atomic
def choose_topic(topic: GraduationTopic, student: Student) -> GraduationTopic:
    """The student takes an offered topic; the kafedra confirms it or lets it go.

    Raises:
        RecordsError: it is not offered to the student, or one is taken already.
    """
    topic = _locked(topic)
    if not open_to(student).filter(pk=topic.pk).exists():
        raise RecordsError(_("Somebody has taken the topic, or it is not offered to you."))
    _nothing_taken(student)
    _supervisor_is_free(topic)
    topic.student, topic.state = student, GraduationTopic.CHOSEN
    topic.save(update_fields=["student", "state"])
    return topic


@transaction.atomic
def give_up_topic(topic: GraduationTopic, student: Student) -> None:
    """The student lets go a topic that the kafedra has not confirmed yet.

    Raises:
        RecordsError: it is confirmed, or not the student's.
    """
    topic = _locked(topic)
    if topic.student_id != student.pk or topic.state != GraduationTopic.CHOSEN:
        raise RecordsError(_("The kafedra has confirmed the topic already."))
    topic.student, topic.state = None, GraduationTopic.OFFERED
    topic.save(update_fields=["student", "state"])


@transaction.atomic
def assign_topic(
    topic: GraduationTopic, *, access: Access, student: Student | None = None
) -> GraduationTopic:
    """Confirm the student's choice, or give an offered topic to a student.

    Raises:
        PermissionDenied: without the duty, or out of scope.
        RecordsError: it is taken, no student is named, or one of another speciality.
    """
    require(access, "topic.edit", GraduationTopic.objects.all(), topic.pk)
    topic = _locked(topic)
    if topic.state == GraduationTopic.OFFERED:
        if student is None:
            raise RecordsError(_("Choose the student."))
        if (
            student.current.programme.speciality_id != topic.speciality_id
            or student.current.status != STUDYING
        ):
            raise RecordsError(_("A student of the topic's speciality takes it."))
        _nothing_taken(student)
        _supervisor_is_free(topic)
        topic.student = student
    elif topic.state != GraduationTopic.CHOSEN:
        raise RecordsError(_("The topic is assigned already."))
    topic.state = GraduationTopic.ASSIGNED
    topic.save(update_fields=["student", "state"])
    notices.tell_of_topic(topic)
    return topic


@transaction.atomic
def release_topic(topic: GraduationTopic, *, reason: str, access: Access) -> GraduationTopic:
    """Offer a taken topic again, with a reason that the student reads; an order that holds it is drawn back first.

    Raises:
        RecordsError: nobody has taken it, or an order holds it.
    """
    require(access, "topic.edit", GraduationTopic.objects.all(), topic.pk)
    topic = _locked(topic)
    if topic.state not in (GraduationTopic.CHOSEN, GraduationTopic.ASSIGNED):
        raise RecordsError(_("Nobody has taken the topic, or an order has approved it."))
    if topic.order_id:
        raise RecordsError(_("The topic stands on an order; cancel its draft first."))
    notices.tell_of_released(topic, said(reason))
    topic.student, topic.state, topic.remark = None, GraduationTopic.OFFERED, said(reason)
    topic.save(update_fields=["student", "state", "remark"])
    return topic


@transaction.atomic
def withdraw_topic(topic: GraduationTopic, *, reason: str, access: Access) -> GraduationTopic:
    """Take a topic away for good, an approved one too: the student then takes another.

    Raises:
        RecordsError: it is withdrawn already, or there is no reason.
    """
    require(access, "topic.edit", GraduationTopic.objects.all(), topic.pk)
    topic = _locked(topic)
    if topic.state == GraduationTopic.WITHDRAWN:
        raise RecordsError(_("The topic is withdrawn already."))
    if topic.state == GraduationTopic.ASSIGNED and topic.order_id:
        raise RecordsError(_("The topic stands on an order; cancel its draft first."))
    topic.state, topic.remark = GraduationTopic.WITHDRAWN, said(reason)
    topic.save(update_fields=["state", "remark"])
    return topic


# --- the order


@transaction.atomic
def draw_up_topic_order(
    faculty: Unit, *, topics: Collection[int], access: Access, date: datetime.date | None = None
) -> TopicOrder:
    """A draft that names these assigned topics with students, supervisors and reviewers.

    Raises:
        PermissionDenied: without the duty, or out of scope.
        RecordsError: none is assigned, or one has no reviewer.
    """
    require(access, "topic_order.edit", Unit.objects.all(), faculty.pk)
    rows = GraduationTopic.objects.select_for_update(of=("self",)).filter(
        pk__in=topics, kafedra__parent=faculty, state=GraduationTopic.ASSIGNED, order=None
    )
    chosen = list(rows)
    if not chosen:
        raise RecordsError(_("No topic of the faculty is assigned and waits for an order."))
    bare = [one.title for one in chosen if not one.reviewer]
    if bare:
        raise RecordsError(_("No reviewer is named: %(topics)s") % {"topics": "; ".join(bare[:5])})
    year = this_year()
    order = TopicOrder.objects.create(
        academic_year=year, serial=next_number(SERIES, year.pk), faculty=faculty,
        date=date or timezone.localdate(), created_by=access.user,
    )  # fmt: skip
    GraduationTopic.objects.filter(pk__in=[one.pk for one in chosen]).update(order=order)
    return order


def _draft(order: TopicOrder, access: Access, permission: str) -> TopicOrder:
    require(access, permission, TopicOrder.objects.all(), order.pk)
    order = TopicOrder.objects.select_for_update(of=("self",)).get(pk=order.pk)
    if order.state != TopicOrder.DRAFT:
        raise RecordsError(_("The order is no draft any more."))
    return order


@transaction.atomic
def sign_topic_order(order: TopicOrder, *, access: Access) -> TopicOrder:
    """Sign: all its topics are approved and frozen, the students are told.

    Raises:
        PermissionDenied: without the duty.
        RecordsError: it is no draft, or is signed by who drew it up.
    """
    order = _draft(order, access, "topic_order.sign")
    if order.created_by_id == access.user.pk:
        raise RecordsError(_("Somebody else signs what you have drawn up."))
    if not order.topics.exists():
        raise RecordsError(_("The order names no topic."))
    order.state, order.signed_by, order.signed_at = TopicOrder.SIGNED, access.user, timezone.now()
    order.save(update_fields=["state", "signed_by", "signed_at"])
    topics = list(order.topics.select_related("student__person"))
    order.topics.update(state=GraduationTopic.APPROVED)
    notices.tell_of_approved(topics, order)
    return order


@transaction.atomic
def cancel_topic_order(order: TopicOrder, *, reason: str, access: Access) -> TopicOrder:
    """Draw a draft back: its topics wait for an order again.

    Raises:
        RecordsError: it is signed, or there is no reason.
    """
    order = _draft(order, access, "topic_order.edit")
    order.topics.update(order=None)
    order.state, order.remark = TopicOrder.CANCELLED, said(reason)
    order.save(update_fields=["state", "remark"])
    return order
