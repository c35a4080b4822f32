from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from django.template.loader import render_to_string

from media_pipeline.playing import HLS, Chapter, Next, Playable, Source, Track, clock, moment

FILM = Playable(
    title="The harbour at night",
    kind="video",
    sources=(Source("/h.m3u8", HLS), Source("/h.mp4", "video/mp4")),
    duration=3725.5,
    key="harbour",
    poster="/h.jpg",
    width=1280,
    height=720,
    tracks=(Track("/h.vtt", "en", "English"),),
    chapters=(Chapter(0, "Begin"), Chapter(754.4, "Middle", "https://example.org/"), Chapter(3600, "End")),
    page="/harbour/",
)
TALK = replace(FILM, kind="audio", sources=(Source("/t.m4a", "audio/mp4"), Source("/t.mp3", "audio/mpeg")))


class Elements(HTMLParser):
    """(name, attributes) of every start tag."""

    def __init__(self, playable: Playable) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(render_to_string("components/player.html", {"playable": playable}))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def of(self, tag: str, *names: str) -> list[Any]:
        rows = [
            tuple(attributes.get(name) for name in names) for found, attributes in self.all if found == tag
        ]
        return [row[0] for row in rows] if len(names) == 1 else rows


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("754", 754),
        ("754s", 754),
        ("0", 0),
        ("12:34", 754),
        ("1:02:03", 3723),
        ("1h2m3s", 3723),
        ("1H", 3600),
        ("90m", 5400),
        (" 7 ", 7),
        *[
            (nonsense, None)
            for nonsense in ("", "h", "-1", "1e9", "nan", "12:", "1:2:3:4", "٧", "1s2h", "9" * 400, "\x00")
        ],
    ],
)
def test_a_moment_is_read_as_people_write_it(asked: str, seconds: float | None) -> None:
    assert moment(asked) == seconds


def test_seconds_are_shown_as_a_clock() -> None:
    assert [clock(seconds) for seconds in (0, 59.9, 754, 3600, 3725.5)] == [
        "0:00",
        "0:59",
        "12:34",
        "1:00:00",
        "1:02:05",
    ]


def test_nothing_to_play_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one source"):
        replace(FILM, sources=())


def test_chapters_come_in_order() -> None:
    assert replace(FILM, chapters=FILM.chapters[::-1]).chapters == FILM.chapters


def test_what_is_downloaded_is_a_whole_file() -> None:
    assert FILM.download == Source("/h.mp4", "video/mp4")
    assert replace(FILM, sources=FILM.sources[:1]).download is None
    assert [source.extension for source in (*FILM.sources[1:], *TALK.sources)] == ["MP4", "M4A", "MP3"]


def test_chapters_are_marked_where_they_begin() -> None:
    assert FILM.marks == ("20.25%", "96.63%")
    assert replace(FILM, duration=0).marks == ()


def test_a_video_is_usable_without_scripts() -> None:
    found = Elements(replace(FILM, start=754))
    assert found.of("source", "src", "type") == [("/h.m3u8#t=754", HLS), ("/h.mp4#t=754", "video/mp4")]
    assert found.of("video", "width", "height", "poster", "preload", "crossorigin", "controls") == [
        ("1280", "720", "/h.jpg", "none", "anonymous", None)
    ]
    assert ("controls" in dict(found.all)["video"], found.of("audio", "src")) == (True, [])
    assert found.of("track", "kind", "src", "srclang", "label") == [("captions", "/h.vtt", "en", "English")]
    assert found.of("a", "href") == [
        "/harbour/?t=0",
        "/harbour/?t=754",
        "https://example.org/",
        "/harbour/?t=3600",
        "/h.mp4",
    ]


def test_sound_has_no_buttons_for_pictures() -> None:
    acts = [act for act in Elements(TALK).of("button", "data-do") if act in ("captions", "fullscreen")]
    assert acts == []
    assert Elements(TALK).of("video", "src") == []


def test_what_is_not_there_leaves_nothing_behind() -> None:
    bare = replace(TALK, chapters=(), tracks=(), page="", poster="")
    found = Elements(bare)
    assert [found.of(tag, "src") for tag in ("track", "img")] == [[], []]
    assert found.of("nav", "class") == []
    assert found.of("a", "href") == ["/t.m4a"]
    assert Elements(replace(bare, next=Next("More", "/more/"))).of("a", "href") == [
        "/more/",
        "/t.m4a",
        "/more/",
    ]


def test_hostile_words_stay_words() -> None:
    title = '"><script>alert(1)</script>'
    hostile = replace(FILM, title=title, artist=title, chapters=(Chapter(0, title),), next=Next(title, "/n/"))
    found = Elements(hostile)
    assert found.of("script", "type") == ["module"]
    assert found.of("media-player", "data-title", "data-artist", "aria-label") == [(title,) * 3]


def test_only_what_can_be_had_elsewhere_brings_the_script_that_asks_for_it() -> None:
    asking = Elements(replace(FILM, again="/media/7/playback.json"))
    assert asking.of("media-player", "data-again") == ["/media/7/playback.json"]
    assert [src.rpartition("/")[2] for src in asking.of("script", "src")] == [
        "media-player.js",
        "media-regions.js",
    ]
    alone = Elements(FILM)
    assert alone.of("media-player", "data-again") == [None]
    assert len(alone.of("script", "src")) == 1
