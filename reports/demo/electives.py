"""What the students of the demo have chosen: each takes one of the alternatives of the own plan."""

from __future__ import annotations

import contextlib
import datetime

from django.db import connection
from django.utils import timezone

from curriculum import teacher_choice
from curriculum.actions import CurriculumError
from curriculum.electives import choosing, office, windows
from curriculum.models import CurriculumSemester, ElectiveCampaign
from curriculum.registrations import DAY
from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.people.models import User
from reports.demo import YEAR, pools

# By the number of the student, so that each alternative has its people and nothing is chosen twice.
CHOOSE = f"""
INSERT INTO curriculum_registration (version, student_id, curriculum_subject_id, basis, elective_group, is_active)
SELECT DISTINCT ON (p.student_id, s.semester_id, s.elective_group)
       1, p.student_id, s.id, 'chosen', s.elective_group, true
  FROM curriculum_curriculumsubject s
  JOIN curriculum_curriculumsemester m ON m.id = s.semester_id
  JOIN curriculum_groupcurriculum gc ON gc.curriculum_id = s.curriculum_id
  JOIN students_placement p ON p.group_id = gc.group_id AND p.status = '11' AND p.course = m.course
   AND p.valid_from <= {DAY} AND (p.valid_to IS NULL OR p.valid_to > {DAY})
 WHERE s.elective_group <> '' AND m.academic_year_id = %(year)s AND (m.number %% 2 = 1) = (%(term)s = '11')
   AND NOT EXISTS (
       SELECT 1 FROM curriculum_registration r
        WHERE r.student_id = p.student_id AND r.semester_id = s.semester_id AND r.elective_group = s.elective_group
   )
 ORDER BY p.student_id, s.semester_id, s.elective_group, (p.student_id + s.position) %% 2, s.id
"""  # noqa: S608


def choose_everything(year: int, term: str, day: datetime.date) -> int:
    """One alternative of every elective group for everybody who studies it; how many choices."""
    with connection.cursor() as cursor:
        cursor.execute(CHOOSE, {"year": year, "term": term, "day": day})
        return cursor.rowcount


CHOOSERS, PLACES = 15, 12  # a few wait, a few have not chosen yet
SPRING_CHOICES = (4, 6)


def open_windows(staff: dict[str, User]) -> None:
    """Each faculty has a choice of spring electives that is open now, and some students have chosen."""
    now = timezone.now()
    for n in range(1, len(pools.FACULTIES) + 1):
        dean = staff[f"dean{n}"]
        access = Access.for_user(dean)
        semester = _to_choose_in(access)
        if semester is None:
            continue
        with acting(dean.pk, "demo"):
            campaign = windows.open_campaign(
                semester,
                access=access,
                opens_at=now - datetime.timedelta(days=2),
                closes_at=now + datetime.timedelta(days=12),
                priority=ElectiveCampaign.BY_GPA if n % 2 == 0 else ElectiveCampaign.BY_TIME,
            )
            offers = list(campaign.offers.order_by("pk"))
            wanted = {one.pk: (PLACES, 5) for one in offers}
            office.set_offers(campaign, access=access, offers=wanted)
        _let_choose(campaign, offers)


def open_teachers(staff: dict[str, User]) -> None:
    """A faculty has a choice of teachers that is open now; some have chosen another group's."""
    now = timezone.now()
    for login, dean in sorted(staff.items()):
        access = Access.for_user(dean)
        semester = _to_choose_teachers_in(access) if login.startswith("dean") else None
        if semester is None:
            continue
        with acting(dean.pk, "demo"):
            campaign = windows.open_campaign(
                semester, access=access, opens_at=now - datetime.timedelta(days=2),
                closes_at=now + datetime.timedelta(days=5), priority=ElectiveCampaign.BY_TIME,
                kind=ElectiveCampaign.TEACHERS,
            )  # fmt: skip
        _let_choose(campaign, list(campaign.offers.order_by("pk")))
        return


def _to_choose_teachers_in(access: Access) -> CurriculumSemester | None:
    rows = CurriculumSemester.objects.for_scope(access.scope("elective.edit")).filter(
        academic_year=YEAR, pk__in=teacher_choice.lines_with_choice().values("semester")
    )
    return next((one for one in rows.order_by("pk") if windows.choosers(one).exists()), None)


def _to_choose_in(access: Access) -> CurriculumSemester | None:
    """The spring semester with most people who choose: of the third course, or in a small demo of the second."""
    rows = CurriculumSemester.objects.for_scope(access.scope("elective.edit")).filter(
        academic_year=YEAR, number__in=SPRING_CHOICES, curriculum__groups__isnull=False
    )
    found = [one for one in rows.order_by("-number", "pk").distinct() if windows.choosers(one).exists()]
    return max(found, key=lambda one: windows.choosers(one).count(), default=None)


def _let_choose(campaign: ElectiveCampaign, offers: list) -> None:
    people = list(windows.choosers(campaign.semester).order_by("pk").values_list("person", flat=True))
    # A quarter has not chosen yet, however few they are.
    people = people[: min(CHOOSERS, len(people) * 3 // 4)]
    users = {user.person_id: user for user in User.objects.filter(person__in=people)}
    for at, person in enumerate(people):
        user = users.get(person)
        if user is not None:
            with acting(user.pk, "demo"), contextlib.suppress(CurriculumError):  # own classes at that hour
                choosing.choose(offers[at % 7 // 5], access=Access.for_user(user))
