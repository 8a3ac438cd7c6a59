"""The student's own attendance (duty S)."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance import actions, forms
from attendance.models import Excuse
from attendance.pages.excuses import STATE_COLOURS
from attendance.pages.reports import attendance_of, half_of
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages import files, menu
from students.models import Student


def _study(request: Request) -> Student | None:
    """The study that goes on, else the last one."""
    rows = Student.objects.filter(person=request.access.scope("own.attendance").person_id)
    return rows.select_related("current__group", "person").order_by("-current__status", "-pk").first()


@page("own.attendance")
def mine(request: Request) -> HttpResponse:
    """Hours against the limits, by subject and one by one, with what became of one's papers."""
    student = _study(request)
    context = {"title": _("My attendance"), "student": student}
    if student:
        excuses = student.excuses.order_by("-made_at")
        context |= attendance_of(student, half_of(request)) | {
            "excuses": [(one, STATE_COLOURS[one.state]) for one in excuses[:30]]
        }
    return render(request, "attendance/mine.html", context)


@page("own.attendance")
def ask(request: Request) -> HttpResponse:
    """Send a paper that excuses absences."""
    student = _study(request)
    if student is None:
        return redirect("my_attendance")
    form = forms.ExcuseForm(request.POST or None, request.FILES or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask(access=request.access, student=student, facts=form.facts())
        except actions.AttendanceError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The paper is sent to the dean's office."))
            return redirect("my_attendance")
    context = {
        "title": _("Excuse my absences"), "form": form, "button": _("Send"), "back_url": "/attendance/mine/",
        "note": _("Photograph or scan the document; the dean's office accepts it or returns it with a remark."),
    }  # fmt: skip
    return render(request, "students/simple_form.html", context, status=422 if form.errors else 200)


@page("own.attendance")
def scan(request: Request, pk: int) -> FileResponse:
    """One's own paper."""
    person = request.access.scope("own.attendance").person_id
    one = get_object_or_404(Excuse.objects.filter(student__person=person), pk=pk)
    return files.response(one.scan, name=f"excuse-{pk}")


menu.register(menu.MenuItem("cabinet", gettext_lazy("My attendance"), "my_attendance", "own.attendance"))
