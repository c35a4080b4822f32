from django.db import models


class RegConfigField(models.CharField):
    """A PostgreSQL text-search configuration by name (`regconfig`), so that a generated tsvector column may use it."""

    def db_type(self, connection: object) -> str:
        return "regconfig"

    def get_placeholder(self, value: object, compiler: object, connection: object) -> str:
        return "%s::regconfig"

    def select_format(self, compiler: object, sql: str, params: object) -> tuple[str, object]:
        return f"{sql}::text", params
