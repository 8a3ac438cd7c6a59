"""Who signs the papers of the record, and by which scale their marks are given."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.utils import timezone

from curriculum.models import GroupCurriculum, MarkingSystem
from grading.rulebook import Rulebook
from grading.rules import CREDIT, FIVE, Scale
from hemis.people import names
from hemis.people.models import Person
from staff.models import Position
from staff.models.posts import DEAN
from structure.models import Signatory, University

APOSTROPHES = str.maketrans({"ʻ": "'", "ʼ": "'"})
# The least step between two results: the end of one mark is so much below the next.
STEP = Decimal("0.1")
NO_SCALE: tuple[str, list[dict[str, str]]] = (CREDIT, [])


def both(uz: str, en: str) -> dict[str, str]:
    """A text in the two languages of the papers."""
    return {"uz": uz, "en": en}


def in_ascii(text: str) -> str:
    """As passports write it: the Uzbek apostrophes as plain ones."""
    return text.translate(APOSTROPHES)


def signature(person: Person) -> dict[str, str]:
    """Initials and surname; the English one without the patronymic: ``M. B. Soliyeva``, ``M. Soliyeva``."""
    first, middle = names.initial(person.first_name), names.initial(person.middle_name)
    last = person.passport_last_name or person.last_name
    if last.isupper():  # Passports write large letters throughout.
        last = last.capitalize()
    english = f"{names.initial(person.passport_first_name or person.first_name)} {last}"
    return both(" ".join(filter(None, [first, middle, person.last_name])), in_ascii(english))


def rector(university: University) -> dict[str, str]:
    """The rector in force; where only a name is known, as it is printed everywhere."""
    found = Signatory.objects.in_force().filter(post=Signatory.Post.RECTOR).select_related("person").first()
    if found and found.person:
        return signature(found.person)
    name = found.name if found else university.rector
    return both(name, in_ascii(name))


def dean(faculty_id: int) -> dict[str, str]:
    """The dean of a faculty today; empty where nobody holds the post."""
    posts = Position.objects.in_force().filter(unit=faculty_id, post=DEAN).select_related("employee__person")
    found = posts.order_by("pk").first()
    return signature(found.employee.person) if found else both("", "")


def scales_of(
    groups: set[int], day: datetime.date | None = None
) -> dict[int, tuple[str, list[dict[str, str]]]]:
    """Of each group the kind of its marking system and the borders of the marks on a day: four queries at most."""
    rows = GroupCurriculum.objects.filter(group__in=groups).select_related("curriculum__marking_system")
    book = Rulebook(day or timezone.localdate())
    return {row.group_id: _scale(row.curriculum.marking_system, book) for row in rows}


def _scale(system: MarkingSystem, book: Rulebook) -> tuple[str, list[dict[str, str]]]:
    try:
        return system.scale, borders(book.scale(system.pk))
    except KeyError:  # No mark of the system holds on the day.
        return system.scale, []


def borders(scale: Scale) -> list[dict[str, str]]:
    """Marks from the best down with their letters and the points from and to; of five marks there are none."""
    if scale.kind == FIVE:
        return []
    top, found = scale.highest, []
    for one in sorted(scale.borders, key=lambda border: -border.lowest):
        found.append(
            {"mark": str(one.mark), "letter": one.letter, "from": _figure(one.lowest), "to": _figure(top)}
        )
        top = one.lowest - STEP
    return found


def _figure(value: Decimal) -> str:
    return f"{value.normalize():f}"
