"""A sweep of the whole program: every role of a demo walks every kind of page that its menu reaches.

``make sweep`` starts a demo of its own under ``HEMIS_HOME``/sweep and prints what it found; with
``--base`` an already running demo is walked. From the home page of each role all links are followed,
one object of each kind. Every page is asked for its status, a way back and errors of scripts; the first
time that any role meets a kind of page it is looked at closely: in Uzbek and in Russian (the same
sentence, a message of the code, a raw code), on a phone (sideways scrolling), by axe (serious and
critical), every fifth of them in the dark. The exit code says whether anything was found.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import polib
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.browser.chromium import ARGS, chromium_path

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "hemis-demo-2026"
WIDE, PHONE = {"width": 1366, "height": 850}, {"width": 390, "height": 844}
AXE = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
DARK_EVERY = 5
# Only a guard against hanging for ever, in milliseconds.
GUARD = 120_000
# Pages for which one example of each value of these parameters is opened.
TOLD_BY = ("tab",)
# Pages that every register has and one template draws: looked at closely once.
SAME_SHAPE = ("_print", "_history", "_delete")
# Links that end the session, change the language or the look, or hand over a file again and again.
LEFT_OUT = re.compile(
    r"/logout/|/i18n/|/admin/(?!$)|/static/|/media/|[?&]file=|/export/|\.(pdf|xlsx|csv|zip|ics)$"
)
# Words of the program: what is not the data of the university.
CHROME = """[...document.querySelectorAll(
    "h1.page-title, h2, h3, th, label, legend, button, summary, dt, .btn, .form-hint, .alert, .nav-link, .empty, "
    + ".text-secondary, .badge, .page-item, caption")]
    .filter(one => one.closest("main, aside") && !one.closest("[lang]:not(html), [data-untranslated], [translate=no]"))
    .flatMap(one => [...one.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent)
        .concat([one.getAttribute("aria-label"), one.getAttribute("title"), one.getAttribute("placeholder")]))
    .filter(Boolean).map(text => text.replace(/\\s+/g, " ").trim())
    .filter(text => /[A-Za-z\\u0400-\\u04ff]{2}/.test(text))"""
SEEN_TEXT = "document.querySelector('main')?.innerText || document.body.innerText"
LINKS = "[...document.querySelectorAll('a[href]')].map(one => one.href)"
RAW = re.compile(
    r"%\(\w+\)[sd]|\{\{|\{%|<\w+: |\bNone\b|\bTraceback\b|\b(?:True|False)\b|\b__[a-z]\w*__\b|\bmsgid\b"
)
# Where the messages of the program are edited, their placeholders are what the page is about.
SHOWS_CODES = "/system/texts/"
SCROLLS = "document.documentElement.scrollWidth"
WAY_BACK = "document.querySelectorAll('aside a, a[data-back], a[href=\"/\"], main a[href]').length"


@dataclass
class Found:
    """What is wrong, by kind of fault; each once."""

    faults: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, kind: str, where: str, what: str) -> None:
        told = self.faults.setdefault(kind, {})
        if f"{where}: {what}" not in told:
            told[f"{where}: {what}"] = ""
            say(f"    {kind}: {where}: {what}")

    def report(self) -> str:
        lines = []
        for kind, faults in sorted(self.faults.items()):
            lines += [f"\n{kind} ({len(faults)})", *(f"  {one}" for one in faults)]
        return "\n".join(lines) or "\nNothing found."

    @property
    def count(self) -> int:
        return sum(map(len, self.faults.values()))


class Words:
    """The catalogues: which English messages there are, and how each language says them."""

    def __init__(self) -> None:
        said = {}
        for language in ("uz", "ru"):
            path = ROOT / "hemis" / "locale" / language / "LC_MESSAGES" / "django.po"
            said[language] = {one.msgid: one.msgstr for one in polib.pofile(str(path)) if one.msgstr}
        self.said = said
        self.uzbek = {text: msgid for msgid, text in said["uz"].items()}

    def faults(self, uzbek: list[str], russian: list[str]) -> Iterator[tuple[str, str]]:
        """What stands in the wrong language."""
        same = set(uzbek) & set(russian)
        for language, texts in (("uz", uzbek), ("ru", russian)):
            for text in set(texts):
                if self.said[language].get(text, text).lower() != text.lower() and text not in self.uzbek:
                    yield "untranslated", f"{language} “{text}”"
        for text in same:
            msgid = self.uzbek.get(text)
            if msgid and self.said["ru"].get(msgid, text) != text:
                yield "untranslated", f"ru “{text}”"


class Sweep:
    """One browser, one server, what was met."""

    def __init__(self, browser: Browser, base: str, found: Found, limit: int):
        self.browser, self.base, self.found, self.limit = browser, base, found, limit
        self.words, self.axe = Words(), Axe()
        self.looked_at: set[str] = set()
        self.pages = 0

    def role(self, name: str, login: str) -> int:
        """Walk as one role; the number of its kinds of pages."""
        wide = self._sit(login, WIDE)
        phone = self._beside(wide, PHONE)
        dark = self._beside(wide, WIDE, dark=True)
        page = wide.new_page()
        errors = self._watched(page)
        seen: set[str] = {kind_of("/")}
        queue, opened = deque(["/"]), 0
        while queue and opened < self.limit:
            path = queue.popleft()
            opened += 1
            kind = kind_of(path)
            links = self._open(page, name, path, errors)
            if links is None:
                continue
            if (shape := shape_of(kind)) not in self.looked_at:
                self.looked_at.add(shape)
                self._look(page, phone, dark, name, path)
            for link in links:
                target = kind_of(link)
                if target not in seen:
                    seen.add(target)
                    queue.append(link)
        for one in (wide, phone, dark):
            one.close()
        return opened

    def _sit(self, login: str, size: dict) -> BrowserContext:
        context = self.browser.new_context(viewport=size, locale="uz", reduced_motion="reduce")
        context.set_default_timeout(GUARD)
        page = context.new_page()
        page.goto(f"{self.base}/account/login/")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        page.close()
        self._speak(context, "uz")
        return context

    def _beside(self, context: BrowserContext, size: dict, *, dark: bool = False) -> BrowserContext:
        """The same session in another window."""
        other = self.browser.new_context(
            viewport=size, locale="uz", reduced_motion="reduce", color_scheme="dark" if dark else "light",
            storage_state=context.storage_state(),
        )  # fmt: skip
        other.set_default_timeout(GUARD)
        other.new_page()
        return other

    def _speak(self, context: BrowserContext, language: str) -> None:
        context.add_cookies([{"name": "django_language", "value": language, "url": self.base}])

    def _watched(self, page: Page) -> list[str]:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda one: errors.append(one.text) if one.type == "error" else None)
        page.on("response", lambda one: errors.append(f"{one.status} {urlsplit(one.url).path}")
                if one.status >= 400 and not one.request.is_navigation_request() else None)  # fmt: skip
        return errors

    def _open(self, page: Page, role: str, path: str, errors: list[str]) -> list[str] | None:
        """Links of a page; None of what is no page."""
        errors.clear()
        self.pages += 1
        try:
            answer = page.goto(self.base + path, wait_until="load")
        except PlaywrightError as error:
            if "Download is starting" not in str(error) and "ERR_ABORTED" not in str(error):
                self.found.add("script errors", f"{role} {path}", str(error).splitlines()[0])
            return None
        if answer is None or "html" not in answer.headers.get("content-type", ""):
            if answer is not None and answer.status >= 400:
                self.found.add("dead ends", f"{role} {path}", str(answer.status))
            return None
        if answer.status >= 400:
            self.found.add("dead ends", f"{role} {path}", f"{answer.status} from a link")
            return None
        if page.evaluate("Boolean(document.querySelector('[hx-trigger~=load], [hx-trigger=revealed]'))"):
            page.wait_for_timeout(400)
        if not page.evaluate(WAY_BACK):
            self.found.add("dead ends", f"{role} {path}", "no way back")
        for error in errors:
            if not error.startswith("Failed to load resource"):
                self.found.add("script errors", f"{role} {path}", error[:200])
        return sorted({one for link in page.evaluate(LINKS) if (one := self._inner(link))})

    def _inner(self, link: str) -> str:
        """The path of a link that is to be followed."""
        parts = urlsplit(link)
        if f"{parts.scheme}://{parts.netloc}" != self.base or parts.path == "" or LEFT_OUT.search(link):
            return ""
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def _look(self, page: Page, phone: BrowserContext, dark: BrowserContext, role: str, path: str) -> None:
        """Closely: text in two languages, axe, a phone, the dark."""
        where = f"{role} {path}"
        try:
            uzbek = page.evaluate(CHROME)
            if not path.startswith(SHOWS_CODES):
                for raw in set(RAW.findall(page.evaluate(SEEN_TEXT))):
                    self.found.add("raw codes", where, raw)
            self._axe(page, where)
            small = phone.pages[0]
            small.goto(self.base + path, wait_until="load")
            width = small.evaluate(SCROLLS)
            if width > PHONE["width"]:
                self.found.add("wider than a phone", where, f"{width} px")
            # The narrow window speaks Russian next, so the wide one stays as it is.
            self._speak(phone, "ru")
            small.goto(self.base + path, wait_until="load")
            russian = small.evaluate(CHROME)
            width = small.evaluate(SCROLLS)
            if width > PHONE["width"]:
                self.found.add("wider than a phone", where, f"{width} px in Russian")
            self._speak(phone, "uz")
            for kind, what in self.words.faults(uzbek, russian):
                self.found.add(kind, where, what)
            if len(self.looked_at) % DARK_EVERY == 0:
                night = dark.pages[0]
                night.goto(self.base + path, wait_until="load")
                self._axe(night, f"{where} (dark)")
        except PlaywrightError as error:
            self.found.add("script errors", where, str(error).splitlines()[0][:200])

    def _axe(self, page: Page, where: str) -> None:
        for fault in self.axe.run(page, options=AXE).response["violations"]:
            if fault["impact"] in ("serious", "critical"):
                node = fault["nodes"][0]["html"][:140]
                self.found.add("axe", where, f"{fault['id']} × {len(fault['nodes'])} {node}")


def kind_of(path: str) -> str:
    """Pages of one kind have one name: keys are left out, and of the parameters only those that open other parts."""
    from django.urls import Resolver404, resolve

    parts = urlsplit(path)
    told = "&".join(
        f"{name}={value[0]}" for name, value in sorted(parse_qs(parts.query).items()) if name in TOLD_BY
    )
    try:
        match = resolve(parts.path)
    except Resolver404:
        return parts.path
    words = [str(value) for name, value in sorted(match.kwargs.items()) if str(value).isalpha()]
    return " ".join([match.view_name, *words, told])


def shape_of(kind: str) -> str:
    """Lists on paper and histories of all registers are drawn by one template each."""
    name = kind.split(" ")[0]
    return next((end for end in SAME_SHAPE if name.endswith(end)), kind)


def logins() -> dict[str, str]:
    """One account for each role, and a student."""
    from hemis.access.models import RoleAssignment

    rows = RoleAssignment.objects.filter(user__is_active=True).exclude(user__login="")
    found: dict[str, str] = {}
    for role, login in rows.order_by("pk").values_list("role", "user__login"):
        found.setdefault(role, login)
    return found


@contextmanager
def demo(students: int) -> Iterator[str]:
    """A running demo of its own; its address."""
    from hemis import embedded

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = os.environ | {"PORT": port}
    manage = [sys.executable, "manage.py"]
    embedded.postgres_dsn(role=embedded.APP_ROLE)
    subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=ROOT, check=True)
    subprocess.run([*manage, "demo", "--students", str(students)], cwd=ROOT, check=False)
    program = subprocess.Popen([sys.executable, "-m", "hemis.ops.run"], cwd=ROOT, env=environment)
    try:
        base = f"http://127.0.0.1:{port}"
        wait_for(int(port), program)
        yield base
    finally:
        program.terminate()
        program.wait(60)


def wait_for(port: int, program: subprocess.Popen) -> None:
    """Until the pages are there."""
    for _second in range(300):
        if program.poll() is not None:
            raise SystemExit(f"The demo ended by itself (code {program.returncode}).")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(1)
    raise SystemExit("The demo does not answer.")


def walk(base: str, roles: list[str], limit: int) -> Found:
    """All roles, or those that are named."""
    found = Found()
    known = logins()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGS))
        sweep = Sweep(browser, base, found, limit)
        for role in roles or sorted(known):
            started = time.monotonic()
            kinds = sweep.role(role, known[role])
            say(f"{role:<18}{known[role]:<16}{kinds:>4} kinds of pages {time.monotonic() - started:>6.0f} s "
                  f"{found.count:>4} faults so far")  # fmt: skip
        browser.close()
    say(f"\n{sweep.pages} pages opened, {len(sweep.looked_at)} kinds looked at closely")
    return found


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """1 when something was found."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--base", help="address of a running demo, whose HEMIS_HOME is set")
    options.add_argument("--students", type=int, default=150, help="of a demo of its own (150)")
    options.add_argument("--limit", type=int, default=1000, help="kinds of pages a role (1000)")
    options.add_argument("roles", nargs="*", help="codes of roles; all without")
    asked = options.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "hemis.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    if asked.base:
        return finish(_walk(asked.base, asked))
    from hemis import embedded

    os.environ["HEMIS_HOME"] = str(embedded.home() / "sweep")
    with demo(asked.students) as base:
        return finish(_walk(base, asked))


def _walk(base: str, asked: argparse.Namespace) -> Found:
    import django

    django.setup()
    return walk(base.rstrip("/"), asked.roles, asked.limit)


def finish(found: Found) -> int:
    say(found.report())
    return 1 if found.count else 0


if __name__ == "__main__":
    sys.exit(main())
