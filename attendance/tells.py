"""What the journal tells the floors below: lessons given, lessons that stay, registrations that stay."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from attendance.models import Absence, CurrentMark, LessonRecord
from curriculum import registrations
from curriculum.materials import taught
from curriculum.materials.taught import Taught
from curriculum.models import Lesson
from curriculum.timetable import actions as timetable


def given(lessons: Collection[int]) -> dict[int, Taught]:
    """Of these lessons those that the journal has, and their topics: one query."""
    rows = LessonRecord.objects.filter(lesson__in=lessons).values_list("lesson", "topic")
    return {lesson: Taught(topic) for lesson, topic in rows}


def why_it_stays(lesson: Lesson) -> str:
    """A lesson in the journal is not moved, cancelled or given to somebody else; empty where it may be."""
    if not LessonRecord.objects.filter(lesson=lesson.pk).exists():
        return ""
    return _("The journal has this lesson already; take the record back first.")


def held(registered: Collection[int]) -> dict[int, str]:
    """Registrations with absences or current marks: two queries."""
    reason = _("The journal has absences or marks of it.")
    rows = {
        pk
        for model in (Absence, CurrentMark)
        for pk in model.objects.filter(registration__in=registered).values_list("registration", flat=True)
    }
    return dict.fromkeys(rows, reason)


taught.register(given)
timetable.register_guard(why_it_stays)
registrations.register_hold(held)
