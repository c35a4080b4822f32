"""Starting with an environment that is not usable: the message names the variable, and every one of them."""

import importlib
import os
import subprocess
import sys

import pytest

from config.settings import BASE_DIR
from tests.harness.children import Fork

USABLE = {
    "SECRET_KEY": "x" * 60,
    "SITE_URL": "https://magazine.example",
    "DATABASE_URL": "postgres://user:hush@db.example:5432/masthead",
    "REDIS_URL": "redis://redis.example:6379/0",
    "DEBUG": "0",
}


def start(**variables: str) -> str:
    """The last part of what is said when the settings are read; empty if they are fine."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    code = "import django; from django.conf import settings; settings.DEBUG"
    environment = kept | USABLE | {"DJANGO_SETTINGS_MODULE": "config.settings"} | variables
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "hush" not in run.stderr
    return run.stderr.rpartition("The environment is not usable:")[2] or run.stderr


def test_a_usable_environment_is_taken() -> None:
    assert start() == ""


def test_everything_that_is_missing_is_named_at_once() -> None:
    said = start(SECRET_KEY="", SITE_URL="", DATABASE_URL="", REDIS_URL="")
    assert said.split() == [
        "SECRET_KEY",
        "is",
        "missing",
        "SITE_URL",
        "is",
        "missing",
        "DATABASE_URL",
        "is",
        "missing",
        "REDIS_URL",
        "is",
        "missing",
    ]


def start_again(**variables: str) -> None:
    """As `start`, in a copy of this process: what the settings import is there already. Says it on stderr."""
    os.environ.clear()
    os.environ.update(USABLE | variables)
    importlib.reload(importlib.import_module("config.settings"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("SITE_URL", "nonsense"),
        ("SITE_URL", "https://[::1"),
        ("DATABASE_URL", "mysql://user:hush@db.example/masthead"),
        ("DATABASE_URL", "postgres://user:hush@db.example:many/masthead"),
        ("REDIS_URL", "redis://"),
        ("CACHE_URL", "http://cache.example"),
        ("MEDIA_ORIGIN", "https://"),
        ("S3_ENDPOINT_URL", "s3.example"),
        ("TIME_ZONE", "Mars/Base"),
        ("TIME_ZONE", "../../etc/passwd"),
        ("TRUSTED_PROXY_COUNT", "two"),
        ("LOG_LEVEL", "loud"),
        ("SENTRY_DSN", "nonsense"),
        ("SENTRY_DSN", "https://sentry.example/1"),
        ("MAIL_URL", "mail.example"),
        ("FFMPEG_BINARY", "/nowhere/ffmpeg"),
    ],
)
def test_nonsense_is_named_and_nothing_else_is(
    name: str, value: str, capfd: pytest.CaptureFixture[str]
) -> None:
    process = Fork(call=lambda: start_again(**{name: value}))
    assert process.wait(60) == 1
    said = capfd.readouterr().err
    assert "hush" not in said
    problems = said.rpartition("The environment is not usable:")[2].strip().splitlines()
    assert [line.split()[0] for line in problems] == [name]


def test_a_copy_of_this_process_takes_a_usable_environment(capfd: pytest.CaptureFixture[str]) -> None:
    process = Fork(call=start_again)
    assert (process.wait(60), capfd.readouterr().err) == (0, "")
