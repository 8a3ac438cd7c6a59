"""The servers that come with the program, and what is read from the environment."""

import stat

import psycopg
import pytest
import redis

from hemis import embedded
from hemis.env import database_from_url, env_bool, env_list


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A path that neither a socket nor a URL would take as it is."""
    folder = tmp_path / "a home of its own"
    monkeypatch.setenv("HEMIS_HOME", str(folder))
    return folder


def test_valkey_starts_once_keeps_data_and_asks_for_its_password(home):
    url = embedded.start_valkey()
    try:
        assert embedded.start_valkey() == url == embedded.valkey_url()
        with redis.from_url(url) as client:
            client.set("kept", "yes")
        with (
            pytest.raises(redis.AuthenticationError),
            redis.from_url(url.replace("://:", "://:x")) as stranger,
        ):
            stranger.ping()
        for name in ("url", "valkey.conf"):
            assert stat.S_IMODE((home / "valkey" / name).stat().st_mode) == 0o600
    finally:
        embedded.stop_valkey()
    assert embedded.valkey_url() == ""
    url = embedded.start_valkey()
    try:
        with redis.from_url(url) as client:
            assert client.get("kept") == b"yes"
    finally:
        embedded.stop_valkey()


def test_stopping_what_does_not_run_is_no_mistake(home):
    embedded.stop_valkey()
    embedded.stop_postgres()


def test_an_address_of_a_dead_valkey_is_not_used(home):
    (home / "valkey").mkdir(parents=True)
    (home / "valkey" / "url").write_text("redis://:x@127.0.0.1:1/0")
    assert embedded.valkey_url() == ""


def test_postgres_starts_in_an_awkward_folder_with_an_unknown_locale_and_survives_a_kill(home, monkeypatch):
    monkeypatch.setenv("LC_ALL", "xx_YY.UTF-8")
    address = embedded.postgres_dsn(role=embedded.APP_ROLE)
    try:
        with psycopg.connect(address) as connection:
            owned = connection.execute(
                "SELECT pg_get_userbyid(datdba), datcollate FROM pg_database WHERE datname = %s",
                [embedded.DATABASE],
            ).fetchone()
            may = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        assert owned is not None
        assert owned[0] == embedded.OWNER_ROLE
        assert may == (False,)
        assert embedded.postgres_dsn(role=embedded.OWNER_ROLE).startswith(
            f"postgresql://{embedded.OWNER_ROLE}:"
        )
    finally:
        embedded.stop_postgres()
    # A killed server's number, which another program has now.
    (home / "pg" / "postmaster.pid").write_text("1\n" * 8)
    try:
        with psycopg.connect(embedded.postgres_dsn(role=embedded.APP_ROLE)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        embedded.stop_postgres()


def test_a_home_that_cannot_be_made_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HEMIS_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(embedded.EmbeddedServerError, match="HEMIS_HOME"):
        embedded.prepare_home()


def test_database_addresses():
    found = database_from_url("postgresql://u%40x:p%3A1@db.example:6432/hemis?sslmode=require")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == (
        "u@x",
        "p:1",
        "db.example",
        "6432",
    )
    assert found["OPTIONS"] == {"sslmode": "require"}
    assert database_from_url("postgresql://u@/hemis?host=/run/pg")["HOST"] == "/run/pg"
    with pytest.raises(ValueError, match="postgresql"):
        database_from_url("mysql://u@h/d")


def test_environment_values(monkeypatch):
    monkeypatch.setenv("SWITCH", "yes")
    monkeypatch.setenv("NAMES", " a, b ,,")
    assert env_bool("SWITCH", default=False)
    assert env_bool("UNSET_SWITCH", default=True)
    assert env_list("NAMES", default=[]) == ["a", "b"]
    assert env_list("UNSET_NAMES", default=["c"]) == ["c"]
