"""History by database triggers: on every table that people edit, whoever writes to it (law 5)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models
from django.db.migrations.operations.base import Operation

from hemis.access.models import HistoryEntry

# The function runs with its owner's rights: the application's role may cause
# history, but can neither write nor change it by itself. pg_temp is named last and
# the table by its schema: a temporary table of the same name catches nothing.
HISTORY_FUNCTION = """
CREATE OR REPLACE FUNCTION hemis_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before jsonb := '{}';
    after jsonb := '{}';
    changes jsonb;
    key text := TG_ARGV[0];
    row_key text;
    hidden text[] := string_to_array(TG_ARGV[1], ',');
    secret text[] := string_to_array(TG_ARGV[2], ',');
BEGIN
    IF TG_OP <> 'INSERT' THEN before := to_jsonb(OLD) - hidden; END IF;
    IF TG_OP <> 'DELETE' THEN after := to_jsonb(NEW) - hidden; END IF;
    row_key := coalesce(after ->> key, before ->> key);
    SELECT coalesce(jsonb_object_agg(f, CASE WHEN f = ANY(secret) THEN '[null, null]'::jsonb
                                             ELSE jsonb_build_array(before -> f, after -> f) END), '{}')
      INTO changes
      FROM (SELECT jsonb_object_keys(before || after) AS f) fields
     WHERE before -> f IS DISTINCT FROM after -> f
       AND NOT (TG_OP = 'INSERT' AND after -> f IN ('null'::jsonb, '""'::jsonb));
    IF changes = '{}' THEN RETURN NULL; END IF;
    INSERT INTO public.access_historyentry (table_name, row_id, action, at, actor_id, request_id, changes)
    VALUES (TG_TABLE_NAME, row_key, left(TG_OP, 1), clock_timestamp(),
            nullif(current_setting('hemis.actor', true), '')::bigint,
            coalesce(current_setting('hemis.request', true), ''), changes);
    RETURN NULL;
END $$;
-- Nobody but the owner hangs the function on a table: a temporary one of a real name would forge history.
REVOKE ALL ON FUNCTION hemis_history() FROM PUBLIC;
"""

# What is added is recorded by the statement, not row by row: a list of forty thousand people costs a tenth.
# The columns are read from the catalogue, so that a column added later is recorded too; the new rows are
# known by their transition table, which no table of the same name can stand before.
ADDED_FUNCTION = """
CREATE OR REPLACE FUNCTION hemis_history_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    hidden text[] := string_to_array(TG_ARGV[1], ',');
    secret text[] := string_to_array(TG_ARGV[2], ',');
    fields text;
BEGIN
    SELECT string_agg(
        CASE WHEN attname = ANY(secret)
             THEN format('CASE WHEN a.%1$I::text <> '''' THEN '''' END AS %1$I', attname)
             ELSE format('a.%I', attname) END, ', ' ORDER BY attnum)
      INTO fields FROM pg_attribute
     WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped AND attname <> ALL(hidden);
    EXECUTE format(
        'INSERT INTO public.access_historyentry (table_name, row_id, action, at, actor_id, request_id, changes, added)
         SELECT $1, a.%I::text, ''I'', clock_timestamp(), $2, $3, ''{}'',
                (SELECT to_jsonb(x) FROM (SELECT %s) x) FROM added_rows a', TG_ARGV[0], fields)
    USING TG_TABLE_NAME, nullif(current_setting('hemis.actor', true), '')::bigint,
          coalesce(current_setting('hemis.request', true), '');
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION hemis_history_added() FROM PUBLIC;
"""

# What is changed is recorded by the statement, too. The rows before and after stand in one order, so they are paired by
# their place: a key that changes would pair nothing. The plan is kept for statements of one row and of thousands,
# so it never looks through all rows for each. The JSON of each row is compared once, key by key.
CHANGED_FUNCTION = """
CREATE OR REPLACE FUNCTION hemis_history_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET enable_nestloop = off SET jit = off AS $$
DECLARE
    key text := TG_ARGV[0];
    hidden text[] := string_to_array(TG_ARGV[1], ',');
    secret text[] := string_to_array(TG_ARGV[2], ',');
BEGIN
    INSERT INTO public.access_historyentry (table_name, row_id, action, at, actor_id, request_id, changes)
    SELECT TG_TABLE_NAME, row_key, 'U', clock_timestamp(), nullif(current_setting('hemis.actor', true), '')::bigint,
           coalesce(current_setting('hemis.request', true), ''), changes
      FROM (SELECT after.fields ->> key AS row_key, after.place,
                   (SELECT jsonb_object_agg(f.key, CASE WHEN f.key = ANY(secret) THEN '[null, null]'::jsonb
                                                        ELSE jsonb_build_array(before.fields -> f.key, f.value) END)
                      FROM jsonb_each(after.fields) f
                     WHERE f.value <> before.fields -> f.key AND f.key <> ALL(hidden)) AS changes
              FROM (SELECT row_number() OVER () AS place, to_jsonb(a) AS fields FROM rows_before a) before
              JOIN (SELECT row_number() OVER () AS place, to_jsonb(a) AS fields FROM rows_after a) after
                ON after.place = before.place
            OFFSET 0) one
     WHERE changes IS NOT NULL ORDER BY place;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION hemis_history_changed() FROM PUBLIC;
"""

# Tables whose rows were recorded one by one, whatever was done to them, go over to triggers of the statement, and back.
SWITCH = """
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT tgrelid::regclass AS name, encode(tgargs, 'escape') AS args FROM pg_trigger
                WHERE %(which)s LOOP
        EXECUTE format('DROP TRIGGER hemis_history ON %%s', one.name);
        %(make)s
    END LOOP;
END $$
"""
_ARGS = "(SELECT string_agg(quote_literal(a), ', ') FROM unnest((string_to_array(one.args, '\\000'))[1:3]) a)"
SWITCH_TO_STATEMENTS = SWITCH % {
    "which": "tgname = 'hemis_history' AND tgtype & 4 = 4",
    "make": f"""
        EXECUTE format('CREATE TRIGGER hemis_history AFTER UPDATE OR DELETE ON %s FOR EACH ROW
                        EXECUTE FUNCTION hemis_history(%s)', one.name, {_ARGS});
        EXECUTE format('CREATE TRIGGER hemis_history_added AFTER INSERT ON %s REFERENCING NEW TABLE AS added_rows
                        FOR EACH STATEMENT EXECUTE FUNCTION hemis_history_added(%s)', one.name, {_ARGS});""",
}
SWITCH_TO_ROWS = SWITCH % {
    "which": "tgname = 'hemis_history' AND tgtype & 4 = 0",
    "make": f"""
        EXECUTE format('DROP TRIGGER hemis_history_added ON %s', one.name);
        EXECUTE format('CREATE TRIGGER hemis_history AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW
                        EXECUTE FUNCTION hemis_history(%s)', one.name, {_ARGS});""",
}

CHANGES_BY_STATEMENT = SWITCH % {
    "which": "tgname = 'hemis_history' AND tgtype & 16 = 16",
    "make": f"""
        EXECUTE format('CREATE TRIGGER hemis_history AFTER DELETE ON %s FOR EACH ROW
                        EXECUTE FUNCTION hemis_history(%s)', one.name, {_ARGS});
        EXECUTE format('CREATE TRIGGER hemis_history_changed AFTER UPDATE ON %s
                        REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after
                        FOR EACH STATEMENT EXECUTE FUNCTION hemis_history_changed(%s)', one.name, {_ARGS});""",
}
CHANGES_BY_ROW = SWITCH % {
    "which": "tgname = 'hemis_history_changed'",
    "make": f"""
        EXECUTE format('DROP TRIGGER hemis_history_changed ON %s', one.name);
        EXECUTE format('CREATE TRIGGER hemis_history AFTER UPDATE OR DELETE ON %s FOR EACH ROW
                        EXECUTE FUNCTION hemis_history(%s)', one.name, {_ARGS});""",
}

FORBID_HISTORY_EDIT = """
CREATE OR REPLACE FUNCTION hemis_history_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'History is written by triggers only and never changed.' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER history_frozen BEFORE UPDATE OR DELETE ON access_historyentry
    FOR EACH ROW EXECUTE FUNCTION hemis_history_frozen();
"""
UNFORBID_HISTORY_EDIT = """
DROP TRIGGER history_frozen ON access_historyentry;
DROP FUNCTION hemis_history_frozen();
"""

ALWAYS_HIDDEN = ("search", "search_text", "sort_key", "version", "last_login")
# Recorded as changed, never by value.
SECRET = ("password", "secret", "data")
# The functions that record whole statements: what is done, and the rows that they see.
BY_STATEMENT = {
    "hemis_history_added": ("INSERT", "NEW TABLE AS added_rows"),
    "hemis_history_changed": ("UPDATE", "OLD TABLE AS rows_before NEW TABLE AS rows_after"),
}


class TrackHistory(Operation):
    """Migration operation: history triggers on the given tables.

    ``TrackHistory("structure_unit", "structure_university")``. ``key`` is the
    primary key's column, ``hidden`` further columns that are not recorded.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, *tables: str, key: str = "id", hidden: tuple[str, ...] = ()):
        self.tables = tables
        self.key = key
        self.hidden = tuple(hidden)

    def deconstruct(self):
        return self.__class__.__name__, list(self.tables), {"key": self.key, "hidden": self.hidden}

    def state_forwards(self, app_label, state):
        """The state of the models does not change."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        hidden = ",".join(ALWAYS_HIDDEN + self.hidden)
        arguments = f"('{self.key}', '{hidden}', '{','.join(SECRET)}')"
        for table in self.tables:
            name = schema_editor.quote_name(table)
            by_row = []
            for function, (event, rows) in BY_STATEMENT.items():
                if not _is_there(function, schema_editor):
                    by_row.append(event)
                    continue
                schema_editor.execute(
                    f"CREATE TRIGGER {function} AFTER {event} ON {name} REFERENCING {rows} "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION {function}{arguments}"
                )
            schema_editor.execute(
                f"CREATE TRIGGER hemis_history AFTER {' OR '.join([*by_row, 'DELETE'])} ON {name} "
                f"FOR EACH ROW EXECUTE FUNCTION hemis_history{arguments}"
            )

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for table in self.tables:
            name = schema_editor.quote_name(table)
            schema_editor.execute(f"DROP TRIGGER hemis_history ON {name}")
            for function in BY_STATEMENT:
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {function} ON {name}")

    def describe(self):
        return f"History triggers on {', '.join(self.tables)}"


class LeaveHistory(TrackHistory):
    """Migration operation: before a table goes. Taken back, the table is tracked again; its history stays anyway."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return f"No history triggers any more on {', '.join(self.tables)}"


def _is_there(function: str, schema_editor) -> bool:
    """Whether access.0007 and access.0009 have run: tables tracked before them are switched over by them."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc(%s) IS NOT NULL", [function])
        return cursor.fetchone()[0]


def set_actor(user_id: int | None, request_id: str = "") -> None:
    """Tell the database who acts on this connection from now on; ``None`` clears it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('hemis.actor', %s, false), set_config('hemis.request', %s, false)",
            [str(user_id or ""), request_id],
        )


@contextmanager
def acting(user_id: int | None, request_id: str = "") -> Iterator[None]:
    """Everything written inside is written by this user; afterwards whoever acted before acts again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('hemis.actor', true), current_setting('hemis.request', true)")
        actor, request = cursor.fetchone()
    set_actor(user_id, request_id)
    try:
        yield
    finally:
        if not connection.needs_rollback:
            set_actor(int(actor) if actor else None, request or "")


def history_of(obj: models.Model) -> models.QuerySet[HistoryEntry]:
    """The changes of one object, newest first."""
    return HistoryEntry.objects.filter(table=obj._meta.db_table, row_id=str(obj.pk))
