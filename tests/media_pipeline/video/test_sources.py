"""Sources as cameras, recorders and old archives write them; small ones, made here."""

import random
from pathlib import Path

import av
import pytest

from tests.media_pipeline.video import clips, hls, looking
from tests.media_pipeline.video.clips import generated

pytestmark = pytest.mark.django_db(transaction=True)

QUICK = ["-c:v", "libx264", "-preset", "ultrafast"]
FLASH = "color=black:s=160x120:r=25:d=5,drawbox=c=white:t=fill:enable='between(t,3,3.19)'"
BEEP = "aevalsrc='if(between(t,3,3.2),0.5*sin(2*PI*1000*t),0)':s=48000:d=5"
BARS = "smptehdbars=s=160x120:r=25:d=1"
RANGE_TV, BT709, SMPTE170M = 1, 1, 6  # as PyAV numbers them


def made(path: Path, folder: Path) -> dict[str, Path]:
    """The files of the set, and that they are consistent."""
    asset = clips.asset_of(path)
    into = folder / "made"
    into.mkdir()
    files = clips.fetched(clips.encoded(asset), into)
    hls.check(hls.master(files["master master"]), asset.duration or 0)
    return files


def flash_and_beep(path: Path) -> tuple[float, float]:
    """When the picture lights up, and when the sound begins."""
    flash = next(when for when, level in looking.levels(path) if level > 128)
    left, _ = looking.samples(path)
    return flash, next(number for number, sample in enumerate(left) if abs(sample) > 0.05) / 48_000


def colour(path: Path, x: int, y: int) -> tuple[int, int, int]:
    """Of the first frame, as sRGB by the tags that the file has."""
    with av.open(str(path), mode="r") as container:
        frame = next(container.decode(video=0))
        matrix = {1: "ITU709", 5: "ITU601", 6: "ITU601"}[frame.colorspace]
        found = frame.reformat(
            format="rgb24", src_colorspace=matrix, src_color_range="MPEG", dst_color_range="JPEG"
        )
        plane, stride = bytes(found.planes[0]), found.planes[0].line_size
        at = y * stride + 3 * x
        return plane[at], plane[at + 1], plane[at + 2]


@pytest.mark.parametrize("container", ["late.mkv", "late.ts"])
def test_sound_that_begins_late_stays_with_its_picture(container: str, tmp_path: Path) -> None:
    late = "atrim=start=1.5"  # its first sample has the time 1.5 s
    source = generated(
        tmp_path / container,
        *("-copyts", "-f", "lavfi", "-i", FLASH, "-f", "lavfi", "-i", f"{BEEP},{late}"),
        *(*QUICK, "-c:a", "aac", *(["-output_ts_offset", "7"] if container == "late.ts" else [])),
    )
    files = made(source, tmp_path)
    flash, beep = flash_and_beep(files["progressive mp4"])
    assert flash == pytest.approx(3, abs=0.021)
    assert beep == pytest.approx(3, abs=0.021)


def test_a_picture_that_begins_late_and_ends_early_is_held(tmp_path: Path) -> None:
    source = generated(
        tmp_path / "short.mkv",
        *("-copyts", "-f", "lavfi", "-i", f"{FLASH},trim=start=1:end=3.6", "-f", "lavfi", "-i", BEEP),
        *(*QUICK, "-c:a", "flac"),
    )
    files = made(source, tmp_path)
    assert flash_and_beep(files["progressive mp4"]) == pytest.approx((3, 3), abs=0.021)
    assert looking.film(files["progressive mp4"]).frames == 125


def test_sound_in_one_ear_is_heard_in_both(tmp_path: Path) -> None:
    source = generated(
        tmp_path / "left.mp4",
        *(
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=160x120:r=25:d=4",
            "-f",
            "lavfi",
            "-i",
            "anoisesrc=a=0.02:d=4:r=44100",
        ),
        *(*QUICK, "-af", "pan=stereo|c0=c0", "-c:a", "aac"),
    )
    files = made(source, tmp_path)
    left, right = looking.samples(files["download m4a"])
    energy = [sum(sample * sample for sample in ear[48000:96000]) for ear in (left, right)]
    assert energy[0] == pytest.approx(energy[1], rel=0.1)
    level, peak = looking.loudness(files["download m4a"])
    assert level == pytest.approx(-16, abs=0.5)
    assert peak <= -1


def test_silence_stays_silent(tmp_path: Path) -> None:
    source = generated(
        tmp_path / "silent.mp4",
        *(
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=160x120:r=25:d=2",
            "-f",
            "lavfi",
            "-i",
            "anullsrc=r=48000:cl=mono",
            "-shortest",
        ),
        *(*QUICK, "-c:a", "aac"),
    )
    files = made(source, tmp_path)
    left, _ = looking.samples(files["download m4a"])
    assert max(map(abs, left)) < 0.001
    assert looking.film(files["progressive mp4"]).sound == ("aac", 2, 48000)


def test_peaks_that_would_clip_are_held(tmp_path: Path) -> None:
    """Single clicks in much silence: loud enough only if they are pressed."""
    clicks = "aevalsrc='0.9*sin(2*PI*700*t)*lt(mod(t,0.5),0.02)':s=48000:d=4"
    source = generated(
        tmp_path / "clicks.mp4",
        *(
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=160x120:r=25:d=4",
            "-f",
            "lavfi",
            "-i",
            clicks,
            *QUICK,
            "-c:a",
            "aac",
        ),
    )
    level, peak = looking.loudness(made(source, tmp_path)["download m4a"])
    assert level == pytest.approx(-16, abs=0.5)
    assert peak <= -1


@pytest.mark.soak
def test_too_many_frames_are_halved_evenly(tmp_path: Path) -> None:
    source = generated(tmp_path / "fast.mp4", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=120:d=5", *QUICK)
    film = looking.film(made(source, tmp_path)["progressive mp4"])
    assert (film.rate, film.frames) == (30, 150)  # of a small picture; a large one would have 60


def test_slides_become_a_film_that_can_be_sought_in(tmp_path: Path) -> None:
    source = generated(
        tmp_path / "slides.mp4", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=1:d=9", *QUICK, "-g", "100"
    )
    files = made(source, tmp_path)
    film = looking.film(files["progressive mp4"])
    assert (film.rate, film.frames) == (16, 144)
    found = hls.master(files["master master"]).variants[0].media
    assert [round(start, 3) for start in found.starts] == [0, 4, 8]
    assert [len(hls.frames(found, number)) for number in range(3)] == [64, 64, 16]


@pytest.mark.soak
def test_fields_become_frames(tmp_path: Path) -> None:
    bars = "nullsrc=s=160x120:r=50:d=2,geq='255*lt(mod(X-6*N,80),40)':128:128"
    moving = f"{bars},tinterlace=interleave_top,fieldorder=tff"
    source = generated(
        tmp_path / "fields.mp4",
        "-f",
        "lavfi",
        "-i",
        moving,
        *QUICK,
        "-flags",
        "+ilme+ildct",
        "-x264opts",
        "tff=1",
    )
    files = made(source, tmp_path)
    film = looking.film(files["progressive mp4"])
    assert (film.rate, film.frames) == (25, 50)
    assert _combed(source) > 2 * _combed(files["progressive mp4"])


@pytest.mark.soak
@pytest.mark.parametrize(("turned", "white"), [("90", (80, 310)), ("-90", (80, 10))])
def test_a_phone_held_upright_is_shown_upright(turned: str, white: tuple[int, int], tmp_path: Path) -> None:
    """What is stored is white on the left; turned to the left that is below, turned to the right above."""
    half = "color=black:s=320x240:r=25:d=1,drawbox=w=160:h=240:c=white:t=fill"
    stored = generated(tmp_path / "stored.mp4", "-f", "lavfi", "-i", half, *QUICK)
    source = generated(tmp_path / "phone.mp4", "-display_rotation", turned, "-i", str(stored), "-c", "copy")
    files = made(source, tmp_path)
    for name in ("video 240p", "progressive mp4", "poster poster"):
        assert looking.film(files[name]).size == (240, 320)
    x, y = white
    assert colour(files["video 240p"], x, y) == pytest.approx((255, 255, 255), abs=4)
    assert colour(files["video 240p"], x, 320 - y) == pytest.approx((0, 0, 0), abs=4)


@pytest.mark.soak
def test_ten_bits_full_range_and_bgr_become_what_phones_play(tmp_path: Path) -> None:
    """The red bar stays that red, whatever it was stored as; the tags tell how to read it."""
    stored = {
        "ten.mp4": ["-pix_fmt", "yuv420p10le", "-vf", "scale=out_color_matrix=bt709", "-colorspace", "bt709"],
        "full.mp4": [
            "-vf",
            "scale=out_range=pc:out_color_matrix=bt601,format=yuvj420p",
            "-colorspace",
            "smpte170m",
        ],
        "rgb.mkv": ["-c:v", "libx264rgb", "-pix_fmt", "bgr24", "-qp", "0"],
    }
    for name, arguments in stored.items():
        source = generated(
            tmp_path / name,
            "-f",
            "lavfi",
            "-i",
            "color=0xC03020:s=160x120:r=25:d=1,format=gbrp",
            *QUICK,
            *arguments,
        )
        folder = tmp_path / f"{name} made"
        folder.mkdir()
        path = made(source, folder)["video 120p"]
        assert colour(path, 80, 60) == pytest.approx((0xC0, 0x30, 0x20), abs=6), name
        matrix = SMPTE170M if name == "full.mp4" else BT709
        film = looking.film(path)
        assert (film.pixels, film.colours[0], film.colours[3]) == ("yuv420p", RANGE_TV, matrix)


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_hdr_is_brought_down_to_what_every_screen_shows(transfer: str, tmp_path: Path) -> None:
    plain = "format=yuv444p,setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
    up = f"{plain},zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt2020,zscale=t={transfer}:m=bt2020nc:r=tv:npl=203"
    source = generated(
        tmp_path / "hdr.mp4",
        *(
            "-f",
            "lavfi",
            "-i",
            "color=0x808080:s=160x120:r=25:d=1",
            "-vf",
            f"{up},format=yuv420p10le",
            *QUICK,
        ),
        *("-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc"),
    )
    path = made(source, tmp_path)["video 120p"]
    film = looking.film(path)
    assert (film.pixels, film.profile, film.colours) == ("yuv420p", "High", (RANGE_TV, BT709, BT709, BT709))
    red, green, blue = colour(path, 80, 60)
    assert max(red, green, blue) - min(red, green, blue) < 6
    assert 90 < green < 170  # a middle grey is neither black nor glaring


@pytest.mark.soak
def test_a_poster_is_not_black_where_the_film_begins_in_the_dark(tmp_path: Path) -> None:
    dark = "color=black:s=160x120:r=25:d=4[a];testsrc2=s=160x120:r=25:d=5[b];[a][b]concat"
    source = generated(tmp_path / "dark.mp4", "-f", "lavfi", "-i", dark, *QUICK)
    files = made(source, tmp_path)
    assert looking.levels(files["poster poster"])[0][1] > 60
    source = generated(tmp_path / "night.mp4", "-f", "lavfi", "-i", "color=black:s=160x120:r=25:d=1", *QUICK)
    night = tmp_path / "night"
    night.mkdir()
    assert looking.levels(made(source, night)["poster poster"])[0][1] < 20


@pytest.mark.soak
def test_noise_does_not_break_the_mp4s_bound(tmp_path: Path) -> None:
    """Nothing is harder to encode; also a short film may not live on the encoder's buffer."""
    noise = tmp_path / "noise.gray"
    noise.write_bytes(random.Random(1).randbytes(50 * 640 * 480))
    source = generated(
        tmp_path / "noise.mp4",
        *("-f", "rawvideo", "-pix_fmt", "gray", "-s", "640x480", "-r", "25", "-i", str(noise)),
        *("-f", "lavfi", "-i", "anoisesrc=d=2", *QUICK, "-crf", "30", "-c:a", "aac"),
    )
    path = made(source, tmp_path)["progressive mp4"]
    assert 1_000_000 < path.stat().st_size * 8 / 2 <= 1_500_000


def _combed(path: Path) -> float:
    """How much neighbouring lines differ more than lines two apart."""
    with av.open(str(path), mode="r") as container:
        frame = list(container.decode(container.streams.video[0]))[20]
        luma = frame.reformat(format="gray")
        stride, data = luma.planes[0].line_size, bytes(luma.planes[0])
    rows = [data[y * stride : y * stride + luma.width] for y in range(luma.height)]

    def apart(step: int) -> int:
        pairs = zip(rows, rows[step:], strict=False)
        return sum(abs(a - b) for one, other in pairs for a, b in zip(one, other, strict=True))

    return apart(1) / (apart(2) + 1)
