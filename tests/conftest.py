"""What all tests share: embedded servers of their own and the table duty → tests."""

from __future__ import annotations

import gc

import pytest
from hypothesis import HealthCheck, settings

# The same cases every time and no clock, so that a busy machine fails nothing; `--hypothesis-profile explore`
# looks for new ones.
settings.register_profile(
    "promise",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile("promise")

DUTY_PROPERTY = "duty"


@pytest.fixture(autouse=True)
def _uzbek():
    """Every test starts in Uzbek, whatever language a page of the test before it was read in."""
    from django.utils import translation

    translation.activate("uz")
    yield
    translation.deactivate_all()


@pytest.fixture(scope="session", autouse=True)
def _sown():
    """What migrations brought is there for every test, also after one that wrote for good."""
    from tests.emptying import put_back_after_transactions

    put_back_after_transactions()


@pytest.fixture(scope="session", autouse=True)
def _program_texts():
    """Pages say what the program says: no request asks first whether somebody has written other texts."""
    from hemis.wording import overlay

    overlay.state.edition = "of the tests"


@pytest.fixture(scope="session", autouse=True)
def _signed_in_at_once():
    """Who a test signs in is in; the way there has tests of its own."""
    from django.test import Client

    from tests.signing_in import signed_in_at_once

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "force_login", signed_in_at_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _papers_drawn_when_opened():
    """What a test issues is drawn when it opens it: most tests never do, and a PDF costs a third of a second."""
    from hemis.documents.actions import drawn_when_opened

    with drawn_when_opened():
        yield


@pytest.fixture
def drawn_at_once():
    """Papers are drawn as they are issued, as in use."""
    from hemis.documents.actions import _drawing

    token = _drawing.set(True)
    yield
    _drawing.reset(token)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """Each worker's database is a copy of one that was migrated once; what is lost with the power does not matter."""
    from django.db import connection

    from tests.database import template

    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template()
    # Among so few rows any order of joins will do; to look for the best took ten times as long as to read them.
    connection.settings_dict["OPTIONS"]["options"] = (
        "-c synchronous_commit=off -c join_collapse_limit=1 -c from_collapse_limit=1"
    )


@pytest.fixture(scope="module")
def _end_of_worlds(django_db_setup, django_db_blocker):
    """Nothing of what the tests of a file share outlives the file."""
    yield
    from tests.sharing import WORLDS

    with django_db_blocker.unblock():
        WORLDS.undo()


@pytest.fixture
def _worlds(request, _end_of_worlds, django_db_blocker):
    """What the file's tests share (``tests.sharing``)."""
    from tests.sharing import prepare_worlds

    with django_db_blocker.unblock():
        prepare_worlds(request)


@pytest.fixture
def _django_db_helper(_worlds, _django_db_helper):
    """A test's own transaction begins on top of what the file shares."""


def pytest_configure(config: pytest.Config) -> None:
    """Messages are compiled once, before parallel workers start."""
    if hasattr(config, "workerinput"):
        return
    from hemis.ops.translations import compile_catalogues

    compile_catalogues()


# Files with few tests that take minutes. Begun last, one of them would keep one worker busy while the other waits.
BEGUN_FIRST = (
    "tests/ops/test_run.py",
    "tests/browser/",
    "tests/access/test_role_walk",
    "tests/demo/",
    "tests/movement/test_sequences.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; each test's duties in its report, so that they survive the way back from parallel workers."""
    from tests.sharing import together

    together(items)
    items.sort(key=lambda item: not item.nodeid.startswith(BEGUN_FIRST))
    for item in items:
        for mark in item.iter_markers("duty"):
            item.user_properties.extend((DUTY_PROPERTY, str(number)) for number in mark.args)


def pytest_collection_finish() -> None:
    """Whatever stands by now is left out of every later search for rubbish."""
    gc.collect()
    gc.freeze()


def _tests_of_duties(reports: list[pytest.TestReport]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for report in reports:
        if report.when != "call":
            continue
        for name, value in report.user_properties:
            if name == DUTY_PROPERTY:
                found.setdefault(str(value), set()).add(report.nodeid)
    return found


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    """The table duty → tests: how many passing tests show each duty of the order."""
    passed = _tests_of_duties(terminalreporter.stats.get("passed", []))
    if not passed:
        return
    from django.utils.translation import override

    from hemis.access.duties import DUTIES

    failed = _tests_of_duties(terminalreporter.stats.get("failed", []))
    terminalreporter.section("duty → tests")
    terminalreporter.write_line(f"{'duty':<6}{'passed':>7}{'failed':>7}  what")
    known = {duty.number: duty for duty in DUTIES}
    with override("en"):
        for number, duty in known.items():
            good, bad = len(passed.get(number, ())), len(failed.get(number, ()))
            shown = f"{good:>7}{bad:>7}" if good or bad else f"{'–':>7}{'–':>7}"
            terminalreporter.write_line(f"{number:<6}{shown}  {duty.objects}"[:110])
    for number in sorted(set(passed) - set(known)):
        terminalreporter.write_line(f"{number:<6}{len(passed[number]):>7}         not a duty of the order")
