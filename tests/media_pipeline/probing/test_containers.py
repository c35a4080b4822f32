"""Each container that is accepted is told by its first bytes, whole ones are read and cut ones are refused."""

from pathlib import Path

import pytest

from media_pipeline import ffmpeg, probing
from media_pipeline.probing import Refused
from media_pipeline.probing.sniffing import recognise
from tests.media_pipeline.probing.making import (
    FILM,
    PICTURE,
    RECIPES,
    SOUND,
    encode,
    id3,
    id3_frame,
    id3_text,
    made,
)

FORMATS = {
    "mp4": "mov",
    "m4a": "mov",
    "mkv": "matroska",
    "webm": "matroska",
    "ts": "mpegts",
    "mpg": "mpeg",
    "wmv": "asf",
    "opus": "ogg",
}
# What has neither an index nor a length in it is as long as it is
ENDLESS = ("recorded.webm", "film.ts", "film.mpg", "film.wmv", "headless.mp3", "sound.aac", "sound.caf")
ENDLESS_PAGES = ("sound.ogg", "sound.opus")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("made")


@pytest.mark.usefixtures("without_a_child")
@pytest.mark.parametrize("name", RECIPES)
def test_a_whole_file_is_read(name: str, folder: Path, tmp_path: Path) -> None:
    path = made(name, folder)
    probe = probing.probe(path)
    suffix = path.suffix[1:]
    assert probe.format == FORMATS.get(suffix, suffix)
    assert probe.duration == pytest.approx(3, abs=0.15)
    assert probe.kind == ("video" if "lavfi" in RECIPES[name] and PICTURE[3] in RECIPES[name] else "audio")
    assert [each.channels for each in probe.audio] == [1]


@pytest.mark.usefixtures("without_a_child")
@pytest.mark.parametrize("name", [each for each in RECIPES if each not in ENDLESS + ENDLESS_PAGES])
def test_a_cut_file_is_refused(name: str, folder: Path, tmp_path: Path) -> None:
    whole = made(name, folder).read_bytes()
    cut = tmp_path / name
    cut.write_bytes(whole[: len(whole) * 4 // 10])
    with pytest.raises(Refused) as caught:
        probing.probe(cut)
    assert caught.value.code == "truncated"
    assert "cut off" in str(caught.value)


@pytest.mark.parametrize("name", ["recorded.webm", "sound.aac"])
def test_a_recording_without_a_length_is_as_long_as_it_is(name: str, folder: Path, tmp_path: Path) -> None:
    whole = made(name, folder).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    assert probing.probe(tmp_path / name).duration == pytest.approx(1.5, abs=0.4)


def test_sound_from_a_pipe_does_not_know_its_length(tmp_path: Path) -> None:
    path = tmp_path / "pipe.wav"
    path.write_bytes(ffmpeg.run([*SOUND, "-f", "wav", "pipe:1"], capture=10**6).output)
    assert probing.probe(path).duration == pytest.approx(3, abs=0.1)


def test_joined_mp3_is_as_long_as_its_parts(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "joined.mp3"
    path.write_bytes(made("sound.mp3", folder).read_bytes() * 8)
    assert probing.probe(path).duration == pytest.approx(25, abs=0.3)


def test_mp3_whose_bit_rate_falls_is_not_taken_for_cut(tmp_path: Path) -> None:
    noise = encode(
        tmp_path / "a.mp3", "-f", "lavfi", "-i", "anoisesrc=d=10:r=44100", "-b:a", "320k", "-write_xing", "0"
    )
    tone = encode(
        tmp_path / "b.mp3", "-f", "lavfi", "-i", "sine=d=10:r=44100", "-b:a", "32k", "-write_xing", "0"
    )
    path = tmp_path / "vbr.mp3"
    path.write_bytes(noise.read_bytes()[:100_000] + tone.read_bytes())
    assert probing.probe(path).duration == pytest.approx(12.5, abs=0.3)


@pytest.mark.parametrize(
    "junk", [b"\0" * 3000, b"junk \xff\xfb " * 200, id3(id3_text(b"TIT2", "x" * 9000)) * 3]
)
def test_mp3_is_found_behind_junk_and_tags(junk: bytes, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "junk.mp3"
    path.write_bytes(junk + made("headless.mp3", folder).read_bytes())
    assert recognise(path) == "mp3"
    assert probing.probe(path).duration == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize("name", ["sound.aac", "sound.flac"])
def test_other_sound_is_found_behind_tags(name: str, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(id3(id3_text(b"TIT2", "Tagged")) + made(name, folder).read_bytes())
    assert probing.probe(path).format == path.suffix[1:]


@pytest.mark.usefixtures("without_a_child")
@pytest.mark.parametrize(
    ("frame", "title"),
    [
        (id3_text(b"TIT2", "Łódź 日本 ❤️", 3), "Łódź 日本 ❤️"),
        (id3_text(b"TIT2", "Größe", 1), "Größe"),
        (id3_frame(b"TIT2", b"\1\xff\xfe\xff\xfea\0b\0"), "ab"),
        (id3_frame(b"TIT2", b"\1\xff\xfea\0\0\xd8b\0"), None),
        (id3_text(b"TIT2", "Größe", 0), "Größe"),
        (id3_frame(b"TIT2", b"\3Gr\xf6\xdfe \xff\xfe"), None),
        (id3_text(b"TIT2", "one\r\n\x1b[31mtwo\u202ethree" + "x" * 9000, 3), None),
    ],
    ids=[
        "utf-8",
        "utf-16",
        "two BOMs",
        "half a character",
        "latin-1",
        "latin-1 as utf-8",
        "control characters",
    ],
)
def test_tags_in_any_encoding_are_clean_text(
    frame: bytes, title: str | None, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "tagged.mp3"
    path.write_bytes(id3(frame) + made("headless.mp3", folder).read_bytes())
    found = probing.probe(path).tags.title
    assert title is None or found == title
    assert len(found) <= 500
    assert all(each.isprintable() for each in found)
    found.encode()


def test_what_the_picture_looks_like_is_told(tmp_path: Path) -> None:
    colours = (
        "format=yuv420p10le,setparams=color_trc=smpte2084:color_primaries=bt2020:colorspace=bt2020nc:range=tv"
    )
    encoder = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none")
    video = probing.probe(encode(tmp_path / "hdr.mp4", *PICTURE, "-vf", colours, *encoder)).video
    assert video
    assert (video.codec, video.bit_depth, video.hdr) == ("hevc", 10, True)
    assert (video.transfer, video.primaries, video.matrix) == ("smpte2084", "bt2020", "bt2020nc")
    assert video.color_range == "tv"


def test_half_pictures_and_wide_pixels_are_told(tmp_path: Path) -> None:
    flags = ("-c:v", "libx264", "-flags", "+ildct+ilme", "-vf", "setfield=tff,setsar=16/11")
    source = ("-f", "lavfi", "-i", "testsrc2=s=160x96:r=25:d=1,format=yuv420p")
    video = probing.probe(encode(tmp_path / "tv.mp4", *source, *flags)).video
    assert video
    assert video.interlaced
    assert (video.width, video.height, video.coded_width) == (233, 96, 160)


def test_languages_and_subtitles_are_told(tmp_path: Path) -> None:
    captions = tmp_path / "captions.srt"
    captions.write_text("1\n00:00:00,000 --> 00:00:02,000\nHello\n")
    tracks = ("-map", "0:v", "-map", "1:a", "-map", "1:a", "-map", "2:s")
    named = (
        "-metadata:s:a:0",
        "language=deu",
        "-metadata:s:a:1",
        "title=Director",
        "-metadata:s:s:0",
        "language=eng",
    )
    path = encode(
        tmp_path / "a.mkv", *FILM[:8], *ffmpeg.source(captions, "srt"), *tracks, *named, "-c:s", "srt"
    )
    probe = probing.probe(path)
    assert [(each.language, each.title) for each in probe.audio] == [("deu", ""), ("", "Director")]
    assert [(each.codec, each.text, each.language) for each in probe.subtitles] == [("subrip", True, "eng")]
