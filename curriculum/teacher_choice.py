"""Choice of teachers: what makes it one, beside the windows of electives (duty 2.3; VMQ 824: a week at the start).

Where a subject of the plan is taught by different teachers in different groups, a
student chooses with which of them to attend. The place is a registration that names
the group, so journal, sheets and the sizes of audiences follow by themselves. A kind of
training that is taught in subgroups is chosen by itself, among the subgroups of all groups of
the plan: the registration then names the subgroup for that kind (``seats``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum import seats
from curriculum.actions import CurriculumError
from curriculum.models import (
    CurriculumSemester,
    CurriculumSubject,
    ElectiveCampaign,
    ElectiveChoice,
    ElectiveOffer,
    Registration,
    RegistrationSeat,
    Teaching,
)
from curriculum.teaching_rules import GROUP, SUBGROUP
from curriculum.teachings.forming import modes_on
from curriculum.timetable import sitting
from hemis.pages.columns import begin_large
from students.models import Student

DAYS = 7  # VMQ 824: one week at the beginning of the semester
PLACES = 30

# (line, kind of training or "" for all that is not chosen by itself, group, subgroup): what an offer stands for.
Place = tuple[int, str, int, int | None]
# Place → what is taught there by whom: kind of training in words, teacher's key and name.
Taught = dict[Place, list[tuple[str, int, str]]]


# Lines of semesters that are not over where some choice has different teachers and nobody's place lacks one.
CHOICES = """
WITH taught AS (
    SELECT a.curriculum_subject_id AS line, a.group_id, a.subgroup_id, t.training_type AS kind, t.teacher_id,
           bool_or(a.subgroup_id IS NOT NULL) OVER (PARTITION BY a.curriculum_subject_id, t.training_type) AS apart
      FROM curriculum_teachingaudience a JOIN curriculum_teaching t ON t.id = a.teaching_id
      JOIN curriculum_curriculumsubject s ON s.id = a.curriculum_subject_id
      JOIN curriculum_curriculumsemester m ON m.id = s.semester_id AND m.ends_on >= %s),
places AS (
    SELECT line, CASE WHEN apart THEN kind ELSE '' END AS part, group_id, subgroup_id,
           string_agg(DISTINCT kind || ':' || teacher_id, ',') AS who
      FROM taught GROUP BY 1, 2, 3, 4)
SELECT line FROM places GROUP BY line, part HAVING count(DISTINCT who) > 1 AND count(who) = count(*)
"""


def lines_with_choice() -> QuerySet[CurriculumSubject]:
    """Compulsory subjects of semesters that are not over that are taught by different teachers.

    The same as ``offers_for`` finds in one semester.
    """
    chosen = RawSQL(CHOICES, [timezone.localdate()])  # noqa: S611
    return CurriculumSubject.objects.filter(elective_group="", pk__in=chosen)


def places_of(lines: Collection[int]) -> dict[Place, list[seats.Part]]:
    """Place → what is taught there, kind by kind, the lecture first: one query.

    A kind that is taught in subgroups anywhere in the plan is a choice of its own; all others of a
    group are one.
    """
    found: dict[Place, list[seats.Part]] = defaultdict(list)
    for (line, kind), parts in seats.audiences_of(lines).items():
        apart = kind if any(one.subgroup for one in parts) else ""
        for one in parts:
            found[line, apart, one.group, one.subgroup].append(one)
    return dict(found)


def place_of(offer: ElectiveOffer) -> Place:
    return offer.curriculum_subject_id, offer.training_type, offer.group_id or 0, offer.subgroup_id


def taught(lines: Collection[int]) -> Taught:
    """Place → who teaches there, the lecturer first: one query."""
    return {
        place: [(one.kind, *teacher) for one in parts for teacher in one.teachers]
        for place, parts in places_of(lines).items()
    }


def teachers_text(taught: Iterable[tuple[str, int, str]]) -> str:
    """“Lecture: A · Practice: B”; one teacher of several kinds is named once."""
    by_teacher: dict[tuple[int, str], list[str]] = {}
    for kind, teacher, name in taught:
        by_teacher.setdefault((teacher, name), []).append(kind)
    return " · ".join(
        f"{begin_large(', '.join(kinds).lower())}: {who[1]}" for who, kinds in by_teacher.items()
    )


def offers_for(semester: CurriculumSemester, students: QuerySet[Student]) -> list[ElectiveOffer]:
    """The offers of a window, not saved: where each subject, and each kind in subgroups, has different teachers.

    A choice of which some place has no teacher yet is left out: whoever is there could not stay.

    Raises:
        CurriculumError: no subject of the semester has different teachers yet.
    """
    choices: dict[tuple[int, str], list[Place]] = defaultdict(list)
    places = places_of([one.pk for one in semester.subjects.filter(elective_group="")])
    for place in sorted(places, key=lambda one: (*one[:3], one[3] or 0)):
        choices[place[:2]].append(place)
    sizes = Counter(students.values_list("current__group", flat=True))
    sitters = sitting.sizes({key for parts in places.values() for one in parts for key in one.teachings})
    usual = _usual_places()
    found = []
    for (line, kind), alternatives in sorted(choices.items()):
        who = [frozenset((one.kind, *t) for one in places[at] for t in one.teachers) for at in alternatives]
        if len(set(who)) < 2 or not all(who):  # noqa: PLR2004 — a choice is between two
            continue
        for at in alternatives:
            parts = places[at]
            sit = max(sitters.get(key, 0) for one in parts for key in one.teachings) if kind else sizes[at[2]]
            capacity = parts[0].capacity or usual[SUBGROUP if at[3] else GROUP]
            found.append(
                ElectiveOffer(
                    curriculum_subject_id=line, group_id=at[2], training_type=kind, subgroup_id=at[3],
                    places=max(capacity, sit),
                )
            )  # fmt: skip
    if not found:
        raise CurriculumError(
            _("No subject of the semester has different teachers; the kafedras name them first.")
        )
    return found


def _usual_places() -> dict[str, int]:
    """How many sit together in groups and in subgroups, by the rows of today."""
    modes = list(modes_on(timezone.localdate()).values())
    return {
        mode: min((one.largest for one in modes if one.mode == mode), default=PLACES)
        for mode in (GROUP, SUBGROUP)
    }


def chose(teaching: Teaching) -> QuerySet[ElectiveChoice]:
    """Who has chosen this teaching in a window that is not closed yet, in the order of choosing."""
    found = Q(pk=None)
    lines = set(teaching.audience.values_list("curriculum_subject", flat=True))
    for (line, kind, group, subgroup), parts in places_of(lines).items():
        if any(teaching.pk in one.teachings for one in parts):
            found |= Q(curriculum_subject=line, training_type=kind, group=group, subgroup=subgroup)
    offers = ElectiveOffer.objects.filter(found, campaign__closed_at=None)
    rows = ElectiveChoice.objects.filter(offer__in=offers)
    return rows.select_related("student__person", "student__current__group").order_by("chosen_at", "pk")


# --- whose hours meet


def clashes(campaign: ElectiveCampaign, students: Collection[int]) -> dict[tuple[int, int], seats.Clash]:
    """(student, offer) → the first own class that it meets from today on; five queries.

    Places that the student has chosen in this window stand in for what is attended now.
    """
    if not students:
        return {}
    placed = campaign.choices.filter(student__in=list(students), state=ElectiveChoice.PLACED)
    return seats.meetings(
        _offered(list(campaign.offers.all())), students, placed.values_list("student", "offer")
    )


def _offered(offers: Sequence[ElectiveOffer]) -> list[seats.Offered]:
    places = places_of({one.curriculum_subject_id for one in offers})
    return [
        seats.Offered(one.pk, part.line, one.training_type, part.training_type, teaching)
        for one in offers
        for part in places.get(place_of(one), ())
        for teaching in part.teachings
    ]


def teachings_of(offers: Sequence[ElectiveOffer]) -> dict[int, list[int]]:
    """Offer → the teachings that its place stands for; one query."""
    found: dict[int, list[int]] = defaultdict(list)
    for one in _offered(offers):
        found[one.key].append(one.teaching)
    return dict(found)


# --- what closing and moving write

# (student, line, kind of training) → group and subgroup; of the kind "" the group that is attended.
Sits = dict[tuple[int, int, str], seats.Where]


def sits(students: Collection[int]) -> Sits:
    """Where the students sit now, by line and kind of training; one query."""
    found: Sits = {}
    for one in sitting.seats(students=students, now=True):
        found[one.student, one.line, one.training_type] = one.where
        if not one.is_named:
            found[one.student, one.line, ""] = (one.group, None)
    return found


def homes(offers: Iterable[ElectiveOffer], students: Iterable[Student], now: Sits) -> dict[int, int]:
    """Student → the offer of where one is now: with the group attended, or in the part of it in this kind."""
    by_place = {place_of(one): one.pk for one in offers if one.group_id}
    found: dict[int, int] = {}
    for student in students:
        for line, kind in {place[:2] for place in by_place}:
            own = (student.current.group_id, None) if not kind else None
            where = now.get((student.pk, line, kind), own)
            home = by_place.get((line, kind, *where)) if where else None
            if home is not None:
                found[student.pk] = home
    return found


def register(
    choices: Iterable[ElectiveChoice], *, way: str = RegistrationSeat.CHOSEN, reason: str = ""
) -> None:
    """Registrations follow the places: first the groups, then what is attended in other subgroups than usual.

    What is taught in subgroups and was not chosen stays where it was, whatever group is attended now.
    """
    placed = list(choices)
    students = {one.student_id for one in placed}
    lines = {one.offer.curriculum_subject_id for one in placed}
    apart = seats.parts_of(lines)
    before = sits(students)
    changed = _register_groups([one for one in placed if not one.offer.training_type])
    _register_missing([one for one in placed if one.offer.training_type])
    wanted = {
        (student, line, kind): where
        for (student, line, kind), where in before.items()
        if (student, line) in changed and (line, kind) in apart
    }
    for one in placed:
        if one.offer.training_type and one.offer.group_id:
            key = (one.student_id, one.offer.curriculum_subject_id, one.offer.training_type)
            wanted[key] = (one.offer.group_id, one.offer.subgroup_id)
    now = sits(students) if changed else before
    _write(
        {key: where for key, where in wanted.items() if now.get(key) != where}, lines, way=way, reason=reason
    )


def _register_missing(placed: Sequence[ElectiveChoice]) -> None:
    """Who has a place and no registration gets one; two statements."""
    wanted = {(one.student_id, one.offer.curriculum_subject_id) for one in placed}
    rows = Registration.objects.filter(
        student__in={student for student, _line in wanted},
        curriculum_subject__in={line for _student, line in wanted},
    )
    there = set(rows.values_list("student", "curriculum_subject"))
    Registration.objects.bulk_create(
        Registration(student_id=student, curriculum_subject_id=line)
        for student, line in sorted(wanted - there)
    )


def _write(wanted: Sits, lines: Collection[int], *, way: str, reason: str) -> None:
    """Places of students as those of their registrations."""
    rows = Registration.objects.active().filter(
        student__in={student for student, _line, _kind in wanted}, curriculum_subject__in=lines
    )
    keys = {(row.student_id, row.curriculum_subject_id): row.pk for row in rows}
    seats.write(
        {
            (keys[student, line], kind): where
            for (student, line, kind), where in wanted.items()
            if (student, line) in keys
        },
        way=way, reason=reason,
    )  # fmt: skip


def _register_groups(placed: Sequence[ElectiveChoice]) -> set[tuple[int, int]]:
    """With the own group, or with the one that was chosen; whose group of which line changed: three statements."""
    by_key = {(one.student_id, one.offer.curriculum_subject_id): one for one in placed}
    groups = dict(
        Student.objects.filter(pk__in={student for student, _line in by_key}).values_list(
            "pk", "current__group"
        )
    )
    wanted = {
        key: None if groups.get(key[0]) == one.offer.group_id else one.offer.group_id
        for key, one in by_key.items()
    }
    there = {
        (row.student_id, row.curriculum_subject_id): row
        for row in Registration.objects.select_for_update(of=("self",)).filter(
            student__in={student for student, _line in by_key},
            curriculum_subject__in={line for _student, line in by_key},
        )
    }
    changed = []
    for key, group in wanted.items():
        row = there.get(key)
        if row is not None and row.group_id != group:
            row.group_id = group
            row.version += 1
            changed.append(row)
    Registration.objects.bulk_update(changed, ["group", "version"], batch_size=1000)
    Registration.objects.bulk_create(
        (
            Registration(student_id=student, curriculum_subject_id=line, group_id=wanted[student, line])
            for student, line in wanted
            if (student, line) not in there
        ),
        batch_size=1000,
    )
    return {(row.student_id, row.curriculum_subject_id) for row in changed}
