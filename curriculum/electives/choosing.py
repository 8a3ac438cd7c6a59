"""What students do in an open window: choose, choose otherwise, take back (duty S).

The database counts places and refuses overbooking; what is done here is to be told so
kindly and to keep the waiting list in order.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum import standing, teacher_choice
from curriculum.actions import CurriculumError
from curriculum.electives import windows
from curriculum.models import ElectiveCampaign, ElectiveChoice, ElectiveOffer
from hemis.access.scope import Access
from hemis.notices import kinds as notices
from hemis.notices.actions import notify
from hemis.people.models import User
from students.models import Student

notices.register("elective_placed", gettext_lazy("A place has become free: you have %(subject)s"), "check")


def own_student(access: Access, campaign: ElectiveCampaign) -> Student | None:
    """The study of the person who asks that belongs to the campaign's plan."""
    person = access.scope("own.elective").person_id
    return windows.choosers(campaign.semester).filter(person=person).first() if person else None


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
    locked = locked_offers(offer)
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
        next_in_line(locked[left])
    return made


def locked_offers(offer: ElectiveOffer) -> dict[int, ElectiveOffer]:
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
    locked = locked_offers(choice.offer)
    found = mine.select_for_update(of=("self",)).select_related("campaign").get()
    if found.campaign is None or found.campaign.state != ElectiveCampaign.OPEN:
        raise CurriculumError(_("The window is not open."))
    offer = locked[found.offer_id]
    found.delete()
    next_in_line(offer)


def next_in_line(offer: ElectiveOffer) -> None:
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
