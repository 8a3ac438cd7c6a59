"""The board of a plan: subjects dragged between semesters, and the same by keyboard (duty 2.3)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Visitor
from tests.curriculum import makers

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.duty("2.3")
def test_subjects_are_dragged_between_semesters(visit):
    factories.make_university()
    faculty = factories.make_faculty()
    plan = makers.make_curriculum(faculty)
    first, second = plan.semesters.order_by("number")
    algebra, history = makers.add_subject(plan, 1), makers.add_subject(plan, 1)
    office = visit(factories.make_user("dean", faculty)).go(
        "curriculum_curricula_detail", plan.pk, tab="plan"
    )

    # Into a semester that has no subjects yet: the board and its totals are redrawn, nothing else.
    row(office, history).locator("td").nth(2).drag_to(zone(office, second))
    expect(zone(office, second).locator("tr[data-subject]")).to_have_count(1)
    expect(zone(office, first).locator("tr[data-subject]")).to_have_count(1)
    history.refresh_from_db()
    assert history.semester == second
    # Back again, before the other subject: upper half of its row.
    row(office, history).locator("td").nth(2).drag_to(
        row(office, algebra).locator("td").nth(2), target_position={"x": 10, "y": 2}
    )
    expect(zone(office, first).locator("tr[data-subject]")).to_have_count(2)
    assert list(first.subjects.order_by("position")) == [history, algebra]
    # Who does not drag moves by the list of semesters in the row.
    form = row(office, algebra).locator("form").nth(1)
    form.locator("select").select_option(str(second.pk))
    with office.page.expect_navigation():
        form.locator("button").press("Enter")
    algebra.refresh_from_db()
    assert algebra.semester == second


def row(office: Visitor, subject):
    return office.find(f"tr[data-subject='{subject.pk}']")


def zone(office: Visitor, semester):
    return office.find(f"[data-drop='{semester.pk}']")
