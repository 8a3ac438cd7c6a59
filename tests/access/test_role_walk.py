"""Every address × every role × own, colleague's and other faculty's rows, against the duty table (law 4).

Nothing here is written down page by page: what must come follows from the rule
that the view declares, the duties of the role and the place of the row.
"""

from __future__ import annotations

import copy
import math
from collections import Counter

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path, resolve, reverse

from curriculum.timetable.models import CalendarLink
from hemis.access import duties, guard, middleware
from hemis.access.activation import create_activation
from hemis.access.guard import PERMISSION, PUBLIC, SIGNED_IN, rule_for
from hemis.access.middleware import AccessMiddleware
from hemis.access.scope import Access
from movement.parents.actions import token_of
from movement.parents.models import ParentLink
from tests.access.addresses import FINE, Address, Undeclared, Visit, addresses, visits
from tests.access.world import OWN, World

# The mark sets the database up; how long it stays open is said by the fixtures below.
pytestmark = pytest.mark.django_db
NOT_FINE = {400, 403, 404, 405, 500}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """One database for the whole walk; nothing of it stays."""
    before, settings.MEDIA_ROOT = settings.MEDIA_ROOT, tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)
    settings.MEDIA_ROOT = before


@pytest.fixture
def _django_db_helper(world):
    """In the place of pytest-django's own, which would close the database after every test."""
    assert connection.settings_dict["NAME"].startswith("test_")
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def walk(world) -> list[tuple[Address, Visit]]:
    """Every try of every address that is not public or closed."""
    found, undeclared = [], []
    for address in addresses():
        if address.rule is None or address.rule.kind == PUBLIC:
            continue
        try:
            found += [(address, one) for one in visits(address, world)]
        except LookupError as error:
            undeclared.append(str(error))
    assert not undeclared, "\n".join(dict.fromkeys(undeclared))
    return found


def once_each(walk: list[tuple[Address, Visit]]) -> list[tuple[Address, Visit]]:
    """One try of each address, where the row makes no difference."""
    return list({address.route: (address, visit) for address, visit in walk}.values())


def may_by_the_table(role: str, permission: str) -> bool:
    """Straight from the table, past ``Access``."""
    return any(permission in one.permissions and role in one.roles for one in duties.DUTIES)


def decision(address: Address, access: Access, user, factory=RequestFactory()) -> int | None:  # noqa: B008
    """What the middleware says before the view is asked: 302, 403 or nothing."""
    request = factory.get("/")
    request.user, request.access, request.session = user, access, {}
    match = resolve("/")
    match.url_name, match.app_name, match.func = address.name, address.app_name, address.view
    request.resolver_match = match
    try:
        answer = AccessMiddleware(lambda _request: None).process_view(request, address.view, (), {})
    except PermissionDenied:
        return 403
    return answer.status_code if answer is not None else None


def knock(client: Client, where: str) -> tuple[str, int, str]:
    """GET, or POST where only that is taken; whatever it changed is undone."""
    client.raise_request_exception = False
    cookies = copy.deepcopy(client.cookies)
    for method in ("get", "post"):
        with transaction.atomic():
            answer = getattr(client, method)(where)
            # Read to the end: files and exports are written while they are sent.
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(True)
        assert content is not None
        client.cookies = copy.deepcopy(cookies)
        if answer.status_code != 405:
            break
    return method, answer.status_code, answer.get("Location", "")


def as_expected(expected, status: int, location: str) -> bool:
    if expected != FINE:
        return status == expected
    return status not in NOT_FINE and not location.startswith(f"{settings.LOGIN_URL}?next=")


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
    """The pages that the role may open, on rows inside and outside its scope, through the whole program."""
    client = Client()
    client.force_login(world.walker)
    client.post(reverse("access_switch"), {"assignment": world.assignments[role].pk})
    access = Access.for_user(world.walker, chosen=world.assignments[role].pk)
    wrong, seen = [], Counter()
    for address, visit in walk:
        expected = visit.expect(access)
        if expected == 403 and decision(address, access, world.walker) == 403:
            continue  # The middleware refuses, whatever the row: tried above and below.
        method, status, location = knock(client, visit.path)
        seen[expected] += 1
        if not as_expected(expected, status, location):
            wrong.append(f"{method} {visit.path} ({visit.what}): {status}, not {expected}")
    assert wrong == [], "\n".join(wrong)
    assert seen[FINE] > 5
    if duties.ROLES[role].scope == duties.FACULTY:
        assert seen[404] > 5, "rows of another faculty were tried"


def test_rows_outside_the_scope_are_not_changed_either(world, walk):
    """POST to every page about a row: who may not see it cannot send it a form."""
    wrong, tried = [], 0
    for role in ("dean", "head", "student", "tutor"):
        client = Client()
        client.force_login(world.walker)
        client.post(reverse("access_switch"), {"assignment": world.assignments[role].pk})
        access = Access.for_user(world.walker, chosen=world.assignments[role].pk)
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
    for address in public:
        if address.arguments:
            continue
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
