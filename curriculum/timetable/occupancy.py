"""Lessons and controls as uses of rooms, and the class pairs by which a day of rooms is drawn."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curriculum.models import ControlEvent, Lesson
from curriculum.timetable import queries, rules
from hemis.access.scope import Access
from structure.occupancy import Source, Use, register_pairs, register_source
from structure.rules import Pair


def _lessons(access: Access, ids: Iterable[int]) -> dict[int, Use]:
    """Rooms are everybody's who may see them; only the way on to the card needs the timetable's duty."""
    rows = Lesson.objects.filter(pk__in=list(ids))
    visible = rows.for_scope(access.scope("timetable.view")) if access.can("timetable.view") else rows.none()  # type: ignore[attr-defined]
    seen = set(visible.values_list("pk", flat=True))
    return {
        one.pk: Use(
            one.teaching.subject.get_name_display(),
            f"{queries.audience_text(one.teaching)}, {one.teacher.person.short_name}",
            reverse("curriculum_lessons_detail", args=[one.pk]) if one.pk in seen else "",
        )
        for one in queries.with_words(rows)
    }


def _controls(access: Access, ids: Iterable[int]) -> dict[int, Use]:
    return {
        one.pk: Use(
            f"{one.get_control_display()}: {one.subject.get_name_display()}",
            f"{', '.join(str(part) for part in one.audience.all())}, {one.examiner.person.short_name}",
        )
        for one in queries.events_with_words(ControlEvent.objects.filter(pk__in=list(ids)))
    }


def _pairs() -> list[Pair]:
    """The pairs of the academic year in which today lies."""
    year, _term = rules.half_year(timezone.localdate())
    return [Pair(one.number, one.starts, one.ends) for one in queries.pairs_of(year)]


register_source(Source("lesson", _("Lesson"), _lessons, "blue"))
register_source(Source("control", _("Control"), _controls, "yellow"))
register_pairs(_pairs)
