"""What pages, feeds and others are told of an article's picture."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from articles.models import Article
from core.places import sizes
from media_pipeline.models import MediaAsset
from tests import factories

pytestmark = pytest.mark.django_db


def address(asset: MediaAsset, kind: str, width: int) -> str:
    return next(f"{settings.MEDIA_URL}{key}" for k, w, _, key in asset.ladder if (k, w) == (kind, width))


def described(html: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        re.findall(r'<script type="application/ld.json">(.*?)</script>', html)[0]
    )
    return found


@pytest.fixture
def hero() -> MediaAsset:
    return factories.laddered(focal_x=20)


@pytest.fixture
def article(hero: MediaAsset) -> Article:
    article = factories.article(
        "Weather",
        slug="itself",
        hero=hero,
        body=f"![](asset:{hero.pk})",
        by=[factories.person("Ana", portrait=hero)],
    )
    factories.article("Other", hero=hero)
    return article


def test_the_picture_at_the_top_is_asked_for_first_and_the_others_wait(
    client: Client, article: Article
) -> None:
    html = client.get("/articles/itself/").text
    assert re.search(
        r'<link rel="preload" as="image" type="image/avif" imagesrcset="[^"]+1600w" imagesizes="[^"]+"'
        r' fetchpriority="high">',
        html,
    )
    images = re.findall(r"<img [^>]+>", html)
    assert [("lazy" in image, 'fetchpriority="high"' in image) for image in images] == [
        (False, True),
        (True, False),
        (True, False),
    ]
    assert all('class="focal-x-20 focal-y-50"' in image for image in images)


def test_each_place_has_its_own_sizes(client: Client, article: Article, hero: MediaAsset) -> None:
    def at(place: str) -> str:
        return f' sizes="{sizes(place, hero.width, hero.height)}"'

    html = client.get("/articles/itself/").text
    assert [html.count(at(place)) for place in ("hero", "text", "author")] == [3, 3, 3]
    front = client.get("/").text
    assert [front.count(at(place)) for place in ("lead", "secondary")] == [3, 3]
    assert client.get("/articles/").text.count(at("river")) == 6
    assert client.get("/people/").text.count(at("person")) == 3
    assert client.get("/people/ana/").text.count(at("portrait")) == 3
    assert client.get("/search/?q=weather").text.count(at("result")) == 3


def test_a_high_picture_stands_beside_the_headline(client: Client) -> None:
    hero = factories.laddered(width=1600, height=2400)
    factories.article(slug="high", hero=hero)
    said = sizes("hero-portrait", 1600, 2400)
    html = client.get("/articles/high/").text
    assert html.count(f'sizes="{said}"') == 4, "imagesizes, too"


def test_others_are_told_of_a_jpeg(client: Client, article: Article, hero: MediaAsset) -> None:
    html, shared = client.get("/articles/itself/").text, address(hero, "jpeg", 1600)
    assert f'<meta property="og:image" content="{shared}">' in html
    assert '<meta property="og:image:width" content="1600">' in html
    assert described(html)["image"] == {
        "@type": "ImageObject",
        "url": shared,
        "width": 1600,
        "height": 900,
        "creditText": "A photographer",
    }


def test_feeds_name_one_file_a_picture(client: Client, article: Article, hero: MediaAsset) -> None:
    feed, shared = client.get("/feed/").text, address(hero, "jpeg", 1600)
    assert feed.count(f'src="{shared}"') + feed.count(f"src=&quot;{shared}&quot;") == 3
    for other in ("avif", "webp", "srcset", "picture>", "/480.", "/960."):
        assert other not in feed


def test_an_image_without_a_ladder_is_shown_as_it_is(client: Client) -> None:
    hero = factories.image()
    factories.article(slug="plain", hero=hero, body=f"![](asset:{hero.pk})")
    html = client.get("/articles/plain/").text
    assert html.count(f'<img src="{hero.url}"') == 2
    assert f'<link rel="preload" as="image" href="{hero.url}" fetchpriority="high">' in html
    assert f'<meta property="og:image" content="{hero.url}">' in html
    assert "<picture>" not in html
    assert "srcset" not in html


def test_what_is_no_image_is_not_shown_as_one(client: Client) -> None:
    video = factories.image(kind=MediaAsset.Kind.VIDEO, content_type="video/mp4")
    article = factories.article(slug="film", body=f"![A film](asset:{video.pk})")
    assert "<img" not in client.get("/articles/film/").text
    assert list(article.images.all()) == []
