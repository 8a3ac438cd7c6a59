"""The search for cycles rests while much is built, and begins again whatever happens."""

import gc
import threading

import pytest

from hemis.jobs.memory import collector_rests


@pytest.fixture(autouse=True)
def _as_it_was():
    was = gc.isenabled()
    gc.enable()
    yield
    (gc.enable if was else gc.disable)()


def test_it_rests_inside_and_searches_again_after_a_failure():
    with pytest.raises(RuntimeError), collector_rests():
        assert not gc.isenabled()
        raise RuntimeError
    assert gc.isenabled()


def test_the_first_to_end_does_not_wake_it_under_the_others():
    begun, may_end = threading.Event(), threading.Event()

    def other():
        with collector_rests():
            begun.set()
            may_end.wait(5)

    thread = threading.Thread(target=other)
    thread.start()
    assert begun.wait(5)
    with collector_rests():
        pass
    assert not gc.isenabled()
    may_end.set()
    thread.join(5)
    assert gc.isenabled()


def test_who_had_switched_it_off_finds_it_off():
    gc.disable()
    with collector_rests():
        pass
    assert not gc.isenabled()
