"""Every media file of the real data: the facts an independent tool has measured, or a refusal that says why."""

import json
from fractions import Fraction
from typing import Any

import pytest

from media_pipeline import probing
from media_pipeline.demuxer.record import Probe
from media_pipeline.probing import Refused
from tests.shared import DATA

FILES: dict[str, dict[str, Any]] = {
    path: entry["expect"]
    for path, entry in json.loads((DATA / "MANIFEST.json").read_text()).items()
    if path.startswith("media/")
}
# The suites hold the first kilobytes of some files only: their headers are whole, their sound is not
REFUSED = {
    "media/ugly/truncated_no_moov_or_cut.mp4": "truncated",
    "media/ugly/zero_byte.mp4": "empty",
    "media/ugly/renamed_text.mp4": "not-media",
    "media/speech/speech.vtt": "captions",
    "media/parser_suites/mutagen/vbri.mp3": "truncated",
    "media/parser_suites/tinytag/mvhd_version_1.m4a": "truncated",
    "media/parser_suites/tinytag/id3_comment_utf_16_double_bom.mp3": "not-media",
    "media/parser_suites/tinytag/chinese_id3.mp3": "damaged",
    "media/parser_suites/tinytag/id3v1-latin1.mp3": "not-media",
    "media/parser_suites/music-metadata/bug-utf16bom-encoding.mp3": "truncated",
}


@pytest.mark.usefixtures("without_a_child")
@pytest.mark.parametrize("name", [name for name in FILES if name not in REFUSED])
def test_the_facts_are_those_of_ffprobe(name: str) -> None:
    probe, expect = probing.probe(DATA / name), FILES[name]
    assert probe.format in expect["format"].split(",")
    assert probe.bytes == (DATA / name).stat().st_size
    assert probe.duration == pytest.approx(expect["duration_s"], abs=0.1)
    assert len(probe.chapters) == expect.get("chapters", 0)
    titles = [(round(chapter.start), chapter.title) for chapter in probe.chapters]
    assert titles == [tuple(each) for each in expect.get("expected_chapters", titles)]
    moving = [each for each in expect["streams"] if each["codec_type"] == "video" and not still(each)]
    sounds = [each for each in expect["streams"] if each["codec_type"] == "audio"]
    assert probe.kind == ("video" if moving else "audio")
    assert pictures_of(probe) == [picture(each) for each in moving]
    assert [(each.codec, each.channels, str(each.sample_rate)) for each in probe.audio] == [
        (each["codec_name"], each["channels"], each["sample_rate"]) for each in sounds
    ]
    assert Probe.from_json(json.loads(json.dumps(probe.to_json()))) == probe


def still(stream: dict[str, Any]) -> bool:
    return stream["codec_name"] in ("mjpeg", "png")


def picture(stream: dict[str, Any]) -> tuple[Any, ...]:
    return (
        stream["codec_name"],
        (stream["width"], stream["height"]),
        stream["pix_fmt"],
        Fraction(stream["fps"]),
        -stream.get("rotation", 0) % 360,
    )


def pictures_of(probe: Probe) -> list[tuple[Any, ...]]:
    if not (video := probe.video):
        return []
    size = (video.coded_width, video.coded_height)
    return [(video.codec, size, video.pixel_format, video.frame_rate, video.rotation)]


@pytest.mark.usefixtures("without_a_child")
@pytest.mark.parametrize(("name", "code"), REFUSED.items())
def test_what_cannot_be_used_is_refused_with_a_reason(name: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        probing.probe(DATA / name)
    assert caught.value.code == code
    assert str(caught.value).endswith(".")
    assert "/" not in str(caught.value)


def of(name: str) -> Probe:
    return probing.probe(DATA / "media" / name)


def test_a_turned_video_is_as_high_as_it_is_shown() -> None:
    video = of("parser_suites/mp4parse-rust/video_rotation_90.mp4").video
    assert video
    assert (video.width, video.height, video.rotation) == (60, 100, 90)


def test_a_portrait_stays_a_portrait() -> None:
    """Its pixels claim to be three times as wide as high, which no camera makes."""
    video = of("ugly/portrait_270x480.mp4").video
    assert video
    assert (video.width, video.height) == (270, 480)


@pytest.mark.parametrize(("name", "variable"), [("ugly/vfr.mp4", True), ("ugly/lecture_4x3.mp4", False)])
def test_a_varying_frame_rate_is_noticed(name: str, variable: bool) -> None:
    video = of(name).video
    assert video
    assert video.variable is variable


def test_titles_of_chapters_are_text() -> None:
    probe = of("ugly/chapters_3.m4a")
    assert [(each.start, each.end, each.title) for each in probe.chapters] == [
        (0, 5, "Intro"),
        (5, 12, "C++ & .NET <script>alert(1)</script>"),
        (12, 20, "日本語 / Łukasz"),
    ]
    assert probe.tags.title == 'Chapters <b>& "quotes"</b>'


def test_links_of_chapters_are_read_where_the_file_tells_them() -> None:
    assert {each.url for each in of("parser_suites/AntennaPod/auphonic.opus").chapters} == {
        "https://example.com"
    }


@pytest.mark.parametrize(
    ("name", "content_type", "begins", "size"),
    [
        ("AntennaPod/auphonic.mp3", "image/jpeg", b"\xff\xd8\xff", (50, 50)),
        ("AntennaPod/auphonic.opus", "image/jpeg", b"\xff\xd8\xff", (50, 50)),
        ("AntennaPod/auphonic.m4a", "image/png", b"\x89PNG", (50, 50)),
        ("music-metadata/big-buck-bunny_trailer-short.vp8.webm", "image/jpeg", b"\xff\xd8\xff", (512, 725)),
    ],
)
def test_the_cover_can_be_taken_out(
    name: str, content_type: str, begins: bytes, size: tuple[int, int]
) -> None:
    path = DATA / "media/parser_suites" / name
    probe = probing.probe(path)
    assert probe.cover
    assert (probe.cover.content_type, (probe.cover.width, probe.cover.height)) == (content_type, size)
    content = probing.cover(path, probe)
    assert content.startswith(begins)
    assert len(content) == probe.cover.bytes


def test_tags_are_found_wherever_the_format_keeps_them() -> None:
    for name in ("auphonic.mp3", "auphonic.m4a", "auphonic.opus"):
        tags = of(f"parser_suites/AntennaPod/{name}").tags
        assert (tags.title, tags.artist, tags.album, tags.date) == ("Title", "Artist", "Album", "2021")


def test_a_huge_comment_is_cut() -> None:
    tags = of("parser_suites/mutagen/multipagecomment.ogg").tags
    assert max(len(text) for text in (tags.comment, tags.description, tags.title)) <= 10_000


def test_no_file_of_ours_is_asked_for_without_a_cover() -> None:
    path = DATA / "media/ugly/silence_20s.mp3"
    with pytest.raises(ValueError, match="no cover"):
        probing.cover(path, probing.probe(path))
