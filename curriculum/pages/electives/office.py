"""What the dean's office does with a window: places, moves, closing, and the protocol (duty 2.3)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from import_export.formats.base_formats import XLSX
from tablib import Dataset

from curriculum import actions
from curriculum.electives import office, settling
from curriculum.models import ElectiveCampaign, ElectiveChoice, ElectiveOffer
from curriculum.pages.common import to_tab
from curriculum.pages.electives.register import (
    DETAIL,
    OFFER_WORDS,
    editable,
    seen_choices,
    seen_offers,
    with_teachers,
)
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages.export import cell
from hemis.pages.verbs import tell_refused


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 5 else 0  # noqa: PLR2004


@page("elective.edit")
@require_POST
def set_offers(request: Request, pk: int) -> HttpResponse:
    """Places and minimum of each alternative."""
    campaign = editable(request, pk)
    wanted = {
        offer.pk: (
            _number(request.POST.get(f"places-{offer.pk}", "")),
            _number(request.POST.get(f"minimum-{offer.pk}", "")),
        )
        for offer in campaign.offers.all()
    }
    try:
        if any(not places or not minimum for places, minimum in wanted.values()):
            raise actions.CurriculumError(_("Places and minimum are whole numbers above zero."))
        office.set_offers(campaign, access=request.access, offers=wanted)
        messages.success(request, _("Saved."))
    except actions.CurriculumError as error:
        messages.error(request, str(error))
    return to_tab(DETAIL, pk, "offers")


@page("elective.edit")
@require_POST
def close(request: Request, pk: int) -> HttpResponse:
    """Everybody gets a place; the registrations are made."""
    campaign = editable(request, pk)
    try:
        without = settling.close(campaign, access=request.access)
    except actions.CurriculumError as error:
        messages.error(request, str(error))
        return to_tab(DETAIL, pk, "offers")
    if without:
        names = ", ".join(str(one) for one in without[:10])
        messages.warning(
            request, _("Without a place: %(count)d (%(names)s).") % {"count": len(without), "names": names}
        )
    messages.success(request, _("The choice is closed and everybody with a place is registered."))
    return to_tab(DETAIL, pk, "choices")


def _asked_offer(request: Request, campaign: ElectiveCampaign) -> ElectiveOffer | None:
    asked = request.POST.get("offer", "")
    return campaign.offers.filter(pk=asked).first() if asked.isdigit() and len(asked) < 10 else None  # noqa: PLR2004


def _ticked(request: Request) -> list[int]:
    return [int(value) for value in request.POST.getlist("pk") if value.isdigit() and len(value) < 12]  # noqa: PLR2004


@page("elective.edit")
@require_POST
def move(request: Request, pk: int) -> HttpResponse:
    """The ticked students go to another alternative, for a reason."""
    campaign = editable(request, pk)
    offer, ticked = _asked_offer(request, campaign), _ticked(request)
    try:
        if offer is None or not ticked:
            raise actions.CurriculumError(_("Tick students and choose the alternative."))
        outcome = office.move(
            campaign.choices.filter(pk__in=ticked), offer, access=request.access,
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
        messages.success(request, _("%(count)d students are moved.") % {"count": outcome.done})
        tell_refused(request, outcome.refused)
    except actions.CurriculumError as error:
        messages.error(request, str(error))
    return to_tab(DETAIL, pk, "choices")


@page("elective.edit")
@require_POST
def place(request: Request, pk: int) -> HttpResponse:
    """Who has no place gets one: the ticked ones where the office says, or everybody evenly."""
    campaign = editable(request, pk)
    everybody = "everybody" in request.POST
    offer = None if everybody else _asked_offer(request, campaign)
    ticked = _ticked(request)
    try:
        if not everybody and not ticked:
            raise actions.CurriculumError(_("Tick the students who get a place."))
        outcome = office.place(
            campaign, access=request.access, students=None if everybody else ticked, offer=offer
        )
        messages.success(request, _("%(count)d places are given.") % {"count": outcome.done})
        tell_refused(request, outcome.refused)
    except actions.CurriculumError as error:
        messages.error(request, str(error))
    return to_tab(DETAIL, pk, "choices")


def _protocol(request: Request, campaign: ElectiveCampaign):
    return seen_choices(request, campaign).select_related(
        "student__person", "student__current__group", *OFFER_WORDS
    ).order_by(
        "offer__curriculum_subject__elective_group", "offer__curriculum_subject__position", "elective_group",
        "offer_id", "student__current__group__name", "student__person__sort_key",
    )  # fmt: skip


@page("elective.view")
def protocol(request: Request, pk: int) -> HttpResponse:
    """The results on paper: who takes what, and how it came about."""
    campaign = get_in_scope(ElectiveCampaign, request, "elective.view", pk=pk)
    context = {
        "title": _("Protocol of the choice of teachers")
        if campaign.is_of_teachers
        else _("Protocol of the choice of electives"),
        "campaign": campaign,
        "rows": _protocol(request, campaign).filter(state=ElectiveChoice.PLACED),
        "offers": with_teachers(
            campaign,
            seen_offers(request, campaign).order_by(
                "curriculum_subject__elective_group", "curriculum_subject__position", "training_type", "pk"
            ),
        ),
        "today": timezone.localdate(),
    }
    return render(request, "curriculum/elective_protocol.html", context)


@page("elective.view")
def protocol_file(request: Request, pk: int) -> HttpResponse:
    """The results as Excel."""
    campaign = get_in_scope(ElectiveCampaign, request, "elective.view", pk=pk)
    data = Dataset(
        headers=[
            str(one)
            for one in (
                _("Elective group"), _("Subject"), _("Group"), _("Student"), _("State"), _("How it came about"),
                _("GPA"), _("Chosen at"), _("Reason"),
            )
        ]
    )  # fmt: skip
    for one in _protocol(request, campaign):
        current = one.student.current
        data.append(
            [
                cell(value)
                for value in (
                    one.offer.curriculum_subject.elective_group, str(one.offer), str(current.group) if current else "",
                    str(one.student.person), one.get_state_display(), one.get_way_display(), one.gpa, one.chosen_at,
                    one.reason,
                )
            ]
        )  # fmt: skip
    made = XLSX()
    answer = HttpResponse(made.export_data(data), content_type=made.get_content_type())
    answer["Content-Disposition"] = f'attachment; filename="electives-{pk}.xlsx"'
    return answer
