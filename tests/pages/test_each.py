"""A verb for many rows: each is done by itself, and whoever is refused is told with the reason."""

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import RequestFactory
from django.utils import translation

from hemis.pages.verbs import TOLD, each


class Refusal(Exception):
    """Why a row stays as it is."""


@pytest.fixture
def request_with_messages():
    request = RequestFactory().post("/")
    request.session = {}
    request._messages = FallbackStorage(request)
    return request


def halve(row):
    if row % 2:
        raise Refusal("it is odd")
    return row // 2


def told(request):
    return [str(one) for one in get_messages(request)]


def test_those_who_may_are_done_and_the_others_told(request_with_messages):
    assert each(request_with_messages, [2, 3, 4], halve, errors=Refusal) == 2
    assert told(request_with_messages) == ["3: it is odd"]


def test_many_refusals_are_counted(request_with_messages):
    with translation.override("en"):
        assert each(request_with_messages, range(1, 100, 2), halve, errors=Refusal) == 0
    found = told(request_with_messages)
    assert len(found) == TOLD + 1
    assert found[-1] == "Refused in all: 50"


def test_what_nobody_expected_is_not_swallowed(request_with_messages):
    with pytest.raises(TypeError):
        each(request_with_messages, ["a"], lambda row: row + 1, errors=Refusal)
