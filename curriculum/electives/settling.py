"""Closing a window gives everybody a place and registers for it; every place has its account (duty 2.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from curriculum import elective_rules as rules
from curriculum import standing, teacher_choice
from curriculum.electives import windows
from curriculum.models import ElectiveCampaign, ElectiveChoice, ElectiveOffer, Registration
from hemis.access.scope import Access
from hemis.explain import Explained
from hemis.notices import kinds as notices
from hemis.notices.actions import notify
from hemis.people.models import User
from students.models import Student

notices.register("teacher_settled", gettext_lazy("%(subject)s: you attend with %(group)s"), "users")
notices.register("elective_settled", gettext_lazy("Your elective: %(subject)s"), "books")


@transaction.atomic
def close(campaign: ElectiveCampaign, *, access: Access) -> list[Student]:
    """Settle everybody's place and register for it; who found none is returned.

    In order: closes the window for good, gives places by the priority of the
    campaign, drops what too few chose, distributes who did not choose, writes the
    registrations and tells the students.

    Raises:
        CurriculumError: out of scope or closed already.
    """
    found = windows.campaign_of(campaign, access, ElectiveCampaign.OPEN, ElectiveCampaign.OVER)
    students = {
        one.pk: one for one in windows.choosers(found.semester).select_related("current").order_by("pk")
    }
    gpa = standing.gpa_of(list(students), timezone.localdate())
    without: set[int] = set()
    offers: dict[str, list[ElectiveOffer]] = defaultdict(list)
    for offer in (
        found.offers.select_for_update(of=("self",)).select_related("curriculum_subject").order_by("pk")
    ):
        offers[offer.choice_group].append(offer)
    barred = teacher_choice.clashes(found, list(students)) if found.is_of_teachers else {}
    now = teacher_choice.sits(list(students)) if found.is_of_teachers else {}
    for group, alternatives in sorted(offers.items()):
        homes = teacher_choice.homes(alternatives, students.values(), now)
        outcome = _settle(found, group, alternatives, students, gpa, barred, homes)
        without |= set(outcome.without)
        _write_places(found, group, alternatives, outcome, gpa)
    found.closed_at, found.closed_by = timezone.now(), access.user
    found.version += 1
    found.save(update_fields=["closed_at", "closed_by", "version"])
    register(found)
    _tell_settled(found)
    return [students[key] for key in sorted(without)]


def _settle(
    campaign: ElectiveCampaign, group: str, offers: list[ElectiveOffer], students: Mapping[int, Student],
    gpa: Mapping[int, Any], barred: Mapping[tuple[int, int], Any], homes: Mapping[int, int],
) -> rules.Outcome:  # fmt: skip
    choices = campaign.choices.filter(elective_group=group, student__in=students).order_by("pk")
    wishes = [
        rules.Wish(
            one.student_id, one.offer_id, one.chosen_at.timestamp(), gpa.get(one.student_id, one.gpa),
            one.state == ElectiveChoice.PLACED,
        )
        for one in choices
    ]  # fmt: skip
    taken = {one.student for one in wishes}
    return rules.settle(
        [rules.Alternative(one.pk, one.places, one.minimum) for one in offers],
        wishes,
        [key for key in students if key not in taken],
        campaign.priority,
        homes=homes,
        barred=barred,
    )


def _write_places(
    campaign: ElectiveCampaign, group: str, offers: list[ElectiveOffer], outcome: rules.Outcome,
    gpa: Mapping[int, Any],
) -> None:  # fmt: skip
    """Everybody leaves first and sits down anew, so that no moment in between overbooks."""
    rows = {one.student_id: one for one in campaign.choices.filter(elective_group=group)}
    campaign.choices.filter(elective_group=group).update(state=ElectiveChoice.WAITING)
    fresh, changed = [], []
    by_key = {one.pk: one for one in offers}
    for place in outcome.places:
        row = rows.get(place.student)
        if row is None:
            row = ElectiveChoice(student_id=place.student, chosen_at=timezone.now())
            fresh.append(row)
        else:
            row.version += 1
            changed.append(row)
        if place.way == rules.LIST and campaign.priority == ElectiveCampaign.BY_GPA:
            row.way = ElectiveChoice.OWN
        elif not (place.way == rules.OWN and row.way == ElectiveChoice.LIST):
            row.way = place.way
        row.offer, row.state = by_key[place.alternative], ElectiveChoice.PLACED
        row.gpa = gpa.get(place.student, row.gpa)
    ElectiveChoice.objects.bulk_update(changed, ["offer", "state", "way", "gpa", "version"], batch_size=1000)
    ElectiveChoice.objects.bulk_create(fresh, batch_size=1000)
    ElectiveOffer.objects.filter(pk__in=outcome.dropped).update(is_dropped=True)


def register(campaign: ElectiveCampaign) -> None:
    """A registration for every place; one that an office ended is renewed."""
    placed = list(campaign.choices.filter(state=ElectiveChoice.PLACED).select_related("offer").order_by("pk"))
    if campaign.is_of_teachers:
        teacher_choice.register(placed)
        return
    there = {
        (row.student_id, row.curriculum_subject_id)
        for row in Registration.objects.active().filter(semester=campaign.semester_id)
    }
    groups = {
        (row.student_id, row.elective_group)
        for row in Registration.objects.active().filter(semester=campaign.semester_id)
        if row.elective_group
    }
    Registration.objects.bulk_create(
        (
            Registration(
                student_id=one.student_id,
                curriculum_subject_id=one.offer.curriculum_subject_id,
                basis=Registration.CHOSEN,
            )
            for one in placed
            if (one.student_id, one.offer.curriculum_subject_id) not in there
            and (one.student_id, one.elective_group) not in groups
        ),
        batch_size=1000,
    )


def _tell_settled(campaign: ElectiveCampaign) -> None:
    if campaign.is_of_teachers:
        placed = campaign.choices.filter(state=ElectiveChoice.PLACED).exclude(way=ElectiveChoice.HOME)
        tell_teachers(placed.exclude(offer__training_type="", offer__group=F("student__current__group")))
        return
    tell_electives(campaign.choices.filter(state=ElectiveChoice.PLACED))


def tell_electives(rows: QuerySet[ElectiveChoice]) -> None:
    by_subject: dict[str, list[int]] = defaultdict(list)
    for person, subject in rows.values_list("student__person", "offer__curriculum_subject__subject__name"):
        by_subject[subject].append(person)
    for subject, people in by_subject.items():
        users = User.objects.filter(is_active=True, person__in=people)
        notify(users, "elective_settled", {"subject": subject}, reverse("my_electives"))


def tell_teachers(rows: Iterable[ElectiveChoice]) -> None:
    """Who attends with another group or subgroup than the own is told which."""
    found = ElectiveChoice.objects.filter(pk__in=[one.pk for one in rows]).select_related(
        "offer__curriculum_subject__subject", "offer__group", "offer__subgroup__division__group", "student"
    )
    by_offer: dict[ElectiveOffer, list[int]] = defaultdict(list)
    for one in found.order_by("offer_id", "pk"):
        by_offer[one.offer].append(one.student.person_id)
    for offer, people in by_offer.items():
        users = User.objects.filter(is_active=True, person__in=people)
        subject = " · ".join(one for one in (offer.curriculum_subject.subject.name, offer.kind_text) if one)
        notify(
            users, "teacher_settled", {"subject": subject, "group": offer.part_text}, reverse("my_electives")
        )


def explanations(
    campaign: ElectiveCampaign, rows: Iterable[ElectiveChoice] | None = None
) -> dict[int, Explained[str]]:
    """Why each choice stands where it does (of ``rows``, or of all): choice → place with its steps; two queries."""
    everybody = list(campaign.choices.all())
    offers = {one.pk: one for one in campaign.offers.select_related(*windows.WORDS).order_by("pk")}
    by_gpa = campaign.priority == ElectiveCampaign.BY_GPA
    wished: dict[int, list[ElectiveChoice]] = defaultdict(list)
    for one in everybody:
        if one.wish_id:
            wished[one.wish_id].append(one)
    ranks = {}
    for those in wished.values():
        those.sort(key=lambda one: ((-(one.gpa or 0) if by_gpa else 0), one.chosen_at, one.student_id))
        ranks.update({one.pk: at for at, one in enumerate(those, start=1)})
    found = {}
    for one in everybody if rows is None else rows:
        wish = offers.get(one.wish_id or 0)
        found[one.pk] = rules.why(
            rules.Standing(
                campaign.priority, one.way if one.state == ElectiveChoice.PLACED else rules.WAITS,
                str(wish or ""), str(offers[one.offer_id]), one.gpa,
                f"{timezone.localtime(one.chosen_at):%d.%m.%Y %H:%M:%S}", ranks.get(one.pk, 0),
                len(wished.get(one.wish_id or 0, ())), wish.places if wish else 0,
                bool(wish and wish.is_dropped), one.reason,
            )
        )  # fmt: skip
    return found
