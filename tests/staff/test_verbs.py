"""Appointing, moving, another rate, ending, dismissal: by HR, with the account that follows (duty 1.2)."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from hemis.access.models import RoleAssignment
from hemis.people.models import User
from staff import accounts, actions
from staff.actions import OrderRef, StaffError
from staff.models import Absence, Employee, EstablishmentPost, Position, PostRole
from tests import factories
from tests.staff import makers

pytestmark = [pytest.mark.django_db, pytest.mark.duty("1.2")]
ORDER = {"order_number": "7-k", "order_date": "2026-01-10"}
A_DAY = datetime.timedelta(days=1)


@pytest.fixture
def hr():
    return factories.client_of(factories.make_user("hr"))


@pytest.fixture
def access():
    return factories.access_of(factories.make_user("hr"))


def said(answer) -> str:
    return " ".join(str(one) for one in answer.wsgi_request._messages)


def new_post(who: Employee, unit, **changes) -> dict:
    return {
        "employee": who.pk, "unit": unit.pk, "post": "16", "employment": "11", "rate": "1.00", "order_number": "1-k",
        "order_date": "2026-01-09", "contract_number": "", "contract_date": "", "valid_from": "2026-01-10",
        "valid_to": "",
    } | changes  # fmt: skip


def test_a_head_gets_an_account_with_the_role_in_the_kafedra(hr):
    who, unit = makers.employee("Mudirov"), makers.kafedra()
    answer = hr.post(reverse("staff_teachers_new"), new_post(who, unit))
    assert answer.status_code == 302, answer.context["form"].errors
    user = User.objects.get(person=who.person)
    assert not user.has_usable_password() and user.login == who.number.lower()
    assert user.activations.count() == 1
    text = hr.get(answer.url).content.decode()
    assert "/activate/" in text and user.login in text and "Head of department" in text
    assert "/activate/" not in hr.get(answer.url).content.decode()  # Shown once.
    assert factories.access_of(user).scope("development.edit").kafedra_ids == {unit.pk}
    assert set(user.assignments.values_list("role", flat=True)) == {"head", "teacher"}


def test_roles_by_unit_are_what_the_administrators_table_says(access):
    office, who = makers.division("303-207"), makers.employee()
    accountant = Position(
        employee=who, unit=office, post="30", category="11", valid_from=makers.SINCE, rate=Decimal(1)
    )
    assert not actions.appoint(accountant, access=access)
    assert not User.objects.filter(person=who.person).exists()
    rule = PostRole.objects.create(unit=office, role="accounting")
    accounts.bring_into_agreement(who)
    user = User.objects.get(person=who.person)
    assert [one.role for one in user.assignments.all()] == ["accounting"]
    rule.delete()
    assert accounts.bring_into_agreement(who)
    assert not user.assignments.exists()
    # A dean's role needs a faculty: the row alone gives it nowhere else.
    PostRole.objects.create(post="30", role="dean")
    accounts.bring_into_agreement(who)
    assert not user.assignments.exists()


def test_a_post_on_a_day_to_come_opens_and_closes_by_itself(access):
    unit, who = makers.kafedra(), makers.employee()
    start = timezone.localdate() + 10 * A_DAY
    post = Position(employee=who, unit=unit, post="16", category="12", rate=Decimal(1), valid_from=start)
    actions.appoint(post, access=access)
    user = User.objects.get(person=who.person)
    assert not factories.access_of(user).roles
    assert {one.role for one in RoleAssignment.objects.in_force(start).filter(user=user)} == {
        "head",
        "teacher",
    }
    last = start + 100 * A_DAY
    actions.end_post(post, access=access, last_day=last, order=makers.ORDER, reason="muddat")
    assert RoleAssignment.objects.in_force(last).filter(user=user).exists()
    assert not RoleAssignment.objects.in_force(last + A_DAY).filter(user=user).exists()
    assert accounts.close_accounts(last) == 0
    assert accounts.close_accounts(last + A_DAY) == 1


def test_ending_ends_the_role_and_keeps_what_was_given_by_hand(hr):
    unit, who = makers.kafedra(), makers.employee()
    post = makers.post(who, unit, post="16")
    accounts.bring_into_agreement(who)
    user = User.objects.get(person=who.person)
    factories.give_role(user, "library")
    address = reverse("staff_post_end", args=[post.pk])
    assert hr.get(address).status_code == 200
    early = hr.post(address, ORDER | {"last_day": "2019-01-01", "reason": "sabab"})
    assert "last_day" in early.context["form"].errors and early.status_code == 422
    assert "reason" in hr.post(address, ORDER | {"last_day": "2026-06-30"}).context["form"].errors
    answer = hr.post(address, ORDER | {"last_day": "2026-06-30", "reason": "Oʻz xohishi"})
    assert answer.status_code == 302
    assert factories.access_of(user).roles == {"library"}
    user.refresh_from_db()
    assert user.is_active
    again = hr.post(address, ORDER | {"last_day": "2026-07-30", "reason": "sabab"})
    assert again.context["form"].non_field_errors()
    assert Employee.objects.with_status().get(pk=who.pk).status == "14"


def test_a_dismissed_employee_loses_access_and_a_new_post_gives_it_back(hr, access):
    who = makers.teacher(makers.kafedra())
    makers.post(who, makers.kafedra(2), employment="12", rate=Decimal("0.50"))
    accounts.bring_into_agreement(who)
    user = User.objects.get(person=who.person)
    client = factories.client_of(user)
    assert client.get("/").status_code == 200
    answer = hr.post(
        reverse("staff_dismiss", args=[who.pk]), ORDER | {"last_day": "2026-06-30", "reason": "Oʻz xohishi"}
    )
    assert answer.status_code == 302
    assert not Position.objects.in_force().filter(employee=who).exists()
    user.refresh_from_db()
    assert not user.is_active
    assert client.get("/").status_code == 302  # The open session is worth nothing any more.
    with pytest.raises(StaffError):
        actions.dismiss(
            who,
            access=access,
            last_day=timezone.localdate(),
            order=OrderRef("9", timezone.localdate()),
            reason="x",
        )
    back = Position(
        employee=who,
        unit=makers.kafedra(),
        post="13",
        category="12",
        rate=Decimal(1),
        valid_from=timezone.localdate(),
    )
    actions.appoint(back, access=access)
    user.refresh_from_db()
    assert user.is_active and factories.access_of(user).roles == {"teacher"}


def test_the_night_closes_accounts_but_not_of_those_who_study_here():
    left, studies = makers.employee("Ketganov"), makers.employee("Magistrov")
    for who in (left, studies):
        post = makers.post(who, makers.kafedra(), valid_to=datetime.date(2090, 1, 1))
        accounts.bring_into_agreement(who)
        Position.objects.filter(pk=post.pk).update(valid_to="2026-01-31", correction="tekshiruv")
    factories.give_role(User.objects.get(person=studies.person), "student")
    accounts.close_accounts()
    assert not User.objects.get(person=left.person).is_active
    assert User.objects.get(person=studies.person).is_active


def test_moving_keeps_the_history_and_moves_the_role(hr):
    old, new = makers.kafedra(), makers.kafedra(1, "303-102")
    who = makers.employee("Mudirov")
    post = makers.post(who, old, post="16")
    accounts.bring_into_agreement(who)
    address = reverse("staff_post_move", args=[post.pk])
    assert 'value="16" selected' in hr.get(address).content.decode()
    data = ORDER | {
        "from_day": "2026-02-01", "unit": new.pk, "post": "16", "category": "12", "employment": "11", "rate": "1.00",
        "valid_to": "",
    }  # fmt: skip
    early = hr.post(address, data | {"from_day": "2020-01-01"}).context["form"]
    assert "from_day" in early.errors, early.errors
    same = hr.post(address, data | {"unit": old.pk})
    assert "Nothing would change" in str(same.context["form"].non_field_errors())
    assert hr.post(address, data).status_code == 302
    post.refresh_from_db()
    assert (post.valid_to, post.end_order_number) == (datetime.date(2026, 1, 31), "7-k")
    assert post.next.unit == new and post.next.order_number == "7-k"
    user = User.objects.get(person=who.person)
    assert factories.access_of(user).scope("development.edit").kafedra_ids == {new.pk}
    day_before = RoleAssignment.objects.in_force(datetime.date(2026, 1, 31)).get(user=user, role="head")
    assert day_before.unit == old


def test_another_rate_and_who_would_have_too_much(hr, access):
    who = makers.teacher(makers.kafedra())
    main = who.positions.get()
    second = makers.post(who, makers.kafedra(2), employment="12", rate=Decimal("0.25"))
    address = reverse("staff_post_rate", args=[second.pk])
    wrong = hr.post(address, ORDER | {"from_day": "2026-02-01", "rate": "0.75"})
    assert "1.00 + 0.75 = 1.75" in str(wrong.context["form"].errors["rate"])
    assert not second.end_order_number
    assert hr.post(address, ORDER | {"from_day": "2026-02-01", "rate": "0.50"}).status_code == 302
    second.refresh_from_db()
    assert second.next.rate == Decimal("0.50")
    with pytest.raises(PermissionDenied):
        actions.change_rate(
            main, access=factories.access_of(factories.make_user("dean", main.unit.parent)),
            from_day=datetime.date(2026, 5, 1), order=makers.ORDER, rate=Decimal("0.50"),
        )  # fmt: skip


def test_a_second_head_is_named_and_the_plan_warns(hr):
    unit = makers.kafedra()
    makers.teacher(unit, "Birinchiyev", post="16")
    EstablishmentPost.objects.create(
        unit=unit,
        post="15",
        category="12",
        rates=1,
        valid_from=makers.SINCE,
        order_number="1",
        order_date=makers.SINCE,
    )
    who = makers.employee()
    answer = hr.post(reverse("staff_teachers_new"), new_post(who, unit))
    assert "Birinchiyev" in str(answer.context["form"].errors["post"])
    answer = hr.post(reverse("staff_teachers_new"), new_post(who, unit, post="14"))
    assert answer.status_code == 302 and "establishment plan" in said(answer).lower()


def test_verbs_are_hrs_alone():
    post = makers.post(makers.employee(), makers.kafedra())
    for role, unit in (
        ("dean", post.unit.parent),
        ("head", post.unit),
        ("academic_affairs", None),
        ("rectorate", None),
    ):
        client = factories.client_of(factories.make_user(role, unit))
        for name in ("staff_post_end", "staff_post_move", "staff_post_rate"):
            assert client.get(reverse(name, args=[post.pk])).status_code == 403
        for name in ("staff_dismiss", "staff_activation", "staff_agree"):
            assert client.post(reverse(name, args=[post.employee_id])).status_code == 403
    hr = factories.client_of(factories.make_user("hr"))
    assert hr.get(reverse("staff_post_end", args=[10**9])).status_code == 404
    assert hr.get(reverse("staff_agree", args=[post.employee_id])).status_code == 405


def test_account_page_links_and_absences_of_many(hr):
    first, second = makers.teacher(makers.kafedra(), "Aliyev"), makers.teacher(makers.kafedra(), "Boliyev")
    assert hr.post(reverse("staff_agree", args=[first.pk])).status_code == 302
    none = hr.post(reverse("staff_activation", args=[second.pk]))
    assert "Left out: 1" in none.content.decode()
    page = hr.get(reverse("staff_employees_detail", args=[first.pk]), {"tab": "account"}).content.decode()
    assert first.number.lower() in page and "by post" in page
    given = hr.post(reverse("staff_activation", args=[first.pk]))
    assert "/activate/" in given.content.decode() and "no-store" in given["Cache-Control"]
    boss = makers.teacher(makers.kafedra(), "Vohidov")
    assert hr.post(reverse("staff_agree", args=[boss.pk])).status_code == 302
    factories.give_role(User.objects.get(person=boss.person), "administrator")
    refused = hr.post(reverse("staff_activation", args=[boss.pk])).content.decode()
    assert "<code" not in refused and "Left out: 1" in refused, (
        "whoever manages accounts gets the link from the administrator"
    )
    bulk = {"action": "links", "pk": [first.pk, second.pk]}
    links = hr.post(reverse("staff_employees_bulk"), bulk).content.decode()
    assert links.count("<code") == 1
    agreed = hr.post(reverse("staff_employees_bulk"), bulk | {"action": "agree"})
    assert agreed.status_code == 302 and User.objects.filter(person=second.person).exists()
    many = hr.post(reverse("staff_employees_bulk"), bulk | {"action": "absences"}).url
    data = ORDER | {"kind": "12", "valid_from": "2026-11-01", "valid_to": "2090-01-01"}
    assert "Aliyev" in hr.get(many).content.decode()
    assert hr.post(many, data).status_code == 302
    assert Absence.objects.count() == 2
    again = hr.post(many, data)
    assert "Aliyev" in str(again.context["form"].non_field_errors()) and Absence.objects.count() == 2
    on_leave = hr.get(reverse("staff_employees_list"), {"status": "12"}).content.decode()
    assert on_leave.count("staff/employees/") >= 2


def test_status_of_any_day():
    who = makers.teacher(makers.kafedra(), valid_to=datetime.date(2026, 6, 30))
    Absence.objects.create(
        employee=who,
        kind="13",
        valid_from="2026-03-01",
        valid_to="2026-03-05",
        order_number="1",
        order_date="2026-02-20",
    )
    days = {
        "2020-01-01": "14",
        "2026-03-03": "13",
        "2026-03-06": "11",
        "2026-06-30": "11",
        "2026-07-01": "14",
    }
    for day, status in days.items():
        found = Employee.objects.with_status(datetime.date.fromisoformat(day)).get()
        assert found.status == status, day
