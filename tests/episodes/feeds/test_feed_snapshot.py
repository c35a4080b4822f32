"""`manage.py feed_snapshot`: what must never change in a feed, and what may."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.harness.sites import Answer, Site
from tests.publishing.podcast_check.test_check import GOOD, SECOND

TWO = GOOD.replace("<!--more-->", SECOND)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.xml"
    path.write_text(TWO)
    return path


@pytest.fixture
def before(feed: Path, db: None) -> Path:
    """A snapshot of the feed as it is."""
    path = feed.with_name("before.json")
    call_command("feed_snapshot", str(feed), output=path, stdout=io.StringIO())
    return path


def compared(feed: Path, before: Path, *more: str) -> tuple[int, list[str]]:
    """(exit status, lines)"""
    out = io.StringIO()
    try:
        call_command("feed_snapshot", str(feed), "--compare", str(before), *more, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def test_a_snapshot_holds_who_the_episodes_are_and_what_their_files(db: None, feed: Path) -> None:
    out = io.StringIO()
    call_command("feed_snapshot", str(feed), stdout=out)
    kept = json.loads(out.getvalue())
    assert kept["guid"] == "9b024349-ccf0-5f69-a609-6b82873eab3c"
    assert kept["items"][1] == {
        "guid": "two",
        "title": "Another",
        "date": "Sun, 22 Nov 2020 08:00:00 +0000",
        "url": "https://example.org/2.mp3",
        "length": "1440000",
        "type": "audio/mpeg",
    }


def test_nothing_has_changed(feed: Path, before: Path) -> None:
    assert compared(feed, before) == (0, ["2 episodes, all as they were."])


def test_new_episodes_are_named_and_break_nothing(feed: Path, before: Path) -> None:
    third = SECOND.replace("two", "three").replace("2.mp3", "3.mp3").replace("Another", "A third")
    feed.write_text(GOOD.replace("<!--more-->", third + SECOND))
    assert compared(feed, before) == (0, ["changed “A third” is new."])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (">two<", ">other<"),  # the same file
        ('>two</guid><description>Notes</description>\n<pubDate>', '>other</guid><pubDate>'),
    ],
)  # fmt: skip
def test_another_guid_breaks(feed: Path, before: Path, old: str, new: str) -> None:
    feed.write_text(TWO.replace(old, new))
    assert compared(feed, before) == (1, ["breaks  “Another” has another guid: other."])


def test_another_guid_breaks_also_when_the_file_moved_with_it(feed: Path, before: Path) -> None:
    feed.write_text(TWO.replace(">two<", ">other<").replace("2.mp3", "moved.mp3"))
    assert compared(feed, before) == (1, ["breaks  “Another” has another guid: other."])


def test_an_episode_that_is_gone_breaks(feed: Path, before: Path) -> None:
    feed.write_text(GOOD)
    assert compared(feed, before) == (1, ["breaks  “Another” is gone."])


def test_another_guid_of_the_show_breaks(feed: Path, before: Path) -> None:
    feed.write_text(TWO.replace("9b024349", "00000000"))
    new = "00000000-ccf0-5f69-a609-6b82873eab3c"
    old = "9b024349-ccf0-5f69-a609-6b82873eab3c"
    assert compared(feed, before) == (1, [f"breaks  The show's podcast:guid {old} is {new} now."])


def test_what_may_change_is_named(feed: Path, before: Path) -> None:
    feed.write_text(TWO.replace("2.mp3", "moved.mp3").replace("Another", "Renamed"))
    assert compared(feed, before) == (
        0,
        [
            "changed “Renamed” has its file elsewhere: https://example.org/moved.mp3.",
            "changed “Another” is called “Renamed” now.",
        ],
    )


def test_a_file_that_is_not_as_long_as_said_breaks(feed: Path, before: Path) -> None:
    with Site() as site:
        right = site.answer("/1.mp3", Answer(headers={"Content-Length": "1440000"}))
        wrong = site.answer("/2.mp3", Answer(headers={"Content-Length": "1439999"}))
        text = TWO.replace("https://example.org/1.mp3", right).replace("https://example.org/2.mp3", wrong)
        feed.write_text(text)
        status, lines = compared(feed, before, "--fetch")
    words = "“Another” should have 1440000 bytes, and its file has 1439999."
    assert (status, lines[0]) == (1, f"breaks  {words}")
    assert sum(line.startswith("breaks") for line in lines) == 1


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"guid": "", "items": [1]}', "[" * 100_000, "\x00"])
def test_what_is_no_snapshot_ends_with_two(db: None, feed: Path, text: str) -> None:
    path = feed.with_name("odd.json")
    path.write_text(text)
    assert compared(feed, path)[0] == 2


def test_what_cannot_be_read_or_written_ends_with_two(db: None, feed: Path, before: Path) -> None:
    assert compared(feed, feed.with_name("none.json"))[0] == 2
    assert compared(feed.with_name("none.xml"), before)[0] == 2
    with pytest.raises(CommandError) as error:
        call_command("feed_snapshot", str(feed), "--output", "/nowhere/at/all.json", stdout=io.StringIO())
    assert error.value.returncode == 2
