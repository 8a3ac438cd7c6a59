"""What the role walk stands on: one world, every try of every address, and how to knock."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from hemis.access import duties
from hemis.access.backends import PersonBackend
from hemis.access.guard import PUBLIC
from hemis.access.middleware import AccessMiddleware
from hemis.access.scope import Access
from hemis.pages import errors
from tests.access.addresses import FINE, Address, Visit, addresses, visits
from tests.access.world import WHERE, World

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


@contextmanager
def read_once() -> Iterator[None]:
    """Who walks is read from the database once for many visits, and each page of refusal is drawn once.

    Whatever a visit writes is undone after it, so the session, the account and its roles stay as they were; a page
    of refusal says the same wherever it is met.
    """
    account, roles, whole = PersonBackend.get_user, Access.for_user, errors._within_the_house

    @cache
    def session_row(key: str) -> Any:
        return stored(SessionStore(key))

    @cache
    def known_account(user_id: str) -> Any:
        return account(PersonBackend(), user_id)

    known_roles: dict[tuple[int, int | None], Access] = {}

    def access(user: Any, *, chosen: int | None = None) -> Access:
        known = known_roles.get((user.pk, chosen)) or roles(user, chosen=chosen)
        known_roles[user.pk, chosen] = known
        return Access(user, list(known.assignments), list(known.active))

    drawn: set[tuple[int, str]] = set()

    def refusal(request: HttpRequest, status: int, template: str = "") -> HttpResponse:
        if (status, template) in drawn:
            return HttpResponse(status=status)
        drawn.add((status, template))
        return whole(request, status, template)

    stored = SessionStore._get_session_from_db
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SessionStore, "_get_session_from_db", lambda store: session_row(store.session_key))
        patch.setattr(PersonBackend, "get_user", lambda _backend, pk: copy.deepcopy(known_account(str(pk))))
        patch.setattr(Access, "for_user", access)
        patch.setattr(errors, "_within_the_house", refusal)
        yield


@contextmanager
def undrawn() -> Iterator[None]:
    """Views do all they do but for the drawing of the page: what they refuse, they refuse before."""
    whole = loader.render_to_string

    def draw(
        template: Any, context: Any = None, request: HttpRequest | None = None, using: Any = None
    ) -> str:
        return "" if request is not None else whole(template, context, request, using)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "render_to_string", draw)
        yield


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


def open_all(world: World, walk: list[tuple[Address, Visit]], role: str) -> None:
    """The pages that the role may open, on rows inside and outside its scope, through the whole program."""
    client = Client()
    client.force_login(world.walker)
    client.post(reverse("access_switch"), {"assignment": world.assignments[role].pk})
    access = Access.for_user(world.walker, chosen=world.assignments[role].pk)
    wrong, seen = [], Counter()
    # To whom the whole university is open, a colleague's row and another faculty's are like the own.
    everywhere = duties.ROLES[role].scope == duties.UNIVERSITY
    tried: set[tuple[Address, object]] = set()
    drawn: set[Address] = set()
    with read_once():
        for address, visit in walk:
            expected = visit.expect(access)
            if everywhere and visit.what in WHERE:
                if (address, expected) in tried:
                    continue
                tried.add((address, expected))
            if expected == 403 and decision(address, access, world.walker) == 403:
                continue  # The middleware refuses, whatever the row: tried above and below.
            # The own row's page is drawn; a colleague's is the same template for the same eyes.
            with undrawn() if address in drawn and visit.what in WHERE else nullcontext():
                method, status, location = knock(client, visit.path)
            if expected == FINE and status == 200:
                drawn.add(address)
            seen[expected] += 1
            if not as_expected(expected, status, location):
                wrong.append(f"{method} {visit.path} ({visit.what}): {status}, not {expected}")
    assert wrong == [], "\n".join(wrong)
    assert seen[FINE] > 5
    if duties.ROLES[role].scope == duties.FACULTY:
        assert seen[404] > 5, "rows of another faculty were tried"
