"""The role walk of the roles that work in the whole university."""

# ruff: noqa: F811 — fixtures are imported and asked for by name.

from __future__ import annotations

import pytest

from hemis.access import duties
from tests.access.walking import _django_db_helper, open_all, walk, world  # noqa: F401

pytestmark = pytest.mark.django_db
SCOPED = {duties.FACULTY, duties.KAFEDRA, duties.OWN}


@pytest.mark.parametrize("role", [role for role, facts in duties.ROLES.items() if facts.scope not in SCOPED])
def test_every_role_opens_what_its_duties_reach(world, walk, role):
    open_all(world, walk, role)
