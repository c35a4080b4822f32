"""`manage.py demo`: when it fills, when it leaves things alone, what it prints and keeps."""

import io
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Model
from pytest_django import Settings

from accounts.models import User
from articles.models import Article, Section, Series
from core import faults
from media_pipeline.images import ensure_bucket
from media_pipeline.models import MediaAsset
from ops.demo.filling import LOCK
from people.models import Person
from publishing.models import Item, Publication, Topic

pytestmark = pytest.mark.django_db
MODELS: tuple[type[Model], ...] = (
    Publication,
    Item,
    Article,
    Person,
    Section,
    Series,
    Topic,
    MediaAsset,
    User,
)


@pytest.fixture(autouse=True)
def _var(settings: Settings, tmp_path: Path) -> None:
    ensure_bucket()
    settings.VAR_DIR = tmp_path


def demo() -> str:
    out = io.StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def rows() -> dict[str, list[dict[str, object]]]:
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in MODELS}


def test_in_development_the_logins_are_kept_and_shown_again(settings: Settings, tmp_path: Path):
    settings.DEBUG = True
    first = demo()
    before = rows()
    kept = tmp_path / "demo-login.txt"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.read_text() in first
    assert User.objects.get(email="administrator@example.org").check_password(
        kept.read_text().splitlines()[1].split()[-1]
    )

    second = demo()
    assert "changes nothing" in second
    assert kept.read_text() in second
    assert rows() == before

    User.objects.get(email="administrator@example.org").delete()
    assert kept.read_text() not in demo()


def a_topic() -> None:
    Topic.objects.create(name="Gardens")


def somebody_with_an_address_of_the_demo() -> None:
    User.objects.create_superuser("Editor@Example.org", "a-password-of-their-own")


@pytest.mark.parametrize(
    "begun", [a_topic, Publication(name="Mine").save, somebody_with_an_address_of_the_demo]
)
def test_it_leaves_a_database_alone_that_somebody_has_begun(begun):
    begun()
    before = rows()
    assert "changes nothing" in demo()
    assert rows() == before


def test_a_crash_in_the_middle_leaves_the_database_empty(settings: Settings, tmp_path: Path):
    settings.DEBUG = True
    stored = []

    def fail_at_the_tenth() -> None:
        stored.append(1)
        if len(stored) == 10:
            raise RuntimeError("the power failed")

    faults.arm("images.after_store", fail_at_the_tenth)
    with pytest.raises(RuntimeError, match="the power failed"):
        demo()
    assert all(found == [] for found in rows().values())
    assert list(tmp_path.iterdir()) == []


def test_two_at_once_do_not_mix():
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            with pytest.raises(CommandError, match="filling this database right now"):
                demo()
    finally:
        other.close()
    assert not Publication.objects.exists()


def test_a_missing_bucket_is_explained(settings: Settings):
    options = settings.STORAGES["default"]["OPTIONS"] | {"bucket_name": "nowhere"}
    settings.S3_BUCKET = "nowhere"
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": options}}
    assert storages["default"].bucket_name == "nowhere"  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="prepare_storage"):
        demo()
    assert not Publication.objects.exists()
