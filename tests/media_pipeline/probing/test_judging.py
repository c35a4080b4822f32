"""What a file says of itself is judged: each absurdity has a code and a sentence."""

from copy import deepcopy
from typing import Any

import pytest

from media_pipeline.probing import Refused
from media_pipeline.probing.judging import judge
from tests.shared import DATA


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    from media_pipeline.demuxer.facts import facts

    return facts(DATA / "media/ugly/lecture_4x3.mp4", "mov")


def changed(told: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    copy = deepcopy(told)
    *outer, last = path.split(".")
    place: Any = copy
    for name in outer:
        place = place[int(name) if name.isdigit() else name]
    place[last] = value
    return copy


def test_an_ordinary_film_is_taken(plain: dict[str, Any]) -> None:
    assert judge(plain, counts_frames=False).kind == "video"


@pytest.mark.parametrize(
    ("path", "value", "code", "says"),
    [
        ("probe.video.width", 16_385, "absurd", "too large"),
        ("probe.video.coded_height", 16_385, "absurd", "640 x 16,385"),
        ("probe.video.height", 0, "damaged", "no size"),
        ("probe.video.frame_rate", "1001", "absurd", "1,001 frames a second"),
        ("probe.duration", 86_401, "absurd", "24 hours"),
        ("probe.duration", 0, "no-streams", "neither sound nor video"),
        ("probe.audio.0.channels", 0, "damaged", "0 channels"),
        ("probe.audio.0.channels", 65, "absurd", "65 channels"),
        ("probe.audio.0.sample_rate", 0, "damaged", "0 Hz"),
        ("encrypted", True, "encrypted", "protected"),
        ("extent.missing", 1, "truncated", "cut off"),
        ("extent.measured", 12.5, "truncated", "should last 0:25 and ends after 0:12"),
        ("extent.measured", None, "truncated", "ends after 0:00"),
        ("extent.measured", 90_000, "lying", "contradicts itself"),
        ("extent.sound", 0.1, "lying", "contradicts itself"),
        ("extent.sound", 9000, "lying", "contradicts itself"),
    ],
)
def test_what_no_film_can_be_is_refused(
    plain: dict[str, Any], path: str, value: Any, code: str, says: str
) -> None:
    with pytest.raises(Refused, match=says) as caught:
        judge(changed(plain, path, value), counts_frames=False)
    assert caught.value.code == code


def test_sixty_megapixels_are_the_most(plain: dict[str, Any]) -> None:
    large = changed(changed(plain, "probe.video.width", 7000), "probe.video.height", 9000)
    with pytest.raises(Refused, match="too large"):
        judge(large, counts_frames=False)


def test_a_film_whose_picture_has_no_decoder_is_not_taken_for_sound(plain: dict[str, Any]) -> None:
    blind = changed(
        changed(plain, "probe.video", None), "streams", [["video", "", False], ["audio", "aac", False]]
    )
    with pytest.raises(Refused) as caught:
        judge(blind, counts_frames=False)
    assert caught.value.code == "unknown-codec"


def test_a_length_that_is_only_guessed_refuses_nothing(plain: dict[str, Any]) -> None:
    guessed = changed(changed(plain, "extent.counted", True), "extent.declared", 500.0)
    judge(guessed, counts_frames=False)
    with pytest.raises(Refused, match="should last 8:20"):
        judge(guessed, counts_frames=True)
