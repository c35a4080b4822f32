"""Files that mean harm, or were harmed: refused with the line or read with a notice, in bounded time and memory."""

import json
import random
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_pipeline.transcripts import Malformed, Parsed, parse, write
from media_pipeline.transcripts.cues import MAX_CUES, MAX_NOTICES, tidy
from media_pipeline.transcripts.source import MAX_BYTES, MAX_LINES
from tests.media_pipeline.transcripts.real import files, where
from tests.media_pipeline.transcripts.strategies import free_text, mutated

KINDS = ("vtt", "srt", "sbv", "json", "ttml", "txt")


def _read(data: bytes | str, **options: Any) -> Parsed | Malformed:
    """What comes of it; anything but a refusal goes through and fails the test."""
    try:
        parsed = parse(data, **options)
    except Malformed as error:
        refused = error
    else:
        return _whole(parsed)
    assert refused.line >= 1
    assert refused.sentence.endswith(".")
    return refused


def _whole(parsed: Parsed) -> Parsed:
    for cue in parsed.cues:
        assert cue.text == tidy(cue.text)
        assert (cue.start is None) == (cue.end is None)
        if cue.start is not None and cue.end is not None:
            assert 0 <= cue.start <= cue.end
    for format in ("json", "txt"):
        if parsed.cues:
            assert parse(write(parsed.cues, format)).cues == parsed.cues
    return parsed


@given(text=free_text, kind=st.sampled_from((None, *KINDS)))
@settings(max_examples=150, deadline=None)
def test_free_text(text: str, kind: str | None) -> None:
    _read(text, kind=kind)
    _read(text.encode("utf-8", "surrogatepass"), kind=kind)


@given(data=st.binary(max_size=400), kind=st.sampled_from((None, *KINDS)))
@settings(max_examples=100, deadline=None)
def test_free_bytes(data: bytes, kind: str | None) -> None:
    _read(data, kind=kind)


def _some_of_each_set() -> list[bytes]:
    of_sets = {("/".join(where(path).split("/")[:2]), path.suffix): path for path in files()}
    return [path.read_bytes()[:200_000] for path in of_sets.values()]


def test_real_files_with_mutations() -> None:
    outcomes = [_read(mutated(data, seed)) for data in _some_of_each_set() for seed in range(4)]
    assert {type(outcome) for outcome in outcomes} == {Parsed, Malformed}


@pytest.mark.soak
def test_real_files_with_many_mutations() -> None:
    kinds = (None, None, *KINDS)
    for seed in range(400):
        for data in _some_of_each_set():
            _read(mutated(data, seed), kind=kinds[seed % len(kinds)])


def _within(seconds: float, act: Callable[[], object]) -> None:
    """Measured as processor time, which other processes do not lengthen; the best of three."""
    took = []
    for _ in range(3):
        before = time.process_time()
        act()
        took.append(time.process_time() - before)
        if took[-1] < seconds:
            return
    raise AssertionError(f"took {min(took):.3f} s")


BAIT = {
    "tags": "<" * 50_000,
    "tags that open": "<v " * 16_000,
    "entities": "&" * 50_000,
    "entities of numbers": "&#" * 25_000,
    "digits": "1" * 50_000,
    "times": "1:11" * 12_500,
    "times apart": "1:11 " * 10_000,
    "times and letters": "a1:11" * 10_000,
    "arrows": "-->" * 16_000,
    "blanks": " " * 50_000 + "x",
    "blank lines": " \n" * 25_000 + "x",
    "stars": "*" * 50_000,
    "bold": "**a" * 16_000,
    "underscores": "__a:" * 12_500,
    "brackets": "[" * 50_000,
    "links": "[a](b" * 10_000,
    "backslashes": "\\" * 50_000,
    "quotes": '\\"' * 25_000,
    "colons": "A: " * 16_000,
    "names": "Ann:\n" * 10_000,
    "tabs": "\t\xa0" * 25_000,
    "words": "Word " * 10_000,
    "dashes": "- " * 25_000,
    "templates": "{%" * 25_000,
    "font tags": "<font " * 8_000,
    "curly tags": "{\\" * 25_000,
    "joiners": "\u2060" * 16_000,
    "separators": "\u2028" * 16_000,
}


@pytest.mark.parametrize("bait", BAIT.values(), ids=BAIT.keys())
def test_no_expression_runs_away(bait: str) -> None:
    """50 kB in 50 ms on an idle machine; the limit leaves room for a busy one, and a runaway expression takes minutes."""
    _within(0.5, lambda: _quietly(f"0:00 {bait}"))


@pytest.mark.soak
@pytest.mark.parametrize("bait", BAIT.values(), ids=BAIT.keys())
def test_no_expression_runs_away_in_any_format(bait: str) -> None:
    framed = (
        bait,
        f"WEBVTT\n\n00:00.000 --> 00:01.000\n{bait}",
        f"WEBVTT\n\n00:00.000 --> {bait}",
        f"1\n00:00:00,000 --> 00:00:01,000\n{bait}",
        f"1\n00:00:00,000 --> {bait}\n",
        f"0:00 {bait}\n0:01 {bait}",
        f"**Ann:** {bait}\n**Bob:** {bait}",
        f"Ann: 0:00 {bait}\nBob: 0:01 {bait}",
        f'{{"segments": [{{"body": {bait}',
        f"---\ntitle: {bait}\n---\n{bait}",
    )
    for text in framed:
        _within(0.5, partial(_quietly, text))


def _quietly(text: str) -> None:
    with suppress(Malformed):
        parse(text)


HUGE = {
    "a million cues": ("WEBVTT\n\n" + "00:00.000 --> 00:00.001\nx\n\n" * 1_000_000, 1),
    "more cues than allowed": ("WEBVTT\n" + "\n00:00.000 --> 00:00.001\n" * (MAX_CUES + 1), 2 * MAX_CUES + 3),
    "more segments than allowed": (
        '{"segments": [\n' + '{"start": 0, "text": ""},\n' * (MAX_CUES + 1),
        MAX_CUES + 2,
    ),
    "a line of 100 MB": ("x" * 100_000_000, 1),
    "empty lines": ("\n" * (MAX_LINES + 5) + "x", MAX_LINES),
}


@pytest.mark.parametrize("name", HUGE)
def test_what_is_too_long_is_refused_with_the_line(name: str) -> None:
    text, line = HUGE[name]
    with pytest.raises(Malformed) as refused:
        parse(text)
    assert refused.value.line == line


FULL = {
    "cues": "WEBVTT\n" + "\n00:00.000 --> 00:00.001\na\n" * (MAX_CUES - 1),
    "lines": "\n" * (MAX_LINES - 2) + "x",
    "one line": "x " * (MAX_BYTES // 2),
    "one line of times": "1:00 " * (MAX_BYTES // 5),
    "list": '{"segments": [{"body": "", "words": [' + "[]," * (MAX_BYTES // 4) + "[]]}]}",
    "elements": "<tt>" + "<p/>" * (MAX_BYTES // 5) + "</tt>",
}


@pytest.mark.soak
@pytest.mark.parametrize("name", FULL)
def test_what_just_fits_takes_bounded_time(name: str) -> None:
    _within(6, lambda: _quietly(FULL[name]))


@pytest.mark.soak
@pytest.mark.parametrize("name", FULL)
def test_what_just_fits_takes_bounded_memory(name: str) -> None:
    tracemalloc.start()
    _quietly(FULL[name])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 80_000_000


def test_a_file_that_is_wrong_throughout_tells_some_of_it() -> None:
    parsed = parse("WEBVTT\n\n00:01.000 --> 00:02.000\nHello.\n\n" + "99:99:99 --> x\n\n" * 5000)
    assert len(parsed.cues) == 1
    assert len(parsed.warnings) == MAX_NOTICES + 1
    assert parsed.warnings[-1].message == f"There are {5000 - MAX_NOTICES} more like these."


@pytest.mark.parametrize("kind", ["vtt", "srt"])
def test_times_that_are_none(kind: str) -> None:
    bad = f"{'WEBVTT' if kind == 'vtt' else ''}\n\n99:99:99.000 --> 99:99:99.999\nLost.\n"
    with pytest.raises(Malformed, match="Line 3: These times cannot be read"):
        parse(bad, kind=kind)
    parsed = parse(f"{bad}\n00:00:01.000 --> 00:00:02.000\nKept.\n", kind=kind)
    assert [cue.text for cue in parsed.cues] == ["Kept."]
    assert [notice.line for notice in parsed.warnings] == [3]


def test_a_script_as_a_voice_is_plain_text() -> None:
    parsed = parse(
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v &lt;script&gt;alert(1)&lt;/script&gt;>Hello <b>you</b> &lt;i&gt;\n"
    )
    assert parsed.cues[0].speaker == "<script>alert(1)</script>"
    assert parsed.cues[0].text == "Hello you <i>"
    assert "<script" not in write(parsed.cues, "vtt")
    assert "<script" not in write(parsed.cues, "ttml")


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ("[" * 100_000, 1),
        ('{"segments": [\n{"body": "", "x": ' + "[" * 100_000, 2),
        ('{"segments": [\n{"startTime": NaN, "body": ""}]}', 2),
        ('{"segments": [\n\n{"startTime": 1e999, "body": ""}]}', 3),
        ('{"segments": [\n{"startTime": -1, "body": ""}]}', 2),
        ('{"segments": [\n{"startTime": true, "body": ""}]}', 2),
        ('{"segments": [\n{"startTime": ' + "9" * 5000 + ', "body": ""}]}', 2),
        ('{"segments": [\n{"startTime": 4000000, "body": ""}]}', 2),
        ('{"segments": [\n{"body": "a",\n"body": "b"}]}', 2),
        ('{"segments": [\n{"body": 7}]}', 2),
        ('{"segments": [\n{"startTime": 0, "body": ""},\n{"body": ""}]}', 3),
        ('{"segments": [\n{"body": ""},\n]}', 2),
        ('{"segments": [\n{"body": ""}\n{"body": ""}]}', 3),
        ('{"segments": [\n{"body": ""}],\n"title": }', 3),
        ('{"segments": [\n{"body": ""}]\n} more', 3),
        ('{"segments": [\n7]}', 2),
        ('{"segments": {}}', 1),
        ('{\n"segments": [', 2),
    ],
)
def test_json_that_is_none_names_the_line(document: str, line: int) -> None:
    with pytest.raises(Malformed) as refused:
        parse(document, kind="json")
    assert refused.value.line == line


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE tt [<!ENTITY a "b">]>\n<tt><body><p>&a;</p></body></tt>',
        '<!DOCTYPE tt SYSTEM "file:///etc/passwd">\n<tt/>',
        "<tt><p>" * 100,
        "<tt>\n<p begin='99:99:99'/></tt>",
        "<tt><p>not closed</tt>",
        "<tt>" + "<div>" * 100_000,
    ],
)
def test_xml_that_means_harm_is_refused(document: str) -> None:
    assert isinstance(_read(document, kind="ttml"), Malformed)


def test_yaml_that_means_harm_is_left_aside() -> None:
    bombs = (
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]",
        "a: " + "[" * 5000,
        "a: !!python/object/apply:os.system [ls]",
        "{",
    )
    for bomb in bombs:
        parsed = parse(f"---\n{bomb}\n---\nAnn: Hello.\n\nBob: Hello.\n")
        assert [(cue.speaker, cue.text) for cue in parsed.cues] == [("Ann", "Hello."), ("Bob", "Hello.")]


def test_no_text_at_all_is_refused() -> None:
    picture = b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(4000)
    for data in (picture, b"", b"  \n", b"\0\0\0\0" * 50, b"%PDF-1.7\n", b"<!doctype html><p>0:00 Hello"):
        assert isinstance(_read(data), Malformed), data[:20]


def test_duplicates_are_kept() -> None:
    segments = [{"startTime": 1, "endTime": 2, "body": "Yes."}] * 3
    assert len(parse(json.dumps({"segments": segments})).cues) == 3
