"""What the planner must know: nothing analyzes a table while the transaction that fills it is open."""

from django.db import connection


def analyze() -> None:
    """Take the statistics of all tables anew, rows of this transaction included.

    Where the role may not (PostgreSQL 16 and older), the server only warns.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
