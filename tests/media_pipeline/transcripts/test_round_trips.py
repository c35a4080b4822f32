"""What is written reads back as the same cues."""

from pathlib import Path

import pytest
from hypothesis import given, settings

from media_pipeline.transcripts import Cue, Malformed, Untimed, parse, write
from tests.media_pipeline.transcripts.real import files
from tests.media_pipeline.transcripts.strategies import timed_cues, untimed_cues
from tests.shared import DATA

TIMED = ("vtt", "srt", "json", "ttml", "txt")
UNTIMED = ("json", "txt")


@pytest.mark.parametrize("format", TIMED)
@given(cues=timed_cues)
@settings(max_examples=50, deadline=None)
def test_any_cues_with_times(format: str, cues: tuple[Cue, ...]) -> None:
    parsed = parse(write(cues, format))
    assert (parsed.format, parsed.cues, parsed.warnings) == (format, cues, ())


@pytest.mark.parametrize("format", UNTIMED)
@given(cues=untimed_cues)
@settings(max_examples=50, deadline=None)
def test_any_cues_without_times(format: str, cues: tuple[Cue, ...]) -> None:
    parsed = parse(write(cues, format))
    assert (parsed.format, parsed.cues) == (format, cues)


@pytest.mark.soak
@pytest.mark.parametrize("format", TIMED)
@given(cues=timed_cues)
@settings(max_examples=5000, deadline=None)
def test_any_cues_for_long(format: str, cues: tuple[Cue, ...]) -> None:
    assert parse(write(cues, format)).cues == cues


@pytest.mark.parametrize("format", ["vtt", "srt", "ttml"])
def test_a_format_that_needs_times_refuses_cues_without(format: str) -> None:
    with pytest.raises(Untimed):
        write([Cue(None, None, "Ann", "Hello.")], format)


def _assert_all_come_back(paths: list[Path]) -> int:
    compared = 0
    for path in paths:
        try:
            cues = parse(path.read_bytes(), name=path.name).cues
        except Malformed:
            continue
        if not cues:
            continue
        for format in UNTIMED if cues[0].start is None else TIMED:
            assert parse(write(cues, format)).cues == cues, (path, format)
            compared += len(cues)
    return compared


def test_real_cues_of_every_set_come_back_from_every_format() -> None:
    of_sets = {(*path.relative_to(DATA).parts[:2], path.suffix): path for path in reversed(files())}
    assert _assert_all_come_back(sorted(of_sets.values())) > 15_000


@pytest.mark.soak
def test_all_real_cues_come_back_from_every_format() -> None:
    assert _assert_all_come_back(files()) > 500_000


def test_chains_of_formats_change_nothing() -> None:
    path = next(path for path in files() if path.name == "549.vtt")
    cues = first = parse(path.read_bytes()).cues[:300]
    for format in (*TIMED, *reversed(TIMED)):
        cues = parse(write(cues, format)).cues
    assert cues == first
