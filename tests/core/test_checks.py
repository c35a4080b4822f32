import pytest

from core.checks import production_settings


@pytest.fixture
def production(settings) -> None:
    settings.HTTPS = True
    settings.REDIS_URL, settings.CACHE_URL = "redis://queue/0", "redis://cache/0"
    settings.S3_BUCKET = "magazine"
    settings.MAILERS = {"default": {"BACKEND": "x", "OPTIONS": {"host": "smtp.example.org", "port": 587}}}


def found() -> list[str | None]:
    return [message.id for message in production_settings(None)]


def test_a_complete_environment_passes(production) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        ("W001", {"CACHE_URL": "redis://queue/0"}),
        ("W002", {"S3_BUCKET": "masthead", "STORAGES": {"default": {"OPTIONS": {"access_key": None}}}}),
        ("W003", {"MAILERS": {"default": {"OPTIONS": {"host": "localhost", "port": 25}}}}),
        ("W004", {"HTTPS": False}),
    ],
)
def test_what_is_missing_is_named(production, settings, number: str, wrong: dict[str, object]) -> None:
    for name, value in wrong.items():
        setattr(settings, name, value)
    assert found() == [f"core.{number}"]
