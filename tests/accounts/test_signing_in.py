import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import PASSWORD, is_signed_in, mailed_code, mailed_path, sign_in

pytestmark = pytest.mark.django_db


def test_with_a_password(client, member: User) -> None:
    assert sign_in(client, member).url == "/account/"
    assert is_signed_in(client)


def test_with_a_mailed_code(client, member: User) -> None:
    response = client.post("/account/login/code/", {"email": "Mia@example.org", "next": "/articles/"})
    assert response.url == "/account/login/code/confirm/?next=%2Farticles%2F"
    response = client.post("/account/login/code/confirm/", {"code": mailed_code(), "next": "/articles/"})
    assert response.url == "/articles/"
    assert is_signed_in(client)


def test_a_code_works_in_the_browser_that_asked_and_only_once(client, member: User) -> None:
    client.post("/account/login/code/", {"email": member.email})
    code = mailed_code()
    thief = Client()
    thief.post("/account/login/code/confirm/", {"code": code})
    assert not is_signed_in(thief)
    client.post("/account/login/code/confirm/", {"code": code})
    client.post("/account/logout/")
    client.post("/account/login/code/confirm/", {"code": code})
    assert not is_signed_in(client)


def test_a_wrong_password_says_how_to_go_on(client, member: User) -> None:
    page = sign_in(client, member, "wrong").content.decode()
    assert "do not belong together. Try again, or let us e-mail you a code." in page
    assert not is_signed_in(client)


def test_somebody_switched_off_cannot_sign_in_by_any_way(client, member: User) -> None:
    member.is_active = False
    member.save()
    assert sign_in(client, member).url == "/account/inactive/"
    assert client.get("/account/inactive/").status_code == 200
    client.post("/account/login/code/", {"email": member.email})
    assert "There is no account for this address" in mail.outbox[-1].subject
    client.post("/account/password/reset/", {"email": member.email})
    assert "There is no account for this address" in mail.outbox[-1].subject
    assert not is_signed_in(client)


def test_a_session_ends_when_its_owner_is_switched_off(client, member: User) -> None:
    sign_in(client, member)
    User.objects.update(is_active=False)
    assert not is_signed_in(client)


def test_a_session_id_given_from_outside_is_not_kept(client, member: User) -> None:
    client.cookies["sessionid"] = "a" * 32
    sign_in(client, member)
    assert is_signed_in(client)
    assert client.cookies["sessionid"].value != "a" * 32


def test_the_session_id_changes_at_login(client, member: User) -> None:
    client.post("/account/login/code/", {"email": member.email})
    before = client.cookies["sessionid"].value
    client.post("/account/login/code/confirm/", {"code": mailed_code()})
    assert client.cookies["sessionid"].value != before
    client.cookies["sessionid"] = before
    assert not is_signed_in(client)


def test_signing_out_ends_the_session_for_good(client, member: User) -> None:
    sign_in(client, member)
    before = client.cookies["sessionid"].value
    assert b"Sign out?" in client.get("/account/logout/").content
    assert is_signed_in(client)
    assert client.post("/account/logout/").url == "/"
    client.cookies["sessionid"] = before
    assert not is_signed_in(client)


EVIL = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example/",
    "http:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    " //evil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "/ok\r\nSet-Cookie: a=b",
    "/ok\nLocation: //evil.example",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "http://localhost:80/",
    "\x00//evil.example",
    "//",
]


@pytest.mark.parametrize("evil", EVIL)
def test_next_leads_to_this_site_only(client, member: User, evil: str, settings) -> None:
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "localhost"]
    assert sign_in(client, member, next=evil).headers["Location"] == "/account/"
    assert client.get("/account/login/", {"next": evil}).headers["Location"] == "/account/"
    assert client.post("/account/logout/", {"next": evil}).headers["Location"] == "/"
    client.post("/account/login/code/", {"email": member.email, "next": evil})
    response = client.post("/account/login/code/confirm/", {"code": mailed_code(), "next": evil})
    assert response.headers["Location"] == "/account/"


@pytest.mark.parametrize("good", ["/articles/a/?page=2#x", "http://testserver/articles/", "/search/?q=ä"])
def test_next_leads_back_to_where_one_was(client, member: User, good: str) -> None:
    from django.utils.encoding import iri_to_uri

    assert sign_in(client, member, next=good).headers["Location"] == iri_to_uri(good)


def test_a_forgotten_password_is_chosen_anew(client, member: User) -> None:
    elsewhere = Client()
    sign_in(elsewhere, member)
    assert (
        client.post("/account/password/reset/", {"email": "MIA@example.org"}).url
        == "/account/password/reset/done/"
    )
    link = mailed_path()
    form = client.get(link, follow=True)
    assert "key" not in form.request["QUERY_STRING"]
    assert form.request["PATH_INFO"].endswith("-set-password/")
    new = "another good password"
    response = client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    assert response.url == "/account/"
    assert b"Your new password is saved." in client.get("/account/").content
    assert not is_signed_in(elsewhere)
    assert b"This link does not work" in Client().get(link, follow=True).content
    assert mail.outbox[-1].subject == "Your password was changed"


def test_a_reset_verifies_the_address(client) -> None:
    User.objects.create_user("una@example.org", PASSWORD)
    client.post("/account/password/reset/", {"email": "una@example.org"})
    form = client.get(mailed_path(), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "another good one", "password2": "another good one"})
    assert is_signed_in(client)


def test_the_password_is_changed_with_the_old_one(client, member: User) -> None:
    sign_in(client, member)
    new = {"password1": "another good password", "password2": "another good password"}
    page = client.post("/account/password/change/", new | {"oldpassword": "wrong"})
    assert b"This is not your current password." in page.content
    assert client.post("/account/password/change/", new | {"oldpassword": PASSWORD}).url == "/account/"
    assert is_signed_in(client)
    assert not is_signed_in(Client())
    other = Client()
    sign_in(other, member, new["password1"])
    assert is_signed_in(other)


def test_the_address_changes_when_the_new_one_is_verified(client, member: User) -> None:
    sign_in(client, member)
    change = {"email": "mia@new.example.org", "action_add": ""}
    asked = client.post("/account/email/", change)
    assert asked.url == "/account/reauthenticate/?next=%2Faccount%2Femail%2F"
    response = client.post(asked.url, {"password": PASSWORD, "next": "/account/email/"})
    assert response.url == "/account/confirm-email/"  # what was asked for went on by itself
    assert mail.outbox[-1].to == ["mia@new.example.org"]
    member.refresh_from_db()
    assert member.email == "mia@example.org"
    client.post("/account/confirm-email/", {"code": mailed_code()})
    member.refresh_from_db()
    assert member.email == "mia@new.example.org"
    assert [a.email for a in EmailAddress.objects.filter(user=member)] == ["mia@new.example.org"]
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == (
        ["mia@example.org"],
        "Your e-mail address was changed",
    )


def test_nobody_takes_the_address_of_another(client, member: User, stranger: User) -> None:
    sign_in(client, member)
    asked = client.post("/account/email/", {"email": stranger.email, "action_add": ""})
    client.post(asked.url, {"password": PASSWORD, "next": "/account/email/"})
    page = client.post("/account/confirm-email/", {"code": mailed_code()})
    assert b"This address belongs to another account." in page.content
    member.refresh_from_db()
    assert member.email == "mia@example.org"
