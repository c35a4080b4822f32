"""The demo's podcast: a show, its episodes with their recordings, and one that is to be made in front of everybody."""

import hashlib
import tempfile
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from episodes import transcripts
from episodes.models import (
    DownloadCount,
    Episode,
    EpisodeCredit,
    LiveRecording,
    Show,
    ShowCredit,
    SponsorSlot,
)
from media_pipeline import storage
from media_pipeline.models import MediaAsset, Upload
from media_pipeline.transcripts import Cue, Parsed
from media_pipeline.uploads.understanding import understood
from ops.demo.cast import Filling
from ops.demo.sounds import recording
from publishing.models import Topic

_APPS = {"Apple Podcasts": 80, "AntennaPod": 34, "Overcast": 21, "Pocket Casts": 18, "Firefox": 9, "Other": 5}
_COUNTRIES = {"DE": 0.5, "NO": 0.3, "GB": 0.15, "": 0.05}  # a share each; without a country nobody knows

type Facts = dict[str, Any]
type Publish = Callable[[Filling, Episode, Facts], Episode]


def fill_podcast(filling: Filling, podcast: Facts, cover: MediaAsset, publish: Publish) -> None:
    """What listeners get is encoded by the workers, once they run."""
    show = Show.objects.create(artwork=cover, **podcast["show"])
    for position, slug in enumerate(podcast["hosts"]):
        ShowCredit.objects.create(show=show, person=filling.people[slug], position=position)
    for facts in podcast["episodes"]:
        _episode(filling, show, facts, cover.credit, publish)
    live = podcast["live"]
    starts_at = (filling.now + timedelta(days=live.pop("in_days"))).replace(hour=19, minute=0, second=0)
    LiveRecording.objects.create(show=show, starts_at=starts_at.replace(microsecond=0), **live)


def _episode(filling: Filling, show: Show, facts: Facts, credit: str, publish: Publish) -> None:
    names = ("slug", "number", "title", "standfirst", "body", "chapters", "soundbites")
    told = {name: facts[name] for name in names if name in facts}
    episode = Episode(show=show, audio=_recorded(filling, facts, credit), created_by=filling.author, **told)
    episode.save()
    for position, part in enumerate(facts["by"]):
        person = filling.people[part["person"]]
        EpisodeCredit.objects.create(episode=episode, person=person, role=part["role"], position=position)
    for slot in facts.get("slots", []):
        SponsorSlot.objects.create(episode=episode, **slot)
    episode.topics.set(Topic.objects.filter(name__in=facts["topics"]))
    episode.related.set([filling.articles[slug].item for slug in facts["related"]])
    publish(filling, episode, facts)
    cues = tuple(Cue(*cue) for cue in facts["cues"])
    _downloads(filling, episode)
    transcripts.attach(episode, Parsed("json", cues), name=f"{episode.slug}.json", by=filling.author)


def _downloads(filling: Filling, episode: Episode) -> None:
    """Most on the first days, fewer each day after; nobody asked for anything, so there are no events behind them."""
    assert episode.published_at
    begun = episode.published_at.astimezone(UTC).date()
    days = (filling.now.astimezone(UTC).date() - begun).days
    counts = [
        DownloadCount(episode=episode, day=begun + timedelta(days=age), app=app, country=country, count=count)
        for age in range(days)
        for app, many in _APPS.items()
        for country, share in _COUNTRIES.items()
        if (count := round(many * share / (1 + age)))
    ]
    DownloadCount.objects.bulk_create(counts)


def _recorded(filling: Filling, facts: Facts, credit: str) -> MediaAsset:
    """Kept as an upload keeps what it has checked."""
    data = recording(facts["piece"])
    upload = Upload(name=f"{facts['title']}.wav", bytes=len(data), created_by=filling.editor)
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(data)
        file.flush()
        path = Path(file.name)
        asset = understood(path, upload, hashlib.sha256(data).hexdigest())
        storage.put_file(asset.key, path, asset.content_type)
    asset.credit = credit
    asset.save()
    return asset
