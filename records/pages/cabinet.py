"""The student's own topic and academic record (duty S)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hemis.access.guard import page
from hemis.base import Request
from hemis.pages import menu
from records import actions, queries
from records.models import AttestationLine, GraduationTopic
from records.pages.record import shown_record
from students.models import Student


def _me(request: Request, permission: str) -> Student | None:
    """The study that goes on, else the newest."""
    own = Student.objects.filter(person=request.access.scope(permission).person_id).select_related(
        "person", "current__group__plan__curriculum", "current__programme"
    )
    return own.order_by("-entry_year", "-pk").first()


@page("own.record")
def my_record(request: Request) -> HttpResponse:
    """Everything mastered, by semester, with sums and the GPA."""
    student = _me(request, "own.record")
    context = {"title": _("My academic record"), "student": student, "links": False}
    if student:
        context |= shown_record(student)
    return render(request, "records/my_record.html", context)


@page("own.topic")
def my_topic(request: Request) -> HttpResponse:
    """The own topic, or those to choose from; sessions of state attestation and their results."""
    student = _me(request, "own.topic")
    context: dict[str, Any] = {"title": _("Graduation work"), "student": student}
    if student:
        own = GraduationTopic.objects.filter(student=student, state__in=GraduationTopic.TAKEN)
        topic = own.select_related("supervisor__person", "kafedra", "order__academic_year").first()
        lines = AttestationLine.objects.filter(student=student).exclude(session__state="cancelled")
        lines = lines.select_related(
            "session__curriculum_subject__subject", "session__curriculum_subject__sheet_kind",
            "session__commission", "session__academic_year",
        ).order_by("-session__held_on")  # fmt: skip
        context |= {
            "topic": topic,
            "offered": [] if topic else actions.open_to(student).order_by("kafedra__name", "title"),
            "lines": [(line, queries.repeat_until(line)) for line in lines],
        }
    return render(request, "records/my_topic.html", context)


@page("own.topic")
@require_POST
def choose(request: Request, pk: int) -> HttpResponse:
    """Take an offered topic."""
    student = _me(request, "own.topic")
    rows = actions.open_to(student) if student else GraduationTopic.objects.none()
    topic = get_object_or_404(rows, pk=pk)
    try:
        actions.choose_topic(topic, student)  # type: ignore[arg-type]
        messages.success(request, _("The topic is yours as soon as the kafedra confirms it."))
    except actions.RecordsError as error:
        messages.error(request, str(error))
    return redirect("my_topic")


@page("own.topic")
@require_POST
def give_up(request: Request, pk: int) -> HttpResponse:
    """Let a topic go that the kafedra has not confirmed."""
    person = request.access.scope("own.topic").person_id
    topic = get_object_or_404(
        GraduationTopic.objects.select_related("student"), pk=pk, student__person=person
    )
    try:
        actions.give_up_topic(topic, topic.student)  # type: ignore[arg-type]
        messages.success(request, _("You may choose another topic."))
    except actions.RecordsError as error:
        messages.error(request, str(error))
    return redirect("my_topic")


menu.register(menu.MenuItem("cabinet", gettext_lazy("My academic record"), "my_record", "own.record", 46))
menu.register(menu.MenuItem("cabinet", gettext_lazy("Graduation work"), "my_topic", "own.topic", 47))
