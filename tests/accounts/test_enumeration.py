"""Nobody learns from us who has an account: known and unknown addresses get the same words, and the same work is done."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import PASSWORD, sign_in, words
from tests.accounts.hashing import CountingHasher

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _counted_hashing(settings) -> None:
    settings.PASSWORD_HASHERS = ["tests.accounts.hashing.CountingHasher"]


def test_wrong_password(member: User) -> None:
    def attempt(client, email: str) -> Any:
        return client.post("/account/login/", {"login": email, "password": "wrong"})

    assert_same(attempt, member)
    assert mail.outbox == []


def test_signing_up(member: User) -> None:
    assert_same(
        lambda client, email: client.post("/account/signup/", {"email": email, "password1": PASSWORD}), member
    )
    assert subjects() == {"mia@example.org": "You have an account already", "new@example.org": "code"}


def test_the_wrong_verification_code(member: User) -> None:
    def attempt(client, email: str) -> Any:
        client.post("/account/signup/", {"email": email, "password1": PASSWORD})
        return client.post("/account/confirm-email/", {"code": "0000-0000"})

    assert_same(attempt, member)


def test_asking_for_a_code(member: User) -> None:
    assert_same(lambda client, email: client.post("/account/login/code/", {"email": email}), member)
    assert subjects() == {
        "mia@example.org": "code",
        "new@example.org": "There is no account for this address",
    }


def test_the_wrong_login_code(member: User) -> None:
    def attempt(client, email: str) -> Any:
        client.post("/account/login/code/", {"email": email})
        return client.post("/account/login/code/confirm/", {"code": "0000-0000"})

    assert_same(attempt, member)


def test_a_forgotten_password(member: User) -> None:
    assert_same(lambda client, email: client.post("/account/password/reset/", {"email": email}), member)
    expected = {
        "mia@example.org": "Choose a new password",
        "new@example.org": "There is no account for this address",
    }
    assert subjects() == expected


def test_too_many_wrong_passwords(member: User) -> None:
    def attempt(client, email: str) -> Any:
        for _ in range(5):
            assert client.post("/account/login/", {"login": email, "password": "wrong"}).status_code == 200
        return client.post("/account/login/", {"login": email, "password": "wrong"})

    assert_same(attempt, member, status=429)


def test_too_many_codes_asked_for(member: User) -> None:
    def attempt(client, email: str) -> Any:
        for _ in range(3):
            client.post("/account/login/code/", {"email": email})
            client.post("/account/logout/")
        return client.post("/account/login/code/", {"email": email})

    assert_same(attempt, member, status=429)


def assert_same(attempt: Callable[[Client, str], Any], member: User, status: int | None = None) -> None:
    answers = []
    for email, address in ((member.email, "192.0.2.1"), ("new@example.org", "192.0.2.2")):
        client = Client(REMOTE_ADDR=address)
        CountingHasher.count = 0
        response = attempt(client, email)
        hashed = CountingHasher.count
        followed = client.get(response.headers["Location"]) if response.status_code == 302 else response
        answers.append((response.status_code, response.headers.get("Location"), words(followed), hashed))
    assert answers[0] == answers[1]
    assert status in (None, answers[0][0])


def subjects() -> dict[str, str]:
    """Address -> subject, whatever the code in it."""
    return {
        message.to[0]: "code" if "code" in message.subject else str(message.subject)
        for message in mail.outbox
    }


def test_who_is_switched_off_is_told_only_with_the_right_password(client, member: User) -> None:
    User.objects.update(is_active=False)
    assert b"do not belong together" in sign_in(client, member, "wrong").content
    assert sign_in(client, member).url == "/account/inactive/"
