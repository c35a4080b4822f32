"""All that the items of a feed need, in as many queries for five hundred episodes as for one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Prefetch, Q

from episodes.models import (
    Episode,
    EpisodeCredit,
    EpisodeLink,
    EpisodeQuerySet,
    Show,
    ShowCredit,
    SponsorSlot,
)
from media_pipeline.models import Encoding, MediaAsset, Rendition, Transcript

_COLUMNS = (
    "show", "season", "number", "type", "title", "standfirst", "slug", "body_html", "chapters", "soundbites",
    "audio", "video", "artwork", "transcript", "explicit", "license", "funding_url", "funding_label",
    "for_members", "public_at", "published_at", "guid", "kept", "linked_url", "linked_type", "linked_bytes",
    "linked_seconds", "item__guid", "season__number", "season__name", "artwork__key", "artwork__content_type",
    "artwork__width", "artwork__height", "artwork__alt", "artwork__ladder",
)  # fmt: skip
_TIMED: dict[tuple[int, int, datetime], bool] = {}  # of (transcript, version, change)
_MOST_REMEMBERED = 20_000


class Made(NamedTuple):
    """A file of a live set. `set` tells which encoding it belongs to."""

    encoding: int
    profile: str
    role: str
    name: str
    key: str
    bytes: int
    type: str
    sha256: str
    height: int
    seconds: float
    bits: int


class Spoken(NamedTuple):
    language: str
    timed: bool
    version: str  # another one says something else


class Named(NamedTuple):
    """A person's part in an episode."""

    role: str
    href: str
    img: str
    name: str
    slug: str
    portrait: str  # an address


class Link(NamedTuple):
    label: str
    url: str


class Sponsor(NamedTuple):
    name: str
    url: str
    text: str


@dataclass(slots=True)
class Gathered:
    """Episodes in their order; all else by episode, tuples instead of rows, as they take a fifth of the time."""

    episodes: list[Episode]
    credits: dict[int, list[Named]]
    links: dict[int, list[Link]]
    sponsors: dict[int, list[Sponsor]]
    files: dict[int, list[Made]]
    spoken: dict[int, Spoken]


def gathered(episodes: EpisodeQuerySet, show: Show | None, first: int, most: int) -> Gathered:
    """At most `most` of the episodes from the first-th on, in their order. `show` is whose they all are, if one's."""
    found = episodes.select_related("item", "season", "artwork").only(*_COLUMNS)
    if show is None:
        hosts = ShowCredit.objects.select_related("person__portrait")
        found = found.prefetch_related("show__artwork", Prefetch("show__credits", hosts, to_attr="hosts"))
    rows = list(found[first : first + most])
    for episode in rows:
        if show:
            episode.show = show
    ids = [episode.pk for episode in rows]
    links = EpisodeLink.objects.filter(episode__in=ids).order_by("position", "id")
    slots = SponsorSlot.objects.filter(episode__in=ids).exclude(sponsor="").order_by("position", "id")
    return Gathered(
        rows,
        _credits(ids),
        _by_episode(Link, links.values_list("episode", "label", "url")),
        _by_episode(Sponsor, slots.values_list("episode", "sponsor", "url", "text")),
        _files(rows),
        _spoken(rows),
    )


def _by_episode[T: NamedTuple](kind: type[T], rows: Iterable[tuple[Any, ...]]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for episode, *values in rows:
        found[episode].append(kind(*values))
    return found


def _credits(ids: list[int]) -> dict[int, list[Named]]:
    rows = EpisodeCredit.objects.filter(episode__in=ids).order_by("position", "id")
    portrait = [f"person__portrait__{name}" for name in ("key", "width", "height", "ladder")]
    columns = ("episode", "role", "href", "img", "person__name", "person__slug", *portrait)
    addresses: dict[str, str] = {}
    found: dict[int, list[Named]] = defaultdict(list)
    for episode, *credit, key, width, height, ladder in rows.values_list(*columns):
        if key and key not in addresses:
            asset = MediaAsset(key=key, width=width, height=height, ladder=ladder)
            addresses[key] = asset.shared.url
        found[episode].append(Named._make((*credit, addresses[key] if key else "")))
    return found


def _files(episodes: Sequence[Episode]) -> dict[int, list[Made]]:
    """Of the sets that are live for an episode's own encodings of what it has now."""
    recordings = {
        (episode.owner, asset): episode.pk for episode in episodes for asset in _recordings(episode)
    }
    wanted = Rendition.objects.filter(
        set__live_for__asset__in={asset for _, asset in recordings},
        role__in=[Rendition.Role.DOWNLOAD, Rendition.Role.PROGRESSIVE, Rendition.Role.MASTER],
    )
    rows = wanted.order_by("pk").values_list(
        "set__live_for__owner",
        "set__live_for__asset",
        "set__live_for",
        "set__live_for__profile",
        "role",
        "name",
        "key",
        "bytes",
        "content_type",
        "sha256",
        "height",
        "duration",
        "facts__bitrate",
    )
    found: dict[int, list[Made]] = defaultdict(list)
    for owner, asset, *facts, seconds, bits in rows if recordings else ():
        if episode := recordings.get((owner, asset)):
            found[episode].append(Made._make((*facts, seconds or 0, int(bits or 0))))
    return found


def _recordings(episode: Episode) -> Iterable[int]:
    return filter(None, (episode.audio_id, episode.video_id))


def _spoken(episodes: Sequence[Episode]) -> dict[int, Spoken]:
    """As `speech.transcript_of` finds them, without what is said."""
    own = {episode.transcript_id for episode in episodes if episode.transcript_id}
    audio = {episode.audio_id for episode in episodes if episode.audio_id and not episode.transcript_id}
    if not own and not audio:
        return {}
    wanted = Transcript.objects.filter(Q(pk__in=own) | Q(asset__in=audio, version__gt=0))
    rows = list(wanted.values_list("pk", "asset", "language", "version", "changed_at"))
    timed = _timed([(pk, version, changed) for pk, _, _, version, changed in rows])
    by_number = {
        pk: Spoken(language, timed[pk], f"{version} {changed}") for pk, _, language, version, changed in rows
    }
    by_asset = {(asset, language): by_number[pk] for pk, asset, language, _, _ in rows}
    found = {
        episode.pk: by_number.get(episode.transcript_id)
        if episode.transcript_id
        else by_asset.get((episode.audio_id or 0, episode.show.language))
        for episode in episodes
    }
    return {pk: spoken for pk, spoken in found.items() if spoken}


def _timed(rows: Sequence[tuple[int, int, datetime]]) -> dict[int, bool]:
    """Whether the cues have times. To look means to unpack all of them, so what was seen is remembered."""
    if new := [pk for pk, version, changed in rows if (pk, version, changed) not in _TIMED]:
        if len(_TIMED) > _MOST_REMEMBERED:
            _TIMED.clear()
            new = [pk for pk, _, _ in rows]
        starts = Transcript.objects.filter(pk__in=new)
        for pk, version, changed, start in starts.values_list("pk", "version", "changed_at", "cues__0__0"):
            _TIMED[pk, version, changed] = start is not None
    return {pk: _TIMED.get((pk, version, changed), False) for pk, version, changed in rows}


def encoding_of(made: Made) -> tuple[Encoding, Rendition]:
    """As `media_pipeline.delivery.stable` wants them."""
    return Encoding(pk=made.encoding), Rendition(role=made.role, name=made.name, key=made.key)
