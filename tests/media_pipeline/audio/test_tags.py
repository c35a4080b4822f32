"""What the files say of themselves, read back by PyAV and byte by byte."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from core.work import Permanent
from media_pipeline import probing
from media_pipeline.audio import tagging, verifying
from media_pipeline.audio.formats import MP3
from media_pipeline.audio.labels import OWN, Label, Mark, label
from media_pipeline.encoding.plans import plan
from media_pipeline.encoding.steps import digests
from tests.media_pipeline.audio.bench import Result, asset_of, make
from tests.media_pipeline.audio.conftest import MEDIA

PROMPT = "speech/human_asterisk/agent-alreadyon.wav"
TAGS: dict[str, Any] = {
    "title": "Deploying = Django; or #1 \\ “Übung” 🎉",
    "artist": "Ana Author",
    "album": "The Show",
    "number": 301,
    "date": "2026-11-21",
    "comment": "About deploying",
    "chapters": [
        {"start": 0, "title": "Hello <b>&amp;</b>", "url": "https://example.org/?a=b;c#d"},
        {"start": 2.5, "title": "❤️ 爱 = # ; \\"},
        {"start": 4, "title": ""},
    ],
}


@pytest.fixture(scope="module")
def retagged(podcast_of: Callable[..., Result]) -> Callable[[dict[str, Any]], Result]:
    """The same recording with other tags: what was encoded before is what they are put into."""
    ours = podcast_of(PROMPT)
    before = {name: ours.bench.kept[name] for name in ("measure", "encode", "preview")}
    made: dict[str, Result] = {}

    def tag(tags: dict[str, Any]) -> Result:
        key = json.dumps(tags)
        if key not in made:
            made[key] = make(MEDIA / PROMPT, ours.root, tags, before=before)
        return made[key]

    return tag


def said(path: Path) -> tuple[dict[str, str], list[tuple[float, str]]]:
    with av.open(str(path)) as container:
        chapters = [
            (float(c["start"] * c["time_base"]), c["metadata"]["title"]) for c in container.chapters()
        ]
        return dict(container.metadata), chapters


@pytest.mark.parametrize("name", ["mp3", "m4a"])
def test_the_owners_words_and_chapters_are_in_the_file(retagged: Callable[..., Result], name: str) -> None:
    tags, chapters = said(retagged(TAGS).path(f"download {name}"))
    assert {key: tags[key] for key in ("title", "artist", "album", "track", "date", "comment")} == {
        "title": "Deploying = Django; or #1 \\ “Übung” 🎉",
        "artist": "Ana Author",
        "album": "The Show",
        "track": "301",
        "date": "2026-11-21",
        "comment": "About deploying",
    }
    assert chapters == [(0, "Hello <b>&amp;</b>"), (2.5, "❤️ 爱 = # ;"), (4, "Chapter 3")]


def test_the_mp3_has_the_older_id3_that_everything_reads(retagged: Callable[..., Result]) -> None:
    head = retagged(TAGS).path("download mp3").read_bytes()[:2000]
    assert head[:5] == b"ID3\x03\x00"
    assert head.count(b"CHAP") == 3
    assert head.count(b"CTOC") == 1


def test_chapters_are_a_file_too(retagged: Callable[..., Result]) -> None:
    result = retagged(TAGS)
    assert json.loads(result.path("chapters json").read_text()) == {
        "version": "1.2.0",
        "chapters": [
            {"startTime": 0, "title": "Hello <b>&amp;</b>", "url": "https://example.org/?a=b;c#d"},
            {"startTime": 2.5, "title": "❤️ 爱 = # ;"},
            {"startTime": 4, "title": "Chapter 3"},
        ],
    }
    assert "chapters json" not in retagged(TAGS | {"chapters": []})


def test_new_tags_make_only_the_last_step_new() -> None:
    path = MEDIA / PROMPT
    asset = asset_of(path, probing.probe(path))
    before, after = (digests(asset, plan(asset, "podcast", tags)) for tags in ({}, TAGS))
    assert [name for name in before if before[name] != after[name]] == ["tag"]


@pytest.mark.parametrize(
    ("name", "chapters", "cover"),
    [
        ("ugly/chapters_3.m4a", 3, False),
        ("parser_suites/AntennaPod/auphonic.mp3", 4, True),
        pytest.param("parser_suites/AntennaPod/auphonic.opus", 4, True, marks=pytest.mark.soak),
    ],
)
def test_the_sources_own_words_are_kept(
    podcast_of: Callable[..., Result], name: str, chapters: int, cover: bool
) -> None:
    result = podcast_of(name, "measure", "encode", "tag")
    own = result.bench.probe
    for file in ("download mp3", "download m4a"):
        found = probing.probe(result.path(file))
        assert [c.title for c in found.chapters] == [c.title for c in own.chapters]
        assert [c.start for c in found.chapters] == pytest.approx([c.start for c in own.chapters], abs=0.002)
        assert len(found.chapters) == chapters
        assert (found.tags.title, found.tags.artist) == (own.tags.title, own.tags.artist)
        assert (found.cover is not None) == cover


def test_the_cover_is_a_plain_jpeg(podcast_of: Callable[..., Result]) -> None:
    result = podcast_of("parser_suites/AntennaPod/auphonic.mp3", "measure", "encode", "tag")
    for name in ("download mp3", "download m4a"):
        path = result.path(name)
        picture = Image.open(io.BytesIO(probing.cover(path, probing.probe(path))))
        assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (50, 50), {})


def _label(**tags: Any) -> Label:
    return label(tags, probing.probe(MEDIA / PROMPT), 5.5)


def test_chapters_are_put_in_order_and_cut_to_the_recording() -> None:
    told = [
        {"start": 9, "title": "behind the end"},
        {"start": 3.0, "title": "three"},
        {"start": 1, "title": "one", "url": "javascript:alert(1)"},
        {"start": 3.0001, "title": "three again"},
    ]
    assert _label(chapters=told).chapters == (
        Mark(1, 3.0, "one", ""),
        Mark(3.0, 5.5, "three again", ""),
    )


def test_a_thousand_chapters_are_as_many_as_the_formats_count(retagged: Callable[..., Result]) -> None:
    told = [{"start": number / 200, "title": f"{number} " + "ä" * 300} for number in range(1000)]
    result = retagged({"chapters": told})
    for name in ("download mp3", "download m4a"):
        _, chapters = said(result.path(name))
        assert len(chapters) == 255
        assert all(len(title.encode()) <= 250 for _, title in chapters)


@pytest.mark.parametrize(
    ("tags", "sentence"),
    [
        ({"titel": "x"}, "no tag “titel”"),
        ({"chapters": "0:00 Hello"}, "not a list"),
        ({"chapters": [{"title": "Hello"}]}, "“Hello” has no start"),
        ({"chapters": [{"start": float("nan"), "title": "Hello"}]}, "no start"),
        ({"chapters": [{"start": -1, "title": "Hello"}]}, "no start"),
        ({"chapters": [{"start": True, "title": "Hello"}]}, "no start"),
        ({"title": ["x"]}, "must be a text"),
        ({"cover": "../../etc/passwd"}, "does not exist"),
    ],
)
def test_tags_that_make_no_sense_are_refused(tags: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Permanent, match=sentence):
        _label(**tags)


@pytest.mark.soak
def test_hostile_words_stay_words(retagged: Callable[..., Result]) -> None:
    words = "a\x00b\r\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\x1b[31m\u202egpj\ud800 " + "x" * 5000
    tags, chapters = said(retagged({"title": words}).path("download mp3"))
    assert tags["title"].startswith("a b [CHAPTER] TIMEBASE=1/1 START=0 [31m gpj x")
    assert len(tags["title"]) == 300
    assert chapters == []


@pytest.mark.parametrize(
    ("date", "kept"),
    [
        ("2026-11-21T10:00:00Z", "2026-11-21"),
        ("2026-11", "2026"),
        (2026, "2026"),
        ("yesterday", ""),
        (None, ""),
    ],
)
def test_dates(date: Any, kept: str) -> None:
    assert _label(date=date).date == kept


def test_empty_words_of_the_owner_count() -> None:
    probe = probing.probe(MEDIA / "parser_suites/AntennaPod/auphonic.mp3")
    assert label({}, probe, 10).cover == OWN
    emptied = label({"title": "", "chapters": [], "cover": None}, probe, 10)
    assert (emptied.title, emptied.chapters, emptied.cover) == ("", (), "")
    assert label({}, probe, 10).title == probe.tags.title != ""


@pytest.mark.soak
def test_a_file_that_says_something_else_is_not_published(retagged: Callable[..., Result]) -> None:
    result = retagged(TAGS)
    arguments = (result.path("download mp3"), result.path("bare mp3"), MP3)
    verifying.check_tagged(*arguments, _label(**TAGS), 5.516, False)
    for changed, sentence in (
        (TAGS | {"title": "Another"}, "title in the MP3"),
        (TAGS | {"chapters": TAGS["chapters"][:2]}, "3 chapters that are not the 2"),
        (
            TAGS
            | {"chapters": [TAGS["chapters"][0], {"start": 3, "title": "❤️ 爱 = # ;"}, TAGS["chapters"][2]]},
            "begins at",
        ),
    ):
        with pytest.raises(verifying.Unverified, match=sentence):
            verifying.check_tagged(*arguments, _label(**changed), 5.516, False)
    with pytest.raises(verifying.Unverified, match="cover"):
        verifying.check_tagged(*arguments, _label(**TAGS), 5.516, True)
    with pytest.raises(verifying.Unverified, match=r"lasts 5\.5\d s, and the recording 6\.00 s"):
        verifying.check_tagged(*arguments, _label(**TAGS), 6.0, False)
    other = result.path("preview mp3")
    with pytest.raises(verifying.Unverified, match="sound of the MP3 changed"):
        verifying.check_tagged(
            arguments[0], other.with_name("preview.mp3"), MP3, _label(**TAGS), 5.516, False
        )


def test_metadata_is_written_for_ffmpeg() -> None:
    assert tagging.metadata(
        _label(title="a=b;c#d\\e", chapters=[{"start": 1.5, "title": "x"}])
    ).splitlines() == [
        ";FFMETADATA1",
        "title=a\\=b\\;c\\#d\\\\e",
        "[CHAPTER]",
        "TIMEBASE=1/1000",
        "START=1500",
        "END=5500",
        "title=x",
    ]
