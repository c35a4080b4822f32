"""Small makers of real rows. Everything they make went through the functions that the site itself uses."""

import hashlib
import itertools
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from articles.models import Article, Byline, Section, Series
from episodes.audio import tags
from episodes.models import Episode, EpisodeCredit, Show, ShowCredit
from media_pipeline import storage
from media_pipeline.encoding import keeping
from media_pipeline.models import (
    Encoding,
    MediaAsset,
    Recording,
    Region,
    RegionCopy,
    Rendition,
    RenditionSet,
    Transcript,
)
from media_pipeline.probing import Audio, Probe, Tags
from pages.models import StaticPage
from people.models import Person
from publishing import workflow
from publishing.models import Topic

_numbers = itertools.count(1)


def person(name: str = "", **fields: Any) -> Person:
    return Person.objects.create(name=name or f"Person {next(_numbers)}", **fields)


def topic(name: str = "", **fields: Any) -> Topic:
    return Topic.objects.create(name=name or f"Topic {next(_numbers)}", **fields)


def section(name: str = "", **fields: Any) -> Section:
    return Section.objects.create(name=name or f"Section {next(_numbers)}", **fields)


def series(title: str = "", **fields: Any) -> Series:
    return Series.objects.create(title=title or f"Series {next(_numbers)}", **fields)


def image(**fields: Any) -> MediaAsset:
    """A row without an object behind it, for pages that only name its address."""
    number = next(_numbers)
    values = {
        "sha256": f"{number:064x}",
        "key": f"images/{number}.jpg",
        "content_type": "image/jpeg",
        "bytes": 1000,
        "width": 1600,
        "height": 900,
        "alt": f"What image {number} shows",
        "credit": "A photographer",
    }
    return MediaAsset.objects.create(**values | fields)


def heard(seconds: float) -> Probe:
    """What a probe says of a plain MP3."""
    sound = Audio(
        index=0,
        codec="mp3",
        profile="",
        channels=2,
        layout="stereo",
        sample_rate=44_100,
        sample_format="fltp",
        language="",
        title="",
        bit_rate=128_000,
        start=0,
        duration=seconds,
        default=True,
    )
    return Probe(
        format="mp3",
        kind="audio",
        bytes=1000,
        duration=seconds,
        start=0,
        bit_rate=128_000,
        video=None,
        audio=(sound,),
        subtitles=(),
        chapters=(),
        tags=Tags(),
        cover=None,
    )


def recording(**fields: Any) -> Recording:
    """Audio that is ready: a playlist, a file and captions. Rows without objects behind them."""
    number = next(_numbers)
    ready = _ready(number, f"{number:064x}", **fields)
    facts: dict[str, Any] = {"set": ready, "step": "s", "sha256": f"{number:064x}", "bytes": 10}
    Rendition.objects.create(
        role="master",
        name="m",
        key=f"renditions/{number}.m3u8",
        content_type="application/x-mpegurl",
        text="#EXTM3U",
        **facts,
    )
    Rendition.objects.create(
        role="download", name="mp3", key=f"renditions/{number}.mp3", content_type="audio/mpeg", **facts
    )
    Transcript.objects.create(asset=ready.asset, cues=[[0, 1000, "", "Good evening."]])
    assert isinstance(ready.asset, Recording)
    return ready.asset


def _ready(number: int, sha256: str, owner: str = "", **fields: Any) -> RenditionSet:
    """The live set of a new recording, still without files."""
    values = {
        "kind": "audio",
        "sha256": sha256,
        "key": f"originals/{number}",
        "content_type": "audio/mpeg",
        "bytes": 1000,
        "name": f"Recording {number}",
        "duration": 90.0,
        "probe": heard(90.0).to_json(),
    }
    asset = Recording(**values | fields)
    asset.save()
    made = RenditionSet.objects.create(
        asset=asset, profile="podcast", recipe=f"{number:064x}", ready_at=timezone.now()
    )
    Encoding.objects.create(asset=asset, profile="podcast", owner=owner, wanted=made, live=made)
    return made


def region(slug: str = "frankfurt", **fields: Any) -> Region:
    """The row of a region; its bucket is not made."""
    values = {
        "name": slug.replace("-", " ").title(),
        "slug": slug,
        "latitude": 50.1,
        "longitude": 8.7,
        "bucket": f"{settings.S3_BUCKET}-{slug}",
    }
    return Region.objects.create(**values | fields)


def held(
    found: RenditionSet, *regions: Region, lacking: tuple[str, ...] = (), state: str = "missing"
) -> None:
    """Let regions hold a set, as far as the rows tell, except for files of some roles."""
    RegionCopy.objects.bulk_create(
        RegionCopy(
            region=region,
            key=file.key,
            bytes=file.bytes,
            sha256=file.sha256,
            state=state if file.role in lacking else "verified",
        )
        for region in regions
        for file in Rendition.objects.delivered().filter(set=found)
    )


def stored(*, owner: str = "", more: int = 0, size: int = 40, **fields: Any) -> RenditionSet:
    """A live set of a recording whose files are in the origin's bucket: `.live_for.get()` is its encoding.

    A master playlist names a playlist, which names the audio; beside them an MP3, captions and, not delivered, the MP3
    without tags: five files that a region should hold. `more` downloads of `size` bytes come on top. `fields` are
    those of the recording.
    """
    number = next(_numbers)
    made = _ready(number, hashlib.sha256(b"recording %d" % number).hexdigest(), owner, **fields)
    audio = stored_file(made, "audio", "aac", "m4a", b"The sound of %d" % number, "audio/mp4")
    words = f'#EXTM3U\n#EXT-X-MAP:URI="{audio.key.rpartition("/")[2]}"\n{audio.key.rpartition("/")[2]}\n'
    playlist = stored_file(made, "playlist", "aac", "m3u8", words.encode(), _HLS)
    master = f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=128000\n{playlist.key.rpartition('/')[2]}\n"
    stored_file(made, "master", "m", "m3u8", master.encode(), _HLS)
    stored_file(made, "download", "mp3", "mp3", b"An MP3 of %d" % number, "audio/mpeg")
    captions = f"WEBVTT\n\n00:00.000 --> 00:01.000\nGood evening, {number}.\n"
    stored_file(made, "subtitles", "en", "vtt", captions.encode(), "text/vtt")
    stored_file(made, "bare", "mp3", "mp3", b"A bare MP3 of %d" % number, "audio/mpeg")
    for one in range(more):
        content = (b"%d of %d " % (one, number)).ljust(size, b".")
        stored_file(made, "download", f"more-{one}", "mp3", content, "audio/mpeg")
    return made


_HLS = "application/x-mpegurl"


def stored_file(
    of: RenditionSet, role: str, name: str, suffix: str, content: bytes, content_type: str
) -> Rendition:
    """One file of a set, as an encode leaves it: the object first, then the row."""
    digest = hashlib.sha256(content).hexdigest()
    key = f"{keeping.prefix(of.asset.sha256, keeping.CLOSED)}{digest}.{suffix}"
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        storage.put_file(key, Path(file.name), content_type)
    return Rendition.objects.create(
        set=of,
        step="s",
        role=role,
        name=name,
        key=key,
        sha256=digest,
        bytes=len(content),
        content_type=content_type,
        text=content.decode() if role in keeping.NAMING else "",
    )


def laddered(**fields: Any) -> MediaAsset:
    """An image with a ladder, as the rows have it; there are no objects behind it either."""
    number = next(_numbers)
    heights = {480: 270, 960: 540, 1600: 900}
    ladder = [
        [kind, width, height, f"images/{number:064x}/{width}.{kind}"]
        for kind in ("avif", "webp", "jpeg")
        for width, height in heights.items()
    ]
    return image(**{"width": 2400, "height": 1350, "ladder": ladder} | fields)


def article(
    headline: str = "",
    *,
    by: list[Person] | None = None,
    about: list[Topic] | None = None,
    published: bool = True,
    at: datetime | None = None,
    **fields: Any,
) -> Article:
    """An article, live unless told otherwise, with an author, saved and published as an editor would do it."""
    number = next(_numbers)
    values = {"standfirst": f"What number {number} is about.", "body": f"The text of number {number}."}
    content = Article.objects.create(headline=headline or f"Headline {number}", **values | fields)
    for position, somebody in enumerate([person()] if by is None else by):
        Byline.objects.create(article=content, person=somebody, position=position)
    content.topics.set(about or [])
    if published:
        workflow.publish(content, by=None, at=at or timezone.now() - timedelta(minutes=1))
    return content


def static_page(name: str = "", **fields: Any) -> StaticPage:
    page = StaticPage.objects.create(name=name or f"Page {next(_numbers)}", **{"body": "Some text."} | fields)
    return workflow.publish(page, by=None)


def show(name: str = "", *, by: list[Person] | None = None, **fields: Any) -> Show:
    """A podcast with all that a feed must have."""
    number = next(_numbers)
    values = {
        "description": f"What show {number} is about.",
        "owner_name": "Olga Owner",
        "owner_email": "owner@example.org",
        "categories": ["Technology"],
        "copyright": "© 2026 The makers",
    }
    if "artwork" not in fields:
        fields["artwork"] = cover()
    made = Show.objects.create(name=name or f"Show {number}", **values | fields)
    for position, somebody in enumerate([person()] if by is None else by):
        ShowCredit.objects.create(show=made, person=somebody, role="host", position=position)
    return made


def cover(**fields: Any) -> MediaAsset:
    """The row of a square picture as apps want it."""
    return image(**{"width": 3000, "height": 3000} | fields)


def episode(
    title: str = "",
    *,
    of: Show | None = None,
    by: list[Person] | None = None,
    about: list[Topic] | None = None,
    published: bool = True,
    at: datetime | None = None,
    audio: bool = True,
    said: list[list[Any]] | None = None,
    **fields: Any,
) -> Episode:
    """An episode, live unless told otherwise, with a guest and with audio that is ready (rows without objects).

    `said`: the cues of its transcript, [[start, end, speaker, text], …] in milliseconds.
    """
    number = next(_numbers)
    values: dict[str, Any] = {
        "standfirst": f"What episode {number} is about.",
        "body": f"The notes of episode {number}.",
        "number": number,
        "transcript_waived": "" if said else "Not made yet.",
    }
    made = Episode.objects.create(title=title or f"Episode {number}", show=of or show(), **values | fields)
    if audio and not made.linked_url:
        sounding(made)
    if said:
        made.transcript = Transcript.objects.create(
            asset=made.audio, language=made.show.language, cues=said, name="transcript.vtt"
        )
        made.save()
    for position, somebody in enumerate([person()] if by is None else by):
        EpisodeCredit.objects.create(episode=made, person=somebody, role="guest", position=position)
    made.topics.set(about or [])
    if published:
        workflow.publish(made, by=None, at=at or timezone.now() - timedelta(minutes=1))
    return made


def sounding(of: Episode, seconds: float = 90.0, size: int = 1_440_000) -> Encoding:
    """Audio that is ready: an MP3 and an M4A of `size` bytes made for this episode. Rows without objects behind them."""
    number = next(_numbers)
    ready = _ready(number, f"{number:064x}", owner=of.owner, duration=seconds)
    for name, kind in (("mp3", "audio/mpeg"), ("m4a", "audio/mp4")):
        Rendition.objects.create(
            set=ready,
            step="s",
            role="download",
            name=name,
            key=f"renditions/{number}.{name}",
            sha256=f"{number:064x}",
            bytes=size,
            content_type=kind,
            duration=seconds,
            facts={"bitrate": 128_000},
        )
    of.audio = MediaAsset.objects.get(pk=ready.asset_id)
    of.save()
    of.__dict__.pop("encoding", None)
    Encoding.objects.filter(live=ready).update(tags=tags(of))  # so that publishing it has nothing made anew
    return Encoding.objects.get(live=ready)
