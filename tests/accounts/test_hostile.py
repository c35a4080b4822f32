"""Nonsense in paths, cookies and forms of the account pages: an answer below 500, and nothing changed."""

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import sign_in

pytestmark = pytest.mark.django_db

TEXTS = [
    "\x00",
    "a\x00b@example.org",
    "\ud800".encode("utf-8", "surrogatepass"),
    "x" * 100_000,
    "\u202e",
    "' OR 1=1 --",
    "%s%n",
    "🙂@🙂.🙂",
]


@pytest.mark.parametrize(
    "path",
    [
        "/account/password/reset/key/1-%00/",
        "/account/password/reset/key/zzzzzzzzzzzzz-abc-def/",
        "/account/password/reset/key/zzzzzzzzzzzzzzzzzzzzzzzzzz-abc-def/",
        f"/account/password/reset/key/1-{'9' * 4000}/",
        "/account/password/reset/key/1-set-password/",
        "/account/login/?next=%00",
        f"/account/login/?next=/{'a' * 8000}",
        "/account/login/?next=a&next=b",
        "/account/signup/?email=%00",
        "/account/confirm-email/",
        "/account/confirm-email/abc/",
        "/account/login/code/confirm/",
        "/account/2fa/authenticate/",
        "/account/%00",
        "/account/../admin/",
    ],
)
def test_strange_addresses(client, member: User, path: str) -> None:
    assert client.get(path).status_code < 500
    assert client.post(path).status_code < 500


@pytest.mark.parametrize("text", TEXTS)
def test_strange_words_in_forms(client, member: User, text: str) -> None:
    forms = {
        "/account/login/": ["login", "password", "next"],
        "/account/login/code/": ["email", "next"],
        "/account/signup/": ["email", "password1"],
        "/account/password/reset/": ["email"],
    }
    for path, fields in forms.items():
        assert client.post(path, dict.fromkeys(fields, text)).status_code < 500
    sign_in(client, member)
    for path in (
        "/account/name/",
        "/account/email/",
        "/account/password/change/",
        "/account/reauthenticate/",
    ):
        data = dict.fromkeys(["email", "oldpassword", "password", "password1", "password2", "next"], text)
        assert client.post(path, data | {"action_add": "", "name": "x" * 151}).status_code < 500
    assert list(User.objects.values_list("email", "name")) == [("mia@example.org", "Mia Member")]


@pytest.mark.parametrize(
    "value", ['"aaaaaaaa\\000"', '"aaaaaaaa\\377"', "a" * 4000, "../../etc/passwd", "' OR 1=1 --"]
)
def test_strange_cookies(member: User, value: str) -> None:
    names = ("sessionid", "csrftoken", "messages", "signed_in")
    for name in names:
        client = Client(HTTP_COOKIE=f"{name}={value}")
        for path in ("/account/", "/account/corner/", "/account/login/", "/account/logout/"):
            assert client.get(path).status_code < 500


@pytest.mark.parametrize("code", ["", "\x00", "１２３４-５６７８", "0" * 10_000, "-", "🙂"])
def test_strange_codes(client, guarded: User, code: str) -> None:
    client.post("/account/login/code/", {"email": guarded.email})
    assert client.post("/account/login/code/confirm/", {"code": code}).status_code < 500
    client.post("/account/logout/")
    sign_in(client, guarded)
    assert client.post("/account/2fa/authenticate/", {"code": code}).status_code == 200
