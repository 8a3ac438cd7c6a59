"""What people are told of topics, sessions, results and acts."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hemis.notices.actions import notify
from hemis.notices.kinds import register
from hemis.people.models import User
from records.models import AttestationLine, AttestationSession, GraduationTopic, TopicOrder
from students.models import Student

register("topic_assigned", _("Your topic is confirmed by the kafedra: %(topic)s"), "file-text")
register("topic_released", _("Your topic was not confirmed: %(topic)s — %(reason)s"), "alert-triangle")
register("topic_approved", _("Your topic is approved by the order № %(order)s: %(topic)s"), "file-text")
register("attestation_planned", _("State attestation: %(subject)s on %(day)s"), "calendar-event")
register("attestation_result", _("Results of state attestation are announced: %(subject)s"), "certificate")


def _accounts(students: Iterable[Student | None]):
    people = [one.person_id for one in students if one]
    return User.objects.filter(is_active=True, person__in=people)


def tell_of_topic(topic: GraduationTopic) -> None:
    """The student whose topic the kafedra has confirmed or assigned."""
    notify(_accounts([topic.student]), "topic_assigned", {"topic": topic.title}, reverse("my_topic"))


def tell_of_released(topic: GraduationTopic, reason: str) -> None:
    """The student who has to take another topic."""
    facts = {"topic": topic.title, "reason": reason}
    notify(_accounts([topic.student]), "topic_released", facts, reverse("my_topic"))


def tell_of_approved(topics: Iterable[GraduationTopic], order: TopicOrder) -> None:
    """The students whose topics an order has approved."""
    for topic in topics:
        facts = {"topic": topic.title, "order": order.number}
        notify(_accounts([topic.student]), "topic_approved", facts, reverse("my_topic"))


def tell_of_session(session: AttestationSession, students: Iterable[Student]) -> None:
    """Who is admitted: when the commission sits."""
    facts = {"subject": session.curriculum_subject.subject.name, "day": f"{session.held_on:%d.%m.%Y}"}
    notify(_accounts(students), "attestation_planned", facts, reverse("my_topic"))


def tell_of_results(session: AttestationSession) -> None:
    """Everybody who has a result on the protocol."""
    marked = session.lines.exclude(status=AttestationLine.NOT_ADMITTED).values("student__person")
    people = User.objects.filter(is_active=True, person__in=marked)
    facts = {"subject": session.curriculum_subject.subject.name}
    notify(people, "attestation_result", facts, reverse("my_record"))
