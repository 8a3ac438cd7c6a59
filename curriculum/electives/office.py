"""What the office does beside opening and closing: places, moves with a reason, and who has no place (duty 2.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum import elective_rules as rules
from curriculum import registrations, seat_notices, teacher_choice
from curriculum.actions import CurriculumError
from curriculum.electives import choosing, settling, windows
from curriculum.models import (
    ElectiveCampaign,
    ElectiveChoice,
    ElectiveOffer,
    Registration,
    RegistrationSeat,
)
from hemis.access.scope import Access
from students.models import Student


@transaction.atomic
def set_offers(campaign: ElectiveCampaign, *, access: Access, offers: Mapping[int, tuple[int, int]]) -> None:
    """Places and minimum of each alternative; who waits gets the places that were added.

    After the closing places may still be added: whoever comes later is placed by the office.

    Raises:
        CurriculumError: out of scope, fewer places than are taken, or more than the subgroup holds.
    """
    found = windows.campaign_of(campaign, access)
    rows = found.offers.select_for_update(of=("self",)).select_related(*windows.WORDS)
    for offer in rows.order_by("pk"):
        if offer.pk not in offers:
            continue
        before = offer.places
        offer.places, offer.minimum = offers[offer.pk]
        holds = offer.subgroup.capacity if offer.subgroup else None
        if holds is not None and offer.places > max(holds, before):
            raise CurriculumError(
                _("%(offer)s: the subgroup holds %(places)d students.") % {"offer": offer, "places": holds}
            )
        if offer.places < offer.taken:
            raise CurriculumError(
                _("%(offer)s: %(taken)d places are taken already.") % {"offer": offer, "taken": offer.taken}
            )
        if offer.minimum > offer.places:
            raise CurriculumError(_("%(offer)s: the minimum is above the places.") % {"offer": offer})
        offer.version += 1
        offer.save(update_fields=["places", "minimum", "version"])
        if found.priority == ElectiveCampaign.BY_TIME and found.state != ElectiveCampaign.CLOSED:
            choosing.next_in_line(offer)


@transaction.atomic
def move(
    rows: QuerySet[ElectiveChoice], offer: ElectiveOffer, *, access: Access, reason: str
) -> registrations.Outcome:
    """The office moves students to another alternative, before the closing or after it, and says why.

    Whose registration carries marks already stays, and the reason is told; in another subgroup
    one sits from today on, so there marks hold nobody. The students are told, and after the closing
    the teachers.

    Raises:
        CurriculumError: out of scope, no reason, another elective group, or not enough places.
    """
    access.require("elective.edit")
    if not reason.strip():
        raise CurriculumError(_("Say why: the student is told."))
    scope = access.scope("elective.edit")
    if not ElectiveOffer.objects.filter(pk=offer.pk).for_scope(scope).exists():
        raise CurriculumError(_("This choice of electives is not in your scope."))
    target = choosing.locked_offers(offer)[offer.pk]
    found = list(
        rows.for_scope(scope)  # type: ignore[attr-defined]
        .exclude(offer=target)
        .select_related("student__person", "offer")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    group = target.choice_group
    if any((one.campaign_id, one.elective_group) != (target.campaign_id, group) for one in found):
        raise CurriculumError(_("Students move between the alternatives of one elective group."))
    held = {}
    if not target.training_type:
        held = registrations.held(list(_registrations(found).values_list("pk", flat=True)))
    stay = {row.student_id: held[row.pk] for row in _registrations(found) if row.pk in held}
    going = [one for one in found if one.student_id not in stay]
    if len(going) > target.left:
        raise CurriculumError(
            _("%(offer)s has %(left)d places left.") % {"offer": target, "left": target.left}
        )
    if not target.group_id:
        _change_registrations(going, target)
    left = sorted({one.offer_id for one in going if one.state == ElectiveChoice.PLACED})
    came_from: dict[ElectiveOffer, list[Student]] = defaultdict(list)
    for one in going:
        came_from[one.offer].append(one.student)
        one.offer, one.state, one.way = target, ElectiveChoice.PLACED, ElectiveChoice.MOVED
        one.reason = reason.strip()[:256]
        one.version += 1
    fields = ["offer", "state", "way", "reason", "version"]
    ElectiveChoice.objects.bulk_update(going, fields, batch_size=1000)
    if target.group_id and target.campaign.state == ElectiveCampaign.CLOSED:
        teacher_choice.register(going, way=RegistrationSeat.OFFICE, reason=reason.strip())
    _tell_moved(came_from, target, reason.strip())
    if going and target.campaign.state != ElectiveCampaign.CLOSED:
        for freed in ElectiveOffer.objects.select_for_update().filter(pk__in=left).order_by("pk"):
            choosing.next_in_line(freed)
    return registrations.Outcome(
        len(going), tuple(f"{one.student}: {stay[one.student_id]}" for one in found if one.student_id in stay)
    )


def _tell_moved(came_from: Mapping[ElectiveOffer, list[Student]], target: ElectiveOffer, reason: str) -> None:
    to = ElectiveOffer.objects.select_related(*windows.WORDS).get(pk=target.pk)
    there: Mapping[int, list[int]] = {}
    if to.group_id and to.campaign.state == ElectiveCampaign.CLOSED:
        there = teacher_choice.teachings_of([to, *came_from])
    for before, students in came_from.items():
        seat_notices.moved(
            students, subject=windows.choice_text(to), group=to.part_text or to.curriculum_subject.subject.name,
            reason=reason, came=there.get(to.pk, ()), left=there.get(before.pk, ()),
        )  # fmt: skip


def _registrations(choices: Iterable[ElectiveChoice]) -> QuerySet[Registration]:
    wanted = Q(pk=None)
    for one in choices:
        wanted |= Q(student=one.student_id, curriculum_subject=one.offer.curriculum_subject_id)
    return Registration.objects.active().filter(wanted)


def _change_registrations(choices: list[ElectiveChoice], target: ElectiveOffer) -> None:
    """After the closing the registration goes along: the old one ends, the new one is made or renewed."""
    old = list(_registrations(choices))
    students = [row.student_id for row in old]
    Registration.objects.filter(pk__in=[row.pk for row in old]).update(
        is_active=False, ended_by=Registration.BY_OFFICE
    )
    again = Registration.objects.filter(student__in=students, curriculum_subject=target.curriculum_subject_id)
    known = set(again.values_list("student", flat=True))
    again.update(is_active=True, ended_by="", basis=Registration.CHOSEN)
    Registration.objects.bulk_create(
        Registration(student_id=student, curriculum_subject_id=target.curriculum_subject_id, basis="chosen")
        for student in students
        if student not in known
    )


@dataclass(frozen=True)
class LeftOver:
    """A student without a place in some of the choices, named in words."""

    student: Student
    lacking: tuple[str, ...]


def left_over(campaign: ElectiveCampaign) -> list[LeftOver]:
    """Who has not chosen yet; after the closing, who has no place: by group and name; three queries."""
    choices = campaign.choices.all()
    if campaign.state == ElectiveCampaign.CLOSED:
        choices = choices.filter(state=ElectiveChoice.PLACED)
    there = set(choices.values_list("student", "elective_group"))
    asked = {
        one.choice_group: windows.choice_text(one)
        for one in campaign.offers.select_related(*windows.WORDS).order_by("-pk")
        if not one.is_dropped
    }
    people = windows.choosers(campaign.semester).with_card()  # type: ignore[attr-defined]
    found = []
    for one in people.order_by("current__group__name", "person__sort_key", "pk"):
        lacking = [text for group, text in sorted(asked.items()) if (one.pk, group) not in there]
        if lacking:
            found.append(LeftOver(one, tuple(lacking)))
    return found


@transaction.atomic
def place(
    campaign: ElectiveCampaign, *, access: Access, students: Collection[int] | None = None,
    offer: ElectiveOffer | None = None,
) -> registrations.Outcome:  # fmt: skip
    """The office gives places to those of ``students`` (None: all) who have none, in every choice or in the offer's.

    Where no offer is said each stays where the usual place is, else goes to where most places are
    free, so that they fill evenly. What meets own classes is not given. After the closing the
    registrations follow and the students are told.

    Raises:
        CurriculumError: out of scope, or the window has not opened yet.
    """
    found = windows.campaign_of(
        campaign, access, ElectiveCampaign.OPEN, ElectiveCampaign.OVER, ElectiveCampaign.CLOSED
    )
    offers = list(found.offers.select_for_update(of=("self",)).filter(is_dropped=False).order_by("pk"))
    people = windows.choosers(found.semester).select_related("current", "person").order_by("pk")
    wanted = {one.pk: one for one in (people if students is None else people.filter(pk__in=list(students)))}
    barred = teacher_choice.clashes(found, list(wanted)) if found.is_of_teachers else {}
    now = teacher_choice.sits(list(wanted)) if found.is_of_teachers else {}
    alternatives: dict[str, list[ElectiveOffer]] = defaultdict(list)
    for one in offers:
        if offer is None or one.choice_group == offer.choice_group:
            alternatives[one.choice_group].append(one)
    placed: list[ElectiveChoice] = []
    refused: list[str] = []
    for group, those in sorted(alternatives.items()):
        given = those if offer is None else [one for one in those if one.pk == offer.pk]
        homes = teacher_choice.homes(given, wanted.values(), now)
        new, without = _place(found, group, given, list(wanted), homes, barred)
        placed += new
        for student in without:
            why: Any = barred.get((student, offer.pk)) if offer else None
            if why is None:
                why = _("no place is left in %(choice)s") % {"choice": windows.choice_text(those[0])}
            refused.append(f"{wanted[student]}: {why}")
    if found.state == ElectiveCampaign.CLOSED:
        _follow(found, placed)
    return registrations.Outcome(len(placed), tuple(refused))


def _place(
    campaign: ElectiveCampaign, group: str, offers: list[ElectiveOffer], students: list[int],
    homes: Mapping[int, int], barred: Mapping[tuple[int, int], Any],
) -> tuple[list[ElectiveChoice], list[int]]:  # fmt: skip
    """Choices of the office for who has no place in a choice, and who found none."""
    rows = {
        one.student_id: one for one in campaign.choices.filter(elective_group=group, student__in=students)
    }
    closed = campaign.state == ElectiveCampaign.CLOSED
    lacking = [
        one for one in students if one not in rows or (closed and rows[one].state == ElectiveChoice.WAITING)
    ]
    outcome = rules.settle(
        [rules.Alternative(one.pk, one.left, 0) for one in offers], [], lacking, homes=homes, barred=barred
    )
    done = []
    for one in outcome.places:
        row = rows.get(one.student) or ElectiveChoice(student_id=one.student, chosen_at=timezone.now())
        row.version = (row.version or 0) + (1 if row.pk else 0)
        row.offer_id, row.state, row.way = one.alternative, ElectiveChoice.PLACED, one.way
        row.save()
        done.append(row)
    return done, outcome.without


def _follow(campaign: ElectiveCampaign, placed: list[ElectiveChoice]) -> None:
    """After the closing: registrations of the new places, and a notice to each student."""
    if not placed:
        return
    rows = campaign.choices.filter(pk__in=[one.pk for one in placed])
    if campaign.is_of_teachers:
        teacher_choice.register(rows.select_related("offer").order_by("pk"))
        settling.tell_teachers(rows.exclude(way=ElectiveChoice.HOME))
        return
    settling.register(campaign)
    settling.tell_electives(rows)
