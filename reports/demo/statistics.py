"""What the planner must know: nothing analyzes a table while the transaction that fills it is open."""

from django.db import connection

# Statistics are worth taking anew when the table has grown by half. The history is asked by one index alone.
GROWN = """
SELECT quote_ident(t.relname) FROM pg_stat_xact_user_tables t JOIN pg_class c ON c.oid = t.relid
 WHERE t.schemaname = 'public' AND t.n_tup_ins > greatest(c.reltuples, 0) * 1.5
   AND t.relname <> 'access_historyentry' ORDER BY 1
"""


def analyze() -> None:
    """Take the statistics of the tables anew that this transaction has made much larger.

    Where the role may not (PostgreSQL 16 and older), the server only warns.
    """
    with connection.cursor() as cursor:
        cursor.execute(GROWN)
        for (table,) in cursor.fetchall():
            cursor.execute(f"ANALYZE {table}")
