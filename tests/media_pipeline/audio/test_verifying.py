from pathlib import Path

import pytest

from media_pipeline.audio import verifying
from media_pipeline.audio.aiming import Aim, Level
from media_pipeline.audio.formats import M4A, MP3
from media_pipeline.audio.measuring import Output
from tests.media_pipeline.audio.sounds import NOISE, generated


def test_a_constant_bit_rate_is_told_from_others(tmp_path: Path) -> None:
    constant = generated(tmp_path / "constant.mp3", NOISE, 2, "-b:a", "64k", "-metadata", "title=Tagged")
    variable = generated(tmp_path / "variable.mp3", NOISE, 2, "-q:a", "4")
    assert verifying.constant(constant, 64_000)
    assert not verifying.constant(constant, 80_000)
    assert not verifying.constant(variable, 64_000)
    (tmp_path / "cut.mp3").write_bytes(constant.read_bytes()[:-20])
    assert not verifying.constant(tmp_path / "cut.mp3", 64_000)
    (tmp_path / "junk.mp3").write_bytes(constant.read_bytes() + b"junk")
    assert not verifying.constant(tmp_path / "junk.mp3", 64_000)


def test_the_place_of_the_index_is_seen(tmp_path: Path) -> None:
    first = generated(tmp_path / "first.m4a", NOISE, 1, "-movflags", "+faststart")
    last = generated(tmp_path / "last.m4a", NOISE, 1)
    assert verifying.begins_with_its_index(first)
    assert not verifying.begins_with_its_index(last)
    (tmp_path / "none.m4a").write_bytes(b"\0\0\0\x08free\0\0\0\0wide")
    assert not verifying.begins_with_its_index(tmp_path / "none.m4a")
    output = Output(loudness=-19, true_peak=-2, duration=1)
    verifying.check(first, M4A, output, 1, 64_000)
    with pytest.raises(verifying.Unverified, match="index"):
        verifying.check(last, M4A, output, 1, 64_000)
    with pytest.raises(verifying.Unverified, match="lasts"):
        verifying.check(first, M4A, output, 1.2, 64_000)
    with pytest.raises(verifying.Unverified, match="constant"):
        verifying.check(first, MP3, output, 1, 64_000)


def test_an_m4a_that_is_far_too_large_is_seen(tmp_path: Path) -> None:
    path = generated(tmp_path / "large.m4a", NOISE, 3, "-b:a", "192k", "-movflags", "+faststart")
    output = Output(loudness=-19, true_peak=-2, duration=3)
    with pytest.raises(verifying.Unverified, match="does not fit its length"):
        verifying.check(path, M4A, output, 3, 24_000)


AIM = Aim(loudness=-16, true_peak=-1)


@pytest.mark.parametrize(
    ("loudness", "peak", "met", "tolerable"),
    [
        (-16, -2, True, True),
        (-16.4, -1.1, True, True),
        (-15.6, -1.1, True, False),
        (-16.5, -2, False, True),
        (-15.5, -2, False, False),
        (-16, -1.0, False, False),
        (-16, 0.0, False, False),
        (None, None, True, True),
    ],
)
def test_what_is_right_and_what_may_pass(
    loudness: float | None, peak: float | None, met: bool, tolerable: bool
) -> None:
    output = Output(loudness=loudness, true_peak=peak, duration=1)
    assert (AIM.met(output), AIM.tolerable(output)) == (met, tolerable)


def test_the_next_try_is_louder_or_held_lower() -> None:
    quiet, peaky = (
        Output(loudness=-17, true_peak=-2, duration=1),
        Output(loudness=-16, true_peak=-0.5, duration=1),
    )
    assert AIM.corrected(Level(3, -2), [quiet]) == Level(4, -2)
    corrected = AIM.corrected(Level(3, -2), [peaky])
    assert corrected.gain == 3
    assert corrected.limit == pytest.approx(-2.75)


def test_a_missed_level_is_told_in_a_sentence() -> None:
    problem = verifying.level_missed(MP3, Output(loudness=-14.2, true_peak=-0.3, duration=1), AIM)
    assert str(problem) == (
        "The MP3 came out at -14.2 LUFS with peaks of -0.3 dBTP; wanted were -16 LUFS and at most -1 dBTP."
    )
