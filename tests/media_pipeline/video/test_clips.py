"""The films that come with the development data: each becomes exactly what its manifest says is right."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from media_pipeline import probing
from tests.media_pipeline.video import clips, hls, looking
from tests.shared import DATA

pytestmark = pytest.mark.django_db(transaction=True)
MEDIA = DATA / "media"


@dataclass
class Right:
    rungs: dict[str, tuple[int, int]]
    rate: float
    mp4: tuple[int, int]
    sound: bool = True
    small_rate: float | None = None
    silent: bool = False
    profiles: dict[str, str] = field(default_factory=dict)  # of a copied rung, that of its source


WIDE = {"360p": (640, 360), "240p": (426, 240)}
OUTCOMES = {
    "ugly/odd_321x241_yuv444.mp4": Right({"240p": (426, 240)}, 25, (426, 240)),  # its pixels are 4:3
    "ugly/vfr.mp4": Right({"270p": (480, 270), "240p": (426, 240)}, 24, (480, 270)),
    "ugly/no_audio.mp4": Right({"270p": (480, 270), "240p": (426, 240)}, 24, (480, 270), sound=False),
    "ugly/vp9_opus.webm": Right(WIDE, 24, (640, 360)),
    "parser_suites/mp4parse-rust/video_rotation_90.mp4": Right(
        {"60p": (60, 100)}, 24, (60, 100), sound=False
    ),
    "parser_suites/mp4parse-rust/tiny_av1.mp4": Right({"64p": (64, 64)}, 24, (64, 64), sound=False),
}
OTHERS = {
    "ugly/surround_5_1.mp4": Right(WIDE, 24, (640, 360)),
    "ugly/portrait_270x480.mp4": Right({"270p": (270, 480), "240p": (240, 426)}, 24, (270, 480)),
    "ugly/lecture_4x3.mp4": Right(
        {"480p": (640, 480), "360p": (480, 360), "240p": (320, 240)}, 30, (640, 480)
    ),
    "parser_suites/music-metadata/big-buck-bunny_trailer-short.vp8.webm": Right(WIDE, 25, (640, 360)),
    "parser_suites/music-metadata/sample_640x360.mov": Right(WIDE, 30000 / 1001, (640, 360), sound=False),
    "real/bigbuckbunny_720p_5s.mp4": Right(
        {"720p": (1280, 720), "480p": (854, 480), **WIDE}, 25, (854, 480), profiles={"720p": "Main"}
    ),
    "real/bbb_480p_30s_5.1.mp4": Right(
        {"480p": (854, 480), "360p": (640, 360), "240p": (428, 240)}, 24, (854, 480)
    ),
    **{
        f"real/screencast_{name}_1704x960_60fps.mp4": Right(
            {
                "960p": (1704, 960),
                "720p": (1278, 720),
                "480p": (852, 480),
                "360p": (640, 360),
                "240p": (426, 240),
            },
            60,
            (852, 480),
            small_rate=30,
            silent=True,
        )
        for name in ("find", "vim")
    },
}
REFUSED = {
    "ugly/zero_byte.mp4": "The file is empty",
    "ugly/renamed_text.mp4": "This is a text",
    "ugly/truncated_no_moov_or_cut.mp4": "The file ends too early",
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_an_ugly_clip_becomes_what_is_right(name: str, tmp_path: Path) -> None:
    _comes_out_right(name, OUTCOMES[name], tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("name", OTHERS)
def test_another_clip_becomes_what_is_right(name: str, tmp_path: Path) -> None:
    _comes_out_right(name, OTHERS[name], tmp_path)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_work_is_refused_before_anything_is_made(name: str) -> None:
    with pytest.raises(probing.Refused, match=REFUSED[name]):
        clips.asset_of(MEDIA / name)


def test_the_manifest_has_no_film_that_is_not_tried_here() -> None:
    manifest = json.loads((DATA / "MANIFEST.json").read_text())
    films = {
        name for name in manifest if name.startswith("media/") and name.endswith((".mp4", ".mov", ".webm"))
    }
    assert films == {f"media/{name}" for name in (*OUTCOMES, *OTHERS, *REFUSED)}


def _comes_out_right(name: str, right: Right, folder: Path) -> None:
    told = json.loads((DATA / "MANIFEST.json").read_text())[f"media/{name}"]["expect"]
    seconds = told["duration_s"]
    files = clips.fetched(clips.encoded(clips.asset_of(MEDIA / name)), folder)
    found = hls.master(files["master master"])
    hls.check(found, seconds)
    rungs = {file.split()[1]: looking.film(path) for file, path in files.items() if file.startswith("video ")}
    assert {rung: film.size for rung, film in rungs.items()} == right.rungs
    for rung, film in rungs.items():
        _plays_everywhere(film, right, rung, seconds)
    whole = looking.film(files["progressive mp4"])
    _plays_everywhere(whole, right, "480p", seconds)
    assert whole.size == right.mp4
    assert whole.sound == (("aac", 2, 48000) if right.sound else None)
    assert files["progressive mp4"].stat().st_size * 8 <= 1_500_000 * max(seconds, 2)
    assert ("download m4a" in files, found.sound is not None) == (right.sound, right.sound)
    if right.sound:
        level, peak = looking.loudness(files["download m4a"])
        assert (level == -70 if right.silent else abs(level + 16) <= 0.5, peak <= -1) == (True, True), (
            level,
            peak,
        )
    assert {"poster poster", "sprite sprite-1", "storyboard storyboard"} <= files.keys()


def _plays_everywhere(film: looking.Film, right: Right, rung: str, seconds: float) -> None:
    assert (film.codec, film.pixels) == ("h264", "yuv420p")
    assert film.profile == right.profiles.get(rung, "High")
    small = right.small_rate and int(rung[:-1]) <= 480
    assert film.frames < 2 or film.rate == pytest.approx(right.small_rate if small else right.rate, rel=0.001)
    assert abs(film.seconds - seconds) <= 0.1
