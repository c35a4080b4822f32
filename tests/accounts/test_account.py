"""The pages about one's own login, the corner that shared pages fetch, and the cookie that says when to."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import PASSWORD, mailed_code, sign_in

pytestmark = pytest.mark.django_db

OWN_PAGES = [
    "/account/",
    "/account/name/",
    "/account/email/",
    "/account/password/change/",
    "/account/2fa/",
    "/account/2fa/totp/activate/",
    "/account/2fa/recovery-codes/",
]


def test_the_account_page_shows_it_all(signed_in, member: User, django_assert_num_queries) -> None:
    client = signed_in(member)
    client.get("/account/")
    with django_assert_num_queries(
        5
    ):  # user, second factor, site settings, their links, whether there are own feeds
        page = client.get("/account/").content.decode()
    for expected in (
        "Mia Member",
        "mia@example.org",
        "Change<span",
        "Second factor",
        "Set it up",
        "Sign out",
    ):
        assert expected in page
    assert "To the desk" not in page


def test_it_offers_staff_the_desk(signed_in, editor: User) -> None:
    assert b'href="/admin/"' in signed_in(editor).get("/account/").content


@pytest.mark.parametrize("path", OWN_PAGES)
def test_own_pages_need_a_login(client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 302
    assert response.url.startswith("/account/login/?next=%2Faccount%2F") or response.url.startswith(
        "/account/login/?next=/account/"
    )


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_wrong_methods_are_refused(signed_in, member: User, method: str) -> None:
    client = signed_in(member)
    for path in ("/account/", "/account/corner/"):
        assert getattr(client, method)(path).status_code == 405


# --- the name -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Mia M.", "Mia M."),
        ("  Mia \r\n\t M. ", "Mia M."),
        ("", ""),
        ("<b>Mia</b>", "<b>Mia</b>"),
        ("Mia\x1b[31m\u202e", "Mia [31m"),
    ],
)
def test_a_name_is_one_line_of_visible_characters(signed_in, member: User, typed: str, kept: str) -> None:
    client = signed_in(member)
    assert (
        client.post("/account/name/", {"name": typed, "is_staff": "on", "email": "x@y.z"}).url == "/account/"
    )
    member.refresh_from_db()
    assert (member.name, member.is_staff, member.email) == (kept, False, "mia@example.org")
    page = client.get("/account/").content.decode()
    assert "Your name is saved." in page
    assert "<b>Mia" not in page


@pytest.mark.parametrize("typed", ["x" * 151, "Mia\x00"])
def test_an_impossible_name_is_refused(signed_in, member: User, typed: str) -> None:
    response = signed_in(member).post("/account/name/", {"name": typed})
    assert response.status_code == 200
    assert b'id="id_name_error"' in response.content
    member.refresh_from_db()
    assert member.name == "Mia Member"


# --- the corner -----------------------------------------------------------------------------------------------------


def test_the_corner_of_a_reader(signed_in, member: User, django_assert_num_queries) -> None:
    client = signed_in(member)
    with django_assert_num_queries(1):
        response = client.get("/account/corner/")
    links = " ".join(response.content.decode().split())
    assert links == '<a href="/account/">Mia</a> <a href="/account/logout/">Sign out</a>'
    assert response.headers["Cache-Control"] == "private, no-store"


def test_the_corner_of_somebody_without_a_name(signed_in, member: User) -> None:
    User.objects.update(name="")
    assert b'<a href="/account/">Account</a>' in signed_in(member).get("/account/corner/").content


def test_the_corner_of_staff(signed_in, editor: User) -> None:
    assert b'<a href="/admin/">Desk</a>' in signed_in(editor).get("/account/corner/").content


def test_the_corner_of_nobody(client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        response = client.get("/account/corner/")
    assert (response.status_code, response.content, dict(response.cookies)) == (204, b"", {})


def test_the_corner_escapes_a_name(signed_in, member: User) -> None:
    User.objects.update(name="<script>alert(1)</script>")
    assert b"<script" not in signed_in(member).get("/account/corner/").content


# --- the cookie -----------------------------------------------------------------------------------------------------


def test_the_cookie_comes_with_the_login_and_goes_with_it(client, member: User, settings) -> None:
    assert "signed_in" not in client.get("/account/login/").cookies
    assert "signed_in" not in sign_in(client, member, "wrong").cookies
    cookie = sign_in(client, member).cookies["signed_in"]
    assert cookie.value == "1"
    assert (cookie["samesite"], cookie["httponly"], cookie["secure"], cookie["path"]) == ("Lax", "", "", "/")
    assert cookie["max-age"] == client.cookies["sessionid"]["max-age"] == settings.SESSION_COOKIE_AGE
    gone = client.post("/account/logout/").cookies["signed_in"]
    assert (gone.value, gone["max-age"]) == ("", 0)


def test_it_is_secure_where_the_session_is(client, member: User, settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    assert sign_in(client, member).cookies["signed_in"]["secure"] is True


def test_it_waits_for_the_second_factor(client, guarded: User, app_shows) -> None:
    assert "signed_in" not in sign_in(client, guarded).cookies
    assert client.post("/account/2fa/authenticate/", {"code": app_shows()}).cookies["signed_in"].value == "1"


def test_it_comes_with_a_mailed_code_too(client, member: User) -> None:
    assert "signed_in" not in client.post("/account/login/code/", {"email": member.email}).cookies
    response = client.post("/account/login/code/confirm/", {"code": mailed_code()})
    assert response.cookies["signed_in"].value == "1"


def test_a_cookie_without_a_session_is_taken_back(client, member: User) -> None:
    sign_in(client, member)
    Session.objects.all().delete()
    client.cookies["sessionid"] = "x" * 32
    response = client.get("/account/corner/")
    assert (response.status_code, response.cookies["signed_in"].value) == (204, "")


def test_shared_pages_are_the_same_with_and_without_a_session(client, signed_in, member: User) -> None:
    def answer(browser: Any) -> Any:
        response = browser.get("/topics/")
        return (
            response.content,
            response.headers.get("Vary"),
            response.headers["Cache-Control"],
            dict(response.cookies),
        )

    with_session = signed_in(member)
    with_session.cookies["signed_in"] = "1"
    assert answer(client) == answer(with_session)
    assert answer(client)[3] == {}
    assert "Cookie" not in (answer(client)[1] or "")


# --- what nobody else may keep --------------------------------------------------------------------------------------

PAGES = [
    *OWN_PAGES,
    "/account/login/",
    "/account/login/code/",
    "/account/signup/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/password/reset/key/1-abc-def/",
    "/account/inactive/",
    "/account/logout/",
    "/account/corner/",
    "/account/x.css",
    "/account/login/?utm_source=x",
    "/account/2fa/x.js",
]


@pytest.mark.parametrize("path", PAGES)
def test_account_pages_are_private_and_unlisted(client, signed_in, member: User, path: str) -> None:
    for browser in (client, signed_in(member)):
        response = browser.get(path)
        assert response.status_code in (200, 204, 302, 404)
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(
    "path", ["/account/login/", "/account/signup/", "/account/password/reset/", "/account/login/code/"]
)
def test_forms_need_their_token(member: User, path: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    data = {"login": member.email, "email": "nina@example.org", "password": PASSWORD, "password1": PASSWORD}
    assert strict.post(path, data).status_code == 403
    assert User.objects.count() == 1


@pytest.mark.parametrize("path", ["/account/login/", "/account/signup/", "/account/password/reset/"])
def test_pages_have_one_heading_a_title_and_labels(client, path: str) -> None:
    page = client.get(path).content.decode()
    assert page.count("<h1") == 1
    assert page.count("<label") == page.count("<input") - page.count('type="hidden"') - page.count(
        'type="search"'
    )
    assert "placeholder" not in page.split("<main")[1]
