"""ORM queries for the hottest pages, compiled once a process: making SQL out of them costs more than running it."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet

_PLACE = -8_070_450_532_247_928  # stands for the argument while the query is compiled; no row has it


class Prepared:
    """A query that differs only by one number (a primary key). `build` gets a stand-in for it and returns `.values(...)`."""

    def __init__(self, build: Callable[[int], QuerySet[Any, Any]]) -> None:
        self.build = build

    @cached_property
    def compiled(self) -> tuple[str, tuple[Any, ...]]:
        sql, params = self.build(_PLACE).query.sql_with_params()
        return sql, tuple(params)

    def first(self, number: int) -> tuple[Any, ...] | None:
        found = self.rows(number)
        return found[0] if found else None

    def rows(self, number: int) -> list[tuple[Any, ...]]:
        """As PostgreSQL gives them, in the order of `.values(...)`; JSON is text."""
        sql, params = self.compiled
        with connection.cursor() as cursor:
            cursor.execute(sql, [number if param == _PLACE else param for param in params])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
