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
SECRET = ("password", "secret", "data")


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
        for table in self.tables:
            schema_editor.execute(
                f"CREATE TRIGGER hemis_history AFTER INSERT OR UPDATE OR DELETE ON {schema_editor.quote_name(table)} "
                f"FOR EACH ROW EXECUTE FUNCTION hemis_history('{self.key}', '{hidden}', '{','.join(SECRET)}')"
            )

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for table in self.tables:
            schema_editor.execute(f"DROP TRIGGER hemis_history ON {schema_editor.quote_name(table)}")

    def describe(self):
        return f"History triggers on {', '.join(self.tables)}"


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
