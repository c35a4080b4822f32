"""Which feeds there are, and what they say of the show."""

from datetime import datetime, timedelta
from io import BytesIO

import feedparser
import podcastparser
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from core.signals import address_changed
from core.xml import Element, tree
from episodes.feeds import building
from episodes.models import LiveRecording, Season, Show
from episodes.models.shows import podcast_guid
from publishing import podcast_check
from publishing.podcast_check.feed import ATOM, ITUNES, PODCAST
from tests import factories
from tests.episodes.feeds import complete
from tests.episodes.feeds.test_public_items import attributes, channel, titles

pytestmark = pytest.mark.django_db

FEED = "/episodes/tide/feed/"


def test_everything_a_show_says(client: Client, settings: Settings) -> None:
    settings.WEBSUB_HUB = "https://hub.example/"
    show = complete.show(complete=True, website="https://tide.example/")
    complete.episode(show)
    found = channel(client)
    plain = ("title", "link", "language", "copyright", "generator", "pubDate")
    assert [found.text_of(name) for name in plain] == [
        "Tide & Time",
        "https://tide.example/",
        "en",
        "© 2026 The makers",
        "Masthead",
        "Sun, 01 Mar 2026 06:00:00 +0000",
    ]
    apple = ("author", "explicit", "type", "complete")
    assert [found.text_of(name, ITUNES) for name in apple] == [
        "Hanna Host",
        "false",
        "episodic",
        "Yes",
    ]
    owner = found.first("owner", ITUNES)
    assert owner
    assert (owner.text_of("name", ITUNES), owner.text_of("email", ITUNES)) == (
        "Olga Owner",
        "owner@example.org",
    )
    assert [(link.get("rel"), link.get("href")) for link in found.all("link", ATOM)] == [
        ("self", f"http://testserver{FEED}"),
        ("hub", "https://hub.example/"),
    ]
    assert [
        (category.get("text"), [below.get("text") for below in category.children])
        for category in found.all("category", ITUNES)
    ] == [("Science", ["Earth Sciences"]), ("Science", ["Nature"]), ("Education", [])]
    podcast = ("guid", "medium", "locked", "license", "location", "updateFrequency")
    assert [found.text_of(name, PODCAST) for name in podcast] == [
        str(show.podcast_guid),
        "podcast",
        "yes",
        "cc-by-4.0",
        "Cuxhaven",
        "every other Tuesday",
    ]
    assert attributes(found, "txt") == [{"purpose": "applepodcastsverify"}, {"purpose": "ai-content"}]
    podroll, publisher = found.first("podroll", PODCAST), found.first("publisher", PODCAST)
    assert podroll
    assert attributes(podroll, "remoteItem") == [
        {
            "feedGuid": "9b024349-ccf0-5f69-a609-6b82873eab3c",
            "feedUrl": "https://example.org/wind/feed",
            "title": "Wind",
        }
    ]
    assert publisher
    assert attributes(publisher, "remoteItem")[0]["feedUrl"] == "http://testserver/episodes/feed/"


def test_a_hidden_show_asks_directories_to_leave_it_alone(client: Client) -> None:
    complete.show(hidden=True)
    found = channel(client)
    assert (found.text_of("block", ITUNES), found.text_of("block", PODCAST)) == ("Yes", "yes")
    assert found.first("owner", ITUNES) is None


def test_the_guid_is_that_of_the_specification() -> None:
    assert str(podcast_guid("https://podnews.net/rss")) == "9b024349-ccf0-5f69-a609-6b82873eab3c"
    assert podcast_guid("http://podnews.net/rss/") == podcast_guid("https://podnews.net/rss")


def test_the_guid_survives_a_new_address(client: Client) -> None:
    show = complete.show()
    before = channel(client).text_of("guid", PODCAST)
    show.slug = "another"
    show.save()
    assert channel(client, "/episodes/another/feed/?x=1").text_of("guid", PODCAST) == before


def test_the_newest_trailer_is_the_show_s(client: Client) -> None:
    show = complete.show()
    for days in (3, 2, 1):
        kind = "full" if days == 1 else "trailer"
        factories.episode(f"{days} days ago", of=show, type=kind, at=timezone.now() - timedelta(days=days))
    found = channel(client).first("trailer", PODCAST)
    assert found
    assert (found.text, found.get("type"), found.get("length")) == ("2 days ago", "audio/mpeg", "1440000")


def test_live_recordings_near_enough(client: Client) -> None:
    show, now = complete.show(), timezone.now()
    complete.announced(show)
    over = complete.announced(show, title="Over", slug="over", starts_at=now - timedelta(hours=3))
    LiveRecording.objects.filter(pk=over.pk).update(status="ended")
    complete.announced(show, title="Forgotten", slug="forgotten", starts_at=now - timedelta(days=9))
    quiet = complete.announced(
        show, title="Quiet", slug="quiet", starts_at=now + timedelta(days=9), stream_url=""
    )
    LiveRecording.objects.filter(pk=quiet.pk).update(watch_url="")
    found = list(channel(client).all("liveItem", PODCAST))
    assert [(live.text_of("title"), live.get("status")) for live in found] == [
        ("Over", "ended"),
        ("Live from the pier", "pending"),
        ("Quiet", "pending"),
    ]
    pier = found[1]
    stream = pier.first("enclosure")
    assert stream
    assert stream.get("url") == "https://stream.example/live.mp3"
    assert attributes(pier, "contentLink") == [{"href": "https://video.example/live"}]
    assert datetime.fromisoformat(pier.get("end")) - datetime.fromisoformat(pier.get("start")) == timedelta(
        hours=1
    )


def complete_feed(client: Client, settings: Settings, path: str = FEED) -> bytes:
    settings.SITE_URL, settings.MEDIA_URL = "https://sea.example", "https://media.sea.example/"
    settings.WEBSUB_HUB = "https://hub.example/"
    show = complete.show()
    complete.episode(show)
    factories.episode(
        "Tides at night", of=show, at=complete.AT - timedelta(days=7), type="trailer", number=None
    )
    complete.announced(show)
    return client.get(path).content


@pytest.mark.parametrize("path", [FEED, "/episodes/tide/seasons/2/feed/", "/episodes/feed/"])
def test_our_checker_finds_nothing(client: Client, settings: Settings, path: str) -> None:
    found = podcast_check.check(complete_feed(client, settings, path))
    assert [finding for finding in found if finding.level in ("error", "warning")] == []


def test_feedparser_reads_it_without_loss(client: Client, settings: Settings) -> None:
    parsed = feedparser.parse(complete_feed(client, settings))
    assert not parsed.bozo
    feed, entry = parsed.feed, parsed.entries[0]
    assert (feed.title, feed.language, feed.author) == ("Tide & Time", "en", "Hanna Host")
    assert feed.image.href == Show.objects.get().artwork.url  # type: ignore[union-attr]
    assert [tag.term for tag in feed.tags] == ["Science", "Earth Sciences", "Nature", "Education"]
    assert entry.title == "Why the sea is never sweet"
    assert entry.id.startswith("urn:uuid:")
    assert [(one.type, one.length) for one in entry.enclosures] == [("audio/mpeg", "1440000")]
    assert (entry.itunes_duration, entry.itunes_episode, entry.itunes_season) == ("90", "12", "2")
    assert entry.published_parsed[:5] == (2026, 3, 1, 6, 0)
    assert "Boats Ltd" in entry.content[-1].value


def test_podcastparser_reads_it_without_loss(client: Client, settings: Settings) -> None:
    """It knows the podcast namespace by an older name alone."""
    old = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"
    data = complete_feed(client, settings).replace(PODCAST.encode(), old.encode())
    parsed = podcastparser.parse("https://sea.example/episodes/tide/feed/", BytesIO(data))
    assert parsed["title"] == "Tide & Time"
    assert parsed["link"] == "https://sea.example/episodes/tide/"
    assert parsed["itunes_owner"] == {"name": "Olga Owner", "email": "owner@example.org"}
    assert parsed["itunes_categories"] == [
        ["Science", "Earth Sciences"],
        ["Science", "Nature"],
        ["Education"],
    ]
    assert parsed["funding_url"] == "https://example.org/fund"
    assert parsed["import_prohibited"]
    entry = parsed["episodes"][0]
    assert entry["title"] == "Why the sea is never sweet"
    assert entry["published"] == complete.AT.timestamp()
    assert (entry["total_time"], entry["number"], entry["explicit"]) == (90, 12, True)
    assert entry["enclosures"][0]["file_size"] == 1_440_000
    assert entry["transcript_url"].endswith("/transcript.html") or entry["transcript_url"].endswith(".vtt")
    assert entry["chapters_json_url"].endswith("/chapters.json")
    assert [person["name"] for person in entry["persons"]] == ["Hanna Host", "Gwen Guest"]


def test_an_empty_show_has_a_feed(client: Client) -> None:
    complete.show(categories=[], artwork=None, owner_email="", description="")
    found = channel(client)
    assert titles(client) == []
    assert found.text_of("description") == "The sea, explained"
    assert found.first("pubDate") is None


def test_seasons_and_topics(client: Client) -> None:
    show, salt = complete.show(), factories.topic("Salt")
    complete.episode(show, about=[salt])
    factories.episode("Elsewhere", of=show, about=[factories.topic("Sugar")])
    season, topic = "/episodes/tide/seasons/2/feed/?x=1", "/episodes/tide/topics/salt/feed/?x=1"
    assert titles(client, season) == titles(client, topic) == ["Why the sea is never sweet"]
    assert channel(client, season).text_of("title") == "Tide & Time – The North Sea"
    assert channel(client, topic).text_of("title") == "Tide & Time – Salt"
    identities = {channel(client, path).text_of("guid", PODCAST) for path in (f"{FEED}?x=1", season, topic)}
    assert len(identities) == 3
    assert channel(client, season).text_of("block", ITUNES) == "Yes"
    assert channel(client, FEED).text_of("block", ITUNES) == ""


def test_the_network_has_the_newest_of_all_shows(client: Client) -> None:
    tide, wind = complete.show(), factories.show("Wind", slug="wind")
    complete.episode(tide)
    factories.episode("In the wind", of=wind)
    factories.episode("Nobody lists it", of=factories.show(hidden=True))
    factories.episode("Long ago", of=factories.show(ended_at=timezone.now() - timedelta(days=1)))
    factories.show("Empty")
    found = channel(client, "/episodes/feed/")
    items = list(found.all("item"))
    assert [item.text_of("title") for item in items] == ["In the wind", "Why the sea is never sweet"]
    assert [item.text_of("source") for item in items] == ["Wind", "Tide & Time"]
    assert found.text_of("medium", PODCAST) == "publisher"
    listed = {row["feedGuid"]: row["title"] for row in attributes(found, "remoteItem")}
    assert listed == {str(tide.podcast_guid): "Tide & Time", str(wind.podcast_guid): "Wind"}
    outlines = tree(client.get("/episodes/shows.opml").content).first("body")
    assert outlines
    assert [(row.get("text"), row.get("xmlUrl")) for row in outlines.children] == [
        ("Tide & Time", f"http://testserver{FEED}"),
        ("Wind", "http://testserver/episodes/wind/feed/"),
    ]


def test_a_network_of_nothing_is_a_feed(client: Client) -> None:
    assert titles(client, "/episodes/feed/") == []
    assert client.get("/episodes/shows.opml").headers["Content-Type"] == "text/x-opml; charset=utf-8"


def test_a_show_that_is_over_or_away(client: Client) -> None:
    show = complete.show(ended_at=timezone.now() + timedelta(days=1))
    Season.objects.create(show=show, number=1)
    paths = (FEED, "/episodes/tide/seasons/1/feed/")
    assert [client.get(f"{path}?x=1").status_code for path in paths] == [200, 200]
    Show.objects.update(ended_at=timezone.now())
    assert [client.get(f"{path}?x=1").status_code for path in paths] == [410, 410]
    Show.objects.update(moved_to="https://elsewhere.example/feed?a=1")
    for path in paths:
        response = client.get(f"{path}?x=1")
        assert (response.status_code, response.headers["Location"]) == (
            301,
            "https://elsewhere.example/feed?a=1",
        )
        assert response.headers["Cache-Control"] == "public, max-age=300"
    moved = building.channel_of(Show.objects.get(), FEED)
    assert moved.moved_to == "https://elsewhere.example/feed?a=1"


def test_feeds_move_with_the_show(client: Client) -> None:
    show = complete.show()
    Season.objects.create(show=show, number=1)
    old = show.get_absolute_url()
    show.slug = "ebb"
    show.save()
    address_changed.send(sender=Show, old=old, new=show.get_absolute_url())
    for path in (FEED, "/episodes/tide/seasons/1/feed/"):
        response = client.get(path)
        assert (response.status_code, response.headers["Location"]) == (301, path.replace("tide", "ebb"))


def links(found: Element) -> dict[str, str]:
    return {
        link.get("rel"): link.get("href").removeprefix(f"http://testserver{FEED}")
        for link in found.all("link", ATOM)
    }


def test_a_long_back_catalogue_has_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "AT_ONCE", 2)
    show = complete.show()
    for days in range(5):
        factories.episode(f"Day {days}", of=show, at=timezone.now() - timedelta(days=days, hours=1), by=[])
    seen = []
    for page in (1, 2, 3):
        asked = f"?page={page}" if page > 1 else ""
        seen += titles(client, f"{FEED}{asked}")
        expected = {"self": asked, "first": "", "last": "?page=3"}
        expected |= {"previous": "?page=2" if page == 3 else ""} if page > 1 else {}
        expected |= {"next": f"?page={page + 1}"} if page < 3 else {}
        assert links(channel(client, f"{FEED}{asked}")) == expected
    assert seen == [f"Day {days}" for days in range(5)]
    for nonsense in ("4", "0", "-1", "x", "٢", "9" * 5000, "01"):
        assert client.get(FEED, {"page": nonsense}).status_code == 404


def test_one_item_asks_as_much_as_three(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    show = complete.show()
    for number in range(3):
        complete.episode(show, slug=f"salt-{number}", by=[factories.person()])
        if number != 1:
            client.get(f"{FEED}?x=1")  # from now on it is known which transcripts have times
            with django_assert_num_queries(10):
                client.get(f"{FEED}?x=1")
    client.get("/episodes/feed/?x=1")
    with django_assert_num_queries(12):
        client.get("/episodes/feed/?x=1")


@pytest.mark.parametrize(
    "path", ["/episodes/no/feed/", "/episodes/tide/seasons/7/feed/", "/episodes/tide/topics/no/feed/"]
)
def test_a_feed_of_what_does_not_exist_is_404(client: Client, path: str) -> None:
    complete.show()
    assert client.get(path).status_code == 404
