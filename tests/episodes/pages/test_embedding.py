"""Episodes on other people's pages: the small player, and oEmbed that tells of it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from episodes.models import Episode
from publishing.models import Redirect
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def episode() -> Episode:
    return factories.episode("On “clocks”", of=factories.show("Night", slug="night"), slug="clocks")


def asked(client: Client, **query: Any) -> Any:
    return client.get("/episodes/oembed/", query)


def page_of(settings: Any, path: str = "/episodes/night/clocks/") -> str:
    return f"{settings.SITE_URL}{path}"


def test_the_player_may_be_framed_by_anybody_and_sets_no_cookie(
    client: Client, episode: Episode, settings: Any
) -> None:
    answer = client.get("/episodes/night/clocks/embed/?t=30")
    assert answer.status_code == 200
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers
    assert (len(answer.cookies), "cookie" in answer.headers.get("Vary", "").lower()) == (0, False)
    assert ".mp3#t=30" in answer.text
    assert '<meta name="robots" content="noindex">' in answer.text
    assert f'href="{page_of(settings)}"' in answer.text


def test_the_other_pages_may_not_be_framed(client: Client, episode: Episode) -> None:
    for path in ("/episodes/", "/episodes/night/", "/episodes/night/clocks/"):
        answer = client.get(path)
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_an_embedded_player_survives_a_new_address(client: Client, episode: Episode) -> None:
    episode.slug = "watches"
    episode.save()
    Redirect.objects.create(path="/episodes/night/clocks/", item=episode.item)
    answer = client.get("/episodes/night/clocks/embed/?t=30")
    assert (answer.status_code, answer["Location"]) == (302, "/episodes/night/watches/embed/?t=30")
    assert client.get("/episodes/night/never/embed/").status_code == 404


def test_oembed_tells_how_to_show_it(client: Client, episode: Episode, settings: Any) -> None:
    answer = asked(client, url=page_of(settings), format="json")
    told = answer.json()
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert (told["version"], told["type"], told["title"]) == ("1.0", "rich", "On “clocks”")
    assert (told["author_name"], told["author_url"]) == ("Night", page_of(settings, "/episodes/night/"))
    src = re.search(r'<iframe src="([^"]+)" title="On “clocks” – Night"', told["html"])
    assert src
    assert src[1] == page_of(settings, "/episodes/night/clocks/embed/")
    assert 'sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"' in told["html"]


def test_oembed_keeps_to_the_room_there_is(client: Client, episode: Episode, settings: Any) -> None:
    told = asked(client, url=page_of(settings), maxwidth=300, maxheight=120).json()
    assert (told["width"], told["height"]) == (300, 120)
    assert 'width="300" height="120"' in told["html"]
    assert "thumbnail_url" not in told
    wide = asked(client, url=page_of(settings), maxwidth=9000, maxheight=9000).json()
    assert (wide["width"], wide["thumbnail_width"]) == (640, 3000)


def test_oembed_goes_to_the_moment(client: Client, episode: Episode, settings: Any) -> None:
    assert "/embed/?t=65" in asked(client, url=page_of(settings) + "?t=1:05").json()["html"]
    assert "/embed/?t" not in asked(client, url=page_of(settings) + "?t=never").json()["html"]


@pytest.mark.parametrize(
    "query", [{}, {"maxwidth": "wide"}, {"maxwidth": "-5"}, {"maxheight": "0"}, {"maxheight": ""}]
)
def test_oembed_refuses_what_is_no_question(
    client: Client, episode: Episode, settings: Any, query: dict[str, str]
) -> None:
    url = {"url": page_of(settings)} if query else {}
    assert asked(client, **url, **query).status_code == 400


def test_oembed_knows_json_alone(client: Client, episode: Episode, settings: Any) -> None:
    assert asked(client, url=page_of(settings), format="xml").status_code == 501


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nonsense",
        "https://evil.example/episodes/night/clocks/",
        "http://testserver@evil.example/episodes/night/clocks/",
        "http://testserver:99/episodes/night/clocks/",
        "http://[::1/",
        "javascript://testserver/episodes/night/clocks/",
        "http://testserver/episodes/night/",
        "http://testserver/episodes/night/never/",
        "http://testserver/admin/",
        "http://testserver/episodes/night/clocks%00/",
        "http://testserver/" + 3000 * "a",
    ],
)
def test_oembed_answers_for_nothing_else(client: Client, episode: Episode, address: str) -> None:
    assert asked(client, url=address).status_code == 404


def test_oembed_does_not_tell_of_what_is_not_public(client: Client, settings: Any) -> None:
    show, soon = factories.show(slug="night"), timezone.now() + timedelta(days=1)
    factories.episode("Draft", of=show, slug="draft", published=False)
    factories.episode("Extra", of=show, slug="extra", for_members=True)
    factories.episode("Early", of=show, slug="early", public_at=soon)
    paths = [f"/episodes/night/{slug}/" for slug in ("draft", "extra", "early")]
    assert [asked(client, url=page_of(settings, path)).status_code for path in paths] == [404, 404, 404]
