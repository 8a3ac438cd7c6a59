"""What ``/readyz`` tells: whether this copy can serve, and whether long work gets done."""

from __future__ import annotations

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from redis import RedisError

from hemis.jobs.actions import worker_is_alive

PROBE = "hemis:ready"


def readiness() -> JsonResponse:
    """``ready`` (200), ``degraded`` (200: pages work, long jobs wait for a worker) or ``unready`` (503)."""
    database = _database()
    checks = {
        "database": database,
        "migrations": database and _migrated(),
        "redis": _redis(),
        "worker": worker_is_alive(),
    }
    serves = checks["database"] and checks["migrations"] and checks["redis"]
    status = "unready" if not serves else "ready" if checks["worker"] else "degraded"
    response = JsonResponse({"status": status, "checks": checks}, status=200 if serves else 503)
    response["Cache-Control"] = "no-store"
    return response


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _migrated() -> bool:
    """Whether the tables are those of this version of the program."""
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return False
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _redis() -> bool:
    try:
        cache.set(PROBE, True, 10)
        return cache.get(PROBE) is True
    except (RedisError, OSError):
        return False
