"""Which sizes and how many frames a second a film is given."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.probing import Video
from media_pipeline.video.argv import most
from media_pipeline.video.geometry import constant_rate, ladder
from media_pipeline.video.picture import colours
from tests.media_pipeline.video.clips import PROFILE


def film(width: int = 1920, height: int = 1080, **changes: Any) -> Video:
    told: dict[str, Any] = {
        "index": 0,
        "codec": "h264",
        "profile": "High",
        "level": 40,
        "pixel_format": "yuv420p",
        "bit_depth": 8,
        "width": width,
        "height": height,
        "coded_width": width,
        "coded_height": height,
        "sample_aspect": Fraction(1),
        "rotation": 0,
        "frame_rate": Fraction(25),
        "base_rate": Fraction(25),
        "variable": False,
        "field_order": "progressive",
        "transfer": "bt709",
        "primaries": "bt709",
        "matrix": "bt709",
        "color_range": "tv",
        "bit_rate": None,
        "start": 0.0,
        "duration": 10.0,
        "keyframe_gap": None,
    }
    return Video(**told | changes)


def sizes(width: int, height: int) -> list[tuple[int, int]]:
    return [(output.width, output.height) for output in ladder(film(width, height), PROFILE).outputs]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ((3840, 2160), [(1920, 1080), (1280, 720), (854, 480), (640, 360), (426, 240)]),
        ((1920, 1080), [(1920, 1080), (1280, 720), (854, 480), (640, 360), (426, 240)]),
        ((1080, 1920), [(1080, 1920), (720, 1280), (480, 854), (360, 640), (240, 426)]),
        ((1704, 960), [(1704, 960), (1278, 720), (852, 480), (640, 360), (426, 240)]),
        ((1440, 1080), [(1440, 1080), (960, 720), (640, 480), (480, 360), (320, 240)]),
        ((1000, 500), [(960, 480), (720, 360), (480, 240)]),  # too near to 480 for a rung of its own
        ((640, 480), [(640, 480), (480, 360), (320, 240)]),
        ((321, 241), [(320, 240)]),
        ((100, 60), [(100, 60)]),
        ((1, 1), [(2, 2)]),
        ((1440, 240), [(910, 150)]),  # a strip gets as many pixels as a film
    ],
)
def test_the_ladder_of(source: tuple[int, int], expected: list[tuple[int, int]]) -> None:
    assert sizes(*source) == expected


@given(st.integers(2, 8000), st.integers(2, 8000))
def test_sizes_are_even_never_larger_and_of_the_same_shape(width: int, height: int) -> None:
    for made in sizes(width, height):
        assert (made[0] % 2, made[1] % 2) == (0, 0)
        assert made <= (width, 10**6)
        assert made[1] <= height
        assert made[0] * made[1] <= 2.4 * 1080 * 1080 * 1.02
        assert min(made) >= 2
        if min(made) >= 100:
            assert made[0] / made[1] == pytest.approx(width / height, rel=0.02)


@pytest.mark.parametrize(
    ("average", "base", "variable", "expected"),
    [
        ("25", "25", False, "25"),
        ("30000/1001", "30000/1001", False, "30000/1001"),
        ("19001/634", "30000/1001", False, "30000/1001"),
        ("60", "60", False, "60"),
        ("120", "120", False, "60"),
        ("144", "144", False, "36"),
        ("90", "90", False, "45"),
        ("1", "1", False, "16"),
        ("1/2", "1/2", False, "16"),
        ("296/23", "24", True, "24"),
        ("29", "90000", True, "30000/1001"),
        ("2997/100", "600", True, "30000/1001"),
        ("12", "1000", True, "24000/1001"),
        ("58", "1000", True, "60000/1001"),
        (None, None, True, "30000/1001"),
    ],
)
def test_frames_a_second(average: str | None, base: str | None, variable: bool, expected: str) -> None:
    rates: dict[str, Any] = {
        "frame_rate": average and Fraction(average),
        "base_rate": base and Fraction(base),
    }
    assert constant_rate(film(variable=variable, **rates), 60) == Fraction(expected)


@pytest.mark.parametrize("rate", ["10", "12", "24000/1001", "25", "30000/1001", "36", "45", "50", "60"])
def test_rungs_of_half_the_rate_are_cut_at_the_same_times(rate: str) -> None:
    made = ladder(film(frame_rate=Fraction(rate), base_rate=Fraction(rate)), PROFILE)
    assert {output.gop / output.rate for output in made.outputs} == {made.segment}
    assert 4 <= made.segment < 4.2
    assert {output.rate for output in made.outputs if output.height <= 480} <= {made.rate, made.rate / 2}
    assert made.progressive.rate <= 30


@pytest.mark.parametrize("seconds", [0.04, 1, 2, 5, 60, 7200])
def test_the_mp4s_rung_leaves_room_for_sound_and_buffer(seconds: float) -> None:
    made = ladder(film(), PROFILE)
    rate, buffer = most(made.progressive, made, PROFILE, seconds)
    assert rate + 0.9 * buffer / max(seconds, 1) + PROFILE.audio * 1.02 < PROFILE.progressive_most
    assert made.progressive.height == 480


@pytest.mark.parametrize(
    ("height", "told", "expected"),
    [
        (480, {"matrix": "unknown"}, "smpte170m"),
        (576, {"matrix": "unknown"}, "bt470bg"),
        (720, {"matrix": "unknown"}, "bt709"),
        (1080, {"matrix": "smpte170m"}, "smpte170m"),
        (480, {"matrix": "bt709"}, "bt709"),
        (480, {"matrix": "gbr"}, "bt709"),
        (480, {"matrix": "bt2020nc", "primaries": "bt2020"}, "bt709"),
        (480, {"matrix": "unknown", "transfer": "smpte2084"}, "bt709"),
    ],
)
def test_colours_are_tagged_as_they_are_meant(height: int, told: dict[str, str], expected: str) -> None:
    assert colours(film(height * 4 // 3, height, **told)).matrix == expected
