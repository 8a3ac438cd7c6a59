"""The register of windows in which electives and teachers are chosen, with their tabs (duty 2.3)."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy

from curriculum import teacher_choice
from curriculum.electives import office, settling, windows
from curriculum.models import ElectiveCampaign, ElectiveChoice, ElectiveOffer
from curriculum.pages.plan import faculties
from curriculum.pages.reference import years
from hemis.access.guard import get_in_scope
from hemis.base import Request
from hemis.explain import readable_steps
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register, Tab

COLOURS = {"planned": "secondary", "open": "green", "over": "orange", "closed": "blue"}
DETAIL = "curriculum_electives_detail"
OFFER_WORDS = tuple(f"offer__{one}" for one in windows.WORDS)


def with_teachers(campaign: ElectiveCampaign, rows) -> list[Any]:
    """Offers with ``teachers`` in words, where teachers are chosen: one query more."""
    found = list(rows.select_related("curriculum_subject__kafedra", *windows.WORDS))
    taught: teacher_choice.Taught = {}
    if campaign.is_of_teachers:
        taught = teacher_choice.taught({one.curriculum_subject_id for one in found})
    for one in found:
        one.teachers = teacher_choice.teachers_text(taught.get(teacher_choice.place_of(one), ()))
    return found


def seen_offers(request: Request, campaign: ElectiveCampaign):
    """All of them for the faculty; for a kafedra those of its own subjects."""
    return ElectiveOffer.objects.for_scope(request.access.scope("elective.view")).filter(campaign=campaign)


def seen_choices(request: Request, campaign: ElectiveCampaign):
    """The choices of these offers."""
    return ElectiveChoice.objects.for_scope(request.access.scope("elective.view")).filter(campaign=campaign)


def editable(request: Request, pk: int) -> ElectiveCampaign:
    return get_in_scope(ElectiveCampaign, request, "elective.edit", pk=pk)


def _offers_tab(request: Request, campaign: ElectiveCampaign) -> dict[str, Any]:
    offers = (
        seen_offers(request, campaign)
        .annotate(waiting=Count("choices", filter=Q(choices__state=ElectiveChoice.WAITING)))
        .order_by("curriculum_subject__elective_group", "curriculum_subject__position", "training_type", "pk")
    )
    people = windows.choosers(campaign.semester)
    chose = ElectiveChoice.objects.filter(campaign=campaign, student=OuterRef("pk"))
    return {
        "offers": with_teachers(campaign, offers),
        "people": people.count(),
        "undecided": people.filter(~Exists(chose)).count(),
        "may_edit": request.access.can("elective.edit"),
    }


def _choices_tab(request: Request, campaign: ElectiveCampaign) -> dict[str, Any]:
    rows = (
        seen_choices(request, campaign)
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
        "offers": seen_offers(request, campaign).select_related(*windows.WORDS).order_by(
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
