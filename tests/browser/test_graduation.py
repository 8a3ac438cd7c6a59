"""A group from topics through the defence to accreditation, in a browser, each step as the role that has the duty."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from hemis.people.models import User
from records.models import Accreditation, AttestationSession, Commission, GraduationTopic, TopicOrder
from tests import factories
from tests.browser.conftest import PHONE
from tests.records.makers import Graduates

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.duty("8.3", "2.6", "2.7", "B7.4", "B7.6", "B8", "S")
def test_from_a_topic_to_accreditation(visit, server):
    world = Graduates(students=1)
    head, office, rector = visit(world.head), visit(world.dean), visit(world.rector)
    affairs, secretary = (
        visit(world.affairs),
        visit(factories.make_user("teacher", person=world.teacher.person)),
    )
    student = visit(User.objects.get(person=world.students[0].person), size=PHONE)
    for one in (head, office, rector, affairs, secretary, student):
        one.page.on("dialog", lambda dialog: dialog.accept())
    topic_is_approved(world, head, office, rector, student)
    for kind, subject, got in ((Commission.EXAM, world.exam, "92"), (Commission.DEFENCE, world.work, "88")):
        commission = commission_is_approved(world, kind, head, affairs)
        protocol_is_closed(world, commission, subject, got, head, secretary)
    office.go("records_accreditation_groups").press(
        f"a[href='{reverse('records_accreditation_group', args=[world.group.pk])}']"
    )
    office.press("button[name=whole]")
    assert Accreditation.objects.get().gpa == 4
    student.go("my_record")
    assert "92" in student.text() and world.work.subject.name in student.text()
    assert not student.page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )


def topic_is_approved(world: Graduates, head, office, rector, student) -> None:
    """8.3, S, 2.7, B8: entered, chosen, confirmed, named in an order, signed."""
    head.go("records_topics_new").fill(
        speciality=world.speciality.pk, title="Aqlli bino", title_en="A Smart Building",
        supervisor=world.teacher.pk, reviewer="B. Taqrizchi",
    ).save()  # fmt: skip
    topic = GraduationTopic.objects.get()
    student.go("my_topic").press_at("my_topic_choose", topic.pk)
    head.go("records_topics_detail", topic.pk).press_at("records_topic_assign", topic.pk)
    office.go("records_topics_list").find(f"input[name=pk][value='{topic.pk}']").check()
    office.page.select_option("#bulk-action", "order")
    office.press(".hemis-bulk button")
    order = TopicOrder.objects.get()
    rector.go("records_topic_orders_detail", order.pk).press_at("records_topic_order_sign", order.pk)
    assert order.number in student.go("my_topic").text()


def commission_is_approved(world: Graduates, kind: str, head, affairs) -> Commission:
    """8.3, B7.4: the kafedra names the members, academic affairs approve."""
    commission = world.draft(kind)
    commission.members.filter(role="secretary").delete()
    head.go("records_member_add", commission.pk).fill(role="secretary", employee=world.teacher.pk).save()
    affairs.go("records_commissions_detail", commission.pk).press_at(
        "records_commission_approve", commission.pk
    )
    return commission


def protocol_is_closed(world: Graduates, commission: Commission, subject, got: str, head, secretary) -> None:
    """8.3, B7.6: the kafedra opens, the secretary fills, the kafedra closes."""
    head.go("records_session_open", commission.pk).fill(
        group=world.group.pk, subject=subject.pk, held_on=timezone.localdate().isoformat()
    ).save()
    session = AttestationSession.objects.latest("pk")
    secretary.go("records_session_fill", session.pk)
    for box in secretary.find("[name=present]").all():
        box.check()
    secretary.find(".hemis-cell").fill(got)
    secretary.press()
    head.go("records_sessions_detail", session.pk).press_at("records_session_close", session.pk)
    session.refresh_from_db()
    assert session.state == AttestationSession.CLOSED
