"""A student's test on a phone with the network cut in the middle; a teacher's topics by mouse and keyboard."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from curriculum.materials import actions
from curriculum.models import Topic
from grading.tasks import queries
from grading.tasks.models import Attempt, TaskStudent
from grading.tasks.rules import Quota
from tests.browser.conftest import PHONE
from tests.tasks.makers import Class

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def klass(server) -> Class:
    found = Class(students=1)
    found.bank()
    return found


@pytest.mark.duty("9.1", "S")
def test_a_test_survives_a_lost_connection(visit, klass):
    test = klass.test(Quota(2, "Kirish", 1), Quota(4, "Turli"), duration=60)
    row = klass.row(test.task)
    one = visit(klass.account(), size=PHONE)
    one.page.on("dialog", lambda dialog: dialog.accept())
    one.go("my_task", row.pk).press(f"form[action='{reverse('my_test_begin', args=[row.pk])}'] button")
    attempt = Attempt.objects.get(task_student=row)
    singles = [sheet for sheet in queries.sheet_of(attempt) if sheet.question.kind == "single"]
    short = next(sheet for sheet in queries.sheet_of(attempt) if sheet.question.kind == "short")
    right = {sheet.pk: sheet.question.answers.get(share=100).pk for sheet in singles}

    def tick(sheet):
        one.find(f"input[name='chosen_{sheet.position}'][value='{right[sheet.pk]}']").check()

    def is_saved(sheet) -> bool:
        sheet.refresh_from_db()
        return sheet.chosen == [right[sheet.pk]]

    tick(singles[0])
    expect(one.find("[data-saved]")).to_have_text("saqlandi")
    assert is_saved(singles[0])
    # The network goes; the student goes on, sees that it is gone, and even loses the page.
    one.page.context.set_offline(True)
    tick(singles[1])
    one.find(f"[name='text_{short.position}']").fill("O'zbekiston")
    one.find(f"[name='text_{short.position}']").blur()
    expect(one.find("[data-offline]")).to_be_visible()
    assert not is_saved(singles[1])
    one.page.context.set_offline(False)
    one.page.reload()
    expect(one.find("[data-saved]")).to_have_text("saqlandi")
    assert is_saved(singles[1])
    short.refresh_from_db()
    assert short.text == "O'zbekiston"
    assert one.find(f"[name='text_{short.position}']").input_value() == "O'zbekiston"
    expect(one.find("[data-answered]")).to_have_text("3")
    one.press("[data-finish]")
    attempt.refresh_from_db()
    assert attempt.state == Attempt.FINISHED
    assert dict(attempt.answers.values_list("question__kind", "score"))["short"] == 1
    assert TaskStudent.objects.get(pk=row.pk).points > 0
    assert one.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.duty("8.2", "9.1")
def test_topics_change_places_by_mouse_and_by_keyboard(visit, klass):
    for name in ("Birinchi", "Ikkinchi", "Uchinchi"):
        actions.add_topic(klass.line, access=klass.access, training_type="13", name=name)

    def order() -> list[str]:
        return list(Topic.objects.filter(curriculum_subject=klass.line).values_list("name", flat=True))

    one = visit(klass.user).go("curriculum_topics_detail", klass.line.pk, tab="topics")
    rows = one.find("[data-topics] tbody tr")
    with one.page.expect_navigation():
        rows.nth(0).locator("td").first.drag_to(rows.nth(2).locator("td").first)
    assert order() == ["Ikkinchi", "Uchinchi", "Birinchi"]
    with one.page.expect_navigation():
        one.find("[data-topics] [data-step=up]").nth(2).press("Enter")
    assert order() == ["Ikkinchi", "Birinchi", "Uchinchi"]
    one.find("[data-topics] input[name^=name_]").first.fill("Yangi nom")
    one.press("button[form^=names-]")
    assert order()[0] == "Yangi nom"
