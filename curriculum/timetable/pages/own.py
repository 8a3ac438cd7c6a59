"""One's own timetable: the teacher's and the tutor's, the student's, and the link for calendar programs."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_POST

from curriculum.timetable import documents, grid, own, queries
from curriculum.timetable.models import CalendarLink
from curriculum.timetable.pages.grid import KINDS, VIEW, WEEK, number_of, posted_day
from curriculum.timetable.rules import half_year
from hemis.access.guard import page, public, signed_in
from hemis.base import Request
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as add_to_menu
from staff.models import Employee
from structure.models import Auditorium, Unit
from structure.pages.rooms import day_of
from structure.rules import teaching_week
from students.models import Group, TutorGroup


def _frame(request: Request, day: datetime.date) -> dict[str, Any]:
    """What every own page shows: the week's neighbours and the calendar link."""
    link = CalendarLink.objects.filter(person=request.user.person_id, revoked_at=None).first()
    address = reverse("timetable_calendar", args=[link.token]) if link else ""
    return {
        "day": day,
        "today": timezone.localdate(),
        "before": day - WEEK,
        "after": day + WEEK,
        "calendar_url": f"{settings.PUBLIC_URL.rstrip('/')}{address}" if link else "",
        "back": request.get_full_path(),
    }


@page(VIEW)
def own_timetable(request: Request) -> HttpResponse:
    """The lessons one gives; a tutor sees those of the groups in care too."""
    day = day_of(request)
    employee = (
        Employee.objects.filter(person=request.user.person_id).first() if request.user.person_id else None
    )
    cared = list(
        Group.objects.filter(
            pk__in=TutorGroup.objects.on(timezone.localdate()).filter(employee=employee).values("group")
        )
        .select_related("plan")
        .order_by("name")
    )
    chosen = next((one for one in cared if one.pk == number_of(request.GET.get("group", ""))), None)
    week = None
    if chosen is not None:
        week = grid.week_of(grid.GROUP, chosen.pk, day, plans=grid.plan_of(chosen))
    elif employee is not None:
        week = grid.week_of(grid.TEACHER, employee.pk, day)
    context = {
        "title": _("My timetable"),
        "week": week,
        "cared": cared,
        "chosen": chosen,
        "linked": 1,
        "kind": grid.GROUP if chosen else grid.TEACHER,
        "owner": chosen or employee,
    }
    return render(request, "curriculum/timetable/own.html", context | _frame(request, day))


@page("own.timetable")
def my_timetable(request: Request) -> HttpResponse:
    """What a student attends: lessons of the own registrations, and approved controls."""
    day = day_of(request)
    student = own.study_of(request.access.scope("own.timetable").person_id)
    week, ahead = None, []
    if student:
        days = teaching_week(day)
        sat = Q(day__range=(days[0], days[-1] + datetime.timedelta(1))) | Q(day__gte=timezone.localdate())
        rows = own.controls_of_student(student).filter(sat).order_by("day", "starts_at")
        found = list(queries.events_with_words(rows))
        week = _student_week(student, day, found)
        ahead = [one for one in found if one.day >= timezone.localdate() and one.state == one.PLANNED]
    context = {"title": _("My timetable"), "week": week, "student": student, "controls": ahead}
    return render(request, "curriculum/timetable/own.html", context | _frame(request, day))


def _student_week(student: Any, day: datetime.date, controls: Any) -> grid.Week:
    return grid.week_of(grid.GROUP, 0, day, lessons=own.lessons_of_student(student), controls=controls)


# --- papers


@page(VIEW)
@require_POST
def week_pdf(request: Request) -> HttpResponse:
    """The week of a group, a teacher or a room as a document."""
    kind, key = request.POST.get("view", ""), number_of(request.POST.get("id", ""))
    if kind not in KINDS or not key:
        return redirect("timetable")
    day, scope = posted_day(request.POST.get("day", "")), request.access.scope(VIEW)
    chosen: Any
    if kind == grid.ROOM:
        chosen = get_object_or_404(Auditorium.objects.select_related("building"), pk=key)
    elif kind == grid.TEACHER:
        chosen = _teacher(request, key, day)
    else:
        chosen = _seen_group(request, key, day)
    with override("uz"):
        week = grid.week_of(kind, chosen.pk, day, scope=None if kind == grid.GROUP else scope)
    payload = documents.week_payload(str(chosen), week)
    paper = documents.issue_week(
        payload,
        series=f"timetable-{kind}-{chosen.pk}",
        by=request.user,
        faculty=getattr(chosen, "faculty", None) or _faculty_of(request),
    )
    return redirect("document_pdf", pk=paper.pk)


def _faculty_of(request: Request) -> Any:
    """The faculty of the printer, so that those who may print may read."""
    return Unit.objects.filter(pk__in=request.access.scope(VIEW).faculty_ids).first()


def _teacher(request: Request, key: int, day: datetime.date) -> Employee:
    mine = Employee.objects.filter(pk=key, person=request.user.person_id).first()
    return mine or get_object_or_404(grid.teachers_in(request.access.scope(VIEW), half_year(day)[0]), pk=key)


def _seen_group(request: Request, key: int, day: datetime.date) -> Group:
    return get_object_or_404(grid.groups_in(request.access.scope(VIEW), half_year(day)[0]), pk=key)


@page("own.timetable")
@require_POST
def my_week_pdf(request: Request) -> HttpResponse:
    """The student's own week as a document."""
    student = own.study_of(request.access.scope("own.timetable").person_id)
    if student is None:
        return redirect("my_timetable")
    with override("uz"):
        day = posted_day(request.POST.get("day", ""))
        week = _student_week(student, day, own.controls_of_student(student))
    payload = documents.week_payload(student.person.full_name, week)
    paper = documents.issue_week(
        payload, series=f"timetable-student-{student.pk}", by=request.user, owner=student.person
    )
    return redirect("document_pdf", pk=paper.pk)


# --- the calendar link


@signed_in
@require_POST
def calendar_link(request: Request) -> HttpResponse:
    """Make the secret address of one's calendar, make it anew, or end it."""
    person = request.user.person
    if person is None:
        return redirect("home")
    with transaction.atomic():
        CalendarLink.objects.filter(person=person, revoked_at=None).update(revoked_at=timezone.now())
        if request.POST.get("do") != "end":
            CalendarLink.objects.create(person=person)
    if request.POST.get("do") == "end":
        messages.success(request, _("The link is ended; calendar programs get nothing from it any more."))
    else:
        messages.success(request, _("The link is ready; an older one has ended."))
    return redirect(_own_page(request))


def _own_page(request: Request) -> str:
    return reverse("own_timetable" if request.access.can(VIEW) else "my_timetable")


@public
def calendar(request: Request, token: str) -> HttpResponse:
    """The calendar file behind a secret address; an ended one says so."""
    link = get_object_or_404(CalendarLink.objects.select_related("person"), token=token)
    if link.revoked_at is not None:
        return HttpResponse(
            _("This calendar link has been ended by its owner."), status=410, content_type="text/plain"
        )
    user = link.person.user if hasattr(link.person, "user") else None
    with override(getattr(user, "language", "") or settings.LANGUAGE_CODE):
        content = own.calendar_of(
            link.person_id, site=request.get_host().split(":")[0], moment=timezone.now()
        )
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="hemis.ics"'
    answer["Cache-Control"] = "private, max-age=900"
    return answer


add_to_menu(MenuItem("lessons", gettext_lazy("My timetable"), "own_timetable", VIEW))
add_to_menu(MenuItem("cabinet", gettext_lazy("My timetable"), "my_timetable", "own.timetable"))
