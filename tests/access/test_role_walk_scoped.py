"""The role walk of the roles that work in a part of the university: a faculty, a kafedra, their own things."""

# ruff: noqa: F811 — fixtures are imported and asked for by name.

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from hemis.access import duties
from hemis.access.scope import Access
from tests.access.walking import _django_db_helper, open_all, read_once, walk, world  # noqa: F401

pytestmark = pytest.mark.django_db
SCOPED = {duties.FACULTY, duties.KAFEDRA, duties.OWN}


@pytest.mark.parametrize("role", [role for role, facts in duties.ROLES.items() if facts.scope in SCOPED])
def test_every_role_opens_what_its_duties_and_scope_reach(world, walk, role):
    open_all(world, walk, role)


def test_rows_outside_the_scope_are_not_changed_either(world, walk):
    """POST to every page about a row: who may not see it cannot send it a form."""
    wrong, tried = [], 0
    for role in ("dean", "head", "student", "tutor"):
        client = Client()
        client.force_login(world.walker)
        client.post(reverse("access_switch"), {"assignment": world.assignments[role].pk})
        access = Access.for_user(world.walker, chosen=world.assignments[role].pk)
        with read_once():
            for address, visit in walk:
                if visit.expect(access) != 404 or not visit.what:
                    continue
                tried += 1
                with transaction.atomic():
                    status = client.post(visit.path).status_code
                    transaction.set_rollback(True)
                if status not in {403, 404, 405}:
                    wrong.append(f"{role} {address.key} {visit.what}: {status}")
    assert wrong == [] and tried > 20
