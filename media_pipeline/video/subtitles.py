"""Captions and chapters as WebVTT."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.utils.translation import get_language_info

from core.work import Permanent
from media_pipeline.encoding.steps import Bench, Made
from media_pipeline.models import MediaAsset, Rendition, Transcript
from media_pipeline.probing import Probe
from media_pipeline.transcripts import Cue, write


def spoken(asset: MediaAsset) -> list[Transcript]:
    """The transcripts that can be shown as captions: those whose cues have times."""
    found = asset.transcripts.order_by("language")
    return [each for each in found if each.cues and all(start is not None for start, *_ in each.cues)]


def captions(bench: Bench) -> list[Made]:
    return [_captions(bench.folder, transcript) for transcript in spoken(bench.asset)]


def chapters(probe: Probe, tags: dict[str, Any]) -> list[Cue]:
    """Those of the tags, [{"start": seconds, "title"}, …], else those that the file carries; each lasts until the next."""
    given = tags.get("chapters") or [{"start": each.start, "title": each.title} for each in probe.chapters]
    try:
        starts = [round(1000 * max(0.0, float(each["start"]))) for each in given]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise Permanent("A chapter does not say when it begins.") from error
    moments = pairwise([*starts, round(1000 * probe.duration)])
    named = zip(moments, given, strict=True)
    return [Cue(start, end, "", str(each.get("title") or "")) for (start, end), each in named if start < end]


def chapters_file(bench: Bench, cues: Sequence[Cue]) -> list[Made]:
    if not cues:
        return []
    path = bench.folder / "chapters.vtt"
    path.write_text(write(cues, "vtt"))
    return [Made(Rendition.Role.CHAPTERS, "chapters", path, "text/vtt", duration=bench.probe.duration)]


def label(language: str) -> str:
    """What its speakers call it: Deutsch, português (Brasil)."""
    try:
        name: str = get_language_info(language.lower())["name_local"]
    except KeyError:
        return language
    return name[:1].upper() + name[1:]


def _captions(folder: Path, transcript: Transcript) -> Made:
    path = folder / f"captions-{transcript.pk}.vtt"
    path.write_text(write([Cue(*cue) for cue in transcript.cues], "vtt"))
    facts = {"language": transcript.language, "label": label(transcript.language)}
    return Made(Rendition.Role.SUBTITLES, transcript.language, path, "text/vtt", facts=facts)
