"""The cast: the same people in every test. Whoever adds a right adds somebody who must not have it."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from core import caching, faults

EDITED_APPS = ["articles", "pages", "people", "publishing", "media_pipeline"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="also run the long sweeps")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--soak"):
        skip = pytest.mark.skip(reason="a long sweep: run with --soak")
        for item in items:
            if "soak" in item.keywords:
                item.add_marker(skip)


@pytest.fixture(autouse=True)
def _nothing_cached_and_nothing_armed() -> Iterator[None]:
    keys = list(caching.redis().scan_iter(match=f"{caching.key('')[:-5]}*", count=1000))
    if keys:
        caching.redis().delete(*keys)
    yield
    faults.disarm()


@pytest.fixture
def reader(db: None) -> User:
    return User.objects.create_user("reader@example.org", "a-reader's-password", name="Rita Reader")


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody with a login and things of their own, who has no business with anybody else's."""
    return User.objects.create_user("stranger@example.org", "a-stranger's-password", name="Sam Stranger")


@pytest.fixture
def author(db: None) -> User:
    """May open the admin, and nothing in it yet."""
    return User.objects.create_user(
        "author@example.org", "an-author's-password", name="Ana Author", is_staff=True
    )


@pytest.fixture
def editor(db: None) -> User:
    user = User.objects.create_user(
        "editor@example.org", "an-editor's-password", name="Edith Editor", is_staff=True
    )
    user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=EDITED_APPS))
    return user


@pytest.fixture
def administrator(db: None) -> User:
    return User.objects.create_superuser(
        "administrator@example.org", "an-administrator's", name="Ada Administrator"
    )


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser with that person's session."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
