"""A link stands only where the page behind it may be opened."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hemis.access.guard import opens
from tests.factories import access_of, make_faculty, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "name", "expected"),
    [
        ("accounting", "finance_form_contracts", True),
        ("dean", "finance_form_contracts", False),
        ("dean", "home", True),
        ("dean", "account_login", True),
    ],
)
def test_a_page_opens_to_those_whose_duty_it_is(role, name, expected):
    user = make_user(role, make_faculty() if role == "dean" else None)
    assert opens(access_of(user), reverse(name) + "?year=2026") is expected


def test_an_address_that_leads_nowhere_opens_to_nobody():
    assert not opens(access_of(make_user("administrator")), "/nowhere/at/all/")
