from typing import Any

from django.db import models


class RegConfigField(models.CharField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A PostgreSQL text-search configuration by name (`regconfig`), so that a generated tsvector column may use it."""

    def db_type(self, connection: Any) -> str:
        return "regconfig"

    def get_placeholder_sql(self, value: Any, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s::regconfig", (value,)

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        return f"{sql}::text", params
