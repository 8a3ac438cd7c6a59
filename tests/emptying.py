"""A test with real transactions leaves rows behind: all tables are put back to what the migrations brought.

Django would truncate every table and tell every app that it was migrated, three seconds for each such test.
"""

from __future__ import annotations

from functools import cache

from django.db import connection, transaction
from django.test import TransactionTestCase

# Beside the tables, in the template database already: what the migrations have sown.
SOWN = "sown"
# What Django itself does not empty either.
KEPT = "django_migrations"


def keep_sown() -> None:
    """Once, after the migrations: copy the tables that are not empty."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {SOWN}")
        for table in _filled():
            cursor.execute(f'CREATE TABLE {SOWN}."{table}" AS TABLE public."{table}"')


@transaction.atomic
def put_back() -> None:
    """Rows go and come past triggers and foreign keys, so the owner may speak as a replica (see ``database``)."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        sown = _sown()
        for table in _filled():
            cursor.execute(f'DELETE FROM public."{table}"')
        for table in sown:
            cursor.execute(f'INSERT INTO public."{table}" SELECT * FROM {SOWN}."{table}"')


def put_back_after_transactions() -> None:
    """From now on every test with real transactions ends so."""
    TransactionTestCase._fixture_teardown = lambda case: put_back()


def _filled() -> list[str]:
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM public.\"{table}\")" for table in _tables("public")
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [row[0] for row in cursor.fetchall()]


@cache
def _sown() -> list[str]:
    return _tables(SOWN)


def _tables(schema: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> %s ORDER BY 1",
            [schema, KEPT],
        )
        return [row[0] for row in cursor.fetchall()]
