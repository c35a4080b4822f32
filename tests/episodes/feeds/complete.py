"""A show of which everything is known, for what a feed can hold."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from episodes.models import Episode, EpisodeLink, LiveRecording, Season, Show, SponsorSlot
from media_pipeline.models import Encoding, MediaAsset, Rendition, RenditionSet
from tests import factories

AT = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
SAID = [[0, 4000, "Ana", "Good evening."], [4000, 9000, "Bo", "And welcome."]]


def show(**fields: object) -> Show:
    known = {
        "name": "Tide & Time",
        "slug": "tide",
        "description": "What the sea does, and when.\n\nEvery other week.",
        "tagline": "The sea, explained",
        "categories": ["Science > Earth Sciences", "Science > Nature", "Education"],
        "funding_url": "https://example.org/fund",
        "license": "cc-by-4.0",
        "frequency": "every other Tuesday",
        "frequency_rule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        "location": "Cuxhaven",
        "podroll": "Wind | https://example.org/wind/feed | 9b024349-ccf0-5f69-a609-6b82873eab3c\n",
        "txt": "applepodcastsverify | 1234\nai-content | none",
    }
    portrait = factories.image()
    host = factories.person("Hanna Host", slug="hanna", portrait=portrait)
    return factories.show(by=[host], **known | fields)  # type: ignore[arg-type]


def episode(of: Show, **fields: object) -> Episode:
    season, _ = Season.objects.get_or_create(show=of, number=2, defaults={"name": "The North Sea"})
    known = {
        "title": "Why the *sea* is never sweet",
        "slug": "salt",
        "season": season,
        "number": Decimal(12),
        "standfirst": "A glass of water, and where it has been.",
        "body": "We talk about [salt](/articles/) at length.\n\n- one\n- two",
        "chapters": "00:00:00 Hello\n00:00:30 Salt | https://example.org/salt",
        "soundbites": "00:00:10 30 The best of it\n00:00:10 5 Too short",
        "said": SAID,
        "at": AT,
        "artwork": factories.cover(),
        "explicit": True,
        "funding_url": "https://example.org/this-one",
        "funding_label": "Pay for this one",
        "license": "cc0-1.0",
    }
    if "by" not in fields:
        known["by"] = [factories.person("Gwen Guest", slug="gwen")]
    made = factories.episode(of=of, **known | fields)  # type: ignore[arg-type]
    EpisodeLink.objects.create(episode=made, label="Salt & pepper", url="https://example.org/pepper")
    SponsorSlot.objects.create(
        episode=made, sponsor="Boats Ltd", url="https://boats.example", text="They float."
    )
    filmed(made)
    return made


def filmed(of: Episode) -> None:
    """A video beside the audio: a stream and an MP4. Rows without objects behind them."""
    asset = MediaAsset.objects.create(
        kind="video", sha256=f"{of.pk:064x}"[::-1], key="originals/v", content_type="video/mp4", bytes=9
    )
    made = RenditionSet.objects.create(asset=asset, profile="video", recipe="v" * 64)
    Encoding.objects.create(asset=asset, profile="video", owner=of.owner, wanted=made, live=made)
    facts = {"set": made, "step": "s", "sha256": "ab" * 32, "bytes": 5_000_000}
    for role, name, key, kind in (
        ("master", "master", "v.m3u8", "application/x-mpegurl"),
        ("progressive", "480p", "v.mp4", "video/mp4"),
        ("download", "m4a", "v.m4a", "audio/mp4"),
    ):
        Rendition.objects.create(role=role, name=name, key=key, content_type=kind, height=480, **facts)
    Episode.objects.filter(pk=of.pk).update(video=asset)


def announced(of: Show, **fields: object) -> LiveRecording:
    known = {
        "title": "Live from the pier",
        "slug": "pier",
        "description": "With an audience.",
        "starts_at": datetime.now(UTC) + timedelta(days=3),
        "stream_url": "https://stream.example/live.mp3",
        "watch_url": "https://video.example/live",
    }
    return LiveRecording.objects.create(show=of, **known | fields)
