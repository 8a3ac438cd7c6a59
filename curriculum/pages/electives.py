"""Choice of electives: windows of the dean's office (duty 2.3) and the student's own choice."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from import_export.formats.base_formats import XLSX
from tablib import Dataset

from curriculum import actions, electives
from curriculum.models import (
    Curriculum,
    CurriculumSemester,
    CurriculumSubject,
    ElectiveCampaign,
    ElectiveChoice,
    ElectiveOffer,
)
from curriculum.pages.common import dressed, form_page, to_tab
from curriculum.pages.plan import faculties
from curriculum.pages.reference import years
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.export import cell
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from hemis.pages.register import Register, Tab

COLOURS = {"planned": "secondary", "open": "green", "over": "orange", "closed": "blue"}
DETAIL = "curriculum_electives_detail"


def _offers_tab(request: Request, campaign: ElectiveCampaign) -> dict[str, Any]:
    offers = (
        campaign.offers.select_related("curriculum_subject__subject", "curriculum_subject__kafedra")
        .annotate(waiting=Count("choices", filter=Q(choices__state=ElectiveChoice.WAITING)))
        .order_by("curriculum_subject__elective_group", "curriculum_subject__position", "pk")
    )
    people = electives.choosers(campaign.semester)
    chose = ElectiveChoice.objects.filter(campaign=campaign, student=OuterRef("pk"))
    return {
        "offers": offers,
        "people": people.count(),
        "undecided": people.filter(~Exists(chose)).count(),
        "may_edit": request.access.can("elective.edit") and campaign.state != ElectiveCampaign.CLOSED,
    }


def _choices_tab(request: Request, campaign: ElectiveCampaign) -> dict[str, Any]:
    rows = campaign.choices.select_related(
        "student__person", "student__current__group", "offer__curriculum_subject__subject"
    ).order_by("elective_group", "offer__curriculum_subject__position", "-state", "chosen_at", "pk")
    chose = ElectiveChoice.objects.filter(campaign=campaign, student=OuterRef("pk"))
    undecided = electives.choosers(campaign.semester).filter(~Exists(chose)).with_card()  # type: ignore[attr-defined]
    return {
        "choices": rows,
        "undecided": []
        if campaign.closed_at
        else undecided.order_by("current__group__name", "person__sort_key"),
        "offers": campaign.offers.select_related("curriculum_subject__subject"),
        "may_move": request.access.can("elective.edit"),
    }


class Electives(Register):
    """Windows in which students choose their electives."""

    app, name, title, title_one = (
        "curriculum", "electives", gettext_lazy("Choice of electives"), gettext_lazy("choice of electives"),
    )  # fmt: skip
    model, permission, menu = ElectiveCampaign, "elective", "curriculum"
    columns = [
        Column(
            "semester__curriculum", gettext_lazy("Curriculum"), sort="semester__curriculum__name", link=True
        ),
        Column("semester__number", gettext_lazy("Semester"), numeric=True),
        Column("semester__academic_year", sort="semester__academic_year"),
        Column("opens_at"),
        Column("closes_at"),
        Column("priority"),
        Column("state", gettext_lazy("State"), sort=None, badge=COLOURS),
    ]
    filters = [
        RelatedFilter("faculty", faculties, lookup="semester__curriculum__speciality__faculty"),
        RelatedFilter("year", years, lookup="semester__academic_year", label=gettext_lazy("academic year")),
        Filter("priority"),
    ]
    search = ("semester__curriculum__name", "semester__curriculum__speciality__code")
    select_related = ("semester__curriculum__speciality", "semester__academic_year", "closed_by__person")
    fields = (
        "semester__curriculum", "semester", "semester__academic_year", "opens_at", "closes_at", "priority", "state",
        "closed_at", "closed_by",
    )  # fmt: skip
    tabs = [
        Tab("offers", gettext_lazy("Alternatives"), "curriculum/_offers.html", _offers_tab),
        Tab("choices", gettext_lazy("Students"), "curriculum/_choices.html", _choices_tab),
    ]
    header_actions = [
        MenuItem("curriculum", gettext_lazy("Open a choice"), "curriculum_open_electives", "elective.edit")
    ]
    detail_template = "curriculum/elective.html"
    empty = gettext_lazy("Open a choice for a semester whose curriculum has electives.")

    @classmethod
    def detail_context(cls, request, obj):
        may = request.access.can("elective.edit")
        return {
            "may_close": may and obj.state in ("open", "over"),
            "may_change": may and obj.state != "closed",
        }


class WindowForm(forms.ModelForm):
    """From when till when, and who has priority."""

    class Meta:
        model = ElectiveCampaign
        fields = ["opens_at", "closes_at", "priority"]
        widgets = {
            name: forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
            for name in ("opens_at", "closes_at")
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        dressed(self)

    def clean(self):
        data = super().clean() or {}
        if data.get("opens_at") and data.get("closes_at") and data["closes_at"] <= data["opens_at"]:
            self.add_error("closes_at", _("The end lies before the beginning."))
        return data


class OpenForm(WindowForm):
    """The semester too."""

    semester = forms.ModelChoiceField(
        label=gettext_lazy("semester"), queryset=CurriculumSemester.objects.none()
    )
    field_order = ("semester", "opens_at", "closes_at", "priority")

    def __init__(self, *args, semesters, **kwargs):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["semester"]
        field.queryset = semesters
        field.label_from_instance = lambda one: f"{one.curriculum} · {one} · {one.academic_year}"
        dressed(self)


def _semesters(request: Request):
    """Semesters with electives and without a window, that are not over."""
    scope = request.access.scope("elective.edit")
    choice = CurriculumSubject.objects.filter(semester=OuterRef("pk")).exclude(elective_group="")
    return (
        CurriculumSemester.objects.for_scope(scope)
        .filter(
            Exists(choice), curriculum__state=Curriculum.APPROVED, elective_campaign=None,
            ends_on__gte=timezone.localdate(), curriculum__groups__isnull=False,
        )
        .select_related("curriculum__speciality", "academic_year")
        .order_by("starts_on", "curriculum__speciality__code")
        .distinct()
    )  # fmt: skip


@page("elective.edit")
def open_electives(request: Request) -> HttpResponse:
    """A window for a semester of the own faculty."""
    form = OpenForm(request.POST or None, semesters=_semesters(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = electives.open_campaign(
                data["semester"], access=request.access, opens_at=data["opens_at"], closes_at=data["closes_at"],
                priority=data["priority"],
            )  # fmt: skip
        except actions.CurriculumError as error:
            form.add_error("semester", str(error))
        else:
            messages.success(request, _("The choice is set; look at the places of each alternative."))
            return to_tab(DETAIL, made.pk, "offers")
    return form_page(
        request, form, title=_("Open a choice of electives"),
        note=_("Students of the plan choose one of the alternatives in this window; afterwards you close it."),
        button=_("Open"), back=reverse("curriculum_electives_list"),
    )  # fmt: skip


def _campaign(request: Request, pk: int) -> ElectiveCampaign:
    return get_in_scope(ElectiveCampaign, request, "elective.edit", pk=pk)


@page("elective.edit")
def change_window(request: Request, pk: int) -> HttpResponse:
    """Other dates or another priority while it is not closed."""
    campaign = _campaign(request, pk)
    form = WindowForm(request.POST or None, instance=campaign)
    if campaign.closed_at:
        messages.error(request, _("The choice is closed."))
        return redirect(Electives.url_of(campaign))
    if request.method == "POST" and form.is_valid():
        form.instance.version += 1
        form.save()
        messages.success(request, _("Saved."))
        return redirect(Electives.url_of(campaign))
    return form_page(
        request, form, title=str(campaign), note="", button=_("Save"), back=reverse(DETAIL, args=[pk])
    )


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 5 else 0  # noqa: PLR2004


@page("elective.edit")
@require_POST
def set_offers(request: Request, pk: int) -> HttpResponse:
    """Places and minimum of each alternative."""
    campaign = _campaign(request, pk)
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
        electives.set_offers(campaign, access=request.access, offers=wanted)
        messages.success(request, _("Saved."))
    except actions.CurriculumError as error:
        messages.error(request, str(error))
    return to_tab(DETAIL, pk, "offers")


@page("elective.edit")
@require_POST
def close(request: Request, pk: int) -> HttpResponse:
    """Everybody gets a place; the registrations are made."""
    campaign = _campaign(request, pk)
    try:
        without = electives.close(campaign, access=request.access)
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


@page("elective.edit")
@require_POST
def move(request: Request, pk: int) -> HttpResponse:
    """The ticked students go to another alternative."""
    campaign = _campaign(request, pk)
    asked = request.POST.get("offer", "")
    offer = campaign.offers.filter(pk=asked).first() if asked.isdigit() and len(asked) < 10 else None  # noqa: PLR2004
    ticked = [value for value in request.POST.getlist("pk") if value.isdigit()]
    try:
        if offer is None or not ticked:
            raise actions.CurriculumError(_("Tick students and choose the alternative."))
        outcome = electives.move(campaign.choices.filter(pk__in=ticked), offer, access=request.access)
        messages.success(request, _("%(count)d students are moved.") % {"count": outcome.done})
        if outcome.refused:
            messages.warning(request, "; ".join(outcome.refused[:10]))
    except actions.CurriculumError as error:
        messages.error(request, str(error))
    return to_tab(DETAIL, pk, "choices")


def _protocol(campaign: ElectiveCampaign):
    return campaign.choices.select_related(
        "student__person", "student__current__group", "offer__curriculum_subject__subject"
    ).order_by(
        "elective_group", "offer__curriculum_subject__position", "student__current__group__name",
        "student__person__sort_key",
    )  # fmt: skip


@page("elective.view")
def protocol(request: Request, pk: int) -> HttpResponse:
    """The results on paper: who takes what, and how it came about."""
    campaign = get_in_scope(ElectiveCampaign, request, "elective.view", pk=pk)
    context = {
        "title": _("Protocol of the choice of electives"),
        "campaign": campaign,
        "rows": _protocol(campaign).filter(state=ElectiveChoice.PLACED),
        "offers": campaign.offers.select_related("curriculum_subject__subject"),
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
                _("GPA"), _("Chosen at"),
            )
        ]
    )  # fmt: skip
    for one in _protocol(campaign):
        current = one.student.current
        data.append(
            [
                cell(value)
                for value in (
                    one.elective_group, str(one.offer), str(current.group) if current else "",
                    str(one.student.person), one.get_state_display(), one.get_way_display(), one.gpa, one.chosen_at,
                )
            ]
        )  # fmt: skip
    made = XLSX()
    answer = HttpResponse(made.export_data(data), content_type=made.get_content_type())
    answer["Content-Disposition"] = f'attachment; filename="electives-{pk}.xlsx"'
    return answer


# --- the student


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
        student = electives.own_student(request.access, campaign)
        mine = {
            one.elective_group: one
            for one in ElectiveChoice.objects.filter(campaign=campaign, student__person=person)
        }
        if student is None and not mine:
            continue
        found.append(
            {
                "campaign": campaign,
                "groups": _groups_of(campaign, mine),
                "may": _may_choose(campaign, student),
            }
        )
    return found


def _may_choose(campaign: ElectiveCampaign, student) -> bool:
    return student is not None and campaign.state == ElectiveCampaign.OPEN


def _groups_of(campaign: ElectiveCampaign, mine: dict[str, ElectiveChoice]) -> list[dict[str, Any]]:
    """The alternatives of each elective group with places, and where the student stands."""
    groups: dict[str, list[ElectiveOffer]] = {}
    offers = campaign.offers.select_related("curriculum_subject__subject", "curriculum_subject__kafedra",
                                            "curriculum_subject__teacher__person")  # fmt: skip
    for offer in offers.order_by("curriculum_subject__elective_group", "curriculum_subject__position", "pk"):
        groups.setdefault(offer.curriculum_subject.elective_group, []).append(offer)
    return [
        {"code": code, "offers": found, "mine": mine.get(code), "ahead": _ahead(campaign, mine.get(code))}
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
    context = {"title": _("My electives"), "campaigns": _my_campaigns(request)}
    return render(request, "curriculum/my_electives.html", context)


def _my_offer(request: Request, pk: int) -> ElectiveOffer:
    offer = (
        ElectiveOffer.objects.select_related("campaign__semester", "curriculum_subject").filter(pk=pk).first()
    )
    if offer is None or electives.own_student(request.access, offer.campaign) is None:
        raise Http404
    return offer


@page("own.elective")
@require_POST
def choose(request: Request, pk: int) -> HttpResponse:
    """The student's choice of an alternative."""
    offer = _my_offer(request, pk)
    try:
        made = electives.choose(offer, access=request.access)
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
        electives.withdraw(choice, access=request.access)
        messages.success(request, _("Your choice is taken back."))
    except actions.CurriculumError as error:
        messages.error(request, str(error))
    return redirect("my_electives")


register_menu(MenuItem("cabinet", gettext_lazy("My electives"), "my_electives", "own.elective"))
