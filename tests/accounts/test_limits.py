"""How often somebody may try, who is counted as somebody, and what becomes of it while Redis is away."""

import copy
import time
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import is_signed_in, mailed_code, sign_in

pytestmark = pytest.mark.django_db


def statuses(client, count: int, email: str = "mia@example.org", **extra: Any) -> list[int]:
    attempt = {"login": email, "password": "wrong"}
    return [client.post("/account/login/", attempt, **extra).status_code for _ in range(count)]


def test_twenty_wrong_logins_for_one_account_end_in_429(client, member: User) -> None:
    assert statuses(client, 20) == [200] * 5 + [429] * 15
    assert sign_in(client, member).status_code == 429, "the right password does not help now"


def test_twenty_wrong_logins_from_one_address_end_in_429(client) -> None:
    found = [statuses(client, 1, f"{number}@example.org")[0] for number in range(20)]
    assert found == [200] * 10 + [429] * 10


def test_the_answer_says_when_to_come_back(client) -> None:
    statuses(client, 5)
    response = client.post("/account/login/", {"login": "mia@example.org", "password": "wrong"})
    assert (response.status_code, response.headers["Retry-After"]) == (429, "300")
    assert b"Too many attempts" in response.content
    assert response.headers["Cache-Control"] == "private, no-store"


def test_others_sign_in_meanwhile(client, member: User) -> None:
    statuses(client, 20, "other@example.org", REMOTE_ADDR="192.0.2.7")
    sign_in(client, member)
    assert is_signed_in(client)


def test_codes_of_an_app_cannot_be_guessed(client, guarded: User, app_shows) -> None:
    sign_in(client, guarded)
    found = [client.post("/account/2fa/authenticate/", {"code": "000000"}).status_code for _ in range(7)]
    assert found == [200] * 5 + [429] * 2
    assert client.post("/account/2fa/authenticate/", {"code": app_shows()}).status_code == 429


@pytest.mark.parametrize("trusted", [0, 1, 2])
def test_an_invented_forwarded_address_changes_nothing(client, settings, trusted: int) -> None:
    settings.TRUSTED_PROXY_COUNT = trusted
    appended = ", 192.0.2.9" * trusted
    found = []
    for number in range(20):
        forwarded = f"198.51.100.{number}{appended}"
        found += statuses(client, 1, f"{number}@example.org", HTTP_X_FORWARDED_FOR=forwarded)
    assert found == [200] * 10 + [429] * 10


def test_behind_a_proxy_each_client_is_counted_alone(client, settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    found = []
    for number in range(20):
        found += statuses(client, 1, f"{number}@example.org", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
    assert found == [200] * 20


@pytest.mark.parametrize("forwarded", ["", "nonsense", "a, b", "1.2.3.4, , ", "[::1", "9" * 5000])
def test_a_nonsensical_forwarded_address_breaks_nothing(
    client, member: User, settings, forwarded: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = 2
    response = client.post(
        "/account/login/",
        {"login": member.email, "password": "wrong"},
        HTTP_X_FORWARDED_FOR=forwarded,
        REMOTE_ADDR="",
    )
    assert response.status_code == 200


# --- while Redis is away --------------------------------------------------------------------------------------------


@pytest.fixture
def redis_away(settings) -> None:
    caches = copy.deepcopy(settings.CACHES)
    caches["default"]["LOCATION"] = "redis://127.0.0.1:1/0"
    settings.CACHES = caches
    cache.memory.clear()  # type: ignore[attr-defined]


def test_without_redis_people_sign_in(redis_away, client, member: User) -> None:
    began = time.monotonic()
    sign_in(client, member)
    assert is_signed_in(client)
    client.post("/account/logout/")
    client.post("/account/login/code/", {"email": member.email})
    client.post("/account/login/code/confirm/", {"code": mailed_code()})
    assert is_signed_in(client)
    assert time.monotonic() - began < 5, "a limit that waits for its lock costs a second each time"


def test_without_redis_a_second_factor_works_and_counts_once(redis_away, guarded: User, app_shows) -> None:
    code = app_shows()
    for expected in (True, False):
        client = Client()
        sign_in(client, guarded)
        client.post("/account/2fa/authenticate/", {"code": code})
        assert is_signed_in(client) is expected


def test_without_redis_limits_hold(redis_away, client, member: User) -> None:
    assert statuses(client, 20) == [200] * 5 + [429] * 15
    assert sign_in(client, member).status_code == 429


def test_without_redis_accounts_are_made(redis_away, client) -> None:
    client.post("/account/signup/", {"email": "nina@example.org", "password1": "correct horse battery"})
    client.post("/account/confirm-email/", {"code": mailed_code()})
    assert is_signed_in(client)
    assert len(mail.outbox) == 1
