"""The group builder in the hands of a dean's office (duty 2.1, clause B8)."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from movement import actions
from movement.models import Order
from students.models import Candidate, Group, Student
from tests import factories
from tests.sharing import shared

pytestmark = pytest.mark.django_db
BUILDER = "students_builder"


@shared
def faculty(db):
    factories.make_university()
    factories.make_year()
    return factories.make_faculty()


@shared
def groups(faculty):
    found = [factories.make_group(faculty, f"610-26.0{n}") for n in (1, 2)]
    Group.objects.filter(pk__in=[one.pk for one in found]).update(
        education_form="11", language="11", capacity=3
    )
    return found


@shared
def dean(faculty):
    return factories.make_user("dean", faculty)


def candidates(group: Group, count: int) -> list[Candidate]:
    found = [
        factories.make_candidate(group, person=factories.make_person(f"Nomzodov{chr(97 + n)}"))
        for n in range(count)
    ]
    Candidate.objects.filter(pk__in=[one.pk for one in found]).update(group=None)
    return found


@pytest.mark.duty("2.1")
def test_candidates_are_shown_in_their_groups_then_put_there_and_admitted(client, faculty, groups, dean):
    waiting = candidates(groups[0], 7)
    client.force_login(dean)
    asked = f"{reverse(BUILDER)}?faculty={faculty.pk}&who=candidates&by=name"
    page = client.get(asked)
    shown = [(one["group"].name, one["before"], one["after"]) for one in page.context["groups"]]
    assert shown == [("610-26.01", 0, 3), ("610-26.02", 0, 3)]
    assert [one["row"].pk for one in page.context["left"]] == [waiting[6].pk]
    assert not Candidate.objects.exclude(group=None).exists(), "looking changes nothing"
    order = {"faculty": faculty, "title": "Qabul", "basis": "", "effective_date": datetime.date(2026, 9, 1)}
    with pytest.raises(actions.OrderError):
        actions.create_admission_order(
            access=factories.access_of(dean), candidates=Candidate.objects.all(), **order
        )
    assert client.post(asked, {"shown": page.context["plan"].fingerprint}).status_code == 302
    assert [one.group_id for one in Candidate.objects.order_by("person__sort_key")] == [
        *[groups[0].pk] * 3, *[groups[1].pk] * 3, None,
    ]  # fmt: skip
    admission = actions.create_admission_order(
        access=factories.access_of(dean), candidates=Candidate.objects.all(), **order
    )
    assert admission.lines.count() == 6, "who has no group waits"
    assert "1" in client.get(reverse("order_admission")).content.decode()
    again = client.get(asked.replace("who=candidates", "who=all_candidates"))
    assert {one.pk for one in again.context["plan"].people.values()} == {waiting[6].pk}, "the order stands"


@pytest.mark.duty("2.1")
def test_what_is_done_is_what_was_shown_and_only_in_the_own_faculty(client, faculty, groups, dean):
    first = candidates(groups[0], 2)
    client.force_login(dean)
    asked = f"{reverse(BUILDER)}?faculty={faculty.pk}&who=candidates&by=balanced"
    fingerprint = client.get(asked).context["plan"].fingerprint
    Candidate.objects.filter(pk=first[0].pk).update(group=groups[1])
    answer = client.post(asked, {"shown": fingerprint})
    assert answer.status_code == 422 and Candidate.objects.get(pk=first[1].pk).group is None
    assert answer.context["plan"].fingerprint != fingerprint
    stranger = factories.make_user("dean", factories.make_faculty("303-102"))
    client.force_login(stranger)
    assert client.get(asked).status_code == 422, "another's faculty is no choice"
    client.force_login(factories.make_user("accounting"))
    assert client.get(asked).status_code == 403


@pytest.mark.duty("2.1", "B8")
def test_students_without_a_group_get_it_by_an_order_only(client, faculty, groups, dean, monkeypatch):
    students = factories.make_students(faculty, 2, group=groups[0])
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE students_placement SET group_id = NULL")
    # Every order names a group today, so what an older system left behind is shown by a stand-in.
    monkeypatch.setattr(
        "movement.builder.actions._people",
        lambda question, access: Student.objects.select_related("person", "current__programme"),
    )
    client.force_login(dean)
    asked = f"{reverse(BUILDER)}?faculty={faculty.pk}&who=students&groups={groups[1].pk}&by=name"
    page = client.get(asked)
    data = {"shown": page.context["plan"].fingerprint, "title": "Guruhlarga taqsimlash", "basis": ""}
    assert "basis" in client.post(asked, data).context["order_form"].errors
    data |= {"basis": "Dekanat taqdimnomasi", "effective_date": "2026-10-01"}
    assert client.post(asked, data).status_code == 302
    order = Order.objects.get(kind="16")
    assert {line.group_id for line in order.lines.all()} == {groups[1].pk} and order.state == Order.DRAFT
    assert {one.current.group_id for one in Student.objects.filter(pk__in=[s.pk for s in students])} == {
        groups[0].pk
    }
