"""Choice of electives: windows of the dean's office (duty 2.3) and the student's own choice."""

from __future__ import annotations

import datetime
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

from curriculum import actions, registrations, teacher_choice
from curriculum.electives import choosing, office, settling, windows
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
from hemis.explain import readable_steps
from hemis.pages.columns import Column
from hemis.pages.export import cell
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from hemis.pages.register import Register, Tab
from students.models import Student

MOST_TOLD = 10
COLOURS = {"planned": "secondary", "open": "green", "over": "orange", "closed": "blue"}
DETAIL = "curriculum_electives_detail"
OFFER_WORDS = tuple(f"offer__{one}" for one in windows.WORDS)


def _with_teachers(campaign: ElectiveCampaign, rows) -> list[Any]:
    """Offers with ``teachers`` in words, where teachers are chosen: one query more."""
    found = list(rows.select_related("curriculum_subject__kafedra", *windows.WORDS))
    taught: teacher_choice.Taught = {}
    if campaign.is_of_teachers:
        taught = teacher_choice.taught({one.curriculum_subject_id for one in found})
    for one in found:
        one.teachers = teacher_choice.teachers_text(taught.get(teacher_choice.place_of(one), ()))
    return found


def _seen_offers(request: Request, campaign: ElectiveCampaign):
    """All of them for the faculty; for a kafedra those of its own subjects."""
    return ElectiveOffer.objects.for_scope(request.access.scope("elective.view")).filter(campaign=campaign)


def _seen_choices(request: Request, campaign: ElectiveCampaign):
    """The choices of these offers."""
    return ElectiveChoice.objects.for_scope(request.access.scope("elective.view")).filter(campaign=campaign)


def _offers_tab(request: Request, campaign: ElectiveCampaign) -> dict[str, Any]:
    offers = (
        _seen_offers(request, campaign)
        .annotate(waiting=Count("choices", filter=Q(choices__state=ElectiveChoice.WAITING)))
        .order_by("curriculum_subject__elective_group", "curriculum_subject__position", "training_type", "pk")
    )
    people = windows.choosers(campaign.semester)
    chose = ElectiveChoice.objects.filter(campaign=campaign, student=OuterRef("pk"))
    return {
        "offers": _with_teachers(campaign, offers),
        "people": people.count(),
        "undecided": people.filter(~Exists(chose)).count(),
        "may_edit": request.access.can("elective.edit"),
    }


def _choices_tab(request: Request, campaign: ElectiveCampaign) -> dict[str, Any]:
    rows = (
        _seen_choices(request, campaign)
        .select_related("student__person", "student__current__group", *OFFER_WORDS)
        .order_by("elective_group", "offer__curriculum_subject__position", "-state", "chosen_at", "pk")
    )
    why = settling.explanations(campaign)
    rows = list(rows)
    for one in rows:
        one.steps = readable_steps(why[one.pk].as_json())
    may = request.access.can("elective.edit")
    return {
        "choices": rows,
        "left_over": office.left_over(campaign) if may else [],
        "offers": _seen_offers(request, campaign).select_related(*windows.WORDS).order_by(
            "curriculum_subject__elective_group", "curriculum_subject__position", "training_type", "pk"
        ),
        "may_move": may,
        "may_place": may and campaign.state != ElectiveCampaign.PLANNED,
    }  # fmt: skip


class Electives(Register):
    """Windows in which students choose their electives."""

    app, name, title, title_one = (
        "curriculum", "electives", gettext_lazy("Choice of electives and teachers"),
        gettext_lazy("choice of electives"),
    )  # fmt: skip
    model, permission, menu = ElectiveCampaign, "elective", "curriculum"
    columns = [
        Column(
            "semester__curriculum", gettext_lazy("Curriculum"), sort="semester__curriculum__name", link=True
        ),
        Column("kind", badge={ElectiveCampaign.SUBJECTS: "blue", ElectiveCampaign.TEACHERS: "purple"}),
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
        Filter("kind"),
        Filter("priority"),
    ]
    search = ("semester__curriculum__name", "semester__curriculum__speciality__code")
    select_related = ("semester__curriculum__speciality", "semester__academic_year", "closed_by__person")
    fields = (
        "kind", "semester__curriculum", "semester", "semester__academic_year", "opens_at", "closes_at", "priority",
        "state", "closed_at", "closed_by",
    )  # fmt: skip
    tabs = [
        Tab("offers", gettext_lazy("Alternatives"), "curriculum/_offers.html", _offers_tab),
        Tab("choices", gettext_lazy("Students"), "curriculum/_choices.html", _choices_tab),
    ]
    header_actions = [
        MenuItem("curriculum", gettext_lazy("Open a choice"), "curriculum_open_electives", "elective.edit"),
        MenuItem(
            "curriculum",
            gettext_lazy("Open a choice of teachers"),
            "curriculum_open_teachers",
            "elective.edit",
        ),
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


def _semesters(request: Request, kind: str):
    """Semesters with something to choose and without a window for it, that are not over."""
    scope = request.access.scope("elective.edit")
    if kind == ElectiveCampaign.TEACHERS:
        choice = teacher_choice.lines_with_choice().filter(semester=OuterRef("pk"))
    else:
        choice = CurriculumSubject.objects.filter(semester=OuterRef("pk")).exclude(elective_group="")
    there = ElectiveCampaign.objects.filter(semester=OuterRef("pk"), kind=kind)
    return (
        CurriculumSemester.objects.for_scope(scope)
        .filter(
            ~Exists(there), Exists(choice), curriculum__state=Curriculum.APPROVED,
            ends_on__gte=timezone.localdate(), curriculum__groups__isnull=False,
        )
        .select_related("curriculum__speciality", "academic_year")
        .order_by("starts_on", "curriculum__speciality__code")
        .distinct()
    )  # fmt: skip


def _first_week() -> dict[str, datetime.datetime]:
    """From tomorrow morning for as long as the regulation gives: a week."""
    morning = datetime.time(9)
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    opens = timezone.make_aware(datetime.datetime.combine(tomorrow, morning))
    return {"opens_at": opens, "closes_at": opens + datetime.timedelta(days=teacher_choice.DAYS)}


@page("elective.edit")
def open_electives(request: Request) -> HttpResponse:
    """A window for electives of a semester of the own faculty."""
    return _open(
        request, ElectiveCampaign.SUBJECTS, title=_("Open a choice of electives"),
        note=_("Students of the plan choose one of the alternatives in this window; afterwards you close it."),
    )  # fmt: skip


@page("elective.edit")
def open_teachers(request: Request) -> HttpResponse:
    """A window for teachers of a semester of the own faculty."""
    return _open(
        request, ElectiveCampaign.TEACHERS, title=_("Open a choice of teachers"),
        note=_(
            "Where different teachers teach a subject in the groups of the plan, students choose with whom they "
            "attend; who does not choose stays with the own group. The regulation gives one week at the beginning "
            "of the semester (VMQ 824)."
        ),
    )  # fmt: skip


def _open(request: Request, kind: str, *, title: str, note: str) -> HttpResponse:
    initial = _first_week() if kind == ElectiveCampaign.TEACHERS else {}
    form = OpenForm(request.POST or None, semesters=_semesters(request, kind), initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = windows.open_campaign(
                data["semester"], access=request.access, opens_at=data["opens_at"], closes_at=data["closes_at"],
                priority=data["priority"], kind=kind,
            )  # fmt: skip
        except actions.CurriculumError as error:
            form.add_error("semester", str(error))
        else:
            messages.success(request, _("The choice is set; look at the places of each alternative."))
            return to_tab(DETAIL, made.pk, "offers")
    return form_page(
        request, form, title=title, note=note, button=_("Open"), back=reverse("curriculum_electives_list")
    )


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
        office.set_offers(campaign, access=request.access, offers=wanted)
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
    campaign = _campaign(request, pk)
    offer, ticked = _asked_offer(request, campaign), _ticked(request)
    try:
        if offer is None or not ticked:
            raise actions.CurriculumError(_("Tick students and choose the alternative."))
        outcome = office.move(
            campaign.choices.filter(pk__in=ticked), offer, access=request.access,
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
        messages.success(request, _("%(count)d students are moved.") % {"count": outcome.done})
        _tell_refused(request, outcome)
    except actions.CurriculumError as error:
        messages.error(request, str(error))
    return to_tab(DETAIL, pk, "choices")


def _tell_refused(request: Request, outcome: registrations.Outcome) -> None:
    if outcome.refused:
        rest = len(outcome.refused) - MOST_TOLD
        more = _(" and %(count)d more") % {"count": rest} if rest > 0 else ""
        messages.warning(request, "; ".join(outcome.refused[:MOST_TOLD]) + more)


@page("elective.edit")
@require_POST
def place(request: Request, pk: int) -> HttpResponse:
    """Who has no place gets one: the ticked ones where the office says, or everybody evenly."""
    campaign = _campaign(request, pk)
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
        _tell_refused(request, outcome)
    except actions.CurriculumError as error:
        messages.error(request, str(error))
    return to_tab(DETAIL, pk, "choices")


def _protocol(request: Request, campaign: ElectiveCampaign):
    return _seen_choices(request, campaign).select_related(
        "student__person", "student__current__group", *OFFER_WORDS
    ).order_by(
        "offer__curriculum_subject__elective_group", "offer__curriculum_subject__position", "elective_group",
        "offer", "student__current__group__name",
        "student__person__sort_key",
    )  # fmt: skip


@page("elective.view")
def protocol(request: Request, pk: int) -> HttpResponse:
    """The results on paper: who takes what, and how it came about."""
    campaign = get_in_scope(ElectiveCampaign, request, "elective.view", pk=pk)
    context = {
        "title": _("Protocol of the choice of electives"),
        "campaign": campaign,
        "rows": _protocol(request, campaign).filter(state=ElectiveChoice.PLACED),
        "offers": _with_teachers(
            campaign,
            _seen_offers(request, campaign).order_by(
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
                _("GPA"), _("Chosen at"),
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
    shown = _with_teachers(campaign, offers)
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
