"""Who studies what and who teaches it: registrations and teachings of the last year and of this autumn."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.db.models import Count
from django.utils import timezone

from curriculum import registrations
from curriculum.models import Registration, Teaching
from curriculum.teachings import forming, giving, shaping
from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.people.models import User
from reports.demo import YEAR
from reports.demo.electives import choose_everything, open_teachers, open_windows
from reports.demo.statistics import analyze
from staff.models import Position
from students.models import Division

SEMINAR = "14"
HALF_YEARS = ((YEAR - 1, "11"), (YEAR - 1, "12"), (YEAR, "11"))


def build(staff: dict[str, User], *, tell: Callable[[str], None]) -> None:
    """Every group of every course studies by its approved plan, and every teaching has a teacher."""
    today = timezone.localdate()
    with acting(staff["academic"].pk, "demo"):
        for year, term in HALF_YEARS:
            registrations.register_half_year(year=year, term=term, day=today)
            choose_everything(year, term, today)
        analyze()
        office = Access.for_user(staff["academic"])
        for year, term in HALF_YEARS:
            forming.form(access=office, year=year, term=term, day=today)
    _teach_in_subgroups(staff)
    _give_to_teachers(staff)
    _name_responsible()
    open_windows(staff)
    open_teachers(staff)
    tell(f"{Registration.objects.count()} registrations, {Teaching.objects.count()} teachings")


def _teach_in_subgroups(staff: dict[str, User]) -> None:
    """In a group that is divided for the language, one seminar is held before each of its subgroups."""
    heads = {
        post.unit_id: user
        for login, user in staff.items()
        if login.startswith("head")
        for post in Position.objects.filter(employee__person=user.person_id, post="16")
    }
    for division in Division.objects.order_by("pk"):
        rows = Teaching.objects.filter(
            academic_year=YEAR, training_type=SEMINAR, kafedra__in=heads, audience__group=division.group_id
        )
        teaching = rows.annotate(groups=Count("audience")).filter(groups=1).order_by("pk").first()
        if teaching is not None:
            head = heads[teaching.kafedra_id]
            with acting(head.pk, "demo"):
                shaping.part_by_subgroups(teaching, access=Access.for_user(head), division=division.pk)


def _name_responsible() -> None:
    """Who lectures a subject of a plan is responsible for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE curriculum_curriculumsubject s SET teacher_id = l.teacher_id
              FROM (SELECT DISTINCT ON (a.curriculum_subject_id) a.curriculum_subject_id, t.teacher_id
                      FROM curriculum_teachingaudience a JOIN curriculum_teaching t ON t.id = a.teaching_id
                     WHERE t.training_type = '11' AND t.teacher_id IS NOT NULL
                     ORDER BY a.curriculum_subject_id, t.id) l
             WHERE l.curriculum_subject_id = s.id
            """
        )


def _give_to_teachers(staff: dict[str, User]) -> None:
    """Each head of department gives the kafedra's teachings to its teachers evenly."""
    for login, user in staff.items():
        if not login.startswith("head"):
            continue
        kafedra = Position.objects.get(employee__person=user.person_id, post="16").unit_id
        with acting(user.pk, "demo"):
            giving.distribute(Teaching.objects.filter(kafedra=kafedra), access=Access.for_user(user))
