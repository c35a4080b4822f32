"""The migration linter's own command, without its app: production does not carry it."""

from django_migration_linter.management.commands.lintmigrations import Command

__all__ = ["Command"]
