"""The cast: the same people in every test. Whoever adds a right adds somebody who must not have it."""

import gc
import os
import signal
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client, TransactionTestCase
from pytest_django import DjangoDbBlocker

from accounts.models import User
from core import caching, faults
from media_pipeline.storage import ensure_bucket
from publishing import roles
from tests.harness import emptying, template


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="also run the long sweeps")


def pytest_configure() -> None:
    """A shell that starts us in the background lets us ignore Ctrl-C, and our children too; some tests press it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--soak"):
        skip = pytest.mark.skip(reason="a long sweep: run with --soak")
        for item in items:
            if "soak" in item.keywords:
                item.add_marker(skip)


def pytest_collection_finish() -> None:
    """What is loaded by now stays; looking through it for garbage again and again takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_keepdb: bool,
) -> None:
    """pytest-django's own, and one of several processes copies the database instead of migrating."""
    if (run := os.environ.get("PYTEST_XDIST_TESTRUNUID")) and not django_db_keepdb:
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = template.made(run)


@pytest.fixture(autouse=True, scope="session")
def _bucket() -> None:
    """Of this process alone."""
    ensure_bucket()


@pytest.fixture(autouse=True, scope="session")
def _quickly_emptied() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptying.empty)
        yield


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
def newcomer(db: None) -> User:
    """May open the admin, and nothing in it yet."""
    return _staff("newcomer@example.org", "a-newcomer's-password", "Nora Newcomer")


@pytest.fixture
def author(db: None) -> User:
    """Writes; may do what they like with their own work, and nothing with anybody else's."""
    return _staff("author@example.org", "an-author's-password", "Ana Author", roles.AUTHOR)


@pytest.fixture
def other_author(db: None) -> User:
    """The same rights as the author, and work of their own that the author must not see."""
    return _staff("other-author@example.org", "another-author's-password", "Otto Other", roles.AUTHOR)


@pytest.fixture
def editor(db: None) -> User:
    """Reviews everybody's work, and publishes what somebody else has approved."""
    return _staff("editor@example.org", "an-editor's-password", "Edith Editor", roles.EDITOR)


@pytest.fixture
def publisher(db: None) -> User:
    """Publishes what nobody has approved, waives problems, takes things down."""
    return _staff("publisher@example.org", "a-publisher's-password", "Paula Publisher", roles.PUBLISHER)


@pytest.fixture
def chief(db: None) -> User:
    """Administrator of the people and the work behind the site, and no superuser."""
    return _staff("chief@example.org", "a-chief's-password", "Carla Chief", roles.ADMINISTRATOR)


@pytest.fixture
def administrator(db: None) -> User:
    """A superuser: whoever set the site up."""
    return User.objects.create_superuser(
        "administrator@example.org", "an-administrator's", name="Ada Administrator"
    )


def _staff(address: str, password: str, name: str, *groups: str) -> User:
    user = User.objects.create_user(address, password, name=name, is_staff=True)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser with that person's session."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
