"""Notices: told once, read in the reader's language, seen by nobody else."""

from __future__ import annotations

import datetime

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override

from hemis.access.holders import holders
from hemis.notices import kinds
from hemis.notices.actions import mark_read, notify
from hemis.notices.models import Notice
from hemis.people.models import User
from movement import actions as orders
from students.models import Candidate
from tests.factories import access_of, make_candidate, make_faculty, make_group, make_university, make_user

pytestmark = pytest.mark.django_db
FACTS = {"number": "7/2026"}


def test_a_notice_is_worded_when_it_is_read():
    user = make_user("hr")
    notify([user, user], "application_granted", FACTS, "/movement/my-applications/1/")
    one = Notice.objects.get(user=user)
    texts = set()
    for language in ("uz", "ru", "en"):
        with override(language):
            texts.add(one.text)
    assert len(texts) == 3 and all("7/2026" in text for text in texts)
    assert Notice(code="gone", params={"a": "x"}).text == "x", "a kind that is gone stays readable"
    assert "…" in Notice(code="application_granted", params={}).text
    with pytest.raises(KeyError):
        notify([user], "nonsense", {})
    with pytest.raises(ValueError, match="Two kinds"):
        kinds.register("application_granted", "Other words")


def test_a_notice_leads_only_into_the_house():
    user = make_user()
    for url in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.create(user=user, code="application_granted", params={}, url=url)


def test_unread_first_read_by_opening(client, django_assert_max_num_queries):
    user, other = make_user("hr"), make_user("hr")
    for number in range(3):
        notify([user], "application_granted", {"number": str(number)}, "/notices/")
    notify([other], "application_granted", {"number": "secret"}, "/notices/")
    newest = Notice.objects.filter(user=user).first()
    mark_read(user, [newest.pk])
    client.force_login(user)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("my_notices"))
    shown = [one.pk for one in page.context["notices"].object_list]
    assert shown[-1] == newest.pk and len(shown) == 3 and "secret" not in page.content.decode()
    assert ">2<" in client.get(reverse("notice_bell")).content.decode()
    theirs = Notice.objects.get(user=other)
    assert client.post(reverse("notice_open", args=[theirs.pk])).status_code == 404
    assert client.post(reverse("notice_open", args=[shown[0]])).url == "/notices/"
    assert client.get(reverse("notice_open", args=[shown[0]])).status_code == 405
    client.post(reverse("notices_read_all"))
    assert not Notice.objects.filter(user=user, read_at=None).exists()
    assert Notice.objects.filter(user=other, read_at=None).exists()
    assert client.get(reverse("notice_bell")).content.strip() == b""


def test_no_page_waits_for_the_bell(client, django_assert_num_queries):
    """The header asks for the number after the page: not one query more on any page."""
    user = make_user("hr")
    client.force_login(user)
    page = client.get(reverse("my_jobs")).content.decode()
    assert f'hx-get="{reverse("notice_bell")}"' in page
    notify([user], "application_granted", FACTS)
    before = client.get(reverse("my_jobs"))
    assert "unread" not in before.content.decode()


def test_by_e_mail_only_if_switched_on_and_known(settings, django_capture_on_commit_callbacks):
    known, unknown = make_user("hr", email="hr@example.uz", language="ru"), make_user("hr")
    for on, letters in ((False, 0), (True, 1)):
        settings.NOTICES_BY_EMAIL = on
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            notify([known, unknown], "application_granted", FACTS, "/notices/")
        assert len(mail.outbox) == letters
    assert "удовлетворено" in mail.outbox[0].body and "/notices/" in mail.outbox[0].body


def test_a_notice_to_many_is_one_insert(django_assert_num_queries):
    for _ in range(5):
        make_user("hr")
    people = list(User.objects.all())
    with django_assert_num_queries(3):  # a savepoint, the insert, its release
        notify(people, "application_granted", FACTS)


def test_holders_are_those_whose_duty_reaches_the_faculty():
    make_university()
    one, other = make_faculty("303-101"), make_faculty("303-102")
    dean, elsewhere, academic = (
        make_user("dean", one),
        make_user("dean", other),
        make_user("academic_affairs"),
    )
    closed = make_user("dean", one, is_active=False)
    found = set(holders("application.decide", faculty_id=one.pk))
    assert found == {dean, academic} and elsewhere not in found and closed not in found
    assert set(holders("clearance.answer", faculty_id=one.pk, roles=frozenset({"dean"}))) == {dean}
    with pytest.raises(KeyError):
        holders("nonsense.view")


@pytest.mark.duty("2.2", "B8")
def test_an_order_tells_who_is_to_act_and_whom_it_concerns():
    make_university()
    faculty = make_faculty()
    dean, rector = make_user("dean", faculty), make_user("rectorate")
    make_candidate(make_group(faculty))
    order = orders.create_order(
        kind="21", access=access_of(dean), faculty=faculty, people=Candidate.objects.all(), title="Qabul",
        basis="Qaror", effective_date=datetime.date(2026, 9, 1),
    )  # fmt: skip

    def codes(user):
        return list(Notice.objects.filter(user=user).order_by("pk").values_list("code", flat=True))

    orders.submit(order, access=access_of(dean))
    assert codes(rector) == ["order_to_sign"]
    orders.return_with_remarks(order, access=access_of(rector), remark="Asosini yozing")
    assert codes(dean) == ["order_returned"]
    assert "Asosini yozing" in Notice.objects.get(user=dean).text
    orders.submit(order, access=access_of(dean))
    orders.sign(order, access=access_of(rector), date=order.effective_date)
    assert codes(dean)[-1] == "order_to_execute"
    orders.execute(order, access=access_of(dean))
    student = User.objects.get(assignments__role="student")
    assert codes(student) == ["order_executed"] and "№ 1" in Notice.objects.get(user=student).text
