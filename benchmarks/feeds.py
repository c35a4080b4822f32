"""The feed of 500 episodes beside Django's own `Feed` over the same rows; warm and 304 beside a bare Django view.

    .venv/bin/python benchmarks/feeds.py [--rounds 5] [--seconds 4]

Cold, everything is read and written anew: in this process, and over HTTP past the page cache. Django's `Feed` writes the
elements that it knows (title, link, description, guid, date, enclosure), and in a second row, with a generator of its own,
the same elements as ours. Rounds are interleaved; figures are medians. Only the ratios mean anything on a shared machine.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import pages, serving, surroundings  # noqa: E402

EPISODES, CUES = 500, 200
NOTES = (
    "We talk about [the tide](https://example.org/tide), **salt**, and what a `clock` has to do with it. " * 6
)
FEED = "/episodes/tide/feed/"


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=4)
    options.add_argument("--alone", action="store_true", help="only in this process, without servers and wrk")
    chosen = options.parse_args()
    surroundings.with_servers("benchmark-feeds", durable=True)
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)
    fill()
    in_process(chosen.rounds)
    if not chosen.alone:
        serving.require_wrk()
        over_http(chosen.rounds, chosen.seconds)


def fill() -> None:
    from django.db import transaction

    from episodes.models import Season, Show, ShowCredit
    from people.models import Person

    if Show.objects.exists():
        return
    with transaction.atomic():
        host = Person.objects.create(name="Hanna Host")
        show = Show.objects.create(
            name="Tide",
            slug="tide",
            categories=["Science"],
            owner_email="a@example.org",
            description="The sea.",
        )
        ShowCredit.objects.create(show=show, person=host, role="host")
        seasons = [
            Season.objects.create(show=show, number=number, name=f"Part {number}") for number in range(1, 6)
        ]
        guests = [Person.objects.create(name=f"Guest {number}") for number in range(50)]
        for number in range(1, EPISODES + 1):
            _episode(show, number, seasons[number % 5], guests[number % 50])


def _episode(show: Any, number: int, season: Any, guest: Any) -> None:
    from episodes.models import Episode, EpisodeCredit, EpisodeLink, SponsorSlot
    from media_pipeline.models import Encoding, MediaAsset, Rendition, RenditionSet, Transcript

    digest = f"{number:064x}"
    facts = {"sha256": digest, "bytes": 40_000_000, "duration": 2700.0}
    audio = MediaAsset.objects.create(
        kind="audio", key=f"originals/{number}", content_type="audio/mpeg", **facts
    )
    cues = [
        [at * 9000, at * 9000 + 9000, "Hanna", "And then the sea rose, and fell again."] for at in range(CUES)
    ]
    episode = Episode.objects.create(
        show=show,
        number=number,
        season=season,
        title=f"What the tide did on day {number}",
        slug=f"day-{number}",
        standfirst=f"The sea, the moon and a clock: it is day {number}.",
        body="\n\n".join([f"## Part {part}\n\n{NOTES}" for part in range(3)]),
        chapters="\n".join(f"00:{minute:02}:00 Chapter {minute}" for minute in range(0, 40, 8)),
        soundbites="00:01:00 30 The best of it",
        audio=audio,
        transcript=Transcript.objects.create(asset=audio, cues=cues),
        status="published",
        published_at=datetime.now(UTC) - timedelta(hours=number),
    )
    made = RenditionSet.objects.create(asset=audio, profile="podcast", recipe=digest)
    Encoding.objects.create(asset=audio, profile="podcast", owner=episode.owner, wanted=made, live=made)
    for name, kind in (("mp3", "audio/mpeg"), ("m4a", "audio/mp4")):
        Rendition.objects.create(
            set=made,
            step="s",
            role="download",
            name=name,
            key=f"r/{number}.{name}",
            content_type=kind,
            **facts,
        )
    EpisodeCredit.objects.create(episode=episode, person=guest, role="guest")
    for each in range(2):
        EpisodeLink.objects.create(episode=episode, label=f"Source {each}", url=f"https://example.org/{each}")
    SponsorSlot.objects.create(
        episode=episode, sponsor="Boats", url="https://boats.example", text="They float."
    )


def in_process(rounds: int) -> None:
    from django.db import connection
    from django.test import RequestFactory
    from django.test.utils import CaptureQueriesContext

    from episodes.feeds import show_feed

    request = RequestFactory(headers={"host": "127.0.0.1"}).get(FEED)
    plain, whole = stock_feeds()
    ways: dict[str, Callable[[], Any]] = {
        "ours": lambda: show_feed(request, show="tide"),
        "Django's Feed": lambda: plain(request),
        "Django's Feed, the same elements": lambda: whole(request),
    }
    with CaptureQueriesContext(connection) as asked:
        size = len(ways["ours"]().content)
    print(
        f"\n{EPISODES} episodes, {size / 2**20:.2f} MiB, {len(asked)} queries; cold, CPU of one process without PostgreSQL"
    )
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(max(5, rounds)):
        for name, way in ways.items():
            begun = time.process_time()
            way()
            taken[name].append(time.process_time() - begun)
    ours = statistics.median(taken["ours"])
    for name, times in taken.items():
        median = statistics.median(times)
        print(f"{name:<36}{median * 1000:>8.0f} ms{median / ours:>8.2f} x ours")


def stock_feeds() -> tuple[Any, Any]:
    """Django's syndication framework, as its documentation has it."""
    from django.contrib.syndication.views import Feed
    from django.urls import reverse
    from django.utils.feedgenerator import Rss201rev2Feed

    from episodes.feeds.building import channel_of
    from episodes.feeds.gathering import gathered
    from episodes.feeds.items import Items
    from episodes.models import Episode, Show

    class Plain(Feed):
        title, link, description = "Tide", "/episodes/tide/", "The sea."

        def items(self) -> Any:
            return Episode.objects.public().select_related("show", "item").for_feeds()

        def item_title(self, item: Any) -> str:
            return item.title

        def item_description(self, item: Any) -> str:
            return item.body_html

        def item_link(self, item: Any) -> str:
            return reverse("episode", args=[item.show.slug, item.slug])

        def item_guid(self, item: Any) -> str:
            return item.guid

        item_guid_is_permalink = False
        item_enclosure_length, item_enclosure_mime_type = 40_000_000, "audio/mpeg"

        def item_pubdate(self, item: Any) -> datetime:
            return item.published_at

        def item_enclosure_url(self, item: Any) -> str:
            return reverse("episode_file", args=[item.item.guid, "mp3"])

    class Podcast(Rss201rev2Feed):
        """What a podcast needs beyond that, written the way the documentation shows."""

        def rss_attributes(self) -> dict[str, str]:
            from publishing.podcast_check.feed import NAMESPACES

            return super().rss_attributes() | {f"xmlns:{name}": value for name, value in NAMESPACES.items()}

        def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
            super().add_item_elements(handler, item)
            made = item["made"]
            add = handler.addQuickElement
            add("content:encoded", made.notes)
            add("itunes:title", made.title)
            add("itunes:summary", made.summary)
            add("itunes:duration", str(round(made.seconds)))
            add("itunes:explicit", "true" if made.explicit else "false")
            add("itunes:season", str(made.season))
            add("itunes:episode", made.number)
            add("itunes:episodeType", made.type)
            add("podcast:season", str(made.season), {"name": made.season_name})
            add("podcast:episode", made.number)
            for each in made.transcripts:
                add("podcast:transcript", "", {"url": each.url, "type": each.type, "language": each.language})
            add("podcast:chapters", "", {"url": made.chapters.url, "type": made.chapters.type})
            for each in made.soundbites:
                add(
                    "podcast:soundbite",
                    each.title,
                    {"startTime": str(each.seconds), "duration": str(each.length)},
                )
            for each in made.persons:
                add("podcast:person", each.name, {"role": each.role, "href": each.href})
            for each in made.alternates:
                handler.startElement("podcast:alternateEnclosure", {"type": each.file.type})
                add("podcast:source", "", {"uri": each.file.url})
                handler.endElement("podcast:alternateEnclosure")

    class Whole(Plain):
        feed_type = Podcast

        def items(self) -> Any:
            show = Show.objects.get(slug="tide")
            channel_of(show, FEED)
            found = gathered(Episode.objects.public().filter(show=show).for_feeds(), show, 0, EPISODES)
            for episode, made in zip(found.episodes, Items(found).made(), strict=True):
                episode.made = made  # type: ignore[attr-defined]
            return found.episodes

        def item_extra_kwargs(self, item: Any) -> dict[str, Any]:
            return {"made": item.made}

    return Plain(), Whole()


STOCK = """
import config.wsgi
import config.urls
from django.conf import settings
from django.urls import path
from benchmarks.feeds import stock_feeds
plain, whole = stock_feeds()
urlpatterns = [path("stock/plain/", plain), path("stock/whole/", whole), *config.urls.urlpatterns]
settings.ROOT_URLCONF = "stock"
application = config.wsgi.application
"""


def over_http(rounds: int, seconds: int) -> None:
    """All cold feeds by the same server with the same middleware."""
    taken: dict[str, list[serving.Figures]] = {}
    with tempfile.TemporaryDirectory() as directory:
        pages.make_bare_project(Path(directory))
        (Path(directory) / "stock.py").write_text(f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{STOCK}")
        with (
            serving.serving("granian", "bare:application", Path(directory)) as (bare, bare_process),
            serving.serving("granian", "stock:application", Path(directory)) as (ours, our_process),
        ):
            known = {"If-None-Match": serving.etag(ours + FEED)}
            cases: dict[str, tuple[str, Any, dict[str, str]]] = {
                "bare hello": (f"{bare}/hello", bare_process, {}),
                "feed warm": (ours + FEED, our_process, {"Accept-Encoding": "gzip"}),
                "feed 304": (ours + FEED, our_process, known),
                "feed cold": (f"{ours}{FEED}?cold=1", our_process, {}),
                "Django plain": (f"{ours}/stock/plain/?cold=1", our_process, {}),
                "Django whole": (f"{ours}/stock/whole/?cold=1", our_process, {}),
            }
            for _ in range(rounds):
                for name, (url, process, headers) in cases.items():
                    taken.setdefault(name, []).append(serving.measure(url, process, seconds, headers))
    report(taken)


def report(taken: dict[str, list[serving.Figures]]) -> None:
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in taken.items()
    }
    hello, cold = medians["bare hello"][0], medians["feed cold"][1]
    print(f"\nover HTTP, granian: medians of {len(taken['bare hello'])} rounds")
    print(f"{'':<16}{'req/s':>9}{'CPU ms':>9}{'p99 ms':>9}{'x hello':>9}{'CPU x cold':>12}")
    for name, (rate, cpu, p99) in medians.items():
        print(f"{name:<16}{rate:>9.1f}{cpu:>9.2f}{p99:>9.1f}{rate / hello:>9.2f}{cpu / cold:>12.2f}")


if __name__ == "__main__":
    main()
