import difflib
import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from core import faults
from episodes.feeds.building import podcast
from episodes.importers import fetching, spoken
from episodes.models import Episode, EpisodeCredit, Season, Show, ShowCredit
from episodes.models.shows import podcast_guid
from media_pipeline.models import Upload
from people.models import Person
from publishing.models import EditorialEvent, ImportRecord, Redirect, Revision
from publishing.redirects import remember_move
from search.models import IndexEntry
from tests import factories
from tests.episodes.importers.conftest import Run
from tests.episodes.importers.feeds import FEEDS, feed, item, written
from tests.harness.sites import Answer, Site

pytestmark = pytest.mark.django_db

_TABLES = (Show, Season, Episode, EpisodeCredit, ShowCredit, Person, Redirect, ImportRecord, Revision, EditorialEvent, IndexEntry)  # fmt: skip


def everything() -> dict[str, list[Any]]:
    """All rows an import could touch."""
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in _TABLES}


def exported() -> str:
    show = Show.objects.get()
    episodes = Episode.objects.filter(show=show).public()
    document = podcast(show, episodes, path=show.feed_path).content.decode()
    return re.sub(r"<lastBuildDate>.*?</lastBuildDate>", "", document)


def wipe() -> None:
    for episode in Episode.objects.all():
        episode.delete()
    Show.objects.all().delete()


def reasons(report: dict[str, Any]) -> str:
    return " ".join(f"{line['where']}: {line['why']}" for line in report["failed"])


def test_an_episode_has_all_that_its_item_says(run: Run, tmp_path: Path) -> None:
    more = (
        "<itunes:title>The first</itunes:title><itunes:episode>12</itunes:episode><podcast:episode>12.5</podcast:episode>"
        '<podcast:season name="Winter">2</podcast:season><itunes:season>2</itunes:season><itunes:duration>1:02:03</itunes:duration>'
        "<itunes:episodeType>bonus</itunes:episodeType><itunes:explicit>clean</itunes:explicit>"
        "<itunes:subtitle>What it is about.</itunes:subtitle>"
        "<content:encoded><![CDATA[<p>Some <b>notes</b>.</p><script>x()</script>]]></content:encoded>"
        '<itunes:image href="https://cdn.example.org/12.jpg"/>'
        '<podcast:person role="Guest" href="https://ana.example.org/">Ana Lima</podcast:person>'
        '<podcast:transcript url="https://cdn.example.org/12.vtt" type="text/vtt" language="en"/>'
        '<podcast:chapters url="https://cdn.example.org/12.json" type="application/json+chapters"/>'
        '<psc:chapters><psc:chapter start="00:01:00.5" title="One" href="https://a.example.org/"/></psc:chapters>'
        '<podcast:soundbite startTime="60" duration="30.5">Hear, hear</podcast:soundbite>'
        '<podcast:value type="lightning"><podcast:valueRecipient split="100"/></podcast:value>'
        "<link>https://old.example.org/shows/12/the-first-one</link>"
    )
    channel = "<link>https://old.example.org/</link><itunes:explicit>yes</itunes:explicit>"
    path = written(tmp_path / "feed.xml", feed(item(1, more, title="12: The first"), channel=channel))
    assert run("import_feed", path) == (0, {"created": 2, "updated": 0, "unchanged": 0, "failed": []})
    episode = Episode.objects.get()
    assert (episode.guid, episode.title, episode.slug) == ("g-1", "The first", "the-first-one")
    assert (episode.display_number, episode.season and str(episode.season), episode.type) == (
        "12.5",
        "Winter",
        "bonus",
    )
    assert (episode.published_at, episode.is_live, episode.announced_at is None) == (
        datetime(2024, 1, 1, 10, tzinfo=UTC),
        True,
        False,
    )
    assert (episode.standfirst, episode.body, episode.explicit) == (
        "What it is about.",
        "Some **notes**.",
        False,
    )
    assert (episode.linked_url, episode.linked_type) == ("https://cdn.example.org/1.mp3", "audio/mpeg")
    assert (episode.linked_bytes, episode.seconds, episode.audio) == (1000, 3723, None)
    assert episode.chapters == "00:01:00.500 One | https://a.example.org/"
    assert episode.soundbites == "00:01:00 30.5 Hear, hear"
    assert set(episode.kept) == {"transcripts", "chapters", "image", "more"}
    credit = episode.credits.get()
    assert (credit.person.name, credit.role, credit.href) == ("Ana Lima", "guest", "https://ana.example.org/")
    assert Redirect.objects.get().path == "/shows/12/the-first-one"
    assert IndexEntry.objects.get().item == episode.item


def test_an_old_address_leads_to_the_episode(run: Run, tmp_path: Path, client: Client) -> None:
    channel = '<link>https://old.example.org/</link><atom:link rel="self" href="https://old.example.org/podcast.xml"/>'
    more = "<link>https://www.old.example.org/shows/1</link>"
    run("import_feed", written(tmp_path / "feed.xml", feed(item(1, more), channel=channel)))
    assert client.get("/shows/1").headers["Location"] == Episode.objects.get().get_absolute_url()
    assert client.get("/podcast.xml").headers["Location"] == Show.objects.get().feed_path


def test_the_show_is_what_its_feed_says(run: Run) -> None:
    status, report = run("import_feed", FEEDS / "podcasting20" / "example.xml", "--i-own-it")
    show = Show.objects.get()
    assert (status, report["created"]) == (1, 4)
    assert (show.owner_email, show.license_url) == (
        "johndoe@example.com",
        "https://example.org/mypodcastlicense/full.pdf",
    )
    assert (show.categories, show.hidden, show.locked) == (["Technology", "News > Tech News"], True, True)
    assert show.kept["image"] == "https://example.com/images/pci_avatar-massive.jpg"
    assert "no podcast:guid" in reasons(report)
    assert Person.objects.filter(name="Adam Curry").count() == 1


def test_people_are_told_where_the_show_is_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_feed", written(tmp_path / "feed.xml", feed(item())))
    slug = Show.objects.get().slug
    assert capsys.readouterr().out.endswith(
        f"The show is at /episodes/{slug}/; other commands call it {slug}.\n"
    )


def test_the_second_run_changes_nothing_and_an_edit_stays(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path / "feed.xml", feed(item(1), item(2)))
    run("import_feed", path)
    before = everything()
    assert run("import_feed", path) == (0, {"created": 0, "updated": 0, "unchanged": 3, "failed": []})
    assert everything() == before
    edited = Episode.objects.get(guid="g-1")
    edited.title = "Called otherwise"
    edited.save()
    new = feed(item(1, "<itunes:duration>5:00</itunes:duration>", title="A new title"), item(2))
    assert run("import_feed", written(path, new))[1] == {
        "created": 0,
        "updated": 1,
        "unchanged": 2,
        "failed": [],
    }
    edited.refresh_from_db()
    assert (edited.title, edited.linked_seconds) == ("Called otherwise", 300)


def test_a_show_edited_here_stays_and_a_deleted_episode_does_not_come_back(run: Run, tmp_path: Path) -> None:
    path = written(
        tmp_path / "feed.xml", feed(item(1), channel="<description>Old.</description><language>de</language>")
    )
    run("import_feed", path)
    Show.objects.update(description="Ours.")
    Episode.objects.get().delete()
    written(
        path,
        feed(
            item(1, "<itunes:season>1</itunes:season>"),
            channel="<description>New.</description><language>fr</language>",
        ),
    )
    assert run("import_feed", path)[1] == {"created": 0, "updated": 1, "unchanged": 1, "failed": []}
    show = Show.objects.get()
    assert (show.description, show.language, show.episodes.count()) == ("Ours.", "fr", 0)


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "feed.xml", feed(item(1), item(2)))
    before = everything()
    call_command("import_feed", str(path), "--dry-run", "--images", "--audio", "copy")
    assert everything() == before
    out = capsys.readouterr().out
    assert "created    item 1 “Shift 1”, line 3" in out
    call_command("import_feed", str(path), "--json")
    written(path, feed(item(1, title="New"), item(2)))
    capsys.readouterr()
    call_command("import_feed", str(path), "--dry-run")
    assert "updated    item 1 “New”, line 3 (title)" in capsys.readouterr().out


def test_drafts_are_what_has_no_date_or_no_audio(run: Run, tmp_path: Path) -> None:
    undated = item(1).replace("<pubDate>01 Jan 2024 10:00:00 GMT</pubDate>", "")
    silent = re.sub("<enclosure.*?/>", '<enclosure url="http://127.0.0.1/a.mp3"/>', item(2))
    status, report = run("import_feed", written(tmp_path / "feed.xml", feed(undated, silent, item(3))))
    assert (status, report["created"]) == (1, 4)
    assert list(Episode.objects.live().values_list("guid", flat=True)) == ["g-3"]
    assert "item 1 “Shift 1”, line 3: It has no date" in reasons(report)
    assert "item 2 “Shift 2”, line 4: Its audio cannot be used." in reasons(report)


def test_which_show_it_is(run: Run, tmp_path: Path) -> None:
    guid = "<podcast:guid>917393e3-1b1e-5cef-ace4-edaa54e1f810</podcast:guid>"
    path = written(tmp_path / "feed.xml", feed(item(1), channel=guid))
    own = factories.show("By hand", description="Ours.", artwork=None)
    assert run("import_feed", path, "--show", "nobody")[0] == 2
    assert run("import_feed", path, "--show", own.slug)[1]["created"] == 1
    own.refresh_from_db()
    assert (own.name, own.description, str(own.podcast_guid)) == (
        "By hand",
        "Ours.",
        "917393e3-1b1e-5cef-ace4-edaa54e1f810",
    )
    assert run("import_feed", path)[1]["unchanged"] == 2
    other = feed(
        item(1), channel='<atom:link rel="self" href="https://feeds.example.org/x/"/>', title="By hand"
    )
    status, report = run("import_feed", written(tmp_path / "other.xml", other))
    assert (status, "--show by-hand" in reasons(report)) == (2, True)
    run("import_feed", written(tmp_path / "other.xml", other.replace("By hand", "Another")))
    assert Show.objects.get(name="Another").podcast_guid == podcast_guid("https://feeds.example.org/x")


def test_a_feed_that_only_claims_to_be_a_show_of_ours_changes_nothing(run: Run, tmp_path: Path) -> None:
    own = factories.show("Ours")
    claim = f"<podcast:guid>{own.podcast_guid}</podcast:guid>"
    path = written(tmp_path / "feed.xml", feed(item(1), channel=claim, title="Theirs"))
    status, report = run("import_feed", path)
    assert (status, "say --show ours" in reasons(report)) == (2, True)
    assert not Episode.objects.exists()
    assert run("import_feed", path, "--show", "ours")[1]["created"] == 1


def test_a_locked_feed_is_left_alone(run: Run, tmp_path: Path, publisher: User) -> None:
    locked = '<podcast:locked owner="{}">yes</podcast:locked>'
    path = written(tmp_path / "feed.xml", feed(item(1), channel=locked.format("somebody@example.org")))
    status, report = run("import_feed", path)
    assert (status, Show.objects.count(), "--i-own-it" in reasons(report)) == (2, 0, True)
    path = written(tmp_path / "feed.xml", feed(item(1), channel=locked.format(publisher.email)))
    assert run("import_feed", path)[0] == 0
    assert Show.objects.get().locked is True


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/feed", "http://0x7f.1/feed", "http://[::1]/feed", "http://169.254.169.254/", "http://10.0.0.1/feed",
        "file:///etc/passwd", "ftp://example.org/feed", "http://user:pw@example.org/feed", "http://localhost:6379/",
    ],
)  # fmt: skip
def test_addresses_inside_are_not_asked(run: Run, address: str) -> None:
    status, report = run("import_feed", address)
    assert (status, len(report["failed"]), Show.objects.count()) == (2, 1, 0)
    assert report["failed"][0]["why"].endswith(".")


def test_a_feed_of_several_pages_behind_a_redirect(run: Run) -> None:
    with Site() as site:
        second = site.answer("/2", Answer(body=feed(item(1)).encode()))
        first = feed(item(2), channel=f'<atom:link rel="next" href="{second}"/>')
        site.answer("/1", Answer(body=first.encode()))
        moved = site.answer("/", Answer(301, {"Location": site.url("/1")}))
        assert run("import_feed", moved)[1]["created"] == 3
        inward = site.answer("/inward", Answer(302, {"Location": "http://169.254.169.254/"}))
        assert run("import_feed", inward)[0] == 2
        assert (
            run("import_feed", site.answer("/gone", 410))[1]["failed"][0]["why"]
            == "It answers 410, and no feed."
        )


def test_an_endless_feed_is_bounded(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("episodes.management.commands.import_feed.MOST_BYTES", 100_000)
    with Site() as site:
        address = site.answer(
            "/", lambda handler: [handler.wfile.write(b"<rss>" * 10_000) for _ in range(50)]
        )
        began = time.monotonic()
        assert run("import_feed", address)[0] == 2
        assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "place", ["import_feed.after_show", "import_feed.half_an_episode", "import_feed.after_episode"]
)
def test_an_interrupted_import_goes_on(run: Run, tmp_path: Path, place: str) -> None:
    path = written(tmp_path / "feed.xml", feed(*(item(number) for number in range(1, 5))))
    calls = iter(range(100))

    def crash() -> None:
        if next(calls) == (0 if place.endswith("show") else 2):
            raise KeyboardInterrupt

    faults.arm(place, crash)
    assert run("import_feed", path)[0] == 130
    faults.disarm()
    assert run("import_feed", path)[0] == 0
    assert Show.objects.count() == 1
    assert list(Episode.objects.order_by("pk").values_list("guid", flat=True)) == ["g-4", "g-3", "g-2", "g-1"]
    assert run("import_feed", path)[1]["unchanged"] == 5
    whole = exported()
    wipe()
    run("import_feed", path)
    assert exported() == whole


# --- what is fetched --------------------------------------------------------------------------------------------------


def _fetched(site: Site, more: str = "") -> str:
    """An item whose picture, transcripts and chapters are at the site."""
    return item(
        1,
        f'<itunes:image href="{site.url("/art.jpg")}"/>'
        f'<podcast:transcript url="{site.url("/t.vtt")}" type="text/vtt"/>'
        f'<podcast:transcript url="{site.url("/t.json")}" type="application/json"/>'
        f'<podcast:chapters url="{site.url("/c.json")}" type="application/json+chapters"/>{more}',
    )


def test_artwork_transcripts_and_chapters_come_along(run: Run, tmp_path: Path) -> None:
    from tests.articles.test_import_articles import png

    with Site() as site:
        channel = f'<itunes:image href="{site.answer("/show.png", Answer(body=png("blue", (1400, 1400))))}"/>'
        site.answer("/art.jpg", Answer(body=png("red", (1400, 1400))))
        site.answer("/t.json", Answer(body=b"{broken"))
        site.answer("/t.vtt", Answer(body=b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana>Good evening.\n"))
        chapters = {"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Begin"}, {"startTime": 61.5, "title": "On", "url": "https://a.example.org/"}]}  # fmt: skip
        site.answer("/c.json", Answer(body=json.dumps(chapters).encode()))
        path = written(tmp_path / "feed.xml", feed(_fetched(site), channel=channel))
        status, report = run("import_feed", path, "--images", "--transcripts")
        assert (status, report["created"], report["updated"], report["failed"]) == (0, 2, 2, [])
        episode = Episode.objects.select_related("transcript", "show").get()
        assert episode.artwork is not None
        assert episode.show.artwork is not None
        assert episode.transcript is not None
        assert episode.transcript.cues == [[1000, 2000, "Ana", "Good evening."]]
        assert episode.chapters == "00:00:00 Begin\n00:01:01.500 On | https://a.example.org/"
        asked = len(site.log)
        assert run("import_feed", path, "--images", "--transcripts")[1]["updated"] == 0
        assert len(site.log) == asked


def test_what_cannot_be_fetched_stays_a_link(run: Run, tmp_path: Path) -> None:
    with Site() as site:
        site.answer("/art.jpg", Answer(302, {"Location": "http://10.0.0.1/x.jpg"}))
        path = written(tmp_path / "feed.xml", feed(_fetched(site)))
        status, report = run("import_feed", path, "--images", "--transcripts")
    assert (status, report["created"], report["updated"]) == (1, 2, 0)
    said = reasons(report)
    for word in ("/art.jpg was not fetched", "/t.vtt cannot be read", "/c.json answers 404"):
        assert word in said
    assert set(Episode.objects.get().kept) == {"transcripts", "chapters", "image"}


def test_audio_is_copied_once_also_after_an_interruption(run: Run, tmp_path: Path) -> None:
    from tests.shared import DATA

    sound = next(iter(sorted((DATA / "media" / "speech").glob("*.mp3"))), None) or next(
        path for path in sorted((DATA / "media").rglob("*.mp3")) if 5_000 < path.stat().st_size < 500_000
    )
    with Site() as site:
        address = site.answer(
            "/1.mp3", Answer(body=sound.read_bytes(), headers={"Content-Type": "audio/mpeg"})
        )
        bad = site.answer("/2.mp3", Answer(body=b"no sound"))
        items = [
            item(1).replace("https://cdn.example.org/1.mp3", address),
            item(2).replace("https://cdn.example.org/2.mp3", bad),
        ]
        path = written(tmp_path / "feed.xml", feed(*items))

        def crash() -> None:
            raise KeyboardInterrupt

        faults.arm("import_feed.after_upload_kept", crash)
        assert run("import_feed", path, "--audio", "copy")[0] == 130
        faults.disarm()
        run("import_feed", path, "--audio", "copy")
        first, second = Episode.objects.order_by("number", "guid")
        assert first.audio is not None
        assert first.is_live
        assert (first.linked_url, second.linked_url, second.audio) == (address, bad, None)
        gets = [line.path for line in site.log]
        assert gets.count("/1.mp3") == 1
        assert Upload.objects.filter(asset=first.audio).count() == 1


# --- the real ones ----------------------------------------------------------------------------------------------------

ROUND = [
    "podcasting20/example.xml", "real/theomnishow.rss", "real/bc-sample.xml", "real/resilientwebdesign.rss",
    "feedparser/wellformed/psc/rss2.0simplechapter.xml", "security/xss_titles.xml",
]  # fmt: skip


def _round_trip(run: Run, tmp_path: Path, path: Path) -> None:
    run("import_feed", path, "--i-own-it")
    first = exported()
    assert run("import_feed", path, "--i-own-it")[1]["updated"] == 0
    wipe()
    status, report = run("import_feed", written(tmp_path / "exported.xml", first))
    assert (status, report["failed"]) == (0, [])
    second = exported()
    different = list(difflib.unified_diff(first.split(">"), second.split(">"), lineterm="", n=0))
    assert different == [], different[:10]


@pytest.mark.parametrize("name", ROUND)
def test_export_import_export_is_byte_identical(run: Run, tmp_path: Path, name: str) -> None:
    _round_trip(run, tmp_path, FEEDS / name)


@pytest.mark.soak
@pytest.mark.parametrize(
    "name", ["talkpython_2024-08-24.rss", "giantbomb-podcast.rss", "itunes-keywords-astext.rss"]
)
def test_export_import_export_of_long_feeds(run: Run, tmp_path: Path, name: str) -> None:
    _round_trip(run, tmp_path, FEEDS / "real" / name)


@pytest.mark.soak
def test_every_feed_imports_with_all_its_items(run: Run) -> None:
    from tests.episodes.importers.feeds import manifest

    for path in manifest():
        status, report = run("import_feed", FEEDS / path, "--i-own-it")
        again = run("import_feed", FEEDS / path, "--i-own-it")[1]
        assert (again["created"], again["updated"]) == (0, 0), path
        assert status in (0, 1) or path.startswith(("badpod/empty", "security/billion")), (path, report)
        assert not any(
            "Unexpected" in line["why"] or "database" in line["why"] for line in report["failed"]
        ), (path, report)
        wipe()


def test_a_hostile_title_and_hostile_notes(run: Run, client: Client) -> None:
    run("import_feed", FEEDS / "security" / "xss_titles.xml")
    episode = Episode.objects.get()
    assert episode.title_html == "&lt;img src=x onerror=alert(1)&gt; C++ &amp; .NET"
    assert episode.body_html.startswith("<p>ok</p>")
    for word in ("script", "onclick", "javascript", "iframe"):
        assert word not in episode.body_html


def test_a_title_that_is_too_long_once_it_is_no_markdown_any_more(run: Run, tmp_path: Path) -> None:
    status, report = run("import_feed", written(tmp_path / "feed.xml", feed(item(title="*a* " * 49))))
    assert (status, report["failed"]) == (0, [])
    title = Episode.objects.get().title
    assert len(title) <= 200
    assert title.startswith(r"\*a\* \*a\*")
    assert title.endswith("…")


def test_an_old_address_that_no_request_can_have_leads_nowhere(run: Run, tmp_path: Path) -> None:
    home = "https://night.example.org/"
    items = [item(1, f"<link>{home}a%00b/</link>"), item(2, f"<link>{home}a%0Ab/</link>")]
    run("import_feed", written(tmp_path / "feed.xml", feed(*items, channel=f"<link>{home}</link>")))
    assert (Episode.objects.count(), Redirect.objects.filter(path__startswith="/a").count()) == (2, 0)


def test_what_is_written_while_something_is_fetched_stays() -> None:
    fetched_for = factories.episode(audio=False, linked_url="https://cdn.example.org/1.mp3")
    hand = Episode.objects.get(pk=fetched_for.pk)
    hand.title, hand.chapters = "By hand", "00:00:00 By hand"
    hand.save()
    fetching._save(fetched_for, chapters="00:00:00 Fetched", license="cc0")
    now = Episode.objects.get(pk=fetched_for.pk)
    assert (now.title, now.chapters, now.license) == ("By hand", "00:00:00 By hand", "cc0")
    assert (fetched_for.title, fetched_for.chapters) == (now.title, now.chapters)


def test_chapters_with_half_a_character() -> None:
    (chapter,) = spoken.chapters(b'{"chapters": [{"startTime": 1, "title": "a\\ud800b"}]}')
    assert chapter.title == "ab"


@pytest.mark.parametrize("home", ["http://testserver/", "https://stranger.example.org/"])
def test_what_a_feed_says_leads_nobody_away_from_a_show_that_is_here(
    home: str, run: Run, tmp_path: Path, client: Client
) -> None:
    ours = factories.show("Harbour")
    theirs = f'<link>{home}</link><atom:link rel="self" href="{home}episodes/harbour/feed/"/>'
    run("import_feed", written(tmp_path / "feed.xml", feed(item(), channel=theirs)))
    assert not Redirect.objects.filter(path__startswith="/episodes/harbour/feed").exists()
    ours.slug = "port"
    ours.save()
    remember_move("/episodes/harbour/", "/episodes/port/")
    assert client.get("/episodes/harbour/feed/").headers["Location"] == "/episodes/port/feed/"
