"""Groups: the roll on any day, division into subgroups, tutors, student cards of a group (duty 2.1)."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, ProtectedError, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.jobs.actions import start
from hemis.pages.columns import begin_large
from staff.models import Employee
from students import actions, queries
from students.models import Division, Group, Placement, Student, Subgroup, SubgroupMember
from students.models.groups import DIVISION_KINDS

CHOSEN_GROUPS = "students.chosen_groups"
CHOSEN_STUDENTS = "students.chosen_students"


def asked_day(request: Request) -> datetime.date:
    """The day in the address; today when there is none or it is none."""
    try:
        return datetime.date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return timezone.localdate()


def _dressed(form: forms.Form) -> forms.Form:
    for field in form.fields.values():
        field.label = begin_large(field.label or "")  # type: ignore[arg-type]
        select = isinstance(field.widget, forms.Select)
        field.widget.attrs.setdefault("class", "form-select" if select else "form-control")
    return form


def _date_field(label, **kwargs) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, **kwargs)


class DivideForm(forms.Form):
    """How a group is divided into subgroups of the same size."""

    kind = forms.ChoiceField(label=gettext_lazy("divided for"), choices=DIVISION_KINDS)
    parts = forms.IntegerField(label=gettext_lazy("subgroups"), min_value=2, max_value=10, initial=2)
    by = forms.ChoiceField(
        label=gettext_lazy("in which order"),
        choices=[
            ("name", gettext_lazy("by name, one half after the other")),
            ("turns", gettext_lazy("by name, in turns")),
            ("gender", gettext_lazy("by gender, then by name")),
        ],
    )
    day = _date_field(gettext_lazy("from"))


class SubgroupForm(forms.Form):
    """A subgroup by hand."""

    name = forms.CharField(label=gettext_lazy("name"), max_length=32)
    capacity = forms.IntegerField(label=gettext_lazy("places"), min_value=1, max_value=100, required=False)


class TutorForm(forms.Form):
    """Who takes care of the chosen groups, and from when."""

    employee = forms.ModelChoiceField(
        label=gettext_lazy("tutor"), queryset=Employee.objects.none(), empty_label="—"
    )
    day = _date_field(gettext_lazy("from"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["employee"].queryset = queries.tutors(timezone.localdate())  # type: ignore[attr-defined]


class SubgroupChoiceForm(forms.Form):
    """Which subgroup, and from when."""

    subgroup = forms.ModelChoiceField(
        label=gettext_lazy("subgroup"), queryset=Subgroup.objects.none(), empty_label="—"
    )
    day = _date_field(gettext_lazy("from"))

    def __init__(self, *args, group: int, **kwargs):
        super().__init__(*args, **kwargs)
        found = Subgroup.objects.filter(division__group=group).select_related("division__group")
        field: Any = self.fields["subgroup"]
        field.queryset = found
        field.label_from_instance = lambda one: f"{one.division.get_kind_display()}: {one.name}"


# --- tabs of the card


def roll_tab(request: Request, group: Group) -> dict[str, Any]:
    """Who was in the group on the asked day, and how many by status."""
    day = asked_day(request)
    rows = queries.roll(group, day, statuses=("11", "13"))
    members = _subgroup_names(group, day)
    people: list[dict[str, Any]] = [
        {"placement": one, "subgroups": members.get(one.student_id, "")}
        for one in rows.order_by("student__person__sort_key")
    ]
    return {"day": day, "people": people, "studying": sum(one["placement"].status == "11" for one in people)}


def _subgroup_names(group: Group, day: datetime.date) -> dict[int, str]:
    rows = SubgroupMember.objects.filter(division__group=group).on(day).select_related("subgroup", "division")
    found: dict[int, list[str]] = {}
    for one in rows:
        found.setdefault(one.student_id, []).append(f"{one.division.get_kind_display()}: {one.subgroup.name}")
    return {key: ", ".join(sorted(texts)) for key, texts in found.items()}


def subgroups_tab(request: Request, group: Group) -> dict[str, Any]:
    """Divisions with the sizes of their subgroups on the asked day."""
    day = asked_day(request)
    divisions = list(group.divisions.prefetch_related("subgroups"))
    members = _members(group, day)
    return {
        "day": day,
        "divisions": [
            {
                "division": one,
                "subgroups": [
                    {"subgroup": sub, "people": members.get(sub.pk, [])} for sub in one.subgroups.all()
                ],
            }
            for one in divisions
        ],
        "may_divide": request.access.can("group.edit"),
    }


def _members(group: Group, day: datetime.date) -> dict[int, list]:
    """Students of each subgroup, only those who are in the group that day."""
    here = Placement.objects.on(day).filter(student=OuterRef("student"), group=group)
    rows = SubgroupMember.objects.filter(Exists(here), division__group=group).on(day)
    found: dict[int, list] = {}
    for one in rows.select_related("student__person").order_by("student__person__sort_key"):
        found.setdefault(one.subgroup_id, []).append(one.student)
    return found


def tutors_tab(request: Request, group: Group) -> dict[str, Any]:
    """Everybody who cared for the group."""
    return {"care": group.tutors.select_related("employee__person").order_by("-valid_from")}


# --- subgroups


@page("group.edit")
def divide(request: Request, pk: int) -> HttpResponse:
    """Divide a group into subgroups at one stroke."""
    group = get_in_scope(Group, request, "group.edit", pk=pk)
    form = _dressed(DivideForm(request.POST or None, initial={"day": timezone.localdate()}))
    back = f"{reverse('students_groups_detail', args=[pk])}?tab=subgroups"
    if request.method == "POST" and form.is_valid():
        try:
            division = actions.divide_evenly(group, access=request.access, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The group is divided; move single students where needed."))
            return redirect("students_division", pk=division.pk)
    context = {
        "title": _("Divide into subgroups: %(group)s") % {"group": group},
        "form": form,
        "note": _("Missing subgroups are made, those that exist are filled anew from the day on."),
        "button": _("Divide"),
        "back_url": back,
    }
    return render(request, "students/simple_form.html", context, status=422 if form.errors else 200)


@page("group.view")
def division(request: Request, pk: int) -> HttpResponse:
    """One division: every student with the subgroup; who may edit moves them."""
    found = get_in_scope(Division, request, "group.view", pk=pk)
    day = asked_day(request)
    if request.method == "POST":
        return _sort(request, found)
    return _division_page(request, found, day)


def _division_page(
    request: Request, found: Division, day: datetime.date, errors: list[str] | None = None, form=None
) -> HttpResponse:
    held = dict(queries.subgroup_members(found, day).values_list("student", "subgroup"))
    typed = {key.removeprefix("student_"): value for key, value in request.POST.items()}
    people = [
        {
            "student": one.student,
            "subgroup": typed.get(str(one.student_id), str(held.get(one.student_id, ""))),
        }
        for one in queries.roll(found.group, day).order_by("student__person__sort_key")
    ]
    subgroups = [
        {"subgroup": one, "key": str(one.pk), "people": sum(p["subgroup"] == str(one.pk) for p in people)}
        for one in found.subgroups.annotate(all_members=Count("members"))
    ]
    context = {
        "title": str(found),
        "division": found,
        "day": day,
        "people": people,
        "subgroups": subgroups,
        "may_edit": request.access.can("group.edit")
        and Division.objects.for_scope(request.access.scope("group.edit")).filter(pk=found.pk).exists(),
        "form": form or _dressed(SubgroupForm()),
        "errors": errors or [],
        "back_url": f"{reverse('students_groups_detail', args=[found.group_id])}?tab=subgroups",
    }
    return render(request, "students/division.html", context, status=422 if errors else 200)


def _sort(request: Request, found: Division) -> HttpResponse:
    found = get_in_scope(Division, request, "group.edit", pk=found.pk)
    try:
        day = datetime.date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        return _division_page(request, found, timezone.localdate(), [_("From which day? Enter a date.")])
    places = {
        int(name.removeprefix("student_")): int(str(value)) if str(value).isdigit() else None
        for name, value in request.POST.items()
        if name.startswith("student_") and name.removeprefix("student_").isdigit()
    }
    try:
        moved = actions.sort_into_subgroups(found, access=request.access, places=places, day=day)
    except ValidationError as error:
        return _division_page(request, found, day, [str(text) for text in error.messages])
    messages.success(request, _("%(count)d places are changed.") % {"count": moved})
    return redirect(f"{reverse('students_division', args=[found.pk])}?on={day.isoformat()}")


@page("group.edit")
@require_POST
def add_subgroup(request: Request, pk: int) -> HttpResponse:
    """One more subgroup of a division."""
    found = get_in_scope(Division, request, "group.edit", pk=pk)
    form = _dressed(SubgroupForm(request.POST))
    if form.is_valid():
        if found.subgroups.filter(name=form.cleaned_data["name"]).exists():
            form.add_error("name", _("There is a subgroup of this name already."))
        else:
            Subgroup.objects.create(division=found, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("students_division", pk=pk)
    texts = [str(text) for found_here in form.errors.values() for text in found_here]
    return _division_page(request, found, timezone.localdate(), texts, form)


@page("group.edit")
@require_POST
def remove_subgroup(request: Request, pk: int) -> HttpResponse:
    """Remove a subgroup that nobody was ever in; an empty division goes with its last subgroup."""
    found = get_in_scope(Subgroup, request, "group.edit", pk=pk)
    division = found.division
    try:
        found.delete()
    except ProtectedError:
        messages.error(request, _("Students were in this subgroup; it stays in history."))
        return redirect("students_division", pk=division.pk)
    messages.success(request, _("Deleted."))
    if division.subgroups.exists():
        return redirect("students_division", pk=division.pk)
    group = division.group_id
    division.delete()
    return redirect(f"{reverse('students_groups_detail', args=[group])}?tab=subgroups")


# --- bulk actions


def choose_tutor(request: Request, rows: QuerySet) -> HttpResponse:
    """The chosen groups go on to the question who takes care of them."""
    request.session[CHOSEN_GROUPS] = list(rows.values_list("pk", flat=True))
    return redirect("students_assign_tutor")


@page("group.edit")
def assign_tutor(request: Request) -> HttpResponse:
    """Give the chosen groups into a tutor's care."""
    chosen = request.session.get(CHOSEN_GROUPS, [])
    rows = Group.objects.for_scope(request.access.scope("group.edit")).filter(pk__in=chosen)
    if not rows:
        messages.warning(request, _("Choose the groups in the list first."))
        return redirect("students_groups_list")
    form = _dressed(TutorForm(request.POST or None, initial={"day": timezone.localdate()}))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.assign_tutor(rows, access=request.access, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("employee", error)
        else:
            request.session.pop(CHOSEN_GROUPS, None)
            messages.success(request, _("%(count)d groups have the tutor now.") % {"count": len(made)})
            return redirect("students_groups_list")
    context = {
        "title": _("Give into a tutor's care"),
        "form": form,
        "note": _("Groups: %(groups)s. Who cared for them before hands them over that day.")
        % {"groups": ", ".join(str(one) for one in rows)},
        "button": _("Give into care"),
        "back_url": reverse("students_groups_list"),
    }
    return render(request, "students/simple_form.html", context, status=422 if form.errors else 200)


@page("group.edit")
def assign_subgroup(request: Request) -> HttpResponse:
    """Put the chosen students of one group into one of its subgroups."""
    chosen = Student.objects.for_scope(request.access.scope("group.edit")).filter(
        pk__in=request.session.get(CHOSEN_STUDENTS, [])
    )
    people = list(chosen.select_related("person", "current__group").order_by("person__sort_key"))
    groups = {one.current.group for one in people if one.current and one.current.group}
    if len(groups) != 1:
        messages.error(request, _("Choose students of one group: they are put into its subgroups."))
        return redirect("students_students_list")
    group = groups.pop()
    if not Subgroup.objects.filter(division__group=group).exists():
        messages.info(request, _("The group has no subgroups yet; divide it first."))
        return redirect("students_divide", pk=group.pk)
    form = _dressed(
        SubgroupChoiceForm(request.POST or None, initial={"day": timezone.localdate()}, group=group.pk)
    )
    if request.method == "POST" and form.is_valid():
        subgroup, day = form.cleaned_data["subgroup"], form.cleaned_data["day"]
        places = {one.pk: subgroup.pk for one in people}
        try:
            actions.sort_into_subgroups(subgroup.division, access=request.access, places=places, day=day)
        except ValidationError as error:
            form.add_error("subgroup", error)
        else:
            request.session.pop(CHOSEN_STUDENTS, None)
            messages.success(request, _("%(count)d students are in the subgroup.") % {"count": len(people)})
            return redirect("students_division", pk=subgroup.division_id)
    context = {
        "title": _("Put into a subgroup"),
        "form": form,
        "note": _("Group %(group)s: %(people)s.")
        % {"group": group, "people": ", ".join(one.person.short_name for one in people)},
        "button": _("Put in"),
        "back_url": reverse("students_students_list"),
    }
    return render(request, "students/simple_form.html", context, status=422 if form.errors else 200)


def print_cards(request: Request, rows: QuerySet) -> HttpResponse:
    """Student cards of everybody in the chosen groups, as one job."""
    today = timezone.localdate()
    placed = Placement.objects.on(today).filter(group__in=rows, status="11")
    placed = placed.order_by("group__name", "student__person__sort_key")
    return start_cards(request, list(placed.values_list("student", flat=True)))


def start_cards(request: Request, students: list[int]) -> HttpResponse:
    """Start the job that issues and prints cards."""
    if not students:
        messages.warning(request, _("Nobody among the chosen studies now."))
        return redirect("students_students_list")
    job = start("students.cards", user=request.user, params={"students": students}, access=request.access)
    return redirect("job", pk=job.pk)


@page("group.view")
def roll_sheet(request: Request, pk: int) -> HttpResponse:
    """The roll of a group on a day, on paper."""
    group = get_object_or_404(
        Group.objects.for_scope(request.access.scope("group.view")).select_related("speciality", "faculty"),
        pk=pk,
    )
    return render(
        request,
        "students/roll_print.html",
        {"group": group, "title": str(group), **roll_tab(request, group)},
    )
