"""The small files that name the large ones. What names a file is made a step later than that file, as names are hashes."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from media_pipeline.encoding.profiles import VideoProfile
from media_pipeline.encoding.steps import Bench, Kept, Made
from media_pipeline.models import Rendition
from media_pipeline.video import playlists, stills, subtitles
from media_pipeline.video.geometry import Ladder
from media_pipeline.video.segments import Segments

Role = Rendition.Role


def captions(bench: Bench, tags: dict[str, Any]) -> Sequence[Made]:
    chapters = subtitles.chapters(bench.probe, tags)
    return [*subtitles.captions(bench), *subtitles.chapters_file(bench, chapters)]


def media(bench: Bench, ladder: Ladder, profile: VideoProfile) -> Sequence[Made]:
    """A playlist for each stream and each language, and the storyboard."""
    streams = [*_made(bench, "rungs", Role.VIDEO), *_made(bench, "sound", Role.AUDIO)]
    words = _made(bench, "captions", Role.SUBTITLES)
    target = max(_segments(kept).target for kept in streams)
    return [
        *(
            _playlist(bench, kept, playlists.media(kept.filename, _segments(kept), target))
            for kept in streams
        ),
        *(_playlist(bench, kept, playlists.subtitles(kept.filename, bench.probe.duration)) for kept in words),
        _storyboard(bench, ladder, profile),
    ]


def master(bench: Bench) -> Sequence[Made]:
    named = {kept.name: kept.filename for kept in _made(bench, "playlists", Role.PLAYLIST)}
    rungs = [
        playlists.Variant(
            named[kept.name],
            _segments(kept),
            kept.facts["codecs"],
            kept.width,
            kept.height,
            Fraction(kept.facts["rate"]),
        )
        for kept in _made(bench, "rungs", Role.VIDEO)
    ]
    sounds = [
        playlists.Sound(named[kept.name], _segments(kept), kept.facts["codecs"])
        for kept in _made(bench, "sound", Role.AUDIO)
    ]
    words = [
        playlists.Words(named[kept.name], kept.facts["language"], kept.facts["label"])
        for kept in _made(bench, "captions", Role.SUBTITLES)
    ]
    text = playlists.master(rungs, next(iter(sounds), None), words)
    return [_written(bench.folder, Role.MASTER, "master", text, playlists.CONTENT_TYPE, bench.probe.duration)]


def _made(bench: Bench, step: str, role: str) -> list[Kept]:
    return [kept for kept in bench.made(step) if kept.role == role]


def _segments(kept: Kept) -> Segments:
    return Segments.of(kept.facts)


def _playlist(bench: Bench, kept: Kept, text: str) -> Made:
    return _written(
        bench.folder, Role.PLAYLIST, kept.name, text, playlists.CONTENT_TYPE, bench.probe.duration
    )


def _storyboard(bench: Bench, ladder: Ladder, profile: VideoProfile) -> Made:
    smallest = _made(bench, "rungs", Role.VIDEO)[-1]
    starts = _segments(smallest).starts()
    planned = stills.sheets(ladder, len(starts), profile)
    files = [kept.filename for kept in _made(bench, "rungs", Role.SPRITE)]
    duration = bench.probe.duration
    text = stills.storyboard(files, planned, starts, duration)
    return _written(bench.folder, Role.STORYBOARD, "storyboard", text, "text/vtt", duration)


def _written(folder: Path, role: str, name: str, text: str, content_type: str, duration: float) -> Made:
    path = folder / f"{role}-{name}{'.vtt' if content_type == 'text/vtt' else '.m3u8'}"
    path.write_text(text)
    return Made(role, name, path, content_type, duration=duration)
