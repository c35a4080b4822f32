"""Transcripts and chapters as feeds link to them."""

import json
from typing import Any

from bs4 import BeautifulSoup

from core.feeds import clean
from episodes.chapters import MOST, Chapter
from episodes.importers import values
from episodes.importers.feed import TranscriptLink
from episodes.importers.judging import link
from media_pipeline.transcripts import Malformed, Parsed, parse

_ORDER = ("json", "vtt", "x-subrip", "srt", "html", "plain")


def best_first(links: list[TranscriptLink], language: str) -> list[TranscriptLink]:
    """Those in the language of the show, or in none that they name: with speakers and times first."""
    own = language.lower().partition("-")[0]
    usable = [each for each in links if each.language.lower().partition("-")[0] in ("", own)]
    return sorted(usable, key=lambda each: _rank(each.type))


def _rank(media_type: str) -> int:
    return next((place for place, part in enumerate(_ORDER) if part in media_type), len(_ORDER))


def parsed(data: bytes, name: str, media_type: str) -> Parsed:
    """Raises Malformed."""
    if "html" in media_type or data.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        return parse(_of_html(data), name=name)
    is_json = "json" in media_type and data.lstrip()[:1] in (
        b"{",
        b"[",
    )  # broken JSON is no text of somebody's words
    return parse(data, name=name, kind="json" if is_json else None)


def _of_html(data: bytes) -> bytes:
    """https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/transcripts/transcripts.md#html"""
    soup = BeautifulSoup(data, "html.parser")
    for tag in soup.find_all(("script", "style", "head")):
        tag.decompose()
    segments: list[dict[str, Any]] = []
    speaker, start = "", None
    for tag in soup.find_all(("cite", "time", "p")):
        text = " ".join(tag.get_text(" ").split())
        if tag.name == "cite":
            speaker = text.rstrip(":").strip()
        elif tag.name == "time":
            start = values.seconds(text)
        elif text and start is not None:
            segments.append({"startTime": start, "speaker": speaker, "body": text})
    if segments:
        return json.dumps({"version": "1.0.0", "segments": _ended(segments)}).encode()
    text = soup.get_text("\n").strip()
    if not text:
        raise Malformed(1, "There are no words in it.")
    return text.encode()


def _ended(segments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for segment, following in zip(segments, [*segments[1:], segments[-1]], strict=True):
        segment["endTime"] = max(segment["startTime"], following["startTime"])
    return segments


def chapters(data: bytes) -> list[Chapter]:
    """Of application/json+chapters, in order of time. Raises ValueError, with a sentence."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError("This is no JSON.") from error
    rows = told.get("chapters") if isinstance(told, dict) else None
    if not isinstance(rows, list):
        raise ValueError("It has no list of chapters.")
    found = [chapter for row in rows[:MOST] if isinstance(row, dict) and (chapter := _chapter(row))]
    return sorted(found, key=lambda chapter: chapter.seconds)


def _chapter(row: dict[str, Any]) -> Chapter | None:
    at = values.seconds(str(row.get("startTime", "")))
    title = values.plain(clean(str(row.get("title") or ""))).replace(" | ", " / ")[:300]
    if at is None or not title or row.get("toc") is False:
        return None
    return Chapter(at, title, link(str(row.get("url") or ""), most=900).url)
