"""The database refuses unknown classifier codes (law 1), whoever writes them.

One statement-level trigger a table and event looks the new codes up in sets, so
that a bulk load of forty thousand rows looks each of its codes up once. The
guards are made from the models after every migration.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict

from django.apps import apps
from django.db import connections

from hemis.classifiers.fields import ClassifierField

MARK = "hemis classifier guard "


def guarded_columns() -> dict[str, list[tuple[str, str, tuple[str, ...]]]]:
    """Every classifier column of every model: table → (column, list code, codes of our own)."""
    tables: dict[str, list[tuple[str, str, tuple[str, ...]]]] = defaultdict(list)
    for model in apps.get_models():
        if model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.local_concrete_fields:
            if isinstance(field, ClassifierField):
                tables[model._meta.db_table].append((str(field.column), field.list_code, field.own))
    return tables


def install(using: str = "default") -> list[str]:
    """Make the guards agree with the models; returns the tables whose guard changed."""
    connection = connections[using]
    changed = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = current_schema()"
        )
        existing = set(cursor.fetchall())
        # A table that was dropped and made anew has lost its triggers, while the function with the mark stands.
        cursor.execute(
            "SELECT p.proname, obj_description(p.oid, 'pg_proc') FROM pg_proc p "
            "JOIN pg_trigger t ON t.tgfoid = p.oid WHERE p.proname LIKE 'hemis_codes_%'"
        )
        marks = dict(cursor.fetchall())
        for table, columns in guarded_columns().items():
            columns = [one for one in columns if (table, one[0]) in existing]
            if not columns:
                continue
            statements = _statements(table, columns)
            mark = MARK + hashlib.sha256(statements.encode()).hexdigest()[:16]
            if marks.get(f"hemis_codes_{table}") == mark:
                continue
            cursor.execute(statements)
            cursor.execute(f"COMMENT ON FUNCTION hemis_codes_{table}() IS '{mark}'")
            changed.append(table)
    return changed


def _statements(table: str, columns: list[tuple[str, str, tuple[str, ...]]]) -> str:
    # Table, column and list names come from the models, never from a user.
    checks = "\n    UNION ALL\n".join(
        f"""    SELECT '{column}', '{list_code}', r."{column}" FROM (SELECT DISTINCT "{column}" FROM rows_written) r
     WHERE r."{column}" <> ''{_ours(column, own)} AND NOT EXISTS (SELECT FROM public.classifiers_classifieritem i
           WHERE i.list_id = '{list_code}' AND i.code = r."{column}")"""  # noqa: S608
        for column, list_code, own in columns
    )
    function = f"hemis_codes_{table}"
    return f"""
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $guard$
DECLARE bad record;
BEGIN
    SELECT * INTO bad FROM (
{checks}
    ) AS unknown(column_name, list_code, code) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Unknown code "%" of classifier %.', bad.code, bad.list_code
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, COLUMN = bad.column_name,
                  CONSTRAINT = 'classifier_' || bad.list_code;
    END IF;
    RETURN NULL;
END $guard$;
DROP TRIGGER IF EXISTS hemis_codes_insert ON "{table}";
DROP TRIGGER IF EXISTS hemis_codes_update ON "{table}";
CREATE TRIGGER hemis_codes_insert AFTER INSERT ON "{table}" REFERENCING NEW TABLE AS rows_written
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER hemis_codes_update AFTER UPDATE ON "{table}" REFERENCING NEW TABLE AS rows_written
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""  # noqa: S608


def _ours(column: str, own: tuple[str, ...]) -> str:
    """The condition that lets codes of our own pass; nothing where the field takes none."""
    return f""" AND r."{column}" NOT IN ({", ".join(f"'{code}'" for code in own)})""" if own else ""
