"""Registrations of students for subjects: the dean's register, and the tab on the student's card (duty 2.3)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from curriculum import actions, difference, registrations, seats
from curriculum.models import Curriculum, CurriculumSubject, Registration
from curriculum.pages.common import (
    GroupForm,
    HalfYearForm,
    asked_half_year,
    form_page,
    keep_chosen,
    now_half_year,
    to_tab,
)
from curriculum.pages.plan import faculties
from curriculum.pages.reference import years
from curriculum.timetable import sitting
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register, Tab
from hemis.pages.verbs import tell_refused
from students.models import Group, Student
from students.pages import Groups, Students

CHOSEN = "curriculum.chosen_registrations"


def _groups(access):
    return Group.objects.filter(is_active=True).for_scope(access.scope("registration.view"))


def _plans(access):
    return (
        Curriculum.objects.exclude(state=Curriculum.DRAFT)
        .for_scope(access.scope("registration.view"))
        .select_related("speciality")
    )


def _end(request: Request, rows) -> str:
    outcome = registrations.end(rows, access=request.access)
    tell_refused(request, outcome.refused)
    return _("%(count)d registrations are switched off.") % {"count": outcome.done}


def _renew(request: Request, rows) -> str:
    outcome = registrations.renew(rows, access=request.access)
    tell_refused(request, outcome.refused)
    return _("%(count)d registrations are switched on.") % {"count": outcome.done}


def _seats_tab(request: Request, registration: Registration) -> dict[str, Any]:
    """With whom each kind of training is attended; in what is taught in subgroups the office moves."""
    line = registration.curriculum_subject_id
    kinds = seats.audiences_of([line])
    sits = {one.training_type: one for one in sitting.seats(students=[registration.student_id], now=True)
            if one.registration == registration.pk}  # fmt: skip
    sizes = sitting.sizes({key for parts in kinds.values() for one in parts for key in one.teachings})
    found = []
    for (_line, kind), parts in kinds.items():
        here = sits.get(kind)
        for one in parts:
            one.students = max(sizes.get(key, 0) for key in one.teachings)
        found.append(
            {
                "kind": parts[0].kind,
                "code": kind,
                "now": next((one for one in parts if here and one.where == here.where), None),
                "is_named": bool(here and here.is_named),
                "parts": parts,
                "is_apart": any(one.subgroup for one in parts),
            }
        )
    may = request.access.can("registration.edit") and registration.is_active
    return {
        "kinds": found,
        "may_move": may and Registration.objects.for_scope(request.access.scope("registration.edit"))
        .filter(pk=registration.pk)
        .exists(),
        "history": registration.seats.select_related("group", "subgroup__division__group").order_by(
            "-valid_from", "training_type"
        ),
    }  # fmt: skip


class Registrations(Register):
    """Who is registered for what; everything downstream is driven by it (study 2.12)."""

    app, name, title, title_one = (
        "curriculum",
        "registrations",
        gettext_lazy("Registrations for subjects"),
        gettext_lazy("registration for a subject"),
    )
    model, permission, menu = Registration, "registration", "curriculum"
    columns = [
        Column("student__person", gettext_lazy("Student"), sort="student__person__sort_key", link=True),
        Column("student__current__group", gettext_lazy("Group"), sort="student__current__group__name"),
        Column("curriculum_subject", sort="curriculum_subject__subject__name"),
        Column("semester__number", gettext_lazy("Semester"), numeric=True),
        Column("curriculum_subject__credit", numeric=True),
        Column("basis"),
        Column("group", sort="group__name"),
        Column("is_active"),
        Column("semester__academic_year", sort="semester__academic_year", hidden=True),
        Column("curriculum_subject__kafedra", sort="curriculum_subject__kafedra__name", hidden=True),
        Column("curriculum_subject__curriculum", sort="curriculum_subject__curriculum__name", hidden=True),
        Column("ended_by", hidden=True),
        Column("student__number", hidden=True),
        Column("registered_at", hidden=True),
    ]
    filters = [
        RelatedFilter("faculty", faculties, lookup="curriculum_subject__curriculum__speciality__faculty"),
        RelatedFilter("curriculum", _plans, lookup="curriculum_subject__curriculum"),
        RelatedFilter("year", years, lookup="semester__academic_year", label=gettext_lazy("academic year")),
        Filter("semester", "semester__number", label=gettext_lazy("semester"),
               choices=lambda access: [(str(n), str(n)) for n in range(1, 13)], numeric=True),
        RelatedFilter("group", _groups, lookup="student__current__group"),
        BooleanFilter("own_group", lookup="group__isnull", label=gettext_lazy("With the own group")),
        Filter("basis"),
        BooleanFilter("is_active"),
    ]  # fmt: skip
    search = ("curriculum_subject__subject__name", "curriculum_subject__subject__code", "student__number")
    search_person = "student__person"
    select_related = (
        "student__person", "student__current__group", "curriculum_subject__subject", "semester__academic_year",
        "curriculum_subject__kafedra", "curriculum_subject__curriculum", "group",
    )  # fmt: skip
    ordering = ("student__person__sort_key", "semester__number", "curriculum_subject__position")
    fields = (
        "student", "curriculum_subject", "curriculum_subject__curriculum", "semester", "semester__academic_year",
        "curriculum_subject__credit", "curriculum_subject__kafedra", "basis", "elective_group", "group", "is_active",
        "ended_by", "registered_at",
    )  # fmt: skip
    tabs = [
        Tab("seats", gettext_lazy("With whom"), "curriculum/_registration_seats.html", _seats_tab),
    ]
    actions = [
        BulkAction("end", gettext_lazy("Switch off"), "registration.edit", _end, "x"),
        BulkAction("renew", gettext_lazy("Switch on again"), "registration.edit", _renew, "check"),
        BulkAction(
            "group",
            gettext_lazy("Attend with another group"),
            "registration.edit",
            keep_chosen(CHOSEN, "curriculum_attend_with"),
            "users",
        ),
    ]
    header_actions = [
        MenuItem(
            "curriculum", gettext_lazy("Register a half-year"), "curriculum_register", "registration.edit"
        )
    ]
    empty = gettext_lazy("Register a half-year: everybody gets the compulsory subjects of the own plan.")


def _editable_groups(request: Request):
    return Group.objects.filter(is_active=True).for_scope(request.access.scope("registration.edit"))


class RegisterForm(HalfYearForm):
    """Whom to register: groups of the scope, or all of them."""

    groups = forms.ModelMultipleChoiceField(
        label=gettext_lazy("groups"),
        queryset=Group.objects.none(),
        required=False,
        help_text=gettext_lazy("None chosen: all groups of your scope."),
    )

    def __init__(self, *args, groups, **kwargs):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["groups"]
        field.queryset = groups
        field.widget.attrs |= {"data-autocomplete": "1"}


@page("registration.edit")
def register(request: Request) -> HttpResponse:
    """Everybody of the chosen groups for the compulsory subjects of a half-year, at one stroke."""
    mine = _editable_groups(request)
    form = RegisterForm(request.POST or None, groups=mine)
    if request.method == "POST" and form.is_valid():
        year, term = form.cleaned_data["year"].pk, form.cleaned_data["term"]
        chosen = form.cleaned_data["groups"]
        count = registrations.register(
            mine.filter(pk__in=chosen) if chosen else mine,
            access=request.access,
            year=year,
            term=term,
            day=timezone.localdate(),
        )
        if count:
            messages.success(request, _("%(count)d registrations are made.") % {"count": count})
        else:
            messages.info(request, _("Everybody is registered already; nothing was missing."))
        return redirect(f"{reverse('curriculum_registrations_list')}?year={year}")
    return form_page(
        request,
        form,
        title=_("Register a half-year"),
        note=_(
            "Every student who studies in a group gets the compulsory subjects of the group's approved curriculum. "
            "What is there stays as it is; electives are chosen by the students themselves."
        ),
        button=_("Register students"),
        back=reverse("curriculum_registrations_list"),
    )


@page("registration.edit")
def attend_with(request: Request) -> HttpResponse:
    """The chosen registrations go with another group, or with the own one again."""
    rows = Registration.objects.filter(pk__in=request.session.get(CHOSEN, []))
    form = GroupForm(request.POST or None, groups=_editable_groups(request))
    if request.method == "POST" and form.is_valid():
        try:
            outcome = registrations.attend_with(rows, access=request.access, group=form.cleaned_data["group"])
        except actions.CurriculumError as error:
            form.add_error("group", str(error))
        else:
            messages.success(request, _("%(count)d registrations are changed.") % {"count": outcome.done})
            return redirect("curriculum_registrations_list")
    return form_page(
        request,
        form,
        title=_("Attend with another group"),
        note=_("Registrations: %(count)d. Empty: the student's own group again.") % {"count": rows.count()},
        button=_("Save"),
        back=reverse("curriculum_registrations_list"),
    )


@page("registration.edit")
@require_POST
def move_seat(request: Request, pk: int) -> HttpResponse:
    """The student sits elsewhere in one kind of training, for a reason."""
    registration = get_in_scope(Registration, request, "registration.edit", pk=pk)
    group, _slash, subgroup = request.POST.get("where", "").partition("-")
    try:
        if not (group.isdigit() and len(group) < 12 and (not subgroup or subgroup.isdigit())):  # noqa: PLR2004
            raise actions.CurriculumError(_("Choose a subgroup."))
        met = seats.move(
            registration, access=request.access, training_type=request.POST.get("kind", "")[:16],
            group=int(group), subgroup=int(subgroup[:12]) if subgroup else None,
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
        messages.success(request, _("The student is moved; the journals of past days stay as they are."))
        for one in met:
            messages.warning(request, _("Look at the timetable: the place %(clash)s.") % {"clash": one})
    except actions.CurriculumError as error:
        messages.error(request, str(error))
    return to_tab("curriculum_registrations_detail", pk, "seats")


# --- the student's card: subjects by semesters, and the academic difference


class SinglesForm(GroupForm):
    """Single subjects as difference or debt, attended with a group."""

    basis = forms.ChoiceField(
        label=gettext_lazy("basis"),
        choices=[one for one in Registration.BASES if one[0] in (Registration.DIFFERENCE, Registration.DEBT)],
    )
    lines = forms.ModelMultipleChoiceField(
        label=gettext_lazy("subjects"), queryset=CurriculumSubject.objects.none()
    )
    field_order = ("lines", "basis", "group")

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["lines"]
        found = CurriculumSubject.objects.filter(curriculum=plan).select_related("subject", "semester")
        field.queryset = found.order_by("semester__number", "position")
        field.label_from_instance = lambda one: f"{one.semester.number} · {one.subject} · {one.credit:f}"
        field.widget.attrs |= {"data-autocomplete": "1"}


def _compared(request: Request, student: Student):
    """Against the plan of the group, or against the one that is asked for: before a transfer."""
    asked, before = request.GET.get("plan", ""), request.GET.get("before", "")
    other = _plans_open(request).filter(pk=asked).first() if asked.isdigit() and len(asked) < 10 else None
    semester = int(before) if before.isdigit() and 0 < int(before) < 14 else None  # noqa: PLR2004
    return difference.compare(student, other, semester)


def _plans_open(request: Request):
    """A transfer may lead to any approved plan, so that comparing is not limited to the own faculty."""
    return Curriculum.objects.filter(state=Curriculum.APPROVED, is_relearning=False).select_related(
        "speciality__faculty"
    )


def student_subjects(request: Request, student: Student) -> dict[str, Any]:
    """Registrations by semesters and the difference against a plan."""
    rows = (
        Registration.objects.filter(student=student)
        .select_related("curriculum_subject__subject", "semester__academic_year", "group")
        .order_by("semester__starts_on", "curriculum_subject__position")
    )
    return {
        "registrations": rows,
        "compared": _compared(request, student),
        "plans": _plans_open(request).order_by("speciality__code", "-start_year"),
        "may_register": request.access.can("registration.edit"),
        "may_relearn": request.access.can("relearning.edit"),
    }


@page("registration.edit")
def singles(request: Request, pk: int) -> HttpResponse:
    """Register a student for single subjects: the academic difference or a debt."""
    student = get_in_scope(Student, request, "registration.edit", pk=pk)
    plan = difference.plan_of(student)
    compared = difference.compare(student)
    owed = [one.line.line for one in compared.owed] if compared else []
    form = SinglesForm(
        request.POST or None,
        groups=_editable_groups(request),
        plan=plan,
        initial={"basis": Registration.DIFFERENCE, "lines": owed},
    )
    back = f"{reverse('students_students_detail', args=[pk])}?tab=subjects"
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            count = difference.register(
                student,
                access=request.access,
                lines=[one.pk for one in data["lines"]],
                basis=data["basis"],
                group=data["group"],
            )
        except actions.CurriculumError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(count)d subjects are registered.") % {"count": count})
            return redirect(back)
    return form_page(
        request,
        form,
        title=_("Individual subjects: %(student)s") % {"student": student.person},
        note=_(
            "Subjects of the difference are chosen already; the group is the one whose lessons are attended."
        ),
        button=_("Register students"),
        back=back,
    )


def _register_groups(request: Request, groups) -> str:
    """The ticked groups for the half-year of today."""
    year, term = now_half_year()
    count = registrations.register(
        groups, access=request.access, year=year, term=term, day=timezone.localdate()
    )
    return _("%(count)d registrations are made.") % {"count": count}


@page("registration.view")
def unregistered(request: Request) -> HttpResponse:
    """Who studies and is registered for nothing this half-year: nobody in a journal sees them."""
    year, term = asked_half_year(request.GET)
    here = Registration.objects.active().filter(
        student=OuterRef("pk"), semester__academic_year=year, semester__number__in=_numbers(term)
    )
    rows = (
        Student.objects.for_scope(request.access.scope("registration.view"))
        .filter(~Exists(here), current__status="11")
        .with_card()
        .order_by("current__group__name", "person__sort_key")
    )
    context = {
        "title": _("Registered for nothing"),
        "rows": rows[:500],
        "total": rows.count(),
        "form": HalfYearForm(initial={"year": year, "term": term}),
    }
    return render(request, "curriculum/unregistered.html", context)


def _numbers(term: str) -> list[int]:
    return [n for n in range(1, 13) if n % 2 == (term == "11")]


Students.add_tab(
    Tab("subjects", gettext_lazy("Subjects"), "curriculum/_student_subjects.html", student_subjects,
        "registration.view")
)  # fmt: skip
Groups.add_action(
    BulkAction(
        "register", gettext_lazy("Register for the subjects of this half-year"), "registration.edit",
        _register_groups, "checklist",
    )
)  # fmt: skip
Registrations.header_actions = [
    *Registrations.header_actions,
    MenuItem(
        "curriculum", gettext_lazy("Registered for nothing"), "curriculum_unregistered", "registration.view"
    ),
]
