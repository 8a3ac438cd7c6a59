"""Many debtors of one subject registered at once: what each would get, who is refused and why, all in one go."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from curriculum import actions, relearning
from curriculum import relearning_many as many
from curriculum.models import Registration, Relearning, RelearningWindow
from finance.models import RelearningPrice
from hemis.people.models import User
from tests import factories
from tests.curriculum import makers as plans
from tests.grading.makers import Study
from tests.sharing import shared

pytestmark = pytest.mark.django_db
BASIS = "Toʻlov topshiriqnomasi 15"


@shared
def study():
    """Of five students the first passed; the others failed by all sheets. Another plan teaches the subject now."""
    study = Study(students=5, code="303-109")
    line = study.lines[0]
    study.through(line, {"11": ["20"] * 5, "12": ["15"] * 5, "13": ["40", "10", "10", "10", "10"]})
    study.close(study.open(line, "13", "12"), *["12"] * 4)
    study.close(study.open(line, "13", "13"), *["10"] * 4)
    plan = plans.make_curriculum(study.faculty, code="70610109")
    again = plans.add_subject(plan, 1, subject=line.subject)
    for semester in (1, 1, 1, 1, 2, 2, 2, 2, 2):
        plans.add_subject(plan, semester)
    actions.approve(plan, access=factories.access_of(study.affairs))
    plans.make_teaching(again, plans.make_studying_group(plan, "609-26.01"))
    return study


@pytest.fixture
def price():
    return RelearningPrice.objects.create(
        amount=30_000, valid_from=datetime.date(2026, 9, 1), document="Kengash qarori, 3-son"
    )


@pytest.fixture
def window(study):
    today = timezone.localdate()
    return RelearningWindow.objects.create(
        academic_year_id=2026, term="11", opens_on=today, closes_on=today + datetime.timedelta(days=10),
        basis="Rektor buyrugʻi, 14-son",
    )  # fmt: skip


def rows_of(study):
    line = study.lines[0]
    rows = Registration.objects.filter(student__in=study.students, curriculum_subject=line)
    return list(many.debts_of(rows.values_list("pk", flat=True), study.access("dean")))


def seen(study, window, basis=BASIS):
    [place] = many.places_for(rows_of(study), window)
    found = many.candidates(rows_of(study), window, place, basis=basis)
    return place, {one.student.pk: one for one in found}


@pytest.mark.duty("2.3")
def test_what_each_would_get_is_what_each_gets(study, window, price):
    passed, second, third, fourth, fifth = study.students
    relearning.ask(second, study.lines[0], window=window, access=study.access("dean"))
    place, found = seen(study, window)
    assert "qayta oʻqiladi" in found[passed.pk].reason
    assert [found[one.pk].reason for one in (second, third, fourth, fifth)] == ["", "", "", ""]
    fee = found[third.pk].fee.value
    assert fee == study.lines[0].credit * 30_000 and not found[third.pk].has_contract
    outcome = many.register(found.values(), window, place, access=study.access("dean"), basis=BASIS)
    assert outcome.done == 4 and len(outcome.refused) == 1 and str(passed.person) in outcome.refused[0]
    made = Relearning.objects.filter(state=Relearning.ADMITTED, window=window)
    assert set(made.values_list("student", "fee", "basis", "group")) == {
        (one.pk, fee, BASIS, place.group.pk) for one in (second, third, fourth, fifth)
    }
    assert Registration.objects.filter(basis="relearned", curriculum_subject=place.line).count() == 4
    assert found[third.pk].reason == "" != seen(study, window)[1][third.pk].reason


def test_without_a_contract_a_basis_is_named_and_the_limit_of_credits_holds(study, window, price):
    place, found = seen(study, window, basis=" ")
    second = study.students[1].pk
    assert "asos" in found[second].reason
    # Also by the verb itself, whatever was shown before.
    ready = seen(study, window)[1][second]
    outcome = many.register([ready], window, place, access=study.access("dean"), basis="")
    assert outcome.done == 0 and len(outcome.refused) == 1
    assert not Relearning.objects.filter(student=second).exists(), "what was asked on the way is undone too"
    RelearningWindow.objects.filter(pk=window.pk).update(most_credits=study.lines[0].credit - Decimal("0.5"))
    window.refresh_from_db()
    assert "oshadi" in seen(study, window)[1][second].reason


def test_a_price_that_is_not_set_and_what_changed_meanwhile_are_told(study, window):
    second, third = study.students[1:3]
    assert seen(study, window)[1][second.pk].reason, "no price of a credit, no contract, no price of one"
    RelearningPrice.objects.create(
        amount=30_000, valid_from=datetime.date(2026, 9, 1), document="Kengash qarori"
    )
    place, found = seen(study, window)
    relearning.ask(second, study.lines[0], window=window, access=study.access("dean"))
    outcome = many.register(
        [found[second.pk], found[third.pk]], window, place, access=study.access("dean"), basis=BASIS
    )
    assert outcome.done == 1 and str(second.person) in outcome.refused[0]


def test_only_the_office_and_only_its_own_students(study, window, price):
    place, found = seen(study, window)
    stranger = factories.access_of(factories.make_user("dean", factories.make_faculty("303-110")))
    assert not many.debts_of([row.pk for row in rows_of(study)], stranger)
    with pytest.raises(PermissionDenied):
        many.register([found[study.students[1].pk]], window, place, access=stranger, basis=BASIS)
    with pytest.raises(PermissionDenied):
        many.register([], window, place, access=study.access("teacher"), basis=BASIS)


def test_the_page_from_the_debtors_to_the_registered(client, study, window, price):
    client.force_login(User.objects.get(pk=study.dean.pk))
    debts = [row.pk for row in rows_of(study) if row.student_id != study.students[0].pk]
    address = reverse("curriculum_relearning_many")
    assert client.get(address).url == reverse("curriculum_relearnings_list"), "nothing is ticked yet"
    bulk = reverse("grading_debtors_bulk")
    other = Registration.objects.get(student=study.students[1], curriculum_subject=study.lines[1])
    if other.semester.ends_on < timezone.localdate():
        mixed = client.post(bulk, {"action": "relearning", "pk": [*debts, other.pk]})
        assert mixed.url == reverse("grading_debtors_list")
    assert client.post(bulk, {"action": "relearning", "pk": debts}).url == address
    text = client.get(address, {"window": window.pk, "basis": BASIS}).content.decode()
    assert text.count('name="student"') == 4, "the one place is meant"
    [place] = many.places_for(rows_of(study), window)
    facts = {"window": window.pk, "place": place.key, "basis": BASIS}
    asked = []
    for keys in (debts[:1], debts):
        client.post(bulk, {"action": "relearning", "pk": keys})
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address, facts).status_code == 200
        asked.append(len(captured))
    assert asked[1] - asked[0] <= 3, "the price of each, and nothing else, is asked anew"
    ticked = [study.students[1].pk, study.students[2].pk]
    answer = client.post(address, facts | {"student": ticked}, follow=True)
    assert "2" in answer.content.decode()
    found = Relearning.objects.filter(state=Relearning.ADMITTED, window=window)
    assert sorted(found.values_list("student", flat=True)) == sorted(ticked)
    assert client.post(address, facts).url == reverse("curriculum_relearnings_list"), "chosen anew"
