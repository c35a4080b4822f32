"""Items of a feed become episodes, or bring those up to date that they once became."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid5

from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.text import slugify

from core import digests
from core.faults import point
from core.importing import ItemFailed, Outcome
from core.markdown import MarkdownTooComplex
from core.slugs import make_slug
from episodes.chapters import written
from episodes.importers import notes, values
from episodes.importers.entries import MOST_TITLE
from episodes.importers.feed import Channel, Entry
from episodes.importers.judging import last_segment, path_here
from episodes.importers.people import People, current_credits, set_credits
from episodes.importers.shows import is_taken, old_path
from episodes.models import Episode, EpisodeCredit, Season, Show
from publishing import workflow
from publishing.models import ImportRecord, Item, Publishable, Redirect

VERSION = 1
"""Goes up when the same item would become another episode: then all are looked at again."""

_DRAFT = "draft"
_MOST_PLAIN = 20_000  # characters of notes that cannot be kept as they are
_COLUMNS = (
    "title", "standfirst", "body", "type", "chapters", "soundbites", "explicit", "license", "funding_url",
    "funding_label", "linked_url", "linked_type", "linked_bytes", "linked_seconds", "kept",
)  # fmt: skip


@dataclass(slots=True)
class Episodes:
    """`source` names the import. Problems of the last `take` that do not keep an episode out are in `problems`."""

    source: str
    channel: Channel
    people: People = field(init=False)
    records: dict[str, ImportRecord] = field(init=False)
    slugs: set[str] = field(init=False)
    redirected: set[str] = field(init=False)
    guids: set[tuple[int, str]] = field(init=False)
    problems: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    kept_by_hand: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.people = People(self.source)
        self.forget()

    def forget(self) -> None:
        """Look again at what the database has."""
        known = ImportRecord.objects.filter(source=self.source, item__isnull=False)
        self.records = {record.key: record for record in known}
        self.slugs = {*Episode.objects.values_list("slug", flat=True), *Episode.reserved_slugs()}
        self.redirected = set(Redirect.objects.values_list("path", flat=True))
        self.guids = set(Episode.objects.values_list("show", "guid"))

    def take(self, show: Show, entry: Entry) -> Outcome:
        """Raises ItemFailed with a sentence."""
        self.problems, self.changed, self.kept_by_hand = [], [], []
        seen = self._look(entry)
        record = self.records.get(entry.guid)
        if record and record.digests.get("source") == seen:
            return Outcome.UNCHANGED
        new = self._values(entry)
        if record is None:
            return self._create(show, entry, new, seen)
        return self._update(record, entry, new, seen)

    def _look(self, entry: Entry) -> str:
        """A digest of all that the episode is made of: what has not changed need not be taken apart any further."""
        told = asdict(entry)
        for name in ("problems", "line", "number_in_feed"):
            del told[name]
        plain = {name: value if _is_json(value) else str(value) for name, value in told.items()}
        return digests.digest([VERSION, plain, self.channel.explicit, self.channel.image, self.channel.link])

    def _values(self, entry: Entry) -> dict[str, Any]:
        """What the episode should be, as plain values that can be compared."""
        audio = entry.audio
        publishable = bool(entry.published and audio)
        explicit = entry.explicit
        return {
            "title": values.title(entry.title, MOST_TITLE),
            "standfirst": values.inline(entry.standfirst),
            "body": self._body(entry),
            "number": None if entry.number is None else str(entry.number),
            "season": [entry.season, entry.season_name] if entry.season else None,
            "type": entry.type,
            "chapters": written(entry.chapters),
            "soundbites": written(entry.soundbites),
            "explicit": None if explicit is None or explicit == bool(self.channel.explicit) else explicit,
            "license": entry.license,
            "funding_url": entry.funding_url,
            "funding_label": entry.funding_label,
            "linked_url": audio.url if audio else "",
            "linked_type": audio.type if audio else "",
            "linked_bytes": audio.bytes if audio else 0,
            "linked_seconds": entry.seconds,
            "kept": self._kept(entry),
            "credits": self.people.credits(entry.persons),
            "publication": entry.published.isoformat() if entry.published and publishable else _DRAFT,
        }

    def _body(self, entry: Entry) -> str:
        try:
            return notes.markdown(entry.notes, entry.link or self.channel.link)
        except (MarkdownTooComplex, ValueError, RecursionError) as error:
            self.problems.append(f"Its notes were taken as plain text, and not all of them. {error}")
            return notes.markdown(values.one_line(values.words(entry.notes))[:_MOST_PLAIN])

    def _kept(self, entry: Entry) -> dict[str, Any]:
        chapters = {"url": entry.chapters_url, "type": entry.chapters_type} if entry.chapters_url else None
        found = {
            "transcripts": [link._asdict() for link in entry.transcripts],
            "chapters": chapters,
            "image": entry.image if entry.image != self.channel.image else "",
            "alternate": entry.alternate,
            "more": entry.more,
        }
        return {name: value for name, value in found.items() if value}

    def _create(self, show: Show, entry: Entry, new: dict[str, Any], seen: str) -> Outcome:
        taken = (show.pk, entry.guid) in self.guids
        if taken and (known := Episode.objects.filter(show=show, guid=entry.guid).first()):
            raise ItemFailed(
                f"“{known}” has this guid already, and no import has brought it. It was left alone."
            )
        item = _item(show, entry.guid)
        episode = Episode(show=show, guid=entry.guid, item=item, slug=self._slug(entry))
        self.slugs.add(episode.slug)
        self._write(episode, new)
        episode.save()
        if new["credits"]:
            set_credits(EpisodeCredit, {"episode": episode}, new["credits"])
        record = ImportRecord(source=self.source, key=entry.guid, item=item)
        record.digests = digests.digests(new) | {"source": seen}
        record.save(force_insert=True)
        point("import_feed.half_an_episode")
        self._redirect(episode, entry)
        if new["publication"] != _DRAFT:
            _publish(episode, new["publication"])
        self.records[entry.guid] = record
        return Outcome.CREATED

    def _update(self, record: ImportRecord, entry: Entry, new: dict[str, Any], seen: str) -> Outcome:
        episode = (
            Episode.objects.select_for_update(of=("self",))
            .select_related("show", "season")
            .filter(item=record.item_id)
            .first()
        )
        current = _current(episode) if episode else {}
        changed = digests.to_write(new, current, record.digests) if episode else {}
        differing = {name for name in new if digests.digest(new[name]) != record.digests.get(name)}
        self.kept_by_hand = (
            sorted(differing - changed.keys()) if episode else ["everything: it was deleted here"]
        )
        if episode and changed:
            self._change(episode, changed)
        if episode:
            self._redirect(episode, entry)
        record.digests |= digests.digests(changed) | {"source": seen}
        record.save()
        self.changed = sorted(changed)
        return Outcome.UPDATED if changed else Outcome.UNCHANGED

    def _change(self, episode: Episode, changed: dict[str, Any]) -> None:
        publication, was_published = (
            changed.get("publication"),
            episode.status == Publishable.Status.PUBLISHED,
        )
        self._write(episode, changed)
        episode.save()
        if "credits" in changed:
            set_credits(EpisodeCredit, {"episode": episode}, changed["credits"])
        if publication == _DRAFT:
            workflow.unpublish(episode, by=None)
        elif publication:
            _publish(episode, publication)
        if was_published and publication != _DRAFT and changed.keys() - {"publication"}:
            workflow.saved(episode)

    def _write(self, episode: Episode, given: dict[str, Any]) -> None:
        for name in given.keys() & set(_COLUMNS):
            setattr(episode, name, given[name])
        if "number" in given:
            episode.number = None if given["number"] is None else Decimal(given["number"])
        if "season" in given:
            episode.season = _season(episode.show, given["season"])

    def _slug(self, entry: Entry) -> str:
        """Its own, if the feed is one of ours; else what its old address says, if that is words; else its title."""
        own, segment = _own_slug(entry.link), last_segment(entry.link)
        worded = (
            segment if "-" in slugify(segment) and not slugify(segment).replace("-", "").isdigit() else ""
        )
        for wish in (own, worded, entry.title):
            slug = make_slug(wish) if wish else ""
            if slug and slug not in self.slugs:
                return slug
        base, number = make_slug(entry.title), 2
        while f"{base}-{number}" in self.slugs:
            number += 1
        return f"{base}-{number}"

    def _redirect(self, episode: Episode, entry: Entry) -> None:
        """From its old page. An address that leads somewhere already is left alone."""
        path = old_path(entry.link, self.channel)
        if not path or path in self.redirected or path == episode.get_absolute_url():
            return
        if not is_taken(path):
            Redirect.objects.create(path=path, item_id=episode.item_id)
            self.redirected.add(path)


def _item(show: Show, guid: str) -> Item:
    """The identity that its files' addresses are made of: the same one whenever this episode of this podcast is imported."""
    wishes = [own] if (own := _uuid(guid)) else []
    wishes.append(uuid5(show.podcast_guid, guid))
    taken = {item.guid: item for item in Item.objects.filter(guid__in=wishes)}
    for wish in wishes:
        item = taken.get(wish)
        if item is None:
            return Item.objects.create(kind=Episode.kind, guid=wish)
        if item.kind == Episode.kind and item.content() is None:
            ImportRecord.objects.filter(item=item).delete()
            return item
    return Item.objects.create(kind=Episode.kind)


def _uuid(guid: str) -> UUID | None:
    """Of urn:uuid:…, which is how ours are written."""
    try:
        return UUID(guid.removeprefix("urn:uuid:")) if guid.startswith("urn:uuid:") else None
    except ValueError:
        return None


def _season(show: Show, told: list[Any] | None) -> Season | None:
    if not told:
        return None
    number, name = told
    season, created = Season.objects.get_or_create(show=show, number=number, defaults={"name": name})
    if not created and name and not season.name:
        season.name = name
        season.save()
    return season


def _current(episode: Episode) -> dict[str, Any]:
    """The episode's values in the form of `Episodes._values`."""
    published = episode.status == Publishable.Status.PUBLISHED and episode.published_at
    season = episode.season
    found: dict[str, Any] = {name: getattr(episode, name) for name in _COLUMNS}
    return found | {
        "number": None if episode.number is None else str(episode.number),
        "season": [season.number, season.name] if season else None,
        "credits": current_credits(episode.credits),
        "publication": published.astimezone(UTC).isoformat() if published else _DRAFT,
    }


def _publish(episode: Episode, publication: str) -> None:
    at = datetime.fromisoformat(publication)
    workflow.publish(episode, by=None, at=at, quietly=at <= timezone.now())


def _own_slug(link: str) -> str:
    path = path_here(link)
    try:
        match = resolve(unquote(path)) if path else None
    except Resolver404:
        return ""
    return str(match.kwargs.get("slug", "")) if match and match.url_name == "episode" else ""


def _is_json(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool | list)
