"""What is made wrong does not get through: each of these once was right."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from core.work import Permanent
from media_pipeline import ffmpeg, probing
from media_pipeline.probing import Probe
from media_pipeline.video import argv, verifying
from media_pipeline.video.geometry import Ladder, ladder
from media_pipeline.video.segments import Segments
from media_pipeline.video.verifying import Wrong
from tests.media_pipeline.video import clips
from tests.media_pipeline.video.clips import PROFILE

HIGH = ["-c:v", "libx264", "-preset", "veryfast"]


class Made:
    """A folder with the rungs and the sound of nine seconds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        source = clips.generated(
            folder / "source.mp4",
            *("-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=9", *clips.TONE, "-t", "9"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"),
        )
        self.probe: Probe = probing.probe(source)
        assert self.probe.video
        self.ladder: Ladder = ladder(self.probe.video, PROFILE)
        [self.output] = self.ladder.outputs
        ffmpeg.run(argv.ladder(source, self.probe, self.ladder, PROFILE, folder, 1))
        ffmpeg.run(argv.sound(source, self.probe, ["anull"], self.ladder.segment, PROFILE, folder))
        self.rung, self.sound = folder / "240p.mp4", folder / "sound.mp4"
        self.segments = Segments.written(folder / "240p.m3u8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("made"))


def again(made: Made, name: str, *arguments: str) -> Path:
    """The rung, encoded once more and otherwise."""
    return clips.generated(made.folder / name, "-i", str(made.rung), *arguments)


def test_what_is_right_gets_through(made: Made) -> None:
    verifying.rung(made.rung, made.output, made.segments, 9)
    verifying.aligned(made.ladder, [made.segments, made.segments])
    verifying.sound(made.sound, Segments.written(made.folder / "sound.m3u8"), 9)
    whole = made.folder / "whole.mp4"
    ffmpeg.run(argv.whole([made.rung, made.sound], whole))
    verifying.progressive(whole, made.output, True, 9, 1_500_000)


@pytest.mark.parametrize(
    ("sentence", "arguments"),
    [
        ("which old phones may not play", ["-c:v", "libx264", "-pix_fmt", "yuv422p"]),
        ("which old phones may not play", ["-c:v", "libx265", "-x265-params", "log-level=none"]),
        ("has the profile", ["-c:v", "libx264", "-profile:v", "baseline"]),
        ("came out as 160 x 120 pixels", [*HIGH, "-vf", "scale=160:120"]),
        ("12 frames a second instead of 25", [*HIGH, "-r", "12"]),
        ("lasts from 0.00 to 8.00 seconds; the original lasts 9.00", [*HIGH, "-t", "8"]),
    ],
)
def test_a_rung_that_is_something_else(made: Made, sentence: str, arguments: list[str]) -> None:
    path = again(made, "other.mp4", *arguments)
    with pytest.raises(Wrong, match=sentence):
        verifying.rung(path, made.output, made.segments, 9)


def test_a_rung_without_a_picture(made: Made) -> None:
    with pytest.raises(Wrong, match="240p has no picture"):
        verifying.rung(made.sound, made.output, made.segments, 9)


def test_bytes_that_are_missing_or_too_many(made: Made) -> None:
    longer = made.folder / "longer.mp4"
    longer.write_bytes(made.rung.read_bytes() + b"\0\0\0\x08free")
    with pytest.raises(Wrong, match="do not add up"):
        verifying.rung(longer, made.output, made.segments, 9)
    torn = made.folder / "torn.mp4"
    torn.write_bytes(made.rung.read_bytes()[:500])
    with pytest.raises(Wrong, match="cannot be read"):
        verifying.rung(torn, made.output, made.segments, 9)


@pytest.mark.parametrize("seconds", [[3.0, 6.0], [6.5, 2.5]])
def test_segments_of_the_wrong_length(made: Made, seconds: list[float]) -> None:
    sizes = [made.segments.pieces[0][1], sum(size for _, size in made.segments.pieces[1:])]
    segments = Segments(made.segments.head, tuple(zip(seconds, sizes, strict=True)))
    with pytest.raises(Wrong, match="not 4 to 6 seconds"):
        verifying.rung(made.rung, made.output, segments, 9)


def test_rungs_that_are_cut_differently(made: Made) -> None:
    shifted = Segments(made.segments.head, ((4.2, 10), (3.8, 10), (1.0, 10)))
    with pytest.raises(Wrong, match="not cut at the same moments"):
        verifying.aligned(made.ladder, [made.segments, shifted])
    with pytest.raises(Wrong, match="different numbers"):
        verifying.aligned(made.ladder, [made.segments, Segments(1, ((4.0, 10), (4.0, 10)))])
    with pytest.raises(Wrong, match="not the length"):
        verifying.aligned(replace(made.ladder, segment=Fraction(5)), [made.segments])


def test_an_mp4_whose_index_comes_last(made: Made) -> None:
    late = clips.generated(
        made.folder / "late.mp4", "-i", str(made.rung), "-i", str(made.sound), "-c", "copy"
    )
    with pytest.raises(Wrong, match="cannot be played before all of it has arrived"):
        verifying.progressive(late, made.output, True, 9, 1_500_000)
    with pytest.raises(Wrong, match="cannot be played before"):
        verifying.progressive(made.rung, made.output, False, 9, 1_500_000)


def test_an_mp4_that_is_too_heavy_or_has_lost_its_sound(made: Made) -> None:
    whole = made.folder / "heavy.mp4"
    ffmpeg.run(argv.whole([made.rung, made.sound], whole))
    with pytest.raises(Wrong, match=r"Mbit/s; 0\.1 is the most"):
        verifying.progressive(whole, made.output, True, 9, 100_000)
    silent = made.folder / "silent.mp4"
    ffmpeg.run(argv.whole([made.rung], silent))
    with pytest.raises(Wrong, match="instead of AAC-LC"):
        verifying.progressive(silent, made.output, True, 9, 1_500_000)


@pytest.mark.parametrize(
    ("sentence", "change"),
    [
        ("no whole playlist", lambda text: text.replace("#EXT-X-ENDLIST", "")),
        ("no whole playlist", lambda text: text.replace("#EXT-X-MAP", "#EXT-X-GAP")),
        ("do not follow one another", lambda text: text.replace("BYTERANGE:", "BYTERANGE:1", 1)),
    ],
)
def test_a_playlist_that_is_not_whole(made: Made, sentence: str, change: Callable[[str], str]) -> None:
    broken = made.folder / "broken.m3u8"
    broken.write_text(change((made.folder / "240p.m3u8").read_text()))
    with pytest.raises(Permanent, match=sentence):
        Segments.written(broken)
