"""Cues and files as nobody would write them by hand."""

import random

from hypothesis import strategies as st

from media_pipeline.transcripts import Cue
from media_pipeline.transcripts.cues import tidy, tidy_speaker

_LINES = "-->|00:00:01.000 --> 00:00:02.000|[00:00:01.000 - 00:00:02.000] X|1|NOTE|STYLE|WEBVTT|[no time] |Name: |Ann:"
_MARKS = "<v A>|</v>|<i>|{\\an8}|&amp;|&lt;script&gt;|<script>|:|\\|\u2060|\u2060\u2060:|]]>|&#10;|☃"
_BLANKS = "\u2028|\xa0|  |\t|\n|\n\n|\r\n|\x00|\ufeff|\ud800"
_NASTY = st.sampled_from(f"{_LINES}|{_MARKS}|{_BLANKS}".split("|"))
_WORDS = st.lists(st.one_of(_NASTY, st.text(max_size=6)), max_size=8).map("".join)
_LENGTH = 40 * 3600 * 1000


@st.composite
def cue(draw: st.DrawFn, *, timed: bool = True) -> Cue:
    start = draw(st.integers(0, _LENGTH)) if timed else None
    end = None if start is None else draw(st.integers(start, _LENGTH))
    return Cue(start, end, tidy_speaker(draw(_WORDS)), tidy(draw(_WORDS)))


timed_cues = st.lists(cue(), min_size=1, max_size=6).map(tuple)
untimed_cues = st.lists(cue(timed=False), min_size=1, max_size=6).map(tuple)
free_text = st.one_of(_WORDS, st.lists(_WORDS, max_size=20).map("\n".join), st.text(max_size=300))


def mutated(data: bytes, seed: int) -> bytes:
    """A real file with cuts, doubled pieces, swapped bytes and foreign bits in it."""
    chance = random.Random(seed)
    piece = bytearray(
        data[(start := chance.randrange(max(1, len(data) - 3000))) * chance.randrange(2) :][:3000]
    )
    for _ in range(chance.randrange(1, 12)):
        place, length = chance.randrange(len(piece) + 1), chance.randrange(1, 40)
        match chance.randrange(5):
            case 0:
                del piece[place : place + length]
            case 1:
                piece[place:place] = piece[start % 100 : start % 100 + length]
            case 2:
                piece[place:place] = chance.randbytes(length % 4 + 1)
            case 3:
                piece[place:place] = chance.choice(
                    [b"-->", b"99:99:99", b"\n\n", b"\r", b"<v ", b"&", b"{", b'"', b"\xff\xfe"]
                )
            case _:
                piece[place:place] = b"\n00:00:01.000 --> 00:00:00.000\n"
    return bytes(piece)
