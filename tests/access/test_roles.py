"""Roles in their scopes, the switcher, dates of roles, and giving roles in the administration."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hemis.access import duties
from hemis.access.models import RoleAssignment
from hemis.access.scope import NOBODY, Scope
from hemis.people.models import User
from students.models import Group
from tests import factories

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def first():
    factories.make_university()
    return factories.make_faculty("303-101")


@pytest.fixture
def second():
    return factories.make_faculty("303-102")


def client_of(user: User) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


def groups_seen(client: Client) -> set[str]:
    return {group.name for group in client.get(reverse("students_groups_list")).context["page"].object_list}


# --- several roles, each in its scope


@pytest.mark.duty("2.1")
def test_each_role_reaches_as_far_as_its_own_scope(first, second):
    user = factories.make_user("dean", first)
    factories.give_role(user, "head", factories.make_kafedra(second))
    factories.give_role(user, "teacher")
    access = factories.access_of(user)
    assert access.scope("group.view") == Scope(faculty_ids=frozenset({first.pk}))
    assert access.scope("development.edit") == Scope(
        kafedra_ids=frozenset({factories.make_kafedra(second).pk})
    )
    assert access.scope("journal.edit") == Scope(person_id=user.person_id)
    assert access.scope("structure.view") == Scope(everything=True)
    assert access.scope("employee.view") == NOBODY and not access.can("employee.view")
    # The duties of two roles on one kind of object are joined.
    assert access.scope("development.view") == Scope(
        faculty_ids=frozenset({first.pk}), kafedra_ids=frozenset({factories.make_kafedra(second).pk})
    )


def test_two_faculties_one_dean_and_the_switcher_chooses(first, second):
    user = factories.make_user("dean", first)
    other = factories.give_role(user, "dean", second)
    factories.make_group(first, "610-26.01")
    factories.make_group(second, "610-26.02")
    client = client_of(user)
    assert groups_seen(client) == {"610-26.01", "610-26.02"}
    page = client.get("/").content.decode()
    assert "All roles together" in page and page.count("Dean&#x27;s office") >= 2
    client.post(reverse("access_switch"), {"assignment": other.pk, "next": "/access/me/"})
    assert groups_seen(client) == {"610-26.02"}
    client.post(reverse("access_switch"), {"assignment": "all"})
    assert groups_seen(client) == {"610-26.01", "610-26.02"}


def test_the_switcher_takes_only_ones_own_roles_and_leads_nowhere_else(first):
    user = factories.make_user("teacher")
    stranger = factories.make_user("hr")
    client = client_of(user)
    foreign = stranger.assignments.get().pk
    answer = client.post(reverse("access_switch"), {"assignment": foreign, "next": "//evil.example/"})
    assert answer["Location"] == "/"
    assert client.get(reverse("staff_employees_list")).status_code == 403
    assert client.get(reverse("access_switch")).status_code == 405


def test_a_role_put_aside_gives_no_permission(first):
    user = factories.make_user("hr")
    teacher = factories.give_role(user, "teacher")
    client = client_of(user)
    assert client.get(reverse("staff_employees_list")).status_code == 200
    client.post(reverse("access_switch"), {"assignment": teacher.pk})
    answer = client.get(reverse("staff_employees_list"))
    assert answer.status_code == 403 and "choose it at the top of the page" in answer.content.decode()


# --- from a date to a date


def test_a_role_holds_from_its_first_day_to_its_last():
    today = timezone.localdate()
    user = factories.make_user()
    for start, end, holds in (
        (today, None, True),
        (today, today, True),
        (today - 9 * DAY, today, True),
        (today + DAY, None, False),
        (today - 9 * DAY, today - DAY, False),
    ):
        given = factories.give_role(user, "hr", valid_from=start, valid_to=end)
        assert factories.access_of(user).can("employee.edit") is holds, (start, end)
        assert client_of(user).get(reverse("staff_employees_list")).status_code == (200 if holds else 403)
        given.delete()


def test_a_role_that_ends_while_in_use_ends_at_once(first):
    user = factories.make_user("hr")
    client = client_of(user)
    chosen = user.assignments.get()
    factories.give_role(user, "teacher")
    client.post(reverse("access_switch"), {"assignment": chosen.pk})
    assert client.get(reverse("staff_employees_list")).status_code == 200
    RoleAssignment.objects.filter(pk=chosen.pk).update(
        valid_from=timezone.localdate() - 9 * DAY, valid_to=timezone.localdate() - DAY
    )
    assert client.get(reverse("staff_employees_list")).status_code == 403
    assert client.get("/").status_code == 200


def test_a_closed_account_has_no_access():
    user = factories.make_user("hr")
    client = client_of(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert factories.access_of(user).active == []
    assert client.get(reverse("staff_employees_list")).status_code == 302


def test_the_database_refuses_a_role_without_its_unit_and_an_end_before_the_beginning(first):
    user, today = factories.make_user(), timezone.localdate()
    for wrong in (
        {"role": "dean"},
        {"role": "head"},
        {"role": "hr", "valid_from": today, "valid_to": today - DAY},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            RoleAssignment.objects.create(user=user, **wrong)
    factories.give_role(user, "hr")
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.give_role(user, "hr")


@pytest.mark.parametrize(("role", "right"), [("dean", "faculty"), ("head", "kafedra")])
def test_a_role_needs_a_unit_of_the_right_kind(first, role, right):
    units = {"faculty": first, "kafedra": factories.make_kafedra(first)}
    for kind, unit in units.items():
        assignment = RoleAssignment(user=factories.make_user(), role=role, unit=unit)
        if kind == right:
            assignment.full_clean()
            continue
        with pytest.raises(ValidationError) as refused:
            assignment.full_clean()
        assert "unit" in refused.value.message_dict


# --- the administration


@pytest.fixture
def administration() -> Client:
    return client_of(factories.make_user("administrator"))


def given(user: User, **facts) -> dict:
    return {
        "user": user.pk, "role": "", "unit": "", "valid_from": "2026-09-01", "valid_to": "", "note": "Buyruq",
    } | facts  # fmt: skip


@pytest.mark.duty("A")
def test_the_administrator_gives_a_role_from_a_date_to_a_date(first, administration):
    user = factories.make_user()
    add = reverse("admin:access_roleassignment_add")
    assert administration.get(add).status_code == 200
    today = timezone.localdate()
    facts = given(user, role="dean", unit=first.pk, valid_from=today, valid_to=today + 30 * DAY)
    assert administration.post(add, facts).status_code == 302
    assert factories.access_of(user).scope("group.edit") == Scope(faculty_ids=frozenset({first.pk}))
    assignment = user.assignments.get()
    change = reverse("admin:access_roleassignment_change", args=[assignment.pk])
    ended = facts | {"valid_from": today - 9 * DAY, "valid_to": today - DAY}
    assert administration.post(change, ended).status_code == 302
    assert not factories.access_of(user).can("group.edit")


@pytest.mark.duty("A")
def test_the_administration_explains_a_wrong_unit_at_the_field(first, administration):
    kafedra = factories.make_kafedra(first)
    for unit in ("", kafedra.pk):
        answer = administration.post(
            reverse("admin:access_roleassignment_add"), given(factories.make_user(), role="dean", unit=unit)
        )
        assert answer.status_code == 200
        assert "unit" in answer.context["adminform"].form.errors
    assert not RoleAssignment.objects.filter(role="dean").exists()


@pytest.mark.duty("A")
def test_an_account_is_made_without_a_password_and_with_its_roles(first, administration):
    person = factories.make_person("Yangiyev")
    facts = {
        "login": "yangiyev", "email": "", "person": person.pinfl, "is_active": "on", "language": "",
        "assignments-TOTAL_FORMS": "1", "assignments-INITIAL_FORMS": "0",
        "assignments-0-role": "dean", "assignments-0-unit": first.pk,
        "assignments-0-valid_from": "2026-09-01", "assignments-0-valid_to": "", "assignments-0-note": "",
    }  # fmt: skip
    answer = administration.post(reverse("admin:people_user_add"), facts)
    assert answer.status_code == 302, answer.context["errors"]
    user = User.objects.get(login="yangiyev")
    assert not user.has_usable_password() and user.person == person
    assert user.assignments.get().unit == first
    page = administration.get(reverse("admin:people_user_change", args=[user.pk])).content.decode()
    assert f'value="{person.pinfl}"' in page
    wrong = administration.post(reverse("admin:people_user_add"), facts | {"login": "x", "person": "1"})
    assert "person" in wrong.context["adminform"].form.errors
    links = administration.post(
        reverse("admin:people_user_changelist"),
        {"action": "new_activation_link", "_selected_action": [user.pk]},
        follow=True,
    ).content.decode()
    assert reverse("activate", args=["x"]).removesuffix("x/") in links


@pytest.mark.duty("A")
def test_the_administration_is_the_administrators_alone(first):
    pages = [reverse("admin:index"), reverse("admin:people_user_changelist")]
    for role in duties.ROLES:
        unit = {"faculty": first, "kafedra": factories.make_kafedra(first)}.get(duties.ROLES[role].scope)
        client = client_of(factories.make_user(role, unit))
        expected = 200 if role == "administrator" else 403
        assert {client.get(page).status_code for page in pages} == {expected}, role
    answer = Client().get(pages[0])
    assert answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))


@pytest.mark.duty("A")
def test_the_administrator_reads_nobodys_second_factor_and_has_no_other_tables(administration):
    shown = {
        model["object_name"]
        for app in administration.get(reverse("admin:index")).context["app_list"]
        for model in app["models"]
    }
    assert shown == {"User", "RoleAssignment", "HistoryEntry", "ClassifierList", "ClassifierItem"}


def test_the_administration_keeps_to_the_content_security_policy(administration):
    user = factories.make_user()
    for page in (
        reverse("admin:index"),
        reverse("admin:people_user_changelist"),
        reverse("admin:people_user_change", args=[user.pk]),
        reverse("admin:access_roleassignment_add"),
    ):
        answer = administration.get(page)
        text = answer.content.decode()
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert "<style" not in text and " style=" not in text and " onclick=" not in text
        for part in text.split("<script")[1:]:
            tag = part.split(">", 1)[0]
            assert "src=" in tag or "application/json" in tag, part[:80]


def test_groups_of_the_scope_only_may_be_edited(first, second):
    """Own faculty: edited; another's: absent, even by its exact address."""
    mine, theirs = factories.make_group(first, "610-26.01"), factories.make_group(second, "610-26.02")
    client = client_of(factories.make_user("dean", first))
    assert client.get(reverse("students_groups_edit", args=[mine.pk])).status_code == 200
    for page in ("edit", "delete", "detail", "history"):
        assert client.get(reverse(f"students_groups_{page}", args=[theirs.pk])).status_code == 404
    client.post(reverse("students_groups_delete", args=[theirs.pk]))
    assert Group.objects.filter(pk=theirs.pk).exists()
