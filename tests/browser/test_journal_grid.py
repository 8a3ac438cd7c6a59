"""The journal as a grid: kept by the keyboard, filled from Excel (duty 9.2)."""

from __future__ import annotations

import pytest

from attendance.models import Absence, CurrentMark
from tests.attendance import makers
from tests.browser.test_teachers_day import state_is

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.duty("9.2")
def test_the_grid_is_kept_by_the_keyboard_and_takes_a_paste(visit):
    school = makers.make_school()
    lessons = [school.lesson(2), school.lesson(1)]
    for lesson in lessons:
        makers.record(school, lesson)
    teacher = visit(school.teacher)
    teacher.go("attendance_journals_detail", school.teaching.pk)
    teacher.find("[data-cell]").first.click()
    keys = teacher.page.keyboard
    keys.press("Space")
    keys.press("ArrowDown")
    for figure in "75":
        keys.press(figure)
    keys.press("Enter")
    keys.press("k")
    keys.press("ArrowRight")
    state_is(teacher, "saved")
    first = lessons[0].record
    assert Absence.objects.get(record=first, kind=Absence.UNEXCUSED).hours == 2
    assert Absence.objects.filter(record=first, kind=Absence.LATE).count() == 1
    assert CurrentMark.objects.get(record=first).value == 75
    teacher.find("tbody tr:first-child [data-cell]").last.click()
    teacher.page.evaluate(
        "() => { const data = new DataTransfer(); data.setData('text', '81\\n82\\n83');"
        " document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true})); }"
    )
    state_is(teacher, "saved")
    assert sorted(CurrentMark.objects.filter(record=lessons[1].record).values_list("value", flat=True)) == [
        81,
        82,
        83,
    ]
