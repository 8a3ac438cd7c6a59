"""Opening a window and changing its days (duty 2.3)."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum import actions, teacher_choice
from curriculum.electives import windows
from curriculum.models import (
    Curriculum,
    CurriculumSemester,
    CurriculumSubject,
    ElectiveCampaign,
)
from curriculum.pages.common import dressed, form_page, to_tab
from curriculum.pages.electives.register import DETAIL, Electives, editable
from hemis.access.guard import page
from hemis.base import Request


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
            "Where different teachers teach a subject in the groups or subgroups of the plan, students choose with "
            "whom they attend; who does not choose stays where they are. The regulation gives one week at the "
            "beginning of the semester (VMQ 824)."
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


@page("elective.edit")
def change_window(request: Request, pk: int) -> HttpResponse:
    """Other dates or another priority while it is not closed."""
    campaign = editable(request, pk)
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
