"""From draft to execution and back, as the roles that have the duty (2.2, 3.5, B8)."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from hemis.people.models import User
from movement import actions
from movement.models import Order
from students.models import Candidate, Placement, Student
from tests.factories import (
    PASSWORD,
    access_of,
    make_admission_setting,
    make_candidate,
    make_faculty,
    make_group,
    make_students,
    make_user,
)
from tests.sharing import shared

DAY = datetime.date(2026, 9, 1)


@shared
def faculty(db):
    return make_admission_setting()


@shared
def dean(faculty):
    return make_user("dean", faculty)


@shared
def rector(db):
    return make_user("rectorate")


@shared
def draft(faculty, dean):
    group = make_group(faculty)
    for form, payment in (("11", "12"), ("13", "12"), ("11", "11")):
        make_candidate(group, form=form, payment=payment)
    return form_order(faculty, dean)


def form_order(faculty, dean, day=DAY):
    return actions.create_admission_order(
        access=access_of(dean),
        faculty=faculty,
        candidates=Candidate.objects.all(),
        title="Qabul",
        basis="Qaror",
        effective_date=day,
    )


def signed(order, dean, rector):
    actions.submit(order, access=access_of(dean))
    return actions.sign(order, access=access_of(rector), date=DAY)


@pytest.mark.duty("2.2", "B8")
def test_execution_makes_students_with_numbers_groups_and_accounts(draft, dean, rector):
    assert not Student.objects.exists()
    signed(draft, dean, rector)
    assert not Student.objects.exists()
    order = actions.execute(draft, access=access_of(dean))
    students = Student.objects.with_card().order_by("number")
    assert order.state == Order.EXECUTED
    assert [student.number for student in students] == ["303261100001", "303261100002", "303261300001"]
    for student in students:
        assert student.current.status == "11"
        assert student.current.order_id == order.pk
        account = User.objects.get(login=student.number)
        assert not account.has_usable_password() and access_of(account).roles == {"student"}


@pytest.mark.duty("B8")
def test_numbers_of_orders_have_no_gaps_and_the_pdf_is_issued(draft, faculty, dean, rector):
    first = signed(draft, dean, rector)
    make_candidate(make_group(faculty))
    second = signed(form_order(faculty, dean), dean, rector)
    assert (first.number, second.number) == ("1", "2")
    assert first.document.payload["lines"][0]["position"] == 1


@pytest.mark.duty("B8")
def test_the_author_does_not_sign(faculty, dean, draft):
    from tests.factories import give_role

    give_role(dean, "rectorate")
    actions.submit(draft, access=access_of(dean))
    with pytest.raises(actions.OrderError):
        actions.sign(draft, access=access_of(dean), date=DAY)


@pytest.mark.duty("2.2")
def test_another_faculty_neither_forms_nor_executes(draft, dean, rector):
    stranger = make_user("dean", make_faculty("303-102"))
    with pytest.raises(actions.OrderError):
        actions.submit(draft, access=access_of(stranger))
    signed(draft, dean, rector)
    with pytest.raises(actions.OrderError):
        actions.execute(draft, access=access_of(stranger))
    with pytest.raises(PermissionDenied):
        actions.execute(draft, access=access_of(make_user("teacher")))


@pytest.mark.duty("3.5")
def test_academic_affairs_forms_orders_of_any_faculty(faculty, rector):
    office = make_user("academic_affairs")
    make_candidate(make_group(faculty))
    order = signed(form_order(faculty, office), office, rector)
    assert actions.execute(order, access=access_of(office)).state == Order.EXECUTED


def test_returned_with_remarks_it_is_a_draft_again(draft, dean, rector):
    actions.submit(draft, access=access_of(dean))
    order = actions.return_with_remarks(draft, access=access_of(rector), remark="Asosini yozing")
    assert (order.state, order.remark) == (Order.DRAFT, "Asosini yozing")


def test_twice_executed_is_once(draft, dean, rector):
    signed(draft, dean, rector)
    actions.execute(draft, access=access_of(dean))
    with pytest.raises(actions.OrderError):
        actions.execute(draft, access=access_of(dean))
    assert Student.objects.count() == 3


def test_not_before_its_day(faculty, dean, rector):
    make_candidate(make_group(faculty))
    order = signed(form_order(faculty, dean, datetime.date(2030, 1, 1)), dean, rector)
    with pytest.raises(actions.OrderError):
        actions.execute(order, access=access_of(dean))


@pytest.mark.duty("2.2", "B8")
def test_a_cancelling_order_restores_what_was(draft, faculty, dean, rector):
    signed(draft, dean, rector)
    order = actions.execute(draft, access=access_of(dean))
    numbers = list(Student.objects.order_by("pk").values_list("number", flat=True))
    undo = actions.create_cancelling_order(order, access=access_of(dean), reason="Xato", effective_date=DAY)
    signed(undo, dean, rector)
    actions.execute(undo, access=access_of(dean))
    order.refresh_from_db()
    assert order.state == Order.CANCELLED
    assert not Student.objects.exclude(current=None).exists()
    assert not User.objects.filter(login__in=numbers, is_active=True).exists()
    assert Placement.objects.count() == 3, "the history of placements is kept"

    again = signed(form_order(faculty, dean), dean, rector)
    actions.execute(again, access=access_of(dean))
    assert list(Student.objects.order_by("pk").values_list("number", flat=True)) == numbers
    assert Student.objects.filter(current__order=again).count() == 3
    assert User.objects.filter(login__in=numbers, is_active=True).count() == 3


def test_two_orders_never_hold_the_same_candidate(draft, faculty, dean):
    with pytest.raises(actions.OrderError):
        form_order(faculty, dean)


@pytest.mark.duty("2.2", "B8")
def test_the_whole_way_on_the_pages(client, faculty, draft, dean, rector):
    detail = reverse("movement_orders_detail", args=[draft.pk])

    def press(user, name, **data):
        client.force_login(user)
        return client.post(reverse(name, args=[draft.pk]), data, follow=True)

    client.force_login(dean)
    assert client.get(detail).status_code == 200
    assert client.get(detail + "?tab=lines").status_code == 200
    assert client.get(detail + "?tab=checks").status_code == 200
    press(dean, "order_submit")
    assert press(dean, "order_sign", date="2026-09-01").status_code == 403
    press(rector, "order_sign", date="2026-09-01")
    press(dean, "order_execute")
    draft.refresh_from_db()
    assert draft.state == Order.EXECUTED
    assert client.get(reverse("movement_orders_history", args=[draft.pk])).status_code == 200


@pytest.mark.duty("S")
def test_a_student_sees_the_own_order_and_nobody_elses(client, faculty):
    one, other = make_students(faculty, 2)
    user = User.objects.get(login=one.number)
    user.set_password(PASSWORD)
    user.save()
    client.force_login(user)
    assert client.get(reverse("my_orders")).status_code == 200
    line = one.order_lines.get()
    response = client.post(reverse("my_extract", args=[line.pk]), follow=True)
    assert response["Content-Type"] == "application/pdf"
    assert client.post(reverse("my_extract", args=[other.order_lines.get().pk])).status_code == 404
    assert client.get(reverse("document_pdf", args=[line.order.document_id])).status_code == 404
    assert client.get(reverse("movement_orders_detail", args=[line.order_id])).status_code == 403
