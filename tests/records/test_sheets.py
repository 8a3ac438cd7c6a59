"""Topics from Excel: offered or given to a student at once, every fault at its cell (duty 8.3)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hemis.sheets.reading import Table
from records import actions
from records.models import GraduationTopic
from records.sheets import TopicsSheet
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.duty("8.3")]
HEADERS = [
    "Mutaxassislik kodi",
    "Mavzu",
    "Mavzu (inglizcha)",
    "Ilmiy rahbar",
    "Taqrizchi",
    "Talaba ID raqami",
]


@pytest.fixture
def _django_db_helper(world):
    """In the place of pytest-django's own, which would close the database after every test."""
    yield


def checked(world, *rows: list[str]):
    sheet = TopicsSheet(world.access("head"), {})
    return sheet, sheet.check(Table(HEADERS, list(rows), list(range(2, len(rows) + 2))))


def row(
    world, title: str, *, student: str = "", supervisor: str = "", code: str = "", reviewer: str = ""
) -> list[str]:
    return [
        code or world.speciality.code, title, "", supervisor or world.teacher.person.full_name, reviewer, student,
    ]  # fmt: skip


def test_new_topics_are_offered_and_given_out(world):
    one, other = world.students[:2]
    rows = (row(world, "Aqlli bino", student=one.number), row(world, "Tarmoq himoyasi"))
    sheet, found = checked(world, *rows)
    assert not found.faults and len(found.good) == 2
    assert sheet.plan(found.good).added == 2
    sheet.save(found.good)
    given, offered = (GraduationTopic.objects.get(title=each[1]) for each in rows)
    assert (given.student, given.state, given.kafedra) == (one, "assigned", world.kafedra)
    assert (offered.state, offered.supervisor) == ("offered", world.teacher)
    again, found = checked(
        world,
        rows[0],
        row(world, "Tarmoq himoyasi", supervisor=world.teacher.number, reviewer="B. Taqrizchi"),
    )
    saved = again.save(found.good)
    assert (saved.added, saved.changed, saved.unchanged) == (0, 1, 1)
    offered.refresh_from_db()
    assert offered.reviewer == "B. Taqrizchi"
    actions.assign_topic(offered, access=world.access("head"), student=other)


def test_faults_stand_at_their_cells(world):
    taken, elsewhere = world.students[0], factories.make_students(factories.make_faculty("303-109"), 1)[0]
    actions.assign_topic(world.topic(), access=world.access("head"), student=taken)
    free = world.students[1].number
    _sheet, found = checked(
        world,
        row(world, "A", code="99999999"),
        row(world, "B", supervisor="Yoʻq odam"),
        row(world, "C"),
        row(world, "C"),
        row(world, "D", student=taken.number),
        row(world, "E", student=elsewhere.number),
        row(world, "F", student=free),
        row(world, "G", student=free),
        row(world, ""),
    )
    codes = [one.fault for one in sorted(found.faults, key=lambda one: one.row)]
    assert codes == [
        "unknown_speciality", "unknown_teacher", "twice_in_file", "wrong_student", "wrong_student", "twice_in_file",
        "missing_name",
    ]  # fmt: skip


def test_the_upload_is_offered_to_the_kafedra(world):
    head = factories.client_of(world.head)
    page = head.get(reverse("records_topics_list")).content.decode()
    assert reverse("records_topics_upload") in page
    assert head.get(reverse("records_topics_upload"), follow=True).status_code == 200
    assert head.get(reverse("sheet_template", args=[TopicsSheet.code])).status_code == 200
