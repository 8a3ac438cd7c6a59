"""What the tests of orders share."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from movement.kinds import KINDS
from tests.factories import make_admission_setting, make_user
from tests.movement.kinds import Expulsion, Transfer
from tests.sharing import shared


@pytest.fixture(autouse=True)
def english():
    """Messages are compared in the language of the code."""
    with override("en"):
        yield


@shared
def faculty(db):
    return make_admission_setting()


@shared
def dean(faculty):
    return make_user("dean", faculty)


@shared
def rector(db):
    return make_user("rectorate")


@pytest.fixture
def more_kinds(monkeypatch):
    """Kinds of orders on students beside admission."""
    for kind in (Transfer, Expulsion):
        monkeypatch.setitem(KINDS, kind.code, kind)


@pytest.fixture
def no_checks(monkeypatch):
    """A context in which nothing is checked, to see what execution itself refuses."""
    from movement.actions import execution, flow

    def off(patch=monkeypatch):
        for module in (flow, execution):
            patch.setattr(module, "refuse_failures", lambda order, lines=None: None)
        patch.setattr(execution, "refuse_extra_failures", lambda order: None)

    return off
