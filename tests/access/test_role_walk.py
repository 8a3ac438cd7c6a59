"""Every address × every role × own, colleague's and other faculty's rows, against the duty table (law 4).

Nothing here is written down page by page: what must come follows from the rule
that the view declares, the duties of the role and the place of the row.
"""

# ruff: noqa: F811 — fixtures are imported and asked for by name.

from __future__ import annotations

import math

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path, resolve, reverse

from curriculum.timetable.models import CalendarLink
from hemis.access import duties, guard, middleware
from hemis.access.activation import create_activation
from hemis.access.guard import PERMISSION, PUBLIC, SIGNED_IN, rule_for
from hemis.access.middleware import AccessMiddleware
from hemis.access.scope import Access
from movement.parents.actions import token_of
from movement.parents.models import ParentLink
from tests.access import papers
from tests.access.addresses import Address, Undeclared, Visit, addresses, visits
from tests.access.walking import _django_db_helper, decision, knock, open_all, read_once, walk, world  # noqa: F401
from tests.access.world import OWN

# The mark sets the database up; how long it stays open is said by the fixtures below.
pytestmark = pytest.mark.django_db


def once_each(walk: list[tuple[Address, Visit]]) -> list[tuple[Address, Visit]]:
    """One try of each address, where the row makes no difference."""
    return list({address.route: (address, visit) for address, visit in walk}.values())


def may_by_the_table(role: str, permission: str) -> bool:
    """Straight from the table, past ``Access``."""
    return any(permission in one.permissions and role in one.roles for one in duties.DUTIES)


def test_every_address_declares_whose_it_is_or_stays_closed():
    """Ours all say; of the libraries' pages, those that are not named are closed to everybody."""
    ours = [one for one in addresses() if not one.view.__module__.startswith(("allauth.", "django.contrib"))]
    assert [one.key for one in ours if one.rule is None] == []
    closed = [one for one in addresses() if one.rule is None]
    assert {"account_signup", "account_email", "account_reset_password"} <= {one.name for one in closed}
    named = {one.name for one in addresses()}
    assert set(guard.LIBRARY_RULES) <= named, "a rule for a page that is no more"


def test_a_view_that_declares_nothing_is_closed(settings, client):
    """The next view that somebody forgets to declare."""
    from tests.access import world as module  # Any module can carry an urlconf.

    module.urlpatterns = [path("forgotten/", lambda request: HttpResponse("secret"))]
    settings.ROOT_URLCONF = module.__name__
    request = RequestFactory().get("/forgotten/")
    request.user, request.access, request.session = AnonymousUser(), Access(), {}
    request.resolver_match = resolve("/forgotten/", module.__name__)
    with pytest.raises(PermissionDenied):
        AccessMiddleware(lambda _request: None).process_view(request, request.resolver_match.func, (), {})
    del module.urlpatterns


@pytest.mark.duty("0.1")
@pytest.mark.parametrize("role", duties.ROLES)
def test_the_middleware_decides_by_the_duty_table(world, role):
    """All addresses, before any view runs: 403 for whoever has not the duty, and for nobody else."""
    assert f"{AccessMiddleware.__module__}.{AccessMiddleware.__name__}" in settings.MIDDLEWARE
    access = Access.for_user(world.walker, chosen=world.assignments[role].pk)
    assert access.roles == {role}
    wrong = []
    for address in addresses():
        rule = address.rule
        allowed = rule is not None and (rule.kind != PERMISSION or may_by_the_table(role, rule.permission))
        if decision(address, access, world.walker) != (None if allowed else 403):
            wrong.append(address.key)
    assert wrong == []


@pytest.mark.parametrize("role", duties.ROLES)
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


def test_without_a_role_every_duty_is_refused(world, walk):
    """The whole program, for an account that nobody gave a role."""
    from tests import factories

    client = Client()
    client.force_login(factories.make_user())
    wrong = []
    with read_once():
        for address, visit in once_each(walk):
            if address.rule.kind != PERMISSION:
                continue
            status = client.get(visit.path).status_code
            if status != 403:
                wrong.append(f"{visit.path}: {status}")
    assert wrong == []


def test_strangers_are_sent_to_the_sign_in(world, walk):
    client = Client()
    wrong = []
    for address, visit in once_each(walk):
        answer = client.get(visit.path)
        if answer.status_code != 302 or not answer["Location"].startswith(settings.LOGIN_URL):
            wrong.append(f"{address.key}: {answer.status_code}")
    assert wrong == []


def test_pages_that_are_closed_are_closed_to_all(world):
    stranger, insider = Client(), Client()
    insider.force_login(world.walker)
    for address in addresses():
        if address.rule is None:
            where = address.path(*["abc"] * len(address.arguments))
            assert {stranger.get(where).status_code, insider.get(where).status_code} <= {403, 404}, where


def test_only_what_says_so_is_public(world):
    """Public pages answer strangers; there are few of them, and each is known."""
    public = [one for one in addresses() if one.rule is not None and one.rule.kind == PUBLIC]
    client = Client()
    # Without their keys the addresses of payment systems are not there.
    keys = {"PAYME_KEY": "key", "CLICK_SECRET_KEY": "key", "CLICK_SERVICE_ID": "1"}
    for address in public:
        if address.arguments:
            continue
        with override_settings(**keys):
            _method, status, location = knock(client, address.path())
        assert status in {200, 302, 422}, address.key
        if address.name not in {"account_logout", "mfa_authenticate"}:
            assert not location.startswith(settings.LOGIN_URL), address.key


# How a token of each public address is made. A new public address with an argument needs a line here.
TOKENS = {
    "activate": lambda world: create_activation(world.walker).rstrip("/").rsplit("/", 1)[-1],
    "verify": lambda world: world.document(OWN).token,
    "timetable_calendar": lambda world: (
        CalendarLink.objects.get_or_create(person=world.persons[OWN], revoked_at=None)[0].token
    ),
    "graduate_survey": lambda world: papers.survey_token(world, OWN),
    "parent_order": lambda world: token_of(world.row("", ParentLink, OWN).obj),
}
ALPHABET = 64  # URL-safe base64.


def test_public_addresses_take_only_tokens_of_128_bits(world):
    """Vector 4: no public address takes a number, a code or a name."""
    for address in addresses():
        if address.rule is None or address.rule.kind != PUBLIC or not address.arguments:
            continue
        assert address.name in TOKENS, f"{address.key} is public: say how its token is made"
        assert address.arguments == ["token"], address.key
        tokens = {str(TOKENS[address.name](world)) for _ in range(3)}
        assert all(len(token) * math.log2(ALPHABET) >= 128 for token in tokens), address.key
        client = Client()
        known = client.get(address.path(next(iter(tokens)))).status_code
        assert known in {200, 410}
        for guess in ("1", "303", "AB1234567", "a" * 22):
            assert client.get(address.path(guess)).status_code in {404, 410}, address.key


def test_the_walk_misses_no_page(world):
    """A new page with an argument that nobody described is noticed."""
    unknown = Address("nowhere/<int:pk>/", "nowhere", "", lambda request: None, guard.Rule(SIGNED_IN))
    with pytest.raises(Undeclared):
        visits(unknown, world)


def test_rules_of_libraries_hold_for_their_own_pages_only():
    """A view of ours cannot borrow the rule of a library's page by its name."""

    def view(request):
        return HttpResponse()

    assert rule_for(view, url_name="account_login") is None
    assert middleware.rule_for is rule_for
