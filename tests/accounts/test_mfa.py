"""The second factor: what allauth asks at login, and what the admin asks of staff."""

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import PASSWORD, is_signed_in, mailed_code, mailed_path, recovery_code, sign_in

pytestmark = pytest.mark.django_db

ADMIN_PAGES = [
    "/admin/",
    "/admin/accounts/user/",
    "/admin/autocomplete/?app_label=people&model_name=person&field_name=user&term=a",
    "/admin/jsi18n/",
    "/admin/markdown/",
    "/admin/queues/",
    "/admin/password_change/",
    "/admin/nothing-here/",
]


@pytest.fixture
def required(settings) -> None:
    settings.STAFF_MFA_REQUIRED = True


def test_a_password_is_not_enough_when_there_is_a_second_factor(client, guarded: User, app_shows) -> None:
    assert sign_in(client, guarded).url == "/account/2fa/authenticate/"
    assert not is_signed_in(client)
    page = client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert b"This code is not right, or it has just run out." in page.content
    assert client.post("/account/2fa/authenticate/", {"code": app_shows()}).url == "/account/"
    assert is_signed_in(client)


def test_a_mailed_code_is_not_enough_either(client, guarded: User, app_shows) -> None:
    client.post("/account/login/code/", {"email": guarded.email})
    response = client.post("/account/login/code/confirm/", {"code": mailed_code()})
    assert response.url == "/account/2fa/authenticate/"
    assert not is_signed_in(client)
    client.post("/account/2fa/authenticate/", {"code": app_shows()})
    assert is_signed_in(client)


def test_nor_is_a_password_reset(client, guarded: User, app_shows) -> None:
    client.post("/account/password/reset/", {"email": guarded.email})
    form = client.get(mailed_path(), follow=True)
    new = {"password1": "another good one", "password2": "another good one"}
    assert client.post(form.request["PATH_INFO"], new).url == "/account/2fa/authenticate/"
    assert not is_signed_in(client)


def test_a_code_of_the_step_before_still_counts(client, guarded: User, app_shows) -> None:
    sign_in(client, guarded)
    client.post("/account/2fa/authenticate/", {"code": app_shows(-1)})
    assert is_signed_in(client)


def test_a_code_two_steps_old_does_not(client, guarded: User, app_shows) -> None:
    sign_in(client, guarded)
    client.post("/account/2fa/authenticate/", {"code": app_shows(-2)})
    assert not is_signed_in(client)


def test_a_code_counts_once(guarded: User, secret: str, app_shows) -> None:
    """Also in the steps in which allauth alone has forgotten it; 30 seconds pass for Redis, too."""
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        code = app_shows(1)
        first, second = Client(), Client()
        sign_in(first, guarded)
        first.post("/account/2fa/authenticate/", {"code": code})
        assert is_signed_in(first)
        forget_what_allauth_remembers(guarded, code)
        clock.shift(31)
        sign_in(second, guarded)
        second.post("/account/2fa/authenticate/", {"code": code})
        assert not is_signed_in(second)


def forget_what_allauth_remembers(user: User, code: str) -> None:
    from django.core.cache import cache

    assert cache.delete(f"allauth.mfa.totp.used?user={user.pk}&code={code}")


def test_a_recovery_code_opens_once(guarded: User) -> None:
    code = recovery_code(guarded)
    for expected in (True, False):
        client = Client()
        sign_in(client, guarded)
        client.post("/account/2fa/authenticate/", {"code": code})
        assert is_signed_in(client) is expected


@pytest.mark.parametrize("path", ADMIN_PAGES)
@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_staff_without_a_second_factor_are_sent_to_set_one_up(
    required, signed_in, administrator: User, path: str, method: str
) -> None:
    response = getattr(signed_in(administrator), method)(path)
    assert response.status_code == 302
    assert response.url.startswith("/account/2fa/totp/activate/?next=%2Fadmin%2F")


def test_so_are_staff_with_few_rights(required, signed_in, author: User) -> None:
    assert signed_in(author).get("/admin/").url.startswith("/account/2fa/totp/activate/")


@pytest.mark.parametrize(
    "path", ["/account/2fa/totp/activate/", "/account/logout/", "/account/", "/articles/", "/admin/logout/"]
)
def test_the_rest_stays_open_to_them(required, signed_in, administrator: User, path: str) -> None:
    client = signed_in(administrator)
    response = client.get(path)
    if response.status_code == 302:  # the password first
        client.post(response.url, {"password": "an-administrator's", "next": path})
        response = client.get(path)
    assert response.status_code == 200


def test_a_session_older_than_the_second_factor_must_show_it(
    required, signed_in, guarded: User, app_shows
) -> None:
    client = signed_in(guarded)
    asked = client.get("/admin/accounts/user/?q=a")
    assert asked.url == "/account/2fa/reauthenticate/?next=%2Fadmin%2Faccounts%2Fuser%2F%3Fq%3Da"
    response = client.post(asked.url, {"code": app_shows(), "next": "/admin/accounts/user/?q=a"})
    assert response.url == "/admin/accounts/user/?q=a"
    assert client.get("/admin/accounts/user/?q=a").status_code == 200


def test_whoever_showed_it_at_login_is_not_asked_again(required, client, guarded: User, app_shows) -> None:
    sign_in(client, guarded, next="/admin/")
    assert client.post("/account/2fa/authenticate/", {"code": app_shows()}).url == "/admin/"
    assert client.get("/admin/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_setting_it_up_counts_as_showing_it(required, signed_in, administrator: User) -> None:
    client = signed_in(administrator)
    activate = "/account/2fa/totp/activate/"
    assert client.get(activate).url == f"/account/reauthenticate/?next={activate.replace('/', '%2F')}"
    client.post("/account/reauthenticate/", {"password": "an-administrator's", "next": activate})
    page = client.get(activate)
    assert b"The admin opens only with a second factor." in page.content
    assert b'src="data:image/svg+xml;base64,' in page.content
    secret = page.context["form"].secret
    assert client.post(activate, {"code": code_for(secret)}).url == "/account/2fa/recovery-codes/"
    assert len(client.get("/account/2fa/recovery-codes/").context["unused_codes"]) == 10
    assert client.get("/admin/").status_code == 200
    assert mail.outbox[-1].subject == "Your second factor is on"


def code_for(secret: str) -> str:
    import time

    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_anothers_second_factor_does_not_count(
    required, client, guarded: User, editor: User, app_shows
) -> None:
    """A browser in which one member of staff showed theirs is used by another afterwards."""
    sign_in(client, guarded)
    client.post("/account/2fa/authenticate/", {"code": app_shows()})
    client.force_login(editor)
    assert client.get("/admin/").url.startswith("/account/2fa/totp/activate/")


def test_where_it_is_not_required_the_admin_opens(signed_in, administrator: User) -> None:
    assert signed_in(administrator).get("/admin/").status_code == 200


def test_readers_are_not_staff_with_or_without_it(required, signed_in, reader: User) -> None:
    assert signed_in(reader).get("/admin/").status_code == 302
    assert signed_in(reader).get("/admin/login/").status_code == 403


def test_a_password_alone_does_not_take_it_off(signed_in, guarded: User, app_shows) -> None:
    client = signed_in(guarded)
    off = "/account/2fa/totp/deactivate/"
    asked = client.get(off).url
    assert asked.startswith("/account/2fa/reauthenticate/")
    assert client.get("/account/reauthenticate/").url == "/account/2fa/reauthenticate/"
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.get(off).url == asked
    assert Authenticator.objects.filter(user=guarded).count() == 2
    client.post(asked, {"code": app_shows(), "next": off})
    assert b"Switch the second factor off?" in client.get(off).content
    assert client.post(off).url == "/account/2fa/"
    assert not Authenticator.objects.exists()
    assert mail.outbox[-1].subject == "Your second factor is off"


def test_recovery_codes_are_seen_only_after_asking_again(signed_in, guarded: User, app_shows) -> None:
    client = signed_in(guarded)
    for path in ("/account/2fa/recovery-codes/", "/account/2fa/recovery-codes/download/"):
        assert client.get(path).url.startswith("/account/2fa/reauthenticate/")
    client.post("/account/2fa/reauthenticate/", {"code": app_shows(), "next": "/account/"})
    saved = client.get("/account/2fa/recovery-codes/download/")
    assert (
        saved.content.decode().split() == client.get("/account/2fa/recovery-codes/").context["unused_codes"]
    )
    assert saved.headers["Cache-Control"] == "private, no-store"


def test_the_command_resets_a_second_factor(guarded: User, capsys) -> None:
    call_command("reset_second_factor", guarded.email.upper())
    assert not Authenticator.objects.exists()
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == ([guarded.email], "Your second factor was reset")
    assert "http://testserver/account/2fa/totp/activate/" in mail.outbox[-1].body


@pytest.mark.parametrize("email", ["nobody@example.org", "administrator@example.org"])
def test_the_command_says_when_there_is_nothing_to_reset(administrator: User, email: str) -> None:
    with pytest.raises(CommandError, match=email):
        call_command("reset_second_factor", email)
