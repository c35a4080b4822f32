"""The rendering beside the text while it is written."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db
PREVIEW, FRAME = "/admin/markdown/", "/admin/markdown/frame/"


@pytest.fixture
def desk(editor: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(editor)


def test_a_text_is_shown_as_it_will_be_saved(desk: Client) -> None:
    image = factories.image(alt="A boat", credit="Ana")
    text = f'## Tides\r\n\r\n![](asset:{image.pk} "Out")'
    response = desk.post(PREVIEW, {"text": text, "images": "1"})
    article = factories.article(body=text.replace("\r\n", "\n"))
    assert response.text == article.body_html
    assert 'alt="A boat"' in response.text


def test_a_text_without_images_shows_none(desk: Client) -> None:
    image = factories.image(alt="A boat")
    assert "<img" not in desk.post(PREVIEW, {"text": f"![](asset:{image.pk})"}).text


def test_nothing_that_runs_comes_back(desk: Client) -> None:
    assert (
        desk.post(PREVIEW, {"text": "<script>alert(1)</script><img src=x onerror=alert(1)>"}).text.count(
            "alert"
        )
        == 0
    )


@pytest.mark.parametrize("reference", ["asset:abc", "asset:-1", "asset:" + "9" * 40, "asset:"])
def test_images_that_cannot_be_are_a_note(desk: Client, reference: str) -> None:
    response = desk.post(PREVIEW, {"text": f"![x]({reference})", "images": "1"})
    assert response.status_code == 200
    assert "<img" not in response.text


def test_what_is_too_much_says_so(desk: Client) -> None:
    response = desk.post(PREVIEW, {"text": ">" * 5000 + "x"})
    assert (response.status_code, response.headers["Content-Type"]) == (413, "text/plain; charset=utf-8")
    assert "nested" in response.text
    assert desk.post(PREVIEW, {"text": "x" * 1_000_001}).status_code == 413
    assert desk.post(PREVIEW, {"text": "x" * 6_000_000}).status_code in (400, 413)
    assert desk.post(PREVIEW, {}).status_code == 400
    assert desk.get(PREVIEW).status_code == 405


def test_it_is_for_those_who_write(newcomer: User, signed_in: Any) -> None:
    client = signed_in(newcomer)
    assert client.post(PREVIEW, {"text": "x"}).status_code == 403
    assert client.get(FRAME).status_code == 403
    newcomer.user_permissions.add(Permission.objects.get(codename="change_person"))
    client = signed_in(User.objects.get(pk=newcomer.pk))
    assert client.post(PREVIEW, {"text": "x"}).text == "<p>x</p>\n"


def test_readers_and_forged_posts_are_turned_away(reader: User, editor: User, signed_in: Any) -> None:
    assert Client().post(PREVIEW, {"text": "x"}).status_code == 302
    assert signed_in(reader).post(PREVIEW, {"text": "x"}).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)
    assert strict.post(PREVIEW, {"text": "x"}).status_code == 403


def test_only_our_own_pages_frame_the_preview(desk: Client) -> None:
    response = desk.get(FRAME)
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]
    assert 'id="preview"' in response.text
