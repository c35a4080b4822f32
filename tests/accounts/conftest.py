import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail

from accounts.addresses import vouch
from accounts.models import User

PASSWORD = "correct horse battery"


@pytest.fixture
def member(db: None) -> User:
    """Somebody with a verified address and a password."""
    user = User.objects.create_user("mia@example.org", PASSWORD, name="Mia Member")
    vouch(user)
    return user


@pytest.fixture
def secret() -> str:
    return str(generate_totp_secret())


@pytest.fixture
def guarded(db: None, secret: str) -> User:
    """A superuser with a second factor."""
    user = User.objects.create_superuser("grace@example.org", PASSWORD, name="Grace Guarded")
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return user


@pytest.fixture
def app_shows(secret: str) -> Callable[..., str]:
    """What the authenticator app shows, now or so many steps of 30 seconds away."""

    def code(step: int = 0) -> str:
        return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step)))

    return code


def recovery_code(user: User) -> str:
    codes: list[str] = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    return codes[0]


def mailed_code() -> str:
    """The code in the newest mail."""
    found = re.search(r"^\d{4}-\d{4}$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[0]


def mailed_path() -> str:
    """The path of the first link in the newest mail, which must lead to this site."""
    found = re.search(r"^http://testserver(/\S+)$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def sign_in(client, user: User, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post("/account/login/", {"login": user.email, "password": password, **extra})


def is_signed_in(client) -> bool:
    return bool(client.get("/account/").status_code == 200)


def words(response) -> str:
    """The page as a person reads it: without tokens, and without the address that they typed themselves."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"', "", response.content.decode())
    return re.sub(r"[\w.+-]+@example\.org", "an address", text)
