from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """What the clock says that decides about visibility: PostgreSQL’s (aware)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
