"""Whom one may write to among the students, and whom a student may write to (menu Xabarlar)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.access.holders import holders
from hemis.access.scope import Access
from hemis.classifiers import queries as classifiers
from hemis.mailbox.audiences import (
    BROADCAST,
    FOUND,
    Audience,
    RowsAudience,
    register_audience,
    register_people,
)
from structure.models import Unit
from students.models import Group, Student, TutorGroup

STUDYING = "11"
WHOLE_FACULTY = ""


def students_in_care(access: Access) -> Q:
    """Students whom a duty shows: of the faculty, of the tutor's groups."""
    if not access.can("student.view"):
        return Q(pk__in=[])
    seen = Student.objects.for_scope(access.scope("student.view"))
    return Q(person__in=seen.filter(current__status=STUDYING).values("person"))


def who_cares_for_a_student(access: Access) -> Q:
    """For a student: the tutor of the own group and the dean's office of the own faculty."""
    if "student" not in access.roles or access.user is None or access.user.person_id is None:
        return Q(pk__in=[])
    studies = Student.objects.filter(person=access.user.person_id, current__isnull=False)
    groups, faculties = set(), set()
    for group, faculty in studies.values_list("current__group", "current__faculty"):
        groups.add(group)
        faculties.add(faculty)
    tutors = TutorGroup.objects.on(timezone.localdate()).filter(group__in=groups)
    found = Q(person__employee__in=tutors.values("employee"))
    for faculty in faculties:
        offices = holders("application.decide", faculty_id=faculty, roles=frozenset({"dean"}))
        found |= Q(pk__in=offices.values("pk"))
    return found


def _studying(**where) -> Q:
    here = Student.objects.filter(current__status=STUDYING, **where)
    return Q(person__in=here.values("person"))


class StudentsOfGroup(RowsAudience):
    """Who studies in a group today."""

    code, title = "group", _("Students of a group")

    def rows(self, access: Access) -> QuerySet:
        here = Student.objects.filter(current__status=STUDYING, current__group=OuterRef("pk"))
        return Group.objects.for_scope(access.scope(BROADCAST)).filter(Exists(here)).order_by("name")

    def accounts(self, keys: Iterable[str]) -> Q:
        return _studying(current__group__in=[int(key) for key in keys])


class StudentsOfCourse(Audience):
    """Who studies on a course of a faculty, or in the whole faculty: keys are ``faculty-course``."""

    code, title = "course", _("Students of a faculty or of one of its courses")

    def _all(self, access: Access) -> dict[str, str]:
        scope = access.scope(BROADCAST)
        if not scope.everything and not scope.faculty_ids:
            return {}
        faculties = Unit.objects.faculties().filter(is_active=True).order_by("code")
        if not scope.everything:
            faculties = faculties.filter(pk__in=scope.faculty_ids)
        courses = {WHOLE_FACULTY: str(_("all courses"))} | dict(classifiers.choices("h_course"))
        return {
            f"{unit.pk}-{code}": f"{unit.get_name_display()} · {title}"
            for unit in faculties
            for code, title in courses.items()
        }

    def options(self, access: Access, text: str = "") -> list[tuple[str, str]]:
        wanted = text.lower()
        return [one for one in self._all(access).items() if wanted in one[1].lower()][:FOUND]

    def named(self, access: Access, keys: Iterable[str]) -> dict[str, str]:
        known = self._all(access)
        return {key: known[key] for key in keys if key in known}

    def accounts(self, keys: Iterable[str]) -> Q:
        found = Q(pk__in=[])
        for key in keys:
            faculty, _dash, course = key.partition("-")
            where = {"current__faculty": int(faculty)} | ({"current__course": course} if course else {})
            found |= _studying(**where)
        return found


register_people(students_in_care)
register_people(who_cares_for_a_student)
register_audience(StudentsOfGroup())
register_audience(StudentsOfCourse())
