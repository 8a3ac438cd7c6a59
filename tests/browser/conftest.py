"""Headless Chromium on a live server; every page is watched for errors of scripts, styles and the CSP.

One university is built for a whole file (real commits, emptied at its end), because making it anew for every
test would cost more than the tests. The server runs in threads of this process and jobs run at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.conf import settings as project
from django.contrib.staticfiles import handlers
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection, connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client, override_settings
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from hemis.people.models import User
from tests import factories
from tests.browser.chromium import ARGS, chromium_path
from tests.emptying import put_back

WIDE, PHONE = {"width": 1366, "height": 850}, {"width": 390, "height": 844}
# Only a guard against hanging for ever, in milliseconds; jobs run while one waits for the page.
GUARD = 120_000


@pytest.fixture
def _django_db_helper(server: LiveServer) -> None:
    """In place of pytest-django's own: the database belongs to the whole file and is emptied at its end."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium. Playwright keeps an event loop in this thread, so Django is told that it is safe."""
    path = chromium_path()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(ARGS))
            yield browser
            browser.close()
            # Beside Playwright's event loop Django keeps connections of their own.
            connections.close_all()


class KeptStaticFiles(StaticFilesHandler):
    """Browsers keep the static files, as in use, where their names tell them apart."""

    def serve(self, request: HttpRequest) -> HttpResponseBase:
        answer = super().serve(request)
        answer["Cache-Control"] = "max-age=3600"
        return answer


@pytest.fixture(scope="module")
def server(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[LiveServer]:
    """A live server on an empty database with a document store of its own; emptied again afterwards."""
    name = connection.settings_dict["NAME"]
    assert name.startswith("test_"), f"{name} is no database for tests: mark the file with django_db"
    with django_db_blocker.unblock():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(handlers, "StaticFilesHandler", KeptStaticFiles)
            live = LiveServer("localhost")
        with (
            live._live_server_modified_settings,
            override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"), PUBLIC_URL=live.url),
        ):
            yield live
            live.stop()
        put_back()


@dataclass
class Watch:
    """What a page complained about."""

    complaints: list[str] = field(default_factory=list)

    def on(self, page: Page) -> None:
        page.on("console", lambda message: self._console(page, message))
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("response", lambda answer: self._response(answer))

    def _console(self, page: Page, message) -> None:
        # A page that answers 404 or 422 on purpose is named by Chromium as well; parts of pages are
        # looked at in `_response`.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"{page.url}: {message.text}")

    def _response(self, answer) -> None:
        if answer.status >= 500 or (answer.status >= 400 and not answer.request.is_navigation_request()):
            self.complaints.append(f"{answer.status} {answer.url}")


class Visitor:
    """A person at a browser: moves by the names of addresses and reads what the page says."""

    def __init__(self, page: Page, base: str):
        self.page, self.base = page, base

    def go(self, name: str, *args, **query: str) -> Visitor:
        """Open a page by its name in the URL configuration."""
        return self.open(reverse(name, args=args, query=query or None))

    def open(self, path: str) -> Visitor:
        answer = self.page.goto(self.base + path)
        self.status = answer.status if answer else 0
        return self

    def sign_in(self, login: str, password: str = factories.PASSWORD) -> Visitor:
        """Through the page, as people do."""
        self.go("account_login")
        self.fill(login=login, password=password)
        self.press("form[action$='/login/'] button:not([name])")
        return self

    def become(self, user: User | None) -> Visitor:
        """Sit somebody else down at the same browser, which keeps its files; the sign-in page has tests of its own."""
        self.page.context.clear_cookies(name=project.SESSION_COOKIE_NAME)
        if user is not None:
            client = Client()
            client.force_login(user)
            cookie = client.cookies[project.SESSION_COOKIE_NAME].value
            self.page.context.add_cookies(
                [{"name": project.SESSION_COOKIE_NAME, "value": cookie, "url": self.base}]
            )
        return self

    def fill(self, **values: str | bool) -> Visitor:
        """Type into fields by their names; a select takes its value, a box yes or no."""
        for name, value in values.items():
            one = self.page.locator(f"main [name='{name}']:not([type=hidden])").first
            kind = one.evaluate("e => e.type")
            if kind == "checkbox":
                one.set_checked(bool(value))
            elif kind.startswith("select"):
                # Tom Select hides the select itself and follows its change event.
                one.evaluate(
                    "(e, v) => { (e.tomselect) ? e.tomselect.setValue(v) : e.value = v; }", str(value)
                )
            else:
                one.fill(str(value))
        return self

    def press(self, selector: str = "main form.hemis-form button.btn-primary") -> Visitor:
        """Click and wait until the page that follows is there."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        return self

    def save(self) -> Visitor:
        """Send the form of the page; nothing may be wrong with it."""
        self.press()
        faults = self.page.locator("main .alert-danger, main .invalid-feedback")
        assert faults.count() == 0, faults.all_inner_texts()
        return self

    def press_at(self, name: str, *args) -> Visitor:
        """The button of the form that posts to the page of this name."""
        return self.press(f"form[action='{reverse(name, args=args)}'] button")

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def query(self) -> str:
        return urlsplit(self.page.url).query

    @property
    def pk(self) -> int:
        """The key of the row whose card is open."""
        return int(next(part for part in self.path.split("/") if part.isdigit()))

    def text(self, selector: str = "main") -> str:
        return self.page.locator(selector).first.inner_text()

    def find(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def download(self, selector: str) -> bytes:
        """What a link or a button hands over as a file."""
        with self.page.expect_download() as found:
            self.page.locator(selector).first.click()
        return found.value.path().read_bytes()

    def fetch(self, path: str) -> tuple[int, bytes]:
        """A file of this session, as the browser would load it: PDFs open in the viewer otherwise."""
        answer = self.page.context.request.get(path if path.startswith("http") else self.base + path)
        return answer.status, answer.body()


@pytest.fixture
def visit(chromium: Browser, server: LiveServer) -> Iterator[Callable[..., Visitor]]:
    """Sit somebody down at a new browser; whatever any of their pages complained about fails the test."""
    contexts: list[BrowserContext] = []
    watch = Watch()

    def sit(
        user: User | None = None, *, size: dict = WIDE, dark: bool = False, language: str = "uz", **options
    ) -> Visitor:
        context = chromium.new_context(
            viewport=size,
            locale={"uz-cyrl": "uz-Cyrl"}.get(language, language),
            color_scheme="dark" if dark else "light",
            accept_downloads=True,
            # A page that still glides to its place is tapped beside the thing meant.
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(GUARD)
        contexts.append(context)
        page = context.new_page()
        watch.on(page)
        return Visitor(page, server.url).become(user)

    yield sit
    for context in contexts:
        context.close()
    assert not watch.complaints, "\n".join(watch.complaints)
