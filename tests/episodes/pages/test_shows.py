"""The network, a show, a season: what is for everybody by now, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from episodes.models import Season, Show, ShowLink
from tests import factories

pytestmark = pytest.mark.django_db


def ago(days: float) -> Any:
    return timezone.now() - timedelta(days=days)


def hidden_things(show: Show, **fields: Any) -> None:
    """One of each that no public list may show."""
    factories.episode("A draft", of=show, published=False, **fields)
    factories.episode("To come", of=show, at=ago(-1), **fields)
    factories.episode("Extra", of=show, for_members=True, **fields)
    factories.episode("Early", of=show, public_at=ago(-1), at=ago(1), **fields)


def titles(response: Any) -> list[str]:
    return [one.title for one in response.context["page"]]


def test_the_network_shows_each_show_with_its_newest_public_episode(client: Client) -> None:
    first = factories.show("First", position=1)
    factories.episode("Older", of=first, at=ago(9))
    factories.episode("Newest", of=first, at=ago(3))
    hidden_things(first)
    factories.show("Silent")
    factories.episode("Of a hidden one", of=factories.show("Hidden", hidden=True))
    response = client.get("/episodes/")
    assert [(show.name, show.newest.title, show.count) for show in response.context["shows"]] == [
        ("First", "Newest", 2)
    ]
    assert titles(response) == ["Newest", "Older"]


def test_without_an_episode_the_network_says_so(client: Client) -> None:
    factories.show("Silent")
    page = client.get("/episodes/")
    assert (page.status_code, page.context["shows"]) == (200, [])
    assert "Nothing to hear yet." in page.text


def test_a_show_lists_what_is_for_everybody_newest_first(client: Client) -> None:
    show = factories.show(slug="night")
    factories.episode("Older", of=show, at=ago(9))
    factories.episode("Newer", of=show, at=ago(8))
    factories.episode("Was early", of=show, at=ago(20), public_at=ago(7))
    hidden_things(show)
    factories.episode("Of another show")
    assert titles(client.get("/episodes/night/")) == ["Was early", "Newer", "Older"]


def test_a_serial_show_begins_at_its_beginning(client: Client) -> None:
    show = factories.show(slug="story", type="serial")
    for number, days in ((1, 9), (2, 8), (3, 7)):
        factories.episode(f"Part {number}", of=show, at=ago(days))
    assert titles(client.get("/episodes/story/")) == ["Part 1", "Part 2", "Part 3"]


def test_the_trailer_stands_on_top_and_not_in_the_list(client: Client) -> None:
    show = factories.show(slug="night")
    factories.episode("What it is about", of=show, type="trailer", at=ago(30))
    factories.episode("The first", of=show, at=ago(3))
    page = client.get("/episodes/night/")
    assert (page.context["trailer"].title, titles(page)) == ("What it is about", ["The first"])


def test_the_second_page_goes_on_and_there_is_no_third(client: Client) -> None:
    show = factories.show(slug="night")
    for day in range(21):
        factories.episode(f"Day {day}", of=show, by=[], audio=False, at=ago(30 - day))
    second = client.get("/episodes/night/?page=2")
    assert titles(second) == ["Day 0"]
    assert 'id="subscribe"' not in second.text
    assert client.get("/episodes/night/?page=3").status_code == 404
    assert "shows" not in client.get("/episodes/?page=2").context


def test_links_into_apps_stand_with_the_feed_and_others_apart(client: Client) -> None:
    show = factories.show(slug="night", funding_url="https://give.example/")
    for label, url in (
        ("Apple Podcasts", "https://podcasts.apple.com/podcast/id1"),
        ("Forum", "https://forum.example/overcast.fm"),
        ("Overcast", "https://overcast.fm/itunes1"),
    ):
        ShowLink.objects.create(show=show, label=label, url=url)
    context = client.get("/episodes/night/").context
    assert [link.label for link in context["apps"]] == ["Apple Podcasts", "Overcast"]
    assert [link.label for link in context["links"]] == ["Forum"]


def test_the_feed_can_be_copied_and_is_told_to_browsers(client: Client, settings: Any) -> None:
    factories.show(slug="night")
    text = client.get("/episodes/night/").text
    assert f'value="{settings.SITE_URL}/episodes/night/feed/"' in text
    assert 'type="application/rss+xml"' in text


def test_a_show_that_has_ended_keeps_its_page_and_offers_no_feed(client: Client) -> None:
    show = factories.show(slug="night", ended_at=ago(1))
    factories.episode("The last one", of=show)
    page = client.get("/episodes/night/")
    assert titles(page) == ["The last one"]
    assert "This show has ended" in page.text
    assert "/episodes/night/feed/" not in page.text.split("<main")[1]


def test_a_show_that_has_moved_tells_its_new_feed(client: Client) -> None:
    factories.show(slug="night", moved_to="https://new.example/feed.xml")
    assert 'value="https://new.example/feed.xml"' in client.get("/episodes/night/").text


def test_a_show_nobody_should_list_asks_not_to_be_indexed(client: Client) -> None:
    factories.show(slug="open")
    factories.show(slug="night", hidden=True)
    assert '<meta name="robots" content="noindex">' in client.get("/episodes/night/").text
    assert "noindex" not in client.get("/episodes/open/").text


def test_a_season_lists_its_own(client: Client) -> None:
    show = factories.show(slug="night")
    one, two = (Season.objects.create(show=show, number=number) for number in (1, 2))
    Season.objects.create(show=show, number=3)
    factories.episode("Of one", of=show, season=one, at=ago(9))
    factories.episode("Of two", of=show, season=two, at=ago(3))
    hidden_things(show, season=one)
    page = client.get("/episodes/night/seasons/1/")
    assert titles(page) == ["Of one"]
    assert [(season.number, season.count) for season in page.context["seasons"]] == [(2, 1), (1, 1)]
    assert client.get("/episodes/night/seasons/9/").status_code == 404
    assert client.get("/episodes/other/seasons/1/").status_code == 404


def test_names_and_texts_are_shown_as_they_were_typed(client: Client) -> None:
    evil = '<script>alert(1)</script>"&'
    show = factories.show(evil, slug="evil", tagline=evil, description=f"{evil}\n\nTwo", frequency=evil)
    ShowLink.objects.create(show=show, label=evil, url="https://apple.com/?a=1&b=2")
    factories.episode(evil, of=show, standfirst=evil)
    for path in ("/episodes/", "/episodes/evil/"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_the_sitemap_has_shows_and_seasons_with_something_to_hear(client: Client) -> None:
    heard, silent = factories.show(slug="heard"), factories.show(slug="silent")
    season = Season.objects.create(show=heard, number=1)
    Season.objects.create(show=heard, number=2)
    Season.objects.create(show=silent, number=1)
    factories.episode(of=heard, season=season)
    extra = factories.episode("Extra", of=silent, for_members=True)
    factories.episode(of=factories.show(slug="unlisted", hidden=True))
    lists, published = client.get("/sitemap-lists.xml").text, client.get("/sitemap-published.xml").text
    found = [line.partition("</loc>")[0] for line in lists.split("<loc>")[1:]]
    ours = [address.partition("/episodes/")[2] for address in found if "/episodes/" in address]
    assert ours == ["heard/", "heard/seasons/1/"]
    assert extra.get_absolute_url() not in published
