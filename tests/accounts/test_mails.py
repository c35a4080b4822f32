"""What we mail: to one person, from this site, with links that only SITE_URL builds."""

import re
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.adapter import AccountAdapter, MailNotSent
from accounts.invitations import invite
from accounts.mfa import reset
from accounts.models import User
from publishing.models import Publication
from tests.accounts.conftest import PASSWORD, is_signed_in, sign_in

pytestmark = pytest.mark.django_db

HOSTS = {"HTTP_HOST": "other.example", "HTTP_X_FORWARDED_HOST": "evil.example"}


@pytest.fixture
def other_host(settings) -> Client:
    """A browser that reaches us under another permitted name."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "other.example"]
    return Client(**HOSTS)  # type: ignore[arg-type]


def all_mails(client, member: User) -> list[Any]:
    client.post("/account/login/code/", {"email": member.email})
    client.post("/account/logout/")
    client.post("/account/login/code/", {"email": "unknown@example.org"})
    client.post("/account/logout/")
    client.post("/account/signup/", {"email": "new@example.org", "password1": PASSWORD})
    client.post("/account/logout/")
    client.post("/account/signup/", {"email": member.email, "password1": PASSWORD})
    client.post("/account/logout/")
    client.post("/account/password/reset/", {"email": member.email})
    sign_in(client, member)
    new = {"oldpassword": PASSWORD, "password1": "another good one", "password2": "another good one"}
    client.post("/account/password/change/", new)
    invite(member)
    assert len(mail.outbox) == 7
    return mail.outbox


def test_links_lead_to_the_site_whatever_host_was_asked(other_host, member: User) -> None:
    for message in all_mails(other_host, member):
        html = message.alternatives[0].content
        for text in (message.body, html):
            assert "example" not in re.sub(r"[\w.+-]+@example\.org", "", text)
            assert set(re.findall(r"https?://[^/\s<\"]+", text)) <= {"http://testserver"}
        assert message.body.rstrip().endswith("http://testserver")


def test_every_mail_is_text_with_the_same_in_html(client, member: User) -> None:
    for message in all_mails(client, member):
        assert [alternative.mimetype for alternative in message.alternatives] == ["text/html"]
        text = re.sub(r"</?a\b[^>]*>", "", message.alternatives[0].content)
        text = re.sub(r"<[^>]+>", " ", text)
        assert message.body.split() == text.replace("&#x27;", "'").replace("&amp;", "&").split()
        assert "{" not in message.body
        assert not re.search(r"\n{3}|&\w+;", message.body)
        assert len(message.to) == 1
        assert message.from_email == "Masthead <hello@testserver>"


def test_mails_are_signed_with_the_name_of_the_publication(client, member: User) -> None:
    Publication.objects.create(name="Tinker & Tailor's")
    client.post("/account/login/code/", {"email": member.email})
    assert mail.outbox[0].body.endswith("\n\nTinker & Tailor's\nhttp://testserver")


def test_the_code_stands_in_the_subject(client, member: User) -> None:
    client.post("/account/login/code/", {"email": member.email})
    assert re.fullmatch(r"\d{4}-\d{4} is your sign-in code", str(mail.outbox[0].subject))


def test_subjects_are_one_line(member: User) -> None:
    context = {"code": "1\r\nBcc: victim@example.org\r\n\r\nbody"}
    message = AccountAdapter().render_mail("account/email/login_code", member.email, context)
    assert "\n" not in message.subject
    assert "\r" not in message.subject
    message.message()


def test_nothing_that_people_write_goes_to_addresses_they_do_not_own(client, member: User) -> None:
    User.objects.filter(pk=member.pk).update(name="Win money at http://spam.example")
    sign_in(client, member)
    asked = client.post("/account/email/", {"email": "victim@example.net", "action_add": ""}).url
    client.post(asked, {"password": PASSWORD, "next": "/account/email/"})
    assert mail.outbox[-1].to == ["victim@example.net"]
    assert "spam" not in str(mail.outbox[-1].message())


def test_a_security_mail_says_when_and_from_where(client, member: User) -> None:
    sign_in(client, member)
    new = {"oldpassword": PASSWORD, "password1": "another good one", "password2": "another good one"}
    client.post("/account/password/change/", new, HTTP_USER_AGENT="Firefox", REMOTE_ADDR="192.0.2.44")
    assert "From the address: 192.0.2.44\nWith the browser: Firefox" in mail.outbox[-1].body


def test_outside_a_request_mails_are_signed_with_the_host(guarded: User) -> None:
    assert reset(guarded)
    assert mail.outbox[0].body.endswith("\n\ntestserver\nhttp://testserver")


# --- when the mail server is away -----------------------------------------------------------------------------------


@pytest.fixture
def mail_away(settings) -> None:
    options = {"host": "127.0.0.1", "port": 1, "timeout": 2}
    settings.MAILERS = {
        "default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}
    }


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/account/signup/", {"email": "new@example.org", "password1": PASSWORD}),
        ("/account/signup/", {"email": "mia@example.org", "password1": PASSWORD}),
        ("/account/login/code/", {"email": "mia@example.org"}),
        ("/account/login/code/", {"email": "unknown@example.org"}),
        ("/account/password/reset/", {"email": "mia@example.org"}),
        ("/account/password/reset/", {"email": "unknown@example.org"}),
    ],
)
def test_people_are_told_that_no_mail_comes(
    mail_away, client, member: User, path: str, data: dict[str, str]
) -> None:
    response = client.post(path, data)
    assert response.status_code == 503
    assert b"The mail could not be sent" in response.content


def test_a_password_still_opens_and_changes(mail_away, client, member: User) -> None:
    sign_in(client, member)
    new = {"oldpassword": PASSWORD, "password1": "another good one", "password2": "another good one"}
    assert client.post("/account/password/change/", new).url == "/account/"
    assert is_signed_in(client)


def test_the_admin_says_which_mail_was_not_sent(
    mail_away, signed_in, administrator: User, member: User, guarded: User
) -> None:
    boss = signed_in(administrator)
    page = boss.post(
        "/admin/accounts/user/", {"action": "send_invitation", "_selected_action": [member.pk]}, follow=True
    )
    assert b"The mail to mia@example.org could not be sent." in page.content
    chosen = {"action": "reset_second_factor", "_selected_action": [guarded.pk], "confirmed": "yes"}
    page = boss.post("/admin/accounts/user/", chosen, follow=True)
    assert b"Reset for grace@example.org, but the mail to them could not be sent." in page.content
    assert not Authenticator.objects.filter(user=guarded).exists()


def test_the_failure_has_a_name(mail_away, member: User) -> None:
    with pytest.raises(MailNotSent):
        get_adapter().send_mail("account/email/unknown_account", member.email, {})
