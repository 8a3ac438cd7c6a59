"""Status of absences: the list, excuses by document, unlocking (duty 2.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Max, Min
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from attendance import actions, forms
from attendance.models import Absence, Excuse, Unlock
from attendance.pages.lessons import HalfFilter
from curriculum.models import Lesson
from hemis.access.guard import get_in_scope, is_in_scope, page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register, Tab
from hemis.pages.tabs import rows_tab
from structure.models import Unit
from students.models import Group, Student

STATE_COLOURS = {
    Excuse.ASKED: "azure", Excuse.ACCEPTED: "green", Excuse.RETURNED: "orange", Excuse.WITHDRAWN: "red",
}  # fmt: skip
KIND_COLOURS = {Absence.EXCUSED: "green", Absence.UNEXCUSED: "red", Absence.LATE: "orange"}
MOST = 200


def _groups(access):
    return Group.objects.for_scope(access.scope("attendance.view")).filter(is_active=True)


def faculties(access):
    scope = access.scope("attendance.view")
    found = Unit.objects.faculties()
    return found if scope.everything else found.filter(pk__in=scope.faculty_ids)


def _excuse_form(numbers: list[str], first: Any = None, last: Any = None) -> HttpResponse:
    query = {"numbers": " ".join(numbers)}
    if first and last:
        query |= {"starts_on": f"{first}", "ends_on": f"{last}"}
    return redirect(reverse("attendance_excuse_new", query=query))


def _excuse_absences(request: Request, rows) -> HttpResponse | str:
    """To the form, with the students of the ticked absences and the span between the first and the last."""
    found = rows.order_by().aggregate(first=Min("day"), last=Max("day"))
    numbers = list(
        rows.order_by("student__number").values_list("student__number", flat=True).distinct()[: MOST + 1]
    )
    if len(numbers) > MOST:
        messages.error(request, _("At most %(count)d students at once.") % {"count": MOST})
        return ""
    return _excuse_form(numbers, found["first"], found["last"])


class AbsenceHalfFilter(HalfFilter):
    def apply(self, rows, data):
        return rows.filter(**self.half(data).lookup)


class Absences(Register):
    app, name = "attendance", "absences"
    title, title_one = gettext_lazy("Status of absences"), gettext_lazy("absence")
    model, permission, menu = Absence, "attendance", "attendance"
    columns = [
        Column("day", link=True),
        Column("student__person__full_name", gettext_lazy("Student"), sort="student__person__sort_key"),
        Column("student__number", gettext_lazy("Student number"), hidden=True),
        Column("group", sort="group__name"),
        Column("registration__curriculum_subject__subject__name", gettext_lazy("Subject")),
        Column("record__lesson__teaching__training_type", gettext_lazy("Kind of training")),
        Column("record__lesson__teacher__person__full_name", gettext_lazy("Teacher"),
               sort="record__lesson__teacher__person__sort_key"),
        Column("hours", numeric=True),
        Column("kind", badge=KIND_COLOURS),
        Column("excuse", sort=None, value=lambda row: row.excuse.document if row.excuse else ""),
    ]  # fmt: skip
    filters = [
        AbsenceHalfFilter(),
        RangeFilter("day", "date"),
        Filter("kind"),
        RelatedFilter("group", _groups),
        Filter(
            "training",
            lookup="record__lesson__teaching__training_type",
            label=gettext_lazy("Kind of training"),
        ),
    ]
    search = ("student__number", "registration__curriculum_subject__subject__name")
    search_person = "student__person"
    select_related = (
        "student__person", "group", "registration__curriculum_subject__subject", "record__lesson__teaching",
        "record__lesson__teacher__person", "excuse",
    )  # fmt: skip
    ordering = ("-day",)
    actions = [
        BulkAction(
            "excuse",
            gettext_lazy("Excuse by document"),
            "attendance.edit",
            _excuse_absences,
            icon="file-text",
        )
    ]
    empty = gettext_lazy("Who was not at a lesson stands here as soon as the teacher has recorded it.")


class Excuses(Register):
    app, name = "attendance", "excuses"
    title, title_one = gettext_lazy("Excuses"), gettext_lazy("excuse")
    model, permission, menu = Excuse, "attendance", "attendance"
    columns = [
        Column(
            "student__person__full_name", gettext_lazy("Student"), sort="student__person__sort_key", link=True
        ),
        Column("student__number", gettext_lazy("Student number"), hidden=True),
        Column("student__current__group", gettext_lazy("Group"), sort="student__current__group__name"),
        Column("starts_on"),
        Column("ends_on"),
        Column("ground"),
        Column("document"),
        Column("state", badge=STATE_COLOURS),
        Column("made_at"),
        Column("decided_by", sort=None, hidden=True),
    ]
    filters = [
        Filter("state"),
        Filter("ground"),
        RangeFilter("starts_on", "date"),
        RelatedFilter("group", _groups, lookup="student__current__group", label=gettext_lazy("Group")),
    ]
    search = ("student__number", "document")
    search_person = "student__person"
    select_related = ("student__person", "student__current__group", "made_by__person", "decided_by__person")
    fields = (
        "student", "student__current__group", "starts_on", "ends_on", "ground", "document", "note", "state", "made_by",
        "made_at", "decided_by", "decided_at", "remark",
    )  # fmt: skip
    ordering = ("-made_at",)
    files = ("scan",)
    tabs = [Tab("absences", gettext_lazy("Absences"), "pages/_rows.html",
                rows_tab("absences", "", Absences, "excuse").context)]  # fmt: skip
    header_actions = [
        MenuItem("attendance", gettext_lazy("Excuse by document"), "attendance_excuse_new", "attendance.edit")
    ]
    empty = gettext_lazy("Papers that students send and those that you enter stand here.")
    detail_template = "attendance/excuse.html"

    @classmethod
    def detail_context(cls, request, obj):
        may = (
            is_in_scope(obj, request.access, "attendance.edit")
            and obj.student.person_id != request.user.person_id
        )
        hours = sum(obj.absences.values_list("hours", flat=True)) if obj.state == Excuse.ACCEPTED else 0
        return {
            "may_decide": may and obj.state == Excuse.ASKED,
            "may_withdraw": may and obj.state == Excuse.ACCEPTED,
            "excused_hours": hours,
            "state_colour": STATE_COLOURS[obj.state],
        }


@page("attendance.edit")
def new(request: Request) -> HttpResponse:
    """Excuse one student or many by one document."""
    form = forms.OfficeExcuseForm(
        request.POST or None, request.FILES or None, access=request.access, initial=request.GET.dict()
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.excuse(access=request.access, students=form.students, facts=form.facts())
        except actions.AttendanceError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Students excused: %(count)d.") % {"count": len(made)})
            return redirect(Excuses.url_of(made[0]) if len(made) == 1 else reverse(Excuses.url_name("list")))
    context = {
        "title": _("Excuse by document"), "form": form, "button": _("Excuse"),
        "note": _("All absences of these days become excused, also those that are recorded later."),
        "back_url": reverse(Excuses.url_name("list")),
    }  # fmt: skip
    return render(request, "students/simple_form.html", context, status=422 if form.errors else 200)


@page("attendance.edit")
@require_POST
def accept(request: Request, pk: int) -> HttpResponse:
    """Accept what a student asks for."""
    return _decided(
        request, pk, lambda one: actions.accept(one, access=request.access), _("The excuse is accepted.")
    )


def _decided(request: Request, pk: int, verb: Callable[[Excuse], Any], done: str) -> HttpResponse:
    one = get_in_scope(Excuse, request, "attendance.edit", pk=pk)
    try:
        verb(one)
    except actions.AttendanceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(Excuses.url_of(one))


def _with_remark(verb: Callable[..., Any], title: Any, button: Any, done: Any):
    """A page that asks why, then does it."""

    @page("attendance.edit")
    def view(request: Request, pk: int) -> HttpResponse:
        one = get_in_scope(Excuse, request, "attendance.edit", pk=pk)
        form = forms.RemarkForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return _decided(
                request,
                pk,
                lambda row: verb(row, access=request.access, remark=form.cleaned_data["remark"]),
                str(done),
            )
        context = {
            "title": title, "form": form, "button": button, "note": str(one), "back_url": Excuses.url_of(one),
        }  # fmt: skip
        return render(request, "students/simple_form.html", context, status=422 if form.errors else 200)

    return view


give_back = _with_remark(
    actions.give_back,
    gettext_lazy("Return the excuse"),
    gettext_lazy("Return"),
    gettext_lazy("The excuse is returned."),
)
withdraw = _with_remark(
    actions.withdraw, gettext_lazy("Withdraw the excuse"), gettext_lazy("Withdraw"),
    gettext_lazy("The excuse is withdrawn; its absences are without reason again."),
)  # fmt: skip


# --- unlocking


class Unlocks(Register):
    app, name = "attendance", "unlocks"
    title, title_one = gettext_lazy("Journals opened again"), gettext_lazy("opening of a journal")
    model, permission, menu = Unlock, "attendance", "attendance"
    columns = [
        Column("what", gettext_lazy("Lesson or teacher"), sort="made_at", value=str, link=True),
        Column("until"),
        Column("reason"),
        Column("made_by", sort=None),
        Column("made_at"),
        Column("faculty", sort="faculty__name", hidden=True),
    ]
    filters = [
        RelatedFilter("faculty", faculties),
        RangeFilter("until", "date", lookup="until__date", label=gettext_lazy("Open until")),
    ]
    search = ("reason",)
    search_person = "made_by__person"
    select_related = (
        "lesson__teaching__subject", "lesson__teacher__person", "teacher__person", "made_by__person", "faculty",
    )  # fmt: skip
    ordering = ("-made_at",)
    header_actions = [
        MenuItem(
            "attendance", gettext_lazy("Open a teacher's journals"), "attendance_unlock", "attendance.edit"
        )
    ]
    empty = gettext_lazy(
        "A journal closes some days after its lesson; here stands who opened which one, and why."
    )


@page("attendance.edit")
def unlock(request: Request) -> HttpResponse:
    """Open a teacher's closed journals of some days, or with ``lesson`` one journal."""
    lesson = None
    if request.GET.get("lesson", "").isdigit():
        lesson = get_in_scope(Lesson, request, "attendance.edit", pk=int(request.GET["lesson"]))
    form = forms.UnlockForm(request.POST or None, access=request.access, lesson=lesson)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.unlock(access=request.access, lesson=lesson, **form.facts())
        except actions.AttendanceError as error:
            form.add_error(None, str(error))
        else:
            until = f"{timezone.localtime(made.until):%d.%m.%Y %H:%M}"
            messages.success(request, _("Open until %(until)s; the teacher is told.") % {"until": until})
            return redirect(
                reverse("attendance_lessons_detail", args=[lesson.pk]) if lesson else Unlocks.url_of(made)
            )
    context = {
        "title": _("Open a closed journal"), "form": form, "button": _("Open"), "note": str(lesson or ""),
        "back_url": reverse("attendance_lessons_detail", args=[lesson.pk]) if lesson
        else reverse(Unlocks.url_name("list")),
    }  # fmt: skip
    return render(request, "students/simple_form.html", context, status=422 if form.errors else 200)


def excuse_students(request: Request, rows) -> HttpResponse | str:
    """From the list of students to the form."""
    numbers = list(
        Student.objects.filter(pk__in=rows.values("pk"))
        .order_by("number")
        .values_list("number", flat=True)[: MOST + 1]
    )
    if len(numbers) > MOST:
        messages.error(request, _("At most %(count)d students at once.") % {"count": MOST})
        return ""
    return _excuse_form(numbers)
