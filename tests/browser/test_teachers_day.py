"""A teacher's day on a phone-sized screen, with the network cut in the middle (duty 9.2)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from attendance.models import Absence, CurrentMark, LessonRecord, SavedChange
from tests.attendance import makers
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def state_is(visitor, kind: str) -> None:
    visitor.page.wait_for_selector(f".hemis-saving.is-{kind}", state="visible")


def choose(visitor, student, presence: str) -> None:
    """One tap."""
    box = visitor.find(f"[name='presence-{student.pk}'][value='{presence}']")
    assert box.evaluate("e => e.getBoundingClientRect().height") >= 44
    # Not under the bar that keeps to the bottom.
    box.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")
    box.check()


@pytest.mark.duty("9.2")
def test_a_teachers_day_with_the_network_cut_in_the_middle(visit):
    school = makers.make_school()
    makers.make_topics(school.lines[0])
    lesson, other = school.lesson(1), school.lesson(1, pair=2)
    one, two, three = school.students
    teacher = visit(school.teacher, size=PHONE)
    teacher.go("attendance_today", day=f"{lesson.day}")
    assert teacher.find(".hemis-class.is-missing").count() == 2
    # One tap opens the lesson, one tap marks an absence; the topic stands there already.
    teacher.press(f"a[href='{reverse('attendance_lessons_detail', args=[lesson.pk])}']")
    assert "1-mavzu" in teacher.find("#topic option:checked").inner_text()
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert teacher.page.evaluate(wide)
    choose(teacher, one, "2")
    state_is(teacher, "saved")
    assert Absence.objects.get().student == one and LessonRecord.objects.get().topic.name == "1-mavzu"

    # The network goes. Nothing typed is lost, and the page says that it waits.
    teacher.page.context.set_offline(True)
    choose(teacher, two, "late")
    choose(teacher, one, "present")
    teacher.find(f"#mark-{three.pk}").fill("86")
    teacher.find(f"#mark-{three.pk}").press("Enter")
    state_is(teacher, "waiting")
    assert Absence.objects.get().student == one and not CurrentMark.objects.exists()
    assert teacher.find("[data-present]").inner_text() == "3"

    # It comes back: what waited arrives by itself, once.
    teacher.page.context.set_offline(False)
    state_is(teacher, "saved")
    assert [(a.student, a.kind) for a in Absence.objects.all()] == [(two, Absence.LATE)]
    assert CurrentMark.objects.get().value == 86
    assert SavedChange.objects.count() == len(set(SavedChange.objects.values_list("key"))) <= 4

    # The answer to a change gets lost on its way: it is sent again with the same key and counts once.
    lost = []

    def lose_the_first_answer(route):
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    teacher.page.route("**/save/", lose_the_first_answer)
    keys = SavedChange.objects.count()
    choose(teacher, three, "1")
    state_is(teacher, "waiting")
    state_is(teacher, "saved")
    assert lost == [200] and SavedChange.objects.count() == keys + 1
    assert Absence.objects.get(student=three).hours == 1

    # Everybody is there: one press records the lesson. The grid shows both.
    teacher.go("attendance_lessons_detail", other.pk)
    teacher.find("[data-save]").click()
    state_is(teacher, "saved")
    assert LessonRecord.objects.count() == 2 and not Absence.objects.filter(record__lesson=other).exists()
    teacher.go("attendance_today", day=f"{lesson.day}")
    assert teacher.find(".hemis-class.is-held").count() == 2
