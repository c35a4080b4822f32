"""Production's settings for a benchmark, and servers of its own where it needs them."""

import os

NOBODY = {
    "DATABASE_URL": "postgresql://127.0.0.1:9/none",
    "REDIS_URL": "redis://127.0.0.1:9",
    "CACHE_URL": "redis://127.0.0.1:9",
}


def settings_alone() -> None:
    """For what asks neither a database nor a queue nor the storage."""
    for name, address in NOBODY.items():
        os.environ.setdefault(name, address)
    _set_up()


def with_servers(name: str, *, durable: bool = False) -> None:
    """PostgreSQL, Valkey and S3 under `var/NAME`, with the site's tables and bucket."""
    from config import embedded

    embedded.use(embedded.VAR / name, durable=durable)
    _set_up()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("prepare_storage", verbosity=0)


def _set_up() -> None:
    os.environ |= {
        "DEBUG": "0",
        "SECRET_KEY": "b" * 60,
        "SITE_URL": "http://127.0.0.1",
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    import django

    django.setup()
