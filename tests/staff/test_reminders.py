"""Teachers hear of a training or an election that is due (duties 2.5, 3.4, 8.1)."""

import datetime

import pytest

from hemis.notices.models import Notice
from staff import reminders
from staff.models import Development
from tests import factories
from tests.staff import makers

pytestmark = [pytest.mark.django_db, pytest.mark.duty("8.1")]
DAY = datetime.date(2026, 11, 26)


def test_who_is_due_is_told_once_a_month_and_nobody_else():
    factories.make_university()
    late, fine, closed = (
        makers.teacher(makers.kafedra(1), name) for name in ("Kechikov", "Yaxshiyev", "Ketgan")
    )
    users = [factories.make_user(person=one.person) for one in (late, fine, closed)]
    type(users[2]).objects.filter(pk=users[2].pk).update(is_active=False)
    Development.objects.create(
        employee=fine, place="12", institution="Markaz", title="Kurs", hours=144,
        begin_date=datetime.date(2026, 2, 1), end_date=datetime.date(2026, 3, 1),
    )  # fmt: skip
    # Both stood in no competition yet; one was trained this year.
    assert reminders.remind(DAY) == 3
    assert reminders.remind(DAY) == 0
    told = Notice.objects.order_by("user", "code").values_list("user", "code")
    assert list(told) == [
        (users[0].pk, "development_due"),
        (users[0].pk, "term_ends"),
        (users[1].pk, "term_ends"),
    ]
