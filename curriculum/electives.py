"""Electives and teachers: the office opens a window, students choose, closing gives everybody a place (duty 2.3).

The database counts places and refuses overbooking; what is done here is to be
told so kindly, to keep the waiting list in order and to register at the end.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum import elective_rules as rules
from curriculum import registrations, seat_notices, standing, teacher_choice
from curriculum.actions import CurriculumError
from curriculum.models import (
    Curriculum,
    CurriculumSemester,
    CurriculumSubject,
    ElectiveCampaign,
    ElectiveChoice,
    ElectiveOffer,
    Registration,
    RegistrationSeat,
)
from hemis.access.scope import Access
from hemis.explain import Explained
from hemis.notices import kinds as notices
from hemis.notices.actions import notify
from hemis.people.models import User
from students.models import Student

notices.register(
    "elective_open", gettext_lazy("Choose your electives of %(semester)s until %(until)s"), "checklist"
)
notices.register(
    "teachers_open", gettext_lazy("Choose your teachers of %(semester)s until %(until)s"), "checklist"
)
notices.register("teacher_settled", gettext_lazy("%(subject)s: you attend with %(group)s"), "users")
notices.register("elective_placed", gettext_lazy("A place has become free: you have %(subject)s"), "check")
notices.register("elective_settled", gettext_lazy("Your elective: %(subject)s"), "books")
STUDYING = "11"
PLACES = 30
# What an offer's words need.
WORDS = ("curriculum_subject__subject", "group", "subgroup__division__group")


def alternatives_of(semester: CurriculumSemester) -> QuerySet[CurriculumSubject]:
    """Subjects of the semester that are alternatives."""
    return (
        semester.subjects.exclude(elective_group="")
        .select_related("subject")
        .order_by("elective_group", "position", "pk")
    )


def choosers(semester: CurriculumSemester) -> QuerySet[Student]:
    """Who chooses: students of the plan's groups in the semester's course, or in the one before it."""
    course = int(semester.course)
    return Student.objects.filter(
        current__status=STUDYING,
        current__group__plan__curriculum=semester.curriculum_id,
        current__course__in=[str(course), str(course - 1)],
    )


def _campaign(campaign: ElectiveCampaign, access: Access, *states: str) -> ElectiveCampaign:
    access.require("elective.edit")
    rows = ElectiveCampaign.objects.for_scope(access.scope("elective.edit"))
    found = rows.select_for_update(of=("self",)).filter(pk=campaign.pk).first()
    if found is None:
        raise CurriculumError(_("This choice of electives is not in your scope."))
    if states and found.state not in states:
        raise CurriculumError(_("The choice is %(state)s by now.") % {"state": found.get_state_display()})
    return found


@transaction.atomic
def open_campaign(
    semester: CurriculumSemester, *, access: Access, opens_at: datetime.datetime, closes_at: datetime.datetime,
    priority: str, kind: str = ElectiveCampaign.SUBJECTS,
) -> ElectiveCampaign:  # fmt: skip
    """A window for the semester with all its alternatives; the students are told when it opens at once.

    Places are those of the plan, or thirty (of a teacher: as many as sit together),
    until the office says otherwise.

    Raises:
        CurriculumError: out of scope, not approved, nothing to choose, or there is a window already.
    """
    access.require("elective.edit")
    plans = Curriculum.objects.for_scope(access.scope("elective.edit")).filter(state=Curriculum.APPROVED)
    if not plans.filter(pk=semester.curriculum_id).exists():
        raise CurriculumError(_("Electives are chosen from an approved curriculum of your faculty."))
    if ElectiveCampaign.objects.filter(semester=semester, kind=kind).exists():
        raise CurriculumError(_("The semester has this choice already."))
    if kind == ElectiveCampaign.TEACHERS:
        offers = teacher_choice.offers_for(semester, choosers(semester))
    else:
        offers = _elective_offers(semester)
    made = ElectiveCampaign.objects.create(
        semester=semester, opens_at=opens_at, closes_at=closes_at, priority=priority, kind=kind
    )
    for one in offers:
        one.campaign = made
    ElectiveOffer.objects.bulk_create(offers)
    if made.state == ElectiveCampaign.OPEN:
        _tell_choosers(made)
    return made


def _elective_offers(semester: CurriculumSemester) -> list[ElectiveOffer]:
    lines = list(alternatives_of(semester))
    if not lines:
        raise CurriculumError(_("The semester has no electives."))
    return [ElectiveOffer(curriculum_subject=line, places=line.places or PLACES) for line in lines]


def _tell_choosers(campaign: ElectiveCampaign) -> None:
    people = User.objects.filter(is_active=True, person__in=choosers(campaign.semester).values("person"))
    until = timezone.localtime(campaign.closes_at).strftime("%d.%m.%Y %H:%M")
    facts = {"semester": campaign.semester.number, "until": until}
    kind = "teachers_open" if campaign.is_of_teachers else "elective_open"
    notify(people, kind, facts, reverse("my_electives"))


@transaction.atomic
def set_offers(campaign: ElectiveCampaign, *, access: Access, offers: Mapping[int, tuple[int, int]]) -> None:
    """Places and minimum of each alternative; who waits gets the places that were added.

    After the closing places may still be added: whoever comes later is placed by the office.

    Raises:
        CurriculumError: out of scope, or fewer places than are taken.
    """
    found = _campaign(campaign, access)
    for offer in found.offers.select_for_update().order_by("pk"):
        if offer.pk not in offers:
            continue
        offer.places, offer.minimum = offers[offer.pk]
        if offer.places < offer.taken:
            raise CurriculumError(
                _("%(offer)s: %(taken)d places are taken already.") % {"offer": offer, "taken": offer.taken}
            )
        if offer.minimum > offer.places:
            raise CurriculumError(_("%(offer)s: the minimum is above the places.") % {"offer": offer})
        offer.version += 1
        offer.save(update_fields=["places", "minimum", "version"])
        if found.priority == ElectiveCampaign.BY_TIME and found.state != ElectiveCampaign.CLOSED:
            _next_in_line(offer)


def own_student(access: Access, campaign: ElectiveCampaign) -> Student | None:
    """The study of the person who asks that belongs to the campaign's plan."""
    person = access.scope("own.elective").person_id
    return choosers(campaign.semester).filter(person=person).first() if person else None


@transaction.atomic
def choose(offer: ElectiveOffer, *, access: Access) -> ElectiveChoice:
    """The student's choice in the offer's elective group, or another one instead.

    By time: a place at once, or the end of the waiting list. By GPA: everybody
    waits until the office closes. The place that is given up goes to who waits.

    Raises:
        CurriculumError: the window is not open, the student does not study by this plan, or the
            lessons of a teacher's group meet own ones.
    """
    access.require("own.elective")
    campaign = ElectiveCampaign.objects.select_related("semester__curriculum").get(pk=offer.campaign_id)
    if campaign.state != ElectiveCampaign.OPEN:
        raise CurriculumError(_("The choice is %(state)s.") % {"state": campaign.get_state_display()})
    student = own_student(access, campaign)
    if student is None:
        raise CurriculumError(_("These electives are not of your curriculum."))
    group = offer.choice_group
    locked = _locked_offers(offer)
    _refuse_clash(campaign, offer, student)
    before = (
        ElectiveChoice.objects.select_for_update(of=("self",))
        .filter(student=student, campaign=campaign, elective_group=group)
        .first()
    )
    if before is not None and before.offer_id == offer.pk:
        return before
    made = before or ElectiveChoice(student=student)
    left = made.offer_id if before and before.state == ElectiveChoice.PLACED else None
    made.offer = locked[offer.pk]
    by_time = campaign.priority == ElectiveCampaign.BY_TIME
    made.state = ElectiveChoice.PLACED if by_time and made.offer.left > 0 else ElectiveChoice.WAITING
    made.way, made.chosen_at, made.wish = ElectiveChoice.OWN, timezone.now(), made.offer
    made.gpa = standing.gpa_of([student.pk], timezone.localdate()).get(student.pk)
    made.version = (made.version or 0) + (1 if before else 0)
    _write(made)
    if left:
        _next_in_line(locked[left])
    return made


def _locked_offers(offer: ElectiveOffer) -> dict[int, ElectiveOffer]:
    """The alternatives of the offer's elective group, locked in the order of their keys before any choice is:
    whoever chooses, withdraws or moves up does so one after the other, and nobody waits for each other.
    """
    rows = ElectiveOffer.objects.filter(campaign=offer.campaign_id)
    if offer.group_id:
        rows = rows.filter(curriculum_subject=offer.curriculum_subject_id, training_type=offer.training_type)
    else:
        rows = rows.filter(curriculum_subject__elective_group=offer.curriculum_subject.elective_group)
    return {one.pk: one for one in rows.select_for_update(of=("self",)).order_by("pk")}


def _refuse_clash(campaign: ElectiveCampaign, offer: ElectiveOffer, student: Student) -> None:
    if not offer.group_id:
        return
    clash = teacher_choice.clashes(campaign, [student.pk]).get((student.pk, offer.pk))
    if clash is not None:
        raise CurriculumError(_("%(offer)s %(clash)s.") % {"offer": offer, "clash": clash})


def _write(choice: ElectiveChoice) -> None:
    """The database has the last word on places."""
    try:
        with transaction.atomic():
            choice.save()
    except IntegrityError as error:
        raise CurriculumError(_("The last place was taken at this moment; choose again.")) from error


@transaction.atomic
def withdraw(choice: ElectiveChoice, *, access: Access) -> None:
    """Take the own choice back while the window is open; the place goes to who waits.

    Raises:
        CurriculumError: not one's own, or the window is not open.
    """
    person = access.scope("own.elective").person_id
    mine = ElectiveChoice.objects.filter(pk=choice.pk, student__person=person) if person else None
    if mine is None or not mine.exists():
        raise CurriculumError(_("This is not your choice."))
    locked = _locked_offers(choice.offer)
    found = mine.select_for_update(of=("self",)).select_related("campaign").get()
    if found.campaign is None or found.campaign.state != ElectiveCampaign.OPEN:
        raise CurriculumError(_("The window is not open."))
    offer = locked[found.offer_id]
    found.delete()
    _next_in_line(offer)


def _next_in_line(offer: ElectiveOffer) -> None:
    """Free places go to who has waited longest; they are told."""
    offer.refresh_from_db(fields=["taken", "places"])
    if offer.left <= 0 or offer.campaign.priority != ElectiveCampaign.BY_TIME:
        return
    waiting = offer.choices.filter(state=ElectiveChoice.WAITING).select_for_update(of=("self",))
    for choice in waiting.order_by("chosen_at", "pk")[: offer.left]:
        choice.state, choice.way = ElectiveChoice.PLACED, ElectiveChoice.LIST
        choice.version += 1
        choice.save(update_fields=["state", "way", "version"])
        user = User.objects.filter(is_active=True, person=choice.student.person_id)
        notify(
            user,
            "elective_placed",
            {"subject": offer.curriculum_subject.subject.name},
            reverse("my_electives"),
        )


@transaction.atomic
def close(campaign: ElectiveCampaign, *, access: Access) -> list[Student]:
    """Settle everybody's place and register for it; who found none is returned.

    In order: closes the window for good, gives places by the priority of the
    campaign, drops what too few chose, distributes who did not choose, writes the
    registrations and tells the students.

    Raises:
        CurriculumError: out of scope or closed already.
    """
    found = _campaign(campaign, access, ElectiveCampaign.OPEN, ElectiveCampaign.OVER)
    students = {one.pk: one for one in choosers(found.semester).select_related("current").order_by("pk")}
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
    _register(found)
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


def _register(campaign: ElectiveCampaign) -> None:
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
        _tell_teachers(placed.exclude(offer__training_type="", offer__group=F("student__current__group")))
        return
    _tell_electives(campaign.choices.filter(state=ElectiveChoice.PLACED))


def _tell_electives(rows: QuerySet[ElectiveChoice]) -> None:
    by_subject: dict[str, list[int]] = defaultdict(list)
    for person, subject in rows.values_list("student__person", "offer__curriculum_subject__subject__name"):
        by_subject[subject].append(person)
    for subject, people in by_subject.items():
        users = User.objects.filter(is_active=True, person__in=people)
        notify(users, "elective_settled", {"subject": subject}, reverse("my_electives"))


def _tell_teachers(rows: Iterable[ElectiveChoice]) -> None:
    """Who attends with another group or subgroup than the own is told which."""
    found = ElectiveChoice.objects.filter(pk__in=[one.pk for one in rows]).select_related(
        "offer__curriculum_subject__subject", "offer__group", "offer__subgroup__division__group", "student"
    )
    by_offer: dict[ElectiveOffer, list[int]] = defaultdict(list)
    for one in found.order_by("offer", "pk"):
        by_offer[one.offer].append(one.student.person_id)
    for offer, people in by_offer.items():
        users = User.objects.filter(is_active=True, person__in=people)
        subject = " · ".join(one for one in (offer.curriculum_subject.subject.name, offer.kind_text) if one)
        notify(
            users, "teacher_settled", {"subject": subject, "group": offer.part_text}, reverse("my_electives")
        )


def _tell_moved(came_from: Mapping[ElectiveOffer, list[Student]], target: ElectiveOffer, reason: str) -> None:
    to = ElectiveOffer.objects.select_related(*WORDS).get(pk=target.pk)
    there: Mapping[int, list[int]] = {}
    if to.group_id and to.campaign.state == ElectiveCampaign.CLOSED:
        there = teacher_choice.teachings_of([to, *came_from])
    for before, students in came_from.items():
        seat_notices.moved(
            students, subject=choice_text(to), group=to.part_text or to.curriculum_subject.subject.name,
            reason=reason, came=there.get(to.pk, ()), left=there.get(before.pk, ()),
        )  # fmt: skip


def explanations(
    campaign: ElectiveCampaign, rows: Iterable[ElectiveChoice] | None = None
) -> dict[int, Explained[str]]:
    """Why each choice stands where it does (of ``rows``, or of all): choice → place with its steps; two queries."""
    everybody = list(campaign.choices.all())
    offers = {one.pk: one for one in campaign.offers.select_related(*WORDS).order_by("pk")}
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
    target = _locked_offers(offer)[offer.pk]
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
            _next_in_line(freed)
    return registrations.Outcome(
        len(going), tuple(f"{one.student}: {stay[one.student_id]}" for one in found if one.student_id in stay)
    )


# --- who has no place


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
        one.choice_group: choice_text(one)
        for one in campaign.offers.select_related(*WORDS).order_by("-pk")
        if not one.is_dropped
    }
    people = choosers(campaign.semester).with_card()  # type: ignore[attr-defined]
    found = []
    for one in people.order_by("current__group__name", "person__sort_key", "pk"):
        lacking = [text for group, text in sorted(asked.items()) if (one.pk, group) not in there]
        if lacking:
            found.append(LeftOver(one, tuple(lacking)))
    return found


def choice_text(offer: ElectiveOffer) -> str:
    """What is chosen, whichever of its offers is taken."""
    if not offer.group_id:
        return offer.curriculum_subject.elective_group
    name = offer.curriculum_subject.subject.get_name_display()
    return f"{name} · {offer.kind_text}" if offer.training_type else name


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
    found = _campaign(campaign, access, ElectiveCampaign.OPEN, ElectiveCampaign.OVER, ElectiveCampaign.CLOSED)
    offers = list(found.offers.select_for_update(of=("self",)).filter(is_dropped=False).order_by("pk"))
    people = choosers(found.semester).select_related("current", "person").order_by("pk")
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
            why = barred.get((student, offer.pk)) if offer else None
            refused.append(
                f"{wanted[student]}: {why or _('no place is left in %(choice)s') % {'choice': choice_text(those[0])}}"
            )
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
        _tell_teachers(rows.exclude(way=ElectiveChoice.HOME))
        return
    _register(campaign)
    _tell_electives(rows)


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
