"""What the application's database role may do: everything but touch history and triggers (law 5)."""

from __future__ import annotations

from django.db import connections

from hemis.embedded import APP_ROLE

READ_ONLY = ("access_historyentry", "django_migrations")


def grant(*, using: str = "default", role: str = APP_ROLE) -> bool:
    """Give ``role`` its rights on all tables; False when the role does not exist or is the owner itself.

    Reading and writing rows, yes, and (PostgreSQL 17 and newer) bringing the planner's
    statistics up to date after a bulk load; TRUNCATE, TRIGGER, ownership, and writing
    history, no.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT current_user, EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", [role])
        me, exists = cursor.fetchone()
        if not exists or me == role:
            return False
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        if connections[using].pg_version >= 170_000:  # type: ignore[attr-defined]
            cursor.execute(f"GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        for table in READ_ONLY:
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER ON {table} FROM {role}")
    return True
