"""Health, request ids, headers and logs."""

import json
import logging
import sys

import pytest
from django.core.cache import cache
from django.db import IntegrityError, OperationalError
from django.test import RequestFactory
from redis import ConnectionError as RedisConnectionError

from hemis.jobs import actions
from hemis.ops import health
from hemis.ops.logs import JsonFormatter, PlainFormatter
from hemis.people.models import User


def refuse(error):
    def raise_it(*args, **kwargs):
        raise error

    return raise_it


def test_healthz_needs_neither_database_nor_known_host(client):
    answer = client.get("/healthz", headers={"host": "10.0.0.1"})
    assert (answer.status_code, answer.text) == (200, "ok")


@pytest.mark.django_db
def test_readyz_when_all_is_there(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "checks": {"database": True, "migrations": True, "redis": True, "worker": True},
    }


@pytest.mark.django_db
def test_readyz_without_a_worker_is_degraded(client, monkeypatch):
    monkeypatch.setattr(health, "worker_is_alive", lambda: False)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


@pytest.mark.django_db
def test_readyz_with_a_migration_that_waits(client, monkeypatch):
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *args: ["one"])
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (503, False)


@pytest.mark.django_db
def test_readyz_without_redis(client, monkeypatch):
    monkeypatch.setattr(health.cache, "set", refuse(RedisConnectionError()))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["redis"]) == (503, False)


@pytest.mark.django_db
def test_readyz_without_a_database(client, monkeypatch):
    monkeypatch.setattr(health.connection, "cursor", refuse(OperationalError()))
    checks = client.get("/readyz").json()["checks"]
    assert (checks["database"], checks["migrations"]) == (False, False)


def test_a_worker_is_not_seen_without_redis(settings, monkeypatch):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    monkeypatch.setattr(type(cache._connections["default"]), "get", refuse(RedisConnectionError()))
    assert not actions.worker_is_alive()


@pytest.mark.django_db
def test_every_answer_carries_an_id_and_safe_headers(client):
    answer = client.get("/account/login/")
    assert len(answer["X-Request-ID"]) == 32
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_pages_have_neither_inline_scripts_nor_styles(client):
    text = client.get("/account/login/").text
    assert "<style" not in text
    assert " style=" not in text
    assert "<script>" not in text


@pytest.mark.django_db
def test_the_request_log_names_route_and_user_but_not_what_was_typed(client, caplog):
    user = User.objects.create_user("logged-in")
    client.force_login(user)
    with caplog.at_level(logging.INFO, logger="hemis.request"):
        client.get("/jobs/7/?q=Karimov")
    record = next(one for one in caplog.records if one.name == "hemis.request")
    entry = json.loads(JsonFormatter().format(record))
    assert entry["route"] == "jobs/<int:pk>/"
    assert (entry["status"], entry["user_id"], entry["method"]) == (404, user.pk, "GET")
    assert "Karimov" not in json.dumps(entry)


def record(message, error=None, name="hemis", **extra):
    made = logging.LogRecord(name, logging.ERROR, __file__, 1, message, (), None)
    made.exc_info = (type(error), error, error.__traceback__) if error else None
    made.__dict__.update(extra)
    return made


def test_the_text_of_an_exception_is_not_logged():
    try:
        raise ValueError("AB1234567 of Karimov")
    except ValueError as error:
        entry = json.loads(JsonFormatter().format(record("A job failed.", error, job=5)))
    assert (entry["message"], entry["error"], entry["job"]) == ("A job failed.", "ValueError", 5)
    assert entry["where"]
    assert "Karimov" not in json.dumps(entry)


@pytest.mark.django_db
def test_of_a_database_error_the_constraint_is_logged():
    User.objects.create_user("twice")
    try:
        User.objects.create_user("twice")
    except IntegrityError as error:
        entry = json.loads(JsonFormatter().format(record("failed", error)))
    assert entry["error"].startswith("IntegrityError 23505 people_user_login")
    assert "twice" not in entry["error"]


def test_the_address_in_djangos_own_lines_is_not_logged():
    request = RequestFactory().get("/v/secret-token/")
    request.resolver_match = None
    entry = json.loads(
        JsonFormatter().format(record("Not Found: /v/secret-token/", name="django.request", request=request))
    )
    assert "secret-token" not in json.dumps(entry)


def test_the_developer_sees_the_whole_exception():
    try:
        raise ValueError("what went wrong")
    except ValueError:
        made = record("failed", sys.exc_info()[1])
    assert "what went wrong" in PlainFormatter().format(made)
