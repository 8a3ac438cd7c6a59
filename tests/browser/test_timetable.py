"""The timetable's grid by mouse and by keyboard: placing, moving, swapping, and what a clash says (duty 2.3)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from curriculum.models import Lesson
from tests.browser.conftest import PHONE
from tests.curriculum.timetable.test_lessons import MONDAY, Faculty

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def cell(office, pair, day=MONDAY):
    return office.find(f"td[data-day='{day.isoformat()}'][data-pair='{pair.pk}']")


@pytest.mark.duty("2.3")
def test_placing_and_moving_by_mouse_and_by_keyboard(visit):
    faculty = Faculty()
    teaching, other = faculty.teaching(hours=8), faculty.teaching(1, hours=2)
    blocked = faculty.teaching(2, faculty.other, teacher=teaching.teacher)
    faculty.place(blocked, pair=3, room=faculty.second)
    office = visit(faculty.dean)
    grid = f"{reverse('timetable')}?view=group&id={faculty.group.pk}&day={MONDAY.isoformat()}"
    office.open(grid)
    # Dragged from the list of hours left.
    with office.page.expect_navigation():
        office.find(f"[data-teaching='{teaching.pk}']").drag_to(cell(office, faculty.pairs[1]))
    lesson = Lesson.objects.get(teaching=teaching)
    assert (lesson.day, lesson.pair) == (MONDAY, faculty.pairs[1])
    # Dragged to another pair.
    with office.page.expect_navigation():
        office.find(f"[data-lesson='{lesson.pk}']").drag_to(cell(office, faculty.pairs[2]))
    lesson.refresh_from_db()
    assert lesson.pair == faculty.pairs[2]
    # To a pair where the teacher is busy: nothing changes, it is said why, and free places are offered.
    office.find(f"[data-lesson='{lesson.pk}']").drag_to(cell(office, faculty.pairs[3]))
    office.find("#timetable-answer .alert-danger").wait_for()
    assert blocked.subject.name in office.text("#timetable-answer")
    assert "is-clash" in (cell(office, faculty.pairs[3]).get_attribute("class") or "")
    with office.page.expect_navigation():
        office.find("#timetable-answer form button").first.click()
    lesson.refresh_from_db()
    assert lesson.pair != faculty.pairs[3] or lesson.day != MONDAY
    # By keyboard: Enter takes, arrows choose, Enter puts.
    office.open(grid)
    before = (lesson.day, lesson.pair_id)
    office.find(f"[data-teaching='{other.pk}']").focus()
    office.page.keyboard.press("Enter")
    office.page.keyboard.press("ArrowRight")
    with office.page.expect_navigation():
        office.page.keyboard.press("Enter")
    placed = Lesson.objects.get(teaching=other)
    assert placed.day.weekday() == 1 and placed.pair == faculty.pairs[1]
    # A lesson put down on another one changes places with it.
    with office.page.expect_navigation():
        office.find(f"[data-lesson='{placed.pk}']").drag_to(office.find(f"[data-lesson='{lesson.pk}']"))
    placed.refresh_from_db()
    assert (placed.day, placed.pair_id) == before
    phone = visit(faculty.dean, size=PHONE).open(grid)
    assert phone.find(".hemis-days").is_visible() and not phone.find(".hemis-timetable").is_visible()
