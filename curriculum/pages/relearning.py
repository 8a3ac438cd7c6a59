"""Relearning: the days of registration, the requests of the faculty, the student's own (duties 2.3, 3.3, S)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from curriculum import actions
from curriculum import relearning as room
from curriculum.forms import RelearningWindowForm
from curriculum.models import CurriculumSubject, Relearning, RelearningWindow
from curriculum.pages.common import dressed, form_page
from curriculum.pages.own import own_student
from curriculum.pages.reference import years
from hemis.access.guard import get_in_scope, is_in_scope, page
from hemis.base import Request
from hemis.explain import readable_steps
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from hemis.pages.register import Register, Tab
from hemis.pages.verbs import verb
from structure.models import Unit
from students.models import Group, Student

COLOURS = {
    Relearning.ASKED: "orange", Relearning.ADMITTED: "green", Relearning.REFUSED: "red",
    Relearning.WITHDRAWN: "secondary",
}  # fmt: skip
DETAIL = "curriculum_relearnings_detail"
MOST_DIGITS = 10


class RelearningWindows(Register):
    """When one registers for relearning."""

    app, name, title, title_one = (
        "curriculum", "relearning_windows", gettext_lazy("Days of registration for relearning"),
        gettext_lazy("days of registration for relearning"),
    )  # fmt: skip
    model, permission, menu = RelearningWindow, "relearning_window", "curriculum"
    columns = [
        Column("half", gettext_lazy("Half-year"), value=str, link=True, sort="academic_year"),
        Column("is_summer", hidden=True),
        Column("opens_on"),
        Column("closes_on"),
        Column("starts_on"),
        Column("ends_on"),
        Column("minimum", numeric=True),
        Column("most_credits", numeric=True, hidden=True),
        Column("basis"),
    ]
    filters = [RelatedFilter("year", years, lookup="academic_year", label=gettext_lazy("academic year"))]
    select_related = ("academic_year",)
    form = RelearningWindowForm
    empty = gettext_lazy("Enter from when to when one registers for relearning in a half-year.")


def _faculties(access):
    return Unit.objects.faculties().for_scope(access.scope("relearning.view"))


def _groups(access):
    return Group.objects.filter(is_active=True).for_scope(access.scope("relearning.view"))


def _fee(request: Request, row: Relearning) -> dict[str, Any]:
    """The fee with its steps, and what of it is to be paid."""
    return {
        "steps": readable_steps(row.fee_steps),
        "fee": row.fee,
        "unpaid": room.unpaid([row.student_id]).get((row.student_id, row.studied_id or 0)),
    }


class Relearnings(Register):
    """Who studies what anew: asked for, registered, refused."""

    app, name, title, title_one = (
        "curriculum", "relearnings", gettext_lazy("Relearning"), gettext_lazy("relearning"),
    )  # fmt: skip
    model, permission, menu = Relearning, "relearning", "curriculum"
    columns = [
        Column("student__person", gettext_lazy("Student"), sort="student__person__sort_key", link=True),
        Column("student__current__group", gettext_lazy("Group"), sort="student__current__group__name"),
        Column("owed", value=lambda row: row.owed.subject.get_name_display(), sort="owed__subject__name"),
        Column("owed__credit", numeric=True),
        Column("window", sort="window__opens_on"),
        Column("group", sort="group__name"),
        Column("fee", numeric=True),
        Column("state", badge=COLOURS),
        Column("asked_at", hidden=True),
        Column("student__number", hidden=True),
    ]
    filters = [
        Filter("state"),
        RelatedFilter("year", years, lookup="window__academic_year", label=gettext_lazy("academic year")),
        RelatedFilter("faculty", _faculties, lookup="student__current__faculty"),
        RelatedFilter("group", _groups, lookup="student__current__group"),
    ]
    search = ("owed__subject__name", "owed__subject__code", "student__number")
    search_person = "student__person"
    select_related = (
        "student__person", "student__current__group", "owed__subject", "owed__semester__academic_year",
        "studied__subject", "window__academic_year", "group", "asked_by__person", "decided_by__person",
    )  # fmt: skip
    fields = (
        "student", "student__current__group", "owed", "owed__semester", "owed__credit", "window", "state", "studied",
        "group", "fee", "basis", "reason", "asked_by", "asked_at", "decided_by", "decided_at",
    )  # fmt: skip
    tabs = [Tab("fee", gettext_lazy("Why so much?"), "curriculum/_relearning_fee.html", _fee)]
    detail_template = "curriculum/relearning.html"
    empty = gettext_lazy("Students ask for relearning in their cabinet; or enter it from a student's card.")

    @classmethod
    def detail_context(cls, request, obj):
        """What the office may do now, where the subject is taught, and what it costs."""
        may = request.access.can("relearning.edit") and is_in_scope(obj, request.access, "relearning.edit")
        if not may or obj.state != Relearning.ASKED:
            return {"may_withdraw": may and obj.state == Relearning.ADMITTED}
        return {
            "may_decide": True,
            "own_course": getattr(obj, "own_course", None),
            "form": _admit_form(obj),
            "quote": _quote(obj.student, obj.owed, obj.window),
        }


def _quote(student: Student, line: CurriculumSubject, window: RelearningWindow) -> dict[str, Any]:
    """The fee as it would be today, or what is missing to reckon it."""
    try:
        found = room.quote(student, line, window)
    except actions.CurriculumError as error:
        return {"lacks": str(error)}
    if found is None:
        return {}
    return {"fee": found.value, "steps": readable_steps([step.as_json() for step in found.steps])}


class AdmitForm(forms.Form):
    """Where the subject is studied anew, and on what basis."""

    place = forms.ChoiceField(label=gettext_lazy("studied with"))
    basis = forms.CharField(
        label=gettext_lazy("basis"),
        max_length=255,
        required=False,
        help_text=gettext_lazy(
            "The payment or the decision; needed where the student has no contract of the year."
        ),
    )

    def __init__(self, *args, places: list[room.Place], **kwargs):
        super().__init__(*args, **kwargs)
        self.places = {one.key: one for one in places}
        field: Any = self.fields["place"]
        field.choices = [(one.key, str(one)) for one in places]
        dressed(self)


def _admit_form(row: Relearning, data=None) -> AdmitForm:
    return AdmitForm(data, places=room.places(row))


def _admit(request: Request, row: Relearning) -> str:
    form = _admit_form(row, request.POST)
    if not form.is_valid():
        raise actions.CurriculumError(_("Choose where the subject is studied."))
    place = form.places[form.cleaned_data["place"]]
    room.admit(row, place, access=request.access, basis=form.cleaned_data["basis"])
    return _("The student is registered and goes to the lessons of %(group)s.") % {"group": place.group}


def _refuse(request: Request, row: Relearning) -> str:
    room.refuse(row, access=request.access, reason=request.POST.get("reason", ""))
    return _("The request is refused.")


def _withdraw(request: Request, row: Relearning) -> str:
    room.withdraw(row, access=request.access, reason=request.POST.get("reason", ""))
    return _("The relearning is withdrawn; its fee falls away.")


def _button(do):
    return verb(Relearning, "relearning.edit", do, back=DETAIL, errors=actions.CurriculumError)


admit, refuse, withdraw = _button(_admit), _button(_refuse), _button(_withdraw)


class EnterForm(forms.Form):
    """A subject whose sheets are used up, and the half-year that is open."""

    line = forms.ModelChoiceField(label=gettext_lazy("subject"), queryset=CurriculumSubject.objects.none())
    window = forms.ModelChoiceField(label=gettext_lazy("half-year"), queryset=RelearningWindow.objects.none())

    def __init__(self, *args, student: Student, **kwargs):
        super().__init__(*args, **kwargs)
        line: Any = self.fields["line"]
        line.queryset = room.may_relearn(student)
        line.label_from_instance = lambda one: f"{one.semester.number} · {one.subject} · {one.credit:f}"
        window: Any = self.fields["window"]
        window.queryset = room.open_windows().select_related("academic_year")
        dressed(self)


@page("relearning.edit")
def enter(request: Request, pk: int) -> HttpResponse:
    """The dean's office asks for a student."""
    student = get_in_scope(Student, request, "relearning.edit", pk=pk)
    form = EnterForm(request.POST or None, student=student)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = room.ask(student, data["line"], window=data["window"], access=request.access)
        except actions.CurriculumError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Entered; choose now where the subject is studied."))
            return redirect(DETAIL, pk=made.pk)
    return form_page(
        request,
        form,
        title=_("Relearning: %(student)s") % {"student": student.person},
        note=_(
            "Subjects that were not passed by any of their sheets (VMQ 824, 41, 42); "
            "the fee is reckoned by the credit."
        ),
        button=_("Enter"),
        back=f"{reverse('students_students_detail', args=[pk])}?tab=subjects",
    )


# --- the student


@page("own.relearning")
def my_relearning(request: Request) -> HttpResponse:
    """What may be studied anew and what it costs; what is asked for and where it stands."""
    student = own_student(request.access.scope("own.relearning").person_id)
    context: dict[str, Any] = {"title": _("Relearning"), "law": room.LAW, "student": student}
    if student is not None:
        windows = list(room.open_windows().select_related("academic_year"))
        asked = (
            Relearning.objects.filter(student=student)
            .select_related("owed__subject", "window__academic_year", "group")
            .order_by("-asked_at")
        )
        unpaid = room.unpaid([student.pk])
        context |= {
            "windows": [(one, room.credits_asked(one, [student.pk])[student.pk]) for one in windows],
            "offers": [
                {"line": line, "quotes": [(one, _quote(student, line, one)) for one in windows]}
                for line in room.may_relearn(student)
            ],
            "rows": [
                {
                    "row": one,
                    "steps": readable_steps(one.fee_steps),
                    "unpaid": unpaid.get((student.pk, one.studied_id or 0)),
                }
                for one in asked
            ],
        }
    return render(request, "curriculum/my_relearning.html", context)


@page("own.relearning")
@require_POST
def ask(request: Request, pk: int) -> HttpResponse:
    """The student asks to study a line anew."""
    student = own_student(request.access.scope("own.relearning").person_id)
    line = room.may_relearn(student).filter(pk=pk).first() if student else None
    asked = request.POST.get("window", "")
    window = (
        RelearningWindow.objects.filter(pk=asked).first()
        if asked.isdigit() and len(asked) < MOST_DIGITS
        else None
    )
    if student is None or line is None or window is None:
        raise Http404
    try:
        room.ask(student, line, window=window, access=request.access)
        messages.success(request, _("Your request is with the dean's office."))
    except actions.CurriculumError as error:
        messages.error(request, str(error))
    return redirect("my_relearning")


@page("own.relearning")
@require_POST
def take_back(request: Request, pk: int) -> HttpResponse:
    """The student takes back what is only asked for."""
    person = request.access.scope("own.relearning").person_id
    row = get_object_or_404(Relearning, pk=pk, student__person=person)
    try:
        room.withdraw(row, access=request.access)
        messages.success(request, _("Your request is taken back."))
    except actions.CurriculumError as error:
        messages.error(request, str(error))
    return redirect("my_relearning")


register_menu(MenuItem("cabinet", gettext_lazy("Relearning"), "my_relearning", "own.relearning"))
