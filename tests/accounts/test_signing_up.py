from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import PASSWORD, is_signed_in, mailed_code, sign_in

pytestmark = pytest.mark.django_db

NEW = {"email": "nina@example.org", "password1": PASSWORD}


def sign_up(client, **fields: str) -> Any:
    return client.post("/account/signup/", NEW | fields)


def test_an_account_is_made_and_opens_when_its_address_is_verified(client) -> None:
    response = sign_up(client)
    assert response.url == "/account/confirm-email/"
    assert not is_signed_in(client)
    response = client.post("/account/confirm-email/", {"code": mailed_code()})
    assert response.url == "/account/"
    assert is_signed_in(client)
    address = EmailAddress.objects.get()
    assert (address.email, address.verified, address.primary) == ("nina@example.org", True, True)


def test_a_code_may_be_typed_without_its_dash(client) -> None:
    sign_up(client)
    client.post("/account/confirm-email/", {"code": f" {mailed_code().replace('-', '')} "})
    assert is_signed_in(client)


def test_three_wrong_codes_end_the_attempt(client) -> None:
    sign_up(client)
    for _ in range(2):
        page = client.post("/account/confirm-email/", {"code": "0000-0000"})
        assert b"This is not the code from our newest mail" in page.content
    assert client.post("/account/confirm-email/", {"code": "0000-0000"}).url == "/account/login/"
    client.post("/account/confirm-email/", {"code": mailed_code()})
    assert not is_signed_in(client)


def test_who_lost_the_code_gets_another_by_signing_in(client) -> None:
    sign_up(client)
    lost = mailed_code()
    client.post("/account/logout/", {"next": "/account/login/"})
    with_limit_over(client)
    assert sign_in(client, User.objects.get()).url == "/account/confirm-email/"
    assert mailed_code() != lost
    client.post("/account/confirm-email/", {"code": mailed_code()})
    assert is_signed_in(client)


def with_limit_over(client) -> None:
    """Ten seconds later."""
    from django.core.cache import cache

    cache.delete_pattern("allauth:rl:allauth.account:confirm_email:*")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("email", "no address", "Enter a valid email address."),
        ("email", "a@example.org\r\nBcc: b@example.org", "Enter a valid email address."),
        ("email", "", "This field is required."),
        ("password1", "short", "This password is too short."),
        ("password1", "password", "This password is too common."),
        ("password1", "nina@example.org", "The password is too similar to the"),
        ("password1", "", "This field is required."),
    ],
)
def test_a_mistake_is_named_at_its_field(client, field: str, value: str, said: str) -> None:
    response = sign_up(client, **{field: value})
    assert response.status_code == 200
    assert said in response.content.decode()
    assert f'id="id_{field}_error"' in response.content.decode()
    assert not User.objects.exists()
    assert mail.outbox == []


def test_nobody_signs_up_as_staff(client) -> None:
    rights = {
        "is_staff": "1",
        "is_superuser": "1",
        "is_active": "0",
        "verified": "1",
        "groups": "1",
        "id": "7",
    }
    sign_up(client, **rights)
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)
    assert not user.groups.exists()
    assert not EmailAddress.objects.get().verified


def test_the_case_of_an_address_makes_no_second_account(client, member: User) -> None:
    sign_up(client, email="MIA@Example.ORG")
    assert User.objects.count() == 1


def test_a_password_set_by_somebody_else_dies_when_the_owner_comes(client) -> None:
    """An impostor signs up with the address of another and waits for them to verify it."""
    impostor = Client()
    sign_up(impostor)
    client.post("/account/login/code/", {"email": NEW["email"]})
    client.post("/account/login/code/confirm/", {"code": mailed_code()})
    assert is_signed_in(client)
    sign_in(impostor, User.objects.get())
    assert not is_signed_in(impostor)
    assert not User.objects.get().has_usable_password()
