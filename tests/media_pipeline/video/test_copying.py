"""A source that is what the top rung should be becomes that rung, bit by bit; anything else is encoded."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import pytest
from structlog.testing import capture_logs

from media_pipeline import ffmpeg, probing
from media_pipeline.models import Rendition
from media_pipeline.video import copying
from media_pipeline.video.copying import Film, Key
from media_pipeline.video.geometry import ladder
from tests.media_pipeline.video import clips, hls, looking
from tests.media_pipeline.video.clips import PROFILE, generated

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 13
EVEN = ["-g", "50", "-keyint_min", "50", "-sc_threshold", "0"]  # a key frame every two seconds
RIGHT = [
    "-c:v",
    "libx264",
    "-preset",
    "veryfast",
    "-bf",
    "3",
    "-b:v",
    "400k",
    "-maxrate",
    "500k",
    "-bufsize",
    "500k",
]


def film(path: Path, *arguments: str, size: str = "480x360", rate: str = "25") -> Path:
    moving = f"testsrc2=s={size}:r={rate}:d={SECONDS}"
    sound = [*clips.TONE, "-t", str(SECONDS), "-c:a", "aac"]
    return generated(path, "-f", "lavfi", "-i", moving, *sound, *RIGHT, *arguments)


def made(source: Path, folder: Path) -> tuple[dict[str, Rendition], dict[str, Path], list[str]]:
    """The renditions and the files of a consistent set, and why its source was not copied."""
    asset = clips.asset_of(source)
    with capture_logs() as logs:
        renditions = clips.encoded(asset)
    into = folder / "made"
    into.mkdir()
    files = clips.fetched(renditions, into)
    hls.check(hls.master(files["master master"]), asset.duration or 0)
    told = [entry.get("reason") or entry.get("problem") for entry in logs if entry["event"] in _EVENTS]
    return {f"{each.role} {each.name}": each for each in renditions}, files, cast(list[str], told)


_EVENTS = ("source_is_encoded", "copy_was_not_right")


def packets(path: Path) -> list[tuple[float, bytes]]:
    """When each is shown, and what is in it."""
    with av.open(str(path), mode="r") as container:
        found = [each for each in container.demux(container.streams.video[0]) if each.size]
        return [(round(float((each.pts or 0) * each.time_base), 3), bytes(each)) for each in found]


def copied(renditions: dict[str, Rendition]) -> list[str]:
    return [each.name for each in renditions.values() if each.facts.get("copied")]


@pytest.mark.parametrize(
    ("name", "arguments", "starts"),
    [
        pytest.param("even.mp4", EVEN, [0, 4, 8], marks=pytest.mark.soak),
        pytest.param("even.mkv", EVEN, [0, 4, 8], marks=pytest.mark.soak),
        pytest.param("main.mp4", [*EVEN, "-profile:v", "main"], [0, 4, 8], marks=pytest.mark.soak),
        (
            "five.mp4",
            ["-force_key_frames", "0,3,5,6,8,10.4", "-g", "999", "-sc_threshold", "0"],
            [0, 5, 10.4],
        ),
    ],
)
def test_the_source_is_the_top_rung(
    name: str, arguments: list[str], starts: list[float], tmp_path: Path
) -> None:
    source = film(tmp_path / name, *arguments)
    renditions, files, reasons = made(source, tmp_path)
    assert reasons == []
    assert copied(renditions) == ["360p"]
    assert packets(files["video 360p"]) == packets(source)
    found = hls.master(files["master master"])
    assert [round(start, 3) for start in found.variants[0].media.starts] == starts
    for variant in found.variants:
        for number, start in enumerate(starts):
            frames = hls.frames(variant.media, number)
            assert frames[0].time == pytest.approx(start, abs=0.001)
            assert len(frames) == round((([*starts, SECONDS])[number + 1] - start) * 25)
    assert found.sound
    assert {found.sound.target, *(each.media.target for each in found.variants)} == {max(_targets(starts))}


def _targets(starts: list[float]) -> list[int]:
    ends = [*starts[1:], SECONDS]
    return [4, *(round(end - start) for start, end in zip(starts, ends, strict=True))]


@pytest.mark.soak
def test_players_are_told_the_sources_own_profile_and_level(tmp_path: Path) -> None:
    source = film(tmp_path / "main.mp4", *EVEN, "-profile:v", "main", "-level", "3.1")
    renditions, files, _ = made(source, tmp_path)
    assert renditions["video 360p"].facts["codecs"] == "avc1.4d401f"
    assert hls.master(files["master master"]).variants[1].told["CODECS"] == "avc1.4d401f,mp4a.40.2"
    head = hls.media(files["playlist 360p"]).head
    assert b"avc1" in head
    assert b"avc3" not in head
    assert source.read_bytes().partition(b"avcC")[2][:30] == head.partition(b"avcC")[2][:30]
    whole = looking.film(files["progressive mp4"])
    assert (whole.profile, whole.frames, whole.sound) == ("Main", 25 * SECONDS, ("aac", 2, 48000))
    assert packets(files["progressive mp4"]) == packets(source)


@pytest.mark.soak
def test_nothing_is_told_of_where_and_with_what_it_was_filmed(tmp_path: Path) -> None:
    told = [
        "-metadata",
        "location=+48.1+11.5/",
        "-metadata:s:v",
        "handler_name=Phone",
        "-timecode",
        "10:00:00:00",
    ]
    source = film(tmp_path / "told.mp4", *EVEN, *told)
    renditions, files, _ = made(source, tmp_path)
    assert copied(renditions) == ["360p"]
    content = files["video 360p"].read_bytes()
    assert b"Phone" in source.read_bytes()
    assert not any(word in content for word in (b"Phone", b"+48.1", b"10:00:00:00", b"tmcd"))


@pytest.mark.soak
def test_every_frame_of_a_film_too_large_for_the_mp4(tmp_path: Path) -> None:
    """The rungs below, of which the small ones have half of the frames, are cut where the source can be."""
    source = film(
        tmp_path / "fast.mp4", "-g", "150", "-sc_threshold", "0", "-b:v", "900k", size="960x540", rate="60"
    )
    renditions, files, reasons = made(source, tmp_path)
    assert reasons == []
    assert copied(renditions) == ["540p"]
    assert packets(files["video 540p"]) == packets(source)
    assert looking.film(files["progressive mp4"]).rate == 30
    assert hls.master(files["master master"]).variants[0].media.starts == pytest.approx([0, 5, 10])


@pytest.mark.soak
@pytest.mark.parametrize(
    ("reason", "arguments"),
    [
        ("key frames", ["-force_key_frames", "0,3,7.1,13.5", "-g", "999", "-sc_threshold", "0"]),
        ("key frames", [*EVEN, "-x264opts", "open-gop=1"]),
        ("bit rate", [*EVEN, "-b:v", "900k", "-maxrate", "1200k", "-bufsize", "1200k"]),
        ("bit rate", [*EVEN, "-crf", "12", "-maxrate", "3M", "-bufsize", "3M"]),
        ("rate", ["-vf", "select='not(between(n,30,60)*mod(n,3))'", "-fps_mode", "vfr", *EVEN]),
        ("pixels", [*EVEN, "-flags", "+ilme+ildct", "-x264opts", "tff=1"]),
        ("profile", [*EVEN, "-pix_fmt", "yuv422p"]),
        ("shape", [*EVEN, "-vf", "setsar=4/3"]),
        ("colours", [*EVEN, "-color_primaries", "bt2020", "-colorspace", "bt2020nc"]),
        ("its pixels are not square", [*EVEN, "-vf", "setsar=427/135"]),  # nobody believes it
        ("colours", [*EVEN, "-vf", "setparams=color_trc=iec61966-2-1"]),
        ("profile", [*EVEN, "-level", "5.1"]),
    ],
)
def test_what_is_not_right_is_encoded(reason: str, arguments: list[str], tmp_path: Path) -> None:
    source = film(tmp_path / "other.mp4", *arguments)
    renditions, _, reasons = made(source, tmp_path)
    assert reasons == [reason]
    assert copied(renditions) == []


@pytest.fixture
def turned(tmp_path: Path) -> Path:
    stored = film(tmp_path / "stored.mp4", *EVEN)
    return generated(tmp_path / "phone.mp4", "-display_rotation", "90", "-i", str(stored), "-c", "copy")


def test_a_turned_film_is_not_chosen(turned: Path) -> None:
    probe = probing.probe(turned)
    assert probe.video
    with capture_logs() as logs:
        assert copying.chosen(turned, probe, ladder(probe.video, PROFILE), PROFILE) is None
    assert [(entry["event"], entry["reason"]) for entry in logs] == [("source_is_encoded", "shape")]


@pytest.mark.soak
def test_a_turned_film_is_encoded(turned: Path, tmp_path: Path) -> None:
    renditions, _, reasons = made(turned, tmp_path)
    assert (reasons, copied(renditions)) == (["shape"], [])


@pytest.mark.soak
def test_a_film_whose_beginning_is_cut_away_is_encoded(tmp_path: Path) -> None:
    """An edit list hides what lies before the first picture, and what is hidden would be shown."""
    stored = film(tmp_path / "stored.mp4", *EVEN)
    source = generated(tmp_path / "cut.mp4", "-ss", "1", "-i", str(stored), "-c", "copy")
    renditions, _, reasons = made(source, tmp_path)
    assert len(reasons) == 1
    assert copied(renditions) == []


def test_parameters_that_change_on_the_way_are_seen(tmp_path: Path) -> None:
    parts = [
        film(tmp_path / f"{n}.h264", *EVEN, "-bf", "0", *more, "-an")
        for n, more in enumerate(([], ["-profile:v", "main"]))
    ]
    joined = tmp_path / "joined.h264"
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))
    source = generated(tmp_path / "joined.mp4", "-r", "25", "-f", "h264", "-i", str(joined), "-c", "copy")
    assert copying.look(source, "mov", 0, Fraction(25)) == "its parameters change on the way"


def test_without_the_profiles_leave_nothing_is_copied(tmp_path: Path) -> None:
    source = film(tmp_path / "even.mp4", *EVEN)
    probe = probing.probe(source)
    assert probe.video
    rungs = ladder(probe.video, PROFILE)
    assert copying.chosen(source, probe, rungs, PROFILE)
    assert copying.chosen(source, probe, rungs, replace(PROFILE, copy=False)) is None


def test_a_copy_that_comes_out_wrong_is_encoded_in_the_same_run(
    tmp_path: Path, settings: Any, ffmpeg_that_cuts_copies: Path
) -> None:
    source = film(tmp_path / "even.mp4", *EVEN)
    settings.FFMPEG_BINARY = str(ffmpeg_that_cuts_copies)
    renditions, _, reasons = made(source, tmp_path)
    assert reasons == ["360p is not cut at its key frames."]
    assert copied(renditions) == []


@pytest.fixture
def ffmpeg_that_cuts_copies(tmp_path: Path) -> Path:
    """A broken one, as another build might be: what it copies for the rungs ends too early."""
    broken = tmp_path / "ffmpeg"
    broken.write_text(
        f'#!/bin/bash\n"{ffmpeg.binary()}" "${{@/+frag_keyframe/+frag_keyframe+frag_every_frame}}"\n'
    )
    broken.chmod(0o755)
    return broken


def keys(*frames: int, total: int) -> Film:
    return Film(total, tuple(Key(frame, 1, True) for frame in frames))


@pytest.mark.parametrize(
    ("frames", "total", "cuts"),
    [
        ([0, 50, 100, 150, 200], 220, (0, 100)),
        ([0, 110, 210, 320], 330, (0, 110, 210)),
        ([0, 100, 130, 260], 330, (0, 130, 260)),  # not the first that fits
        ([0, 130, 300], 400, ()),
        ([0, 99, 151], 400, ()),
        ([0], 150, (0,)),
        ([0], 151, ()),
        ([5, 100], 120, ()),
    ],
)
def test_the_chain_of_cuts(frames: list[int], total: int, cuts: tuple[int, ...]) -> None:
    assert copying.chain(keys(*frames, total=total), Fraction(25), 1) == cuts


def test_cuts_fall_on_frames_that_all_rungs_have() -> None:
    assert copying.chain(keys(0, 241, 250, 360, total=500), Fraction(60), 2) == (0, 250)
    dirty = Film(300, (Key(0, 1, True), Key(100, 1, False), Key(125, 1, True), Key(230, 1, True)))
    assert copying.chain(dirty, Fraction(25), 1) == (0, 125, 230)
