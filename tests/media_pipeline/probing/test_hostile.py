"""Files that are made to do harm: refused or read within a budget, and nobody is asked for anything."""

import os
import random
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from media_pipeline import ffmpeg, probing
from media_pipeline.demuxer.facts import facts
from media_pipeline.probing import Probe, Refused
from tests.media_pipeline.probing.making import (
    PICTURE,
    RECIPES,
    encode,
    id3,
    id3_chapter,
    id3_frame_head,
    id3_head,
    made,
    matroska_chapters,
)

MEBIBYTE = 2**20


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("made")


@pytest.fixture
def canary() -> Iterator[str]:
    """An address of this machine that nobody may connect to."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.2)
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(TimeoutError):
            listening.accept()


def refused(path: Path) -> Refused:
    with pytest.raises(Refused) as caught:
        probing.probe(path)
    assert str(path.parent) not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://{0}/a.ts\n#EXT-X-ENDLIST\n", "playlist"),
        ("\ufeff#EXTM3U\nhttp://{0}/a.mp3\n", "playlist"),
        (
            '<?xml version="1.0"?>\n<!-- {0} -->\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="dynamic">'
            "<Location>http://{0}/loop.mpd</Location><Period><BaseURL>http://{0}/</BaseURL></Period></MPD>",
            "playlist",
        ),
        ("ffconcat version 1.0\nfile 'http://{0}/a.mp4'\n", "playlist"),
        ("v=0\no=- 0 0 IN IP4 {0}\ns=x\nc=IN IP4 {0}\nm=video 5004 RTP/AVP 96\n", "playlist"),
        ("[playlist]\nFile1=http://{0}/\n", "playlist"),
        ('<asx version="3.0"><entry><ref href="http://{0}/"/></entry></asx>', "playlist"),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\nhttp://{0}/\n", "captions"),
        ("1\n00:00:00,000 --> 00:00:01,000\nhttp://{0}/\n", "captions"),
        ("<!doctype html><video src=http://{0}/>", "not-media"),
        ("Dear editors, see http://{0}/\n", "not-media"),
    ],
)
def test_a_list_of_addresses_in_disguise_is_refused_and_never_followed(
    text: str, code: str, canary: str, tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    path.write_text(text.format(canary))
    assert refused(path).code == code
    for format in ("mov", "mp3", "matroska", "mpegts"):
        assert "unreadable" in facts(path, format)
    with pytest.raises(ffmpeg.Damaged):
        ffmpeg.run([*ffmpeg.source(path, "mov"), "-f", "null", "-"])


def test_a_list_behind_the_first_bytes_of_a_film_is_not_followed_either(canary: str, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(
        b"\0\0\0\x14ftypisom\0\0\0\0\n#EXTM3U\n#EXTINF:9,\n" + f"http://{canary}/a.ts\n".encode() * 99
    )
    assert refused(path).code == "truncated"


def test_a_film_whose_data_lie_elsewhere_is_not_followed(canary: str, folder: Path, tmp_path: Path) -> None:
    """A data reference of MP4 may be an address (ISO 14496-12, 8.7.2)."""
    whole = made("film.mp4", folder).read_bytes()
    here = b"\0\0\0\x0curl \0\0\0\x01"
    address = f"http://{canary}/film.mp4".encode() + b"\0"
    there = struct.pack(">I", 12 + len(address)) + b"url \0\0\0\0" + address
    path = tmp_path / "elsewhere.mp4"
    path.write_bytes(_replaced(whole, here, there))
    with suppress(Refused):
        probing.probe(path)
    with suppress(ffmpeg.Failed):
        ffmpeg.run([*ffmpeg.source(path, "mov"), "-f", "null", "-"])


def _replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    """With the sizes of all boxes around it made right."""
    while (at := data.find(old)) >= 0:
        grown = bytearray(data)
        for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
            start = data.rindex(box, 0, at) - 4
            (size,) = struct.unpack_from(">I", data, start)
            struct.pack_into(">I", grown, start, size + len(new) - len(old))
        data = bytes(grown[:at]) + new + bytes(grown[at + len(old) :])
    return data


@pytest.mark.parametrize(
    ("start", "says"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "picture"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\0\0\0\x1cftypheic\0\0\0\0", "picture"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "picture"),
        (b"PK\x03\x04", "archive"),
        (b"%PDF-1.7", "PDF"),
        (b"MThd\0\0\0\x06", "MIDI"),
        (b"\x7fELF", "neither sound nor video"),
        (b"\0", "neither sound nor video"),
        (b"G" * 3, "neither sound nor video"),
        (b"ID3\x04\0\0\x7f\x7f\x7f\x7f", "neither sound nor video"),
    ],
)
def test_other_files_are_refused_by_name(start: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(start + b"\x01\x02\x03" * 500)
    assert says in str(refused(path))


@pytest.mark.parametrize("start", ["<!---->", "<?xml?>", "<!-- -->\n", "<!--"])
def test_a_text_of_nothing_but_comments_is_read_once(start: str, tmp_path: Path) -> None:
    path = tmp_path / "comments.mp4"
    path.write_text(start * 600 + "x")
    began = time.process_time()
    assert refused(path).code == "not-media"
    assert time.process_time() - began < 1


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert refused(Path("/dev/zero")).code == "not-media"
    assert refused(tmp_path).code == "not-media"


def test_a_cover_of_200_megabytes_is_left_out_and_the_sound_is_used(folder: Path, tmp_path: Path) -> None:
    size, picture = 200 * MEBIBYTE, b"\0image/jpeg\0\3\0\xff\xd8\xff\xe0"
    path = tmp_path / "sound.mp3"
    with path.open("wb") as file:
        file.write(
            id3_head(10 + len(picture) + size) + id3_frame_head(b"APIC", len(picture) + size) + picture
        )
        file.seek(size, os.SEEK_CUR)
        file.write(made("sound.mp3", folder).read_bytes())
    probe, grown = _measured(lambda: probing.probe(path))
    assert probe.cover is None
    assert "cover picture was left out" in probe.notes[0]
    assert grown < 50 * MEBIBYTE


def _measured(act: Callable[[], Probe]) -> tuple[Probe, int]:
    """And how many bytes this process has grown by."""
    before = psutil.Process().memory_info().rss
    result = act()
    return result, psutil.Process().memory_info().rss - before


@pytest.mark.parametrize("count", [50_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
def test_of_a_million_chapters_the_first_thousand_are_kept(count: int, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "sound.mp3"
    path.write_bytes(id3(*map(id3_chapter, range(count))) + made("sound.mp3", folder).read_bytes())
    probe, grown = _measured(lambda: probing.probe(path))
    assert len(probe.chapters) == 1000
    assert probe.notes == (f"Only the first 1,000 of {count:,} chapters were kept.",)
    assert grown < 50 * MEBIBYTE


def test_chapters_of_nothing_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    path.write_bytes(matroska_chapters(20_000))
    assert refused(path).code in ("damaged", "no-streams")


def test_a_frame_rate_of_zero_is_survived(folder: Path, tmp_path: Path) -> None:
    whole = bytearray(made("film.avi", folder).read_bytes())
    struct.pack_into("<I", whole, whole.index(b"avih") + 8, 0)  # microseconds a frame
    header = whole.index(b"strh") + 8
    struct.pack_into("<II", whole, header + 20, 0, 0)  # scale and rate
    path = tmp_path / "film.avi"
    path.write_bytes(whole)
    with suppress(Refused):
        video = probing.probe(path).video
        assert video
        assert video.frame_rate is None or video.frame_rate > 0


def test_a_lie_about_the_length_is_found(folder: Path, tmp_path: Path) -> None:
    """Each frame of AAC is said to last a thousand times as long as it can."""
    whole = bytearray(made("sound.m4a", folder).read_bytes())
    at = whole.index(b"stts") + 8
    for entry in range(struct.unpack_from(">I", whole, at)[0]):
        place = at + 8 + 8 * entry
        struct.pack_into(">I", whole, place, struct.unpack_from(">I", whole, place)[0] * 1000)
    for box, offset in ((b"mdhd", 20), (b"mvhd", 20), (b"tkhd", 24)):
        place = whole.index(box) + offset
        struct.pack_into(">I", whole, place, struct.unpack_from(">I", whole, place)[0] * 1000)
    whole[whole.index(b"elst") : whole.index(b"elst") + 4] = b"free"
    path = tmp_path / "sound.m4a"
    path.write_bytes(whole)
    assert refused(path).code == "lying"


def test_a_protected_film_is_refused(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(made("film.mp4", folder).read_bytes().replace(b"mp4a", b"enca"))
    assert refused(path).code == "encrypted"


def test_a_codec_that_nobody_knows_is_refused(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    path.write_bytes(made("film.mkv", folder).read_bytes().replace(b"V_MPEG4/ISO/ASP", b"V_NONESUCH/0000"))
    assert refused(path).code == "unknown-codec"


def test_a_picture_of_absurd_width_is_refused(tmp_path: Path) -> None:
    wide = ("-f", "lavfi", "-i", "color=s=16400x16:d=0.04", "-c:v", "ffv1")
    error = refused(encode(tmp_path / "wide.mkv", *wide))
    assert error.code == "absurd"
    assert "16,400 x 16" in str(error)


def test_captions_alone_are_neither_sound_nor_video(tmp_path: Path) -> None:
    captions = tmp_path / "captions.srt"
    captions.write_text("1\n00:00:00,000 --> 00:00:02,000\nHello\n")
    path = encode(tmp_path / "captions.mkv", *ffmpeg.source(captions, "srt"), "-c:s", "srt")
    assert refused(path).code == "no-streams"


@pytest.mark.soak
@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("film.ts", 60),
        pytest.param("film.ts", 3000, marks=pytest.mark.soak),
        pytest.param("sound.aac", 3000, marks=pytest.mark.soak),
        pytest.param("film.mpg", 3000, marks=pytest.mark.soak),
    ],
)
def test_a_file_that_hardly_ends_keeps_to_its_time(
    name: str, size: int, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(made(name, folder).read_bytes()[:20_000])
    with path.open("r+b") as file:
        file.truncate(size * MEBIBYTE)
    began = psutil.Process().cpu_times().children_user
    with suppress(Refused):
        probing.probe(path)
    assert psutil.Process().cpu_times().children_user - began < 5 + size / 50


@pytest.mark.parametrize(
    "seeds", [range(8), pytest.param(range(8, 1000), marks=pytest.mark.soak)], ids=["short", "long"]
)
def test_cut_and_flipped_files_are_read_or_refused_in_time(
    seeds: range, folder: Path, tmp_path: Path
) -> None:
    names = list(RECIPES)
    for seed in seeds:
        dice = random.Random(seed)
        name = names[seed % len(names)]
        path = tmp_path / name
        path.write_bytes(_mutated(made(name, folder).read_bytes(), dice))
        began = psutil.Process().cpu_times().children_user
        with suppress(Refused):
            probe = probing.probe(path)
            assert 0 < probe.duration <= 24 * 3600, (seed, name)
            assert Probe.from_json(probe.to_json()) == probe
        assert psutil.Process().cpu_times().children_user - began < 10, (seed, name)


def _mutated(whole: bytes, dice: random.Random) -> bytes:
    data = bytearray(whole)
    for _ in range(dice.choice((1, 8, 64))):
        at = dice.randrange(min(len(data), dice.choice((64, 2000, len(data)))))
        data[at] ^= 1 << dice.randrange(8)
    if dice.random() < 0.3:
        at, size = dice.randrange(len(data)), dice.randrange(1, 500)
        data[at : at + size] = dice.choice((b"", b"\xff" * size, b"\0" * size))
    return bytes(data[: dice.randrange(len(data))] if dice.random() < 0.3 else data)


def test_a_file_that_eats_memory_is_refused(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    limits = ffmpeg.Limits(memory=250 * MEBIBYTE, cpu=20, wall=60)
    monkeypatch.setattr("media_pipeline.probing.asking._limits", lambda _: limits)
    path = tmp_path / "sound.mp3"
    path.write_bytes(made("sound.mp3", folder).read_bytes())
    assert probing.probe(path).chapters == ()
    path.write_bytes(id3(*map(id3_chapter, range(300_000))) + made("sound.mp3", folder).read_bytes())
    assert refused(path).code == "absurd"


def test_pictures_alone_are_a_film_and_not_a_cover(tmp_path: Path) -> None:
    assert probing.probe(encode(tmp_path / "mute.mp4", *PICTURE)).kind == "video"
