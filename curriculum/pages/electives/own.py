"""The student's own choice of electives and teachers (duty S)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from curriculum import actions, teacher_choice
from curriculum.electives import choosing, settling, windows
from curriculum.models import ElectiveCampaign, ElectiveChoice, ElectiveOffer
from curriculum.pages.electives.register import with_teachers
from hemis.access.guard import page
from hemis.base import Request
from hemis.explain import readable_steps
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from students.models import Student


def _my_campaigns(request: Request):
    """Windows of the own plan that are not long past, with the student's choices."""
    person = request.access.scope("own.elective").person_id
    if not person:
        return []
    rows = (
        ElectiveCampaign.objects.filter(
            semester__curriculum__groups__group__placements__student__person=person,
            semester__curriculum__groups__group__placements__valid_to=None,
        )
        .select_related("semester__curriculum", "semester__academic_year")
        .order_by("-opens_at")
        .distinct()
    )
    found = []
    for campaign in rows:
        student = choosing.own_student(request.access, campaign)
        mine = {
            one.elective_group: one
            for one in ElectiveChoice.objects.filter(campaign=campaign, student__person=person)
        }
        if student is None and not mine:
            continue
        found.append(
            {
                "campaign": campaign,
                "groups": _groups_of(campaign, mine, student),
                "may": _may_choose(campaign, student),
            }
        )
    return found


def _may_choose(campaign: ElectiveCampaign, student) -> bool:
    return student is not None and campaign.state == ElectiveCampaign.OPEN


def _groups_of(
    campaign: ElectiveCampaign, mine: dict[str, ElectiveChoice], student: Student | None
) -> list[dict[str, Any]]:
    """The alternatives of each elective group (each subject) with places, where the student stands, and why."""
    groups: dict[str, list[ElectiveOffer]] = {}
    offers = campaign.offers.select_related("curriculum_subject__teacher__person").order_by(
        "curriculum_subject__elective_group", "curriculum_subject__position", "training_type", "group__name",
        "subgroup__name", "pk",
    )  # fmt: skip
    shown = with_teachers(campaign, offers)
    own: set[int] = set()
    clashes = {}
    if campaign.is_of_teachers and student is not None and campaign.state == ElectiveCampaign.OPEN:
        clashes = teacher_choice.clashes(campaign, [student.pk])
    if campaign.is_of_teachers and student is not None and student.current:
        now = teacher_choice.sits([student.pk])
        own = {key for one in shown for key in teacher_choice.homes([one], [student], now).values()}
    for offer in shown:
        offer.is_own = offer.pk in own
        offer.clash = clashes.get((student.pk, offer.pk)) if student else None
        groups.setdefault(offer.choice_group, []).append(offer)
    why = settling.explanations(campaign, mine.values()) if mine else {}
    return [
        {
            "code": windows.choice_text(found[0]),
            "offers": found,
            "mine": mine.get(code),
            "ahead": _ahead(campaign, mine.get(code)),
            "steps": readable_steps(why[mine[code].pk].as_json()) if code in mine else [],
        }
        for code, found in groups.items()
    ]


def _ahead(campaign: ElectiveCampaign, choice: ElectiveChoice | None) -> int | None:
    """How many wait before the student."""
    if (
        choice is None
        or choice.state != ElectiveChoice.WAITING
        or campaign.priority != ElectiveCampaign.BY_TIME
    ):
        return None
    before = Q(chosen_at__lt=choice.chosen_at) | Q(chosen_at=choice.chosen_at, pk__lt=choice.pk)
    return choice.offer.choices.filter(before, state=ElectiveChoice.WAITING).count()


@page("own.elective")
def my_electives(request: Request) -> HttpResponse:
    """What may be chosen, places left, and the own choice."""
    context = {"title": _("My electives and teachers"), "campaigns": _my_campaigns(request)}
    return render(request, "curriculum/my_electives.html", context)


def _my_offer(request: Request, pk: int) -> ElectiveOffer:
    rows = ElectiveOffer.objects.select_related("campaign__semester", *windows.WORDS)
    offer = rows.filter(pk=pk).first()
    if offer is None or choosing.own_student(request.access, offer.campaign) is None:
        raise Http404
    return offer


@page("own.elective")
@require_POST
def choose(request: Request, pk: int) -> HttpResponse:
    """The student's choice of an alternative."""
    offer = _my_offer(request, pk)
    try:
        made = choosing.choose(offer, access=request.access)
    except actions.CurriculumError as error:
        messages.error(request, str(error))
        return redirect("my_electives")
    if made.state == ElectiveChoice.PLACED:
        messages.success(request, _("You have a place: %(subject)s.") % {"subject": offer})
    elif offer.campaign.priority == ElectiveCampaign.BY_GPA:
        messages.success(request, _("Your choice is noted; places are given by GPA when the window closes."))
    else:
        messages.warning(
            request, _("No place is left; you are on the waiting list of %(subject)s.") % {"subject": offer}
        )
    return redirect("my_electives")


@page("own.elective")
@require_POST
def withdraw(request: Request, pk: int) -> HttpResponse:
    """Take the own choice back."""
    person = request.access.scope("own.elective").person_id
    choice = get_object_or_404(ElectiveChoice, pk=pk, student__person=person)
    try:
        choosing.withdraw(choice, access=request.access)
        messages.success(request, _("Your choice is taken back."))
    except actions.CurriculumError as error:
        messages.error(request, str(error))
    return redirect("my_electives")


register_menu(MenuItem("cabinet", gettext_lazy("My electives and teachers"), "my_electives", "own.elective"))
