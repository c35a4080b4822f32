"""The text inside a WebVTT cue: who speaks, and what, without the markup (https://www.w3.org/TR/webvtt1/#cue-text)."""

import html
import re
from itertools import groupby

# A tag that is not closed goes on to the end, as the standard's tokeniser has it
_TAG = re.compile(r"<([^>]*)>?")
_VOICE = re.compile(r"v(?:\.[^\s]*)?(?:\s+|\Z)")


def split(payload: str) -> list[tuple[str, str]]:
    """A cue's payload as (speaker, text) pairs, in order: one, except where several voices speak."""
    if "<" not in payload:
        return [("", html.unescape(payload))]
    speaker, pieces = "", []
    after = 0
    for tag in _TAG.finditer(payload):
        pieces.append((speaker, html.unescape(payload[after : tag.start()])))
        after = tag.end()
        if voice := _VOICE.match(tag[1]):
            speaker = " ".join(html.unescape(tag[1][voice.end() :]).split())
            pieces.append((speaker, ""))
        elif tag[1].strip() == "/v":
            speaker = ""
    pieces.append((speaker, html.unescape(payload[after:])))
    return _merged(pieces)


def joined(speaker: str, text: str) -> str:
    """The payload that `split` takes apart into the same speaker and (tidy) text."""
    escaped = html.escape(text, quote=False).replace("\n\n", "\n&#10;")
    return f"<v {html.escape(speaker, quote=False)}>{escaped}" if speaker else escaped


def _merged(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    turns = [
        (who, "".join(text for _, text in said)) for who, said in groupby(pieces, key=lambda piece: piece[0])
    ]
    spoken = [(who, text) for who, text in turns if text.strip()]
    return spoken or [next((turn for turn in turns if turn[0]), turns[0])]
