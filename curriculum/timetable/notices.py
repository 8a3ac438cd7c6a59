"""Telling students and teachers of lessons and controls that change soon."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curriculum.models import ControlEvent, Lesson
from curriculum.timetable import queries, sitting
from curriculum.timetable.models import TimetableRule
from hemis.notices.actions import notify
from hemis.notices.kinds import register
from hemis.people.models import User
from staff.models import Employee

ICON = "calendar-time"
register("lesson_moved", _("%(lesson)s: moved from %(before)s to %(when)s, room %(room)s. %(reason)s"), ICON)
register("lesson_cancelled", _("%(lesson)s on %(when)s is cancelled: %(reason)s"), ICON)
register("lesson_restored", _("%(lesson)s on %(when)s is held after all, room %(room)s."), ICON)
register("lesson_substituted", _("%(lesson)s on %(when)s is given by %(teacher)s. %(reason)s"), ICON)
register("lesson_room", _("%(lesson)s on %(when)s is held in room %(room)s."), ICON)
register("control_placed", _("%(control)s: %(when)s, room %(room)s."), ICON)
register("control_cancelled", _("%(control)s on %(when)s is cancelled: %(reason)s"), ICON)


def is_soon(day: datetime.date, *others: datetime.date) -> bool:
    """Whether a change on one of these days is told to people: not of the past, within the days of the rule."""
    today = timezone.localdate()
    last = today + datetime.timedelta(days=queries.rule_on(TimetableRule.NOTICE_DAYS, today))
    return any(today <= one <= last for one in (day, *others))


def lesson_changed(
    lesson: Lesson,
    what: str,
    reason: str,
    *,
    since: datetime.date | None = None,
    also: Iterable[Employee] = (),
) -> int:
    """Tell the audience and the teachers of a lesson; how many were told."""
    if not is_soon(lesson.day, *([since] if since else [])):
        return 0
    teachers = [lesson.teacher_id, lesson.assistant_id, *(one.pk for one in also)]
    facts = {
        "lesson": f"{lesson.teaching.subject.name}",
        "when": _moment(lesson),
        "before": f"{since:%d.%m.%Y}" if since else "",
        "room": str(lesson.auditorium or "—"),
        "teacher": lesson.teacher.person.short_name,
        "reason": reason,
    }
    people = sitting.people_of_teachings([lesson.teaching_id])
    return _tell(people, [one for one in teachers if one], f"lesson_{what}", facts, lesson.day)


def control_changed(event: ControlEvent, what: str, reason: str = "") -> int:
    """Tell those who sit and who hold a control that has been approved."""
    if event.approved_at is None:
        return 0
    facts = {
        "control": f"{event.subject.name}, {event.get_control_display()}",  # type: ignore[attr-defined]
        "when": _moment(event),
        "room": str(event.auditorium or "—"),
        "reason": reason,
    }
    teachers = [one for one in (event.examiner_id, event.second_examiner_id) if one]
    return _tell(sitting.people_of_controls([event.pk]), teachers, f"control_{what}", facts, event.day)


def _moment(event: Lesson | ControlEvent) -> str:
    return f"{event.day:%d.%m.%Y} {event.starts_at:%H:%M}"


def _tell(people: Iterable[int], teachers: list[int], code: str, facts: dict, day: datetime.date) -> int:
    """Each by the own page: students in the cabinet, teachers among their lessons."""
    week = f"?day={day.isoformat()}"
    students = User.objects.filter(person__in=list(people), is_active=True)
    staff = User.objects.filter(person__employee__in=teachers, is_active=True)
    told = notify(students, code, facts, reverse("my_timetable") + week)
    return told + notify(staff, code, facts, reverse("own_timetable") + week)
