"""What changes in the student base without an order: corrections, photos, subgroups, tutors."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from hemis.people.models import Person
from staff.models import Employee
from students import queries, rules
from students.models import (
    Division,
    Group,
    PassportCorrection,
    Student,
    Subgroup,
    SubgroupMember,
    TutorGroup,
)

# Passport data: they change only through a correction, which keeps both versions. The name itself
# is not among them: a student's name changes by an order (clause B8), the passport's spelling of it here.
IDENTITY = (
    "passport_last_name", "passport_first_name", "pinfl", "passport", "birth_date", "gender", "citizenship",
    "country",
)  # fmt: skip
TUTOR_POST = "34"


@transaction.atomic
def correct_passport(
    student: Student,
    *,
    access: Access,
    data: Mapping[str, Any],
    reason: str,
    basis: str,
    scan: ContentFile | None = None,
) -> PassportCorrection:
    """Correct passport data of a student's person: checks them, writes them, keeps both versions.

    ``data`` holds new values of some of ``IDENTITY``; ``reason`` and ``basis``
    (the document) are kept with the old and the new values, for good.

    Raises:
        PermissionDenied: without the duty; the caller has found the student in scope.
        ValidationError: by field: what contradicts, what somebody else has, or nothing changes.
    """
    access.require("student.edit")
    person = Person.objects.select_for_update().get(pk=student.person_id)
    old = {name: getattr(person, name) for name in IDENTITY}
    new = old | {name: value for name, value in data.items() if name in IDENTITY}
    for name in ("passport_last_name", "passport_first_name"):
        new[name] = " ".join(new[name].upper().split())
    new["pinfl"] = new["pinfl"] or None
    changed = [name for name in IDENTITY if old[name] != new[name]]
    if not changed:
        raise ValidationError(_("Nothing is corrected: all values are as before."))
    _check_identity(person, new)
    for name in changed:
        setattr(person, name, new[name])
    person.version += 1
    person.save()
    return PassportCorrection.objects.create(
        person=person,
        old={name: _plain(old[name]) for name in changed},
        new={name: _plain(new[name]) for name in changed},
        reason=reason.strip(),
        basis=basis.strip(),
        scan=scan or "",
        made_by=access.user,
    )


def _check_identity(person: Person, new: Mapping[str, Any]) -> None:
    """Raises ValidationError by field."""
    objections = rules.identity_objections(
        pinfl=new["pinfl"] or "", passport=new["passport"], birth_date=new["birth_date"], gender=new["gender"],
        citizenship=new["citizenship"],
    )  # fmt: skip
    errors: dict[str, list[str]] = {}
    for one in objections:
        errors.setdefault(one.field, []).append(f"{one.text} ({one.source})")
    others = Person.objects.exclude(pk=person.pk)
    if new["pinfl"] and others.filter(pinfl=new["pinfl"]).exists():
        errors.setdefault("pinfl", []).append(_("Somebody else has this PINFL."))
    if new["passport"] and others.filter(passport=new["passport"], country=new["country"]).exists():
        errors.setdefault("passport", []).append(_("Somebody else has this passport."))
    if errors:
        raise ValidationError(errors)  # type: ignore[arg-type]


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else value or ""


@transaction.atomic
def set_photo(student: Student, *, access: Access, photo: ContentFile) -> None:
    """Keep a checked photo; the one before is removed once this is certain.

    Raises:
        PermissionDenied: without the duty; the caller has found the student in scope.
    """
    access.require("student.edit")
    person = Person.objects.select_for_update().get(pk=student.person_id)
    before = person.photo.name
    person.photo.save(f"{secrets.token_hex(16)}.jpg", photo, save=False)
    person.version += 1
    person.save(update_fields=["photo", "version"])
    if before:
        storage = person.photo.storage
        transaction.on_commit(lambda: storage.delete(before))


@transaction.atomic
def sort_into_subgroups(
    division: Division, *, access: Access, places: Mapping[int, int | None], day: datetime.date
) -> int:
    """Put students of a group into the subgroups of a division from a day on; how many places changed.

    ``places``: student → subgroup, ``None`` takes out. What began on the same
    day is replaced, what began before ends that day: the roll of the past stays.

    Raises:
        PermissionDenied: without the duty; the caller has found the group in scope.
        ValidationError: a subgroup is not of this division or is too small, a student is not of the group.
    """
    access.require("group.edit")
    Division.objects.select_for_update().get(pk=division.pk)
    subgroups = {one.pk: one for one in division.subgroups.all()}
    roll = set(queries.roll(division.group, day).values_list("student", flat=True))
    if not set(places) <= roll:
        raise ValidationError(_("Only students of the group on that day can be put into its subgroups."))
    if {one for one in places.values() if one} - set(subgroups):
        raise ValidationError(_("A subgroup belongs to another division."))
    held = {
        one.student_id: one
        for one in SubgroupMember.objects.filter(division=division, student__in=places).on(day)
    }
    later = SubgroupMember.objects.filter(division=division, student__in=places, valid_from__gt=day)
    moved = [
        key for key, place in places.items() if (held[key].subgroup_id if key in held else None) != place
    ]
    later.filter(student__in=moved).delete()
    ended = [held[key] for key in moved if key in held]
    SubgroupMember.objects.filter(pk__in=[one.pk for one in ended if one.valid_from == day]).delete()
    SubgroupMember.objects.filter(pk__in=[one.pk for one in ended if one.valid_from < day]).update(
        valid_to=day
    )
    SubgroupMember.objects.bulk_create(
        [
            SubgroupMember(subgroup=subgroups[place], division=division, student_id=key, valid_from=day)
            for key in moved
            if (place := places[key]) is not None
        ]
    )
    _check_sizes(division, subgroups.values(), day)
    return len(moved)


def _check_sizes(division: Division, subgroups: Iterable[Subgroup], day: datetime.date) -> None:
    sizes = queries.subgroup_sizes(division, day)
    for one in subgroups:
        if one.capacity is not None and sizes.get(one.pk, 0) > one.capacity:
            text = _("Subgroup %(name)s has %(places)d places, %(people)d are put into it.")
            raise ValidationError(
                text % {"name": one.name, "places": one.capacity, "people": sizes.get(one.pk, 0)}
            )


@transaction.atomic
def divide_evenly(
    group: Group, *, access: Access, kind: str, parts: int, day: datetime.date, by: str = "name"
) -> Division:
    """Divide a group into subgroups of the same size, by name, by turns or by gender.

    Existing subgroups of the kind stay and are filled first; missing ones are made.

    Raises:
        PermissionDenied: without the duty.
        ValidationError: nobody is in the group that day.
    """
    access.require("group.edit")
    division, _made = Division.objects.get_or_create(group=group, kind=kind)
    have = list(division.subgroups.order_by("name"))
    names = {one.name for one in have}
    fresh = (str(number) for number in range(1, 100) if str(number) not in names)
    while len(have) < parts:
        have.append(Subgroup.objects.create(division=division, name=next(fresh)))
    rows = queries.roll(group, day)
    people = list(rows.order_by(*(["student__person__gender"] if by == "gender" else []), "student__person__sort_key")
                  .values_list("student", flat=True))  # fmt: skip
    if not people:
        raise ValidationError(_("Nobody is in the group on that day."))
    cut = [people[n::parts] for n in range(parts)] if by == "turns" else rules.even_parts(people, parts)
    places: dict[int, int | None] = {
        key: subgroup.pk for subgroup, part in zip(have, cut, strict=False) for key in part
    }
    sort_into_subgroups(division, access=access, places=places, day=day)
    return division


@transaction.atomic
def assign_tutor(
    groups: Iterable[Group], *, access: Access, employee: Employee, day: datetime.date
) -> list[TutorGroup]:
    """Give groups into a tutor's care from a day on; the tutor before hands them over that day.

    Raises:
        PermissionDenied: without the duty; the caller has found the groups in scope.
        ValidationError: the employee is no tutor on that day.
    """
    access.require("group.edit")
    groups = list(groups)
    if not queries.tutors(day).filter(pk=employee.pk).exists():
        raise ValidationError(
            _("%(name)s does not hold the post of a tutor on that day.") % {"name": employee}
        )
    mine = (
        TutorGroup.objects.filter(group__in=groups, employee=employee).on(day).values_list("group", flat=True)
    )
    have = set(mine)
    wanted = [group for group in groups if group.pk not in have]
    others = TutorGroup.objects.filter(group__in=wanted)
    others.filter(valid_from__gte=day).delete()
    others.on(day).update(valid_to=day, version=F("version") + 1)
    try:
        with transaction.atomic():
            return TutorGroup.objects.bulk_create(
                [TutorGroup(group=group, employee=employee, valid_from=day) for group in wanted]
            )
    except IntegrityError as error:
        raise ValidationError(
            _("Somebody assigned tutors to these groups at this moment; try again.")
        ) from error
