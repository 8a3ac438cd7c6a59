"""Whom a teacher may write to: the groups that one teaches; and a student: the own teachers (menu Xabarlar)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from curriculum.models import TeachingAudience
from curriculum.timetable import sitting
from hemis.access.scope import Access
from hemis.mailbox.audiences import RowsAudience, register_audience, register_people
from students.models import Group, Student
from students.queries import current_year

STUDYING = "11"


def _this_year() -> QuerySet:
    return TeachingAudience.objects.filter(teaching__academic_year=current_year())


class GroupsTaught(RowsAudience):
    """Students of the groups that the teacher teaches in this academic year."""

    code, title = "taught", _("Students of a group that I teach")

    def rows(self, access: Access) -> QuerySet:
        person = access.user.person_id if access.user else None
        if person is None or "teacher" not in access.roles:
            return Group.objects.none()
        own = _this_year().filter(Q(teaching__teacher__person=person) | Q(teaching__assistant__person=person))
        return Group.objects.filter(pk__in=own.values("group")).order_by("name")

    def accounts(self, keys: Iterable[str]) -> Q:
        here = Student.objects.filter(current__status=STUDYING, current__group__in=[int(key) for key in keys])
        return Q(person__in=here.values("person"))


def own_teachers(access: Access) -> Q:
    """For a student: who teaches the own group, and with whom else one sits, in this academic year."""
    if "student" not in access.roles or access.user is None or access.user.person_id is None:
        return Q(pk__in=[])
    students = dict(Student.objects.filter(person=access.user.person_id).values_list("pk", "current__group"))
    sits = {one.teaching for one in sitting.seats(students=students, now=True)}
    taught = _this_year().filter(
        Q(group__in=[one for one in students.values() if one]) | Q(teaching__in=sits)
    )
    return Q(person__employee__in=taught.values("teaching__teacher")) | Q(
        person__employee__in=taught.values("teaching__assistant")
    )


register_audience(GroupsTaught())
register_people(own_teachers)
