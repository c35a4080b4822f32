"""Tags, chapters and cover into files that are encoded already: their sound is copied, packet by packet."""

import json
import re
from pathlib import Path

from media_pipeline import ffmpeg
from media_pipeline.audio import cover, hearing, verifying
from media_pipeline.audio.formats import FORMATS, MP3, Format
from media_pipeline.audio.labels import Label, Mark
from media_pipeline.encoding.steps import Bench, Kept, Made
from media_pipeline.models import Rendition

_KEYS = {"number": "track"}


def made(bench: Bench, label: Label) -> list[Made]:
    """The files to deliver, and the chapters as a file of their own. Raises verifying.Unverified, what ffmpeg raises."""
    picture = cover.written(bench, label.cover)
    words = bench.folder / "words.txt"
    words.write_text(metadata(label))
    bare, files = bench.made("encode"), list[Made]()
    for number, kept in enumerate(bare):
        bench.tell(number / len(bare))
        files.append(_tagged(bench, kept, FORMATS[kept.name], label, words, picture))
    return files + _chapters(bench, label.chapters)


def metadata(label: Label) -> str:
    """https://ffmpeg.org/ffmpeg-formats.html#Metadata-2"""
    names = ("title", "artist", "album", "number", "date", "comment")
    lines = [";FFMETADATA1", *(_line(_KEYS.get(name, name), getattr(label, name)) for name in names)]
    for mark in label.chapters:
        lines += [
            "[CHAPTER]",
            "TIMEBASE=1/1000",
            f"START={mark.start * 1000:.0f}",
            f"END={mark.end * 1000:.0f}",
        ]
        lines += [_line("title", mark.title), _line("url", mark.url)]
    return "\n".join(filter(None, lines)) + "\n"


def _line(key: str, value: str) -> str:
    return f"{key}={re.sub(r'([=;#\\\n])', r'\\\1', value)}" if value else ""


def _tagged(
    bench: Bench, kept: Kept, format: Format, label: Label, words: Path, picture: Path | None
) -> Made:
    path = bench.folder / f"tagged.{format.name}"
    inputs = [*ffmpeg.source(bench.file(kept), format.demuxer), *ffmpeg.source(words, "ffmetadata")]
    mapped = ["-map", "0:a:0"]
    if picture:
        inputs += ffmpeg.source(picture, "image2", "-pattern_type", "none")
        mapped += ["-map", "2:v", "-disposition:v", "attached_pic", "-metadata:s:v", "comment=Cover (front)"]
    told = ["-map_metadata", "1", "-map_chapters", "1", "-c", "copy"]
    # 2.3: cars, Windows and older phones read no 2.4; what it lacks nobody needs here
    version = ["-id3v2_version", "3"] if format is MP3 else []
    done = [*inputs, *mapped, *told, *version, *format.muxer, ffmpeg.target(path)]
    ffmpeg.run(done, limits=hearing.limits(kept.duration or 0))
    verifying.check_tagged(path, bench.file(kept), format, label, kept.duration or 0, picture is not None)
    return Made(
        Rendition.Role.DOWNLOAD,
        format.name,
        path,
        format.content_type,
        duration=kept.duration,
        facts=kept.facts,
    )


def _chapters(bench: Bench, marks: tuple[Mark, ...]) -> list[Made]:
    """https://github.com/Podcastindex-org/podcast-namespace, chapters/jsonChapters.md"""
    if not marks:
        return []
    told = [{"startTime": m.start, "title": m.title} | ({"url": m.url} if m.url else {}) for m in marks]
    path = bench.folder / "chapters.json"
    path.write_text(json.dumps({"version": "1.2.0", "chapters": told}, ensure_ascii=False))
    return [Made(Rendition.Role.CHAPTERS, "json", path, "application/json+chapters")]
