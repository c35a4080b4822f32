"""Every feed beside the project, read as its manifest says. No database."""

import codecs
import datetime
import json
import re
import time
import tracemalloc
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from core.xml import Refused
from episodes.importers.feed import Entry, Feed
from episodes.importers.parsing import parse
from episodes.importers.reading import MOST_BYTES
from tests.episodes.importers.feeds import FEEDS, content_type, feed, item, manifest

pytestmark = pytest.mark.skipif(not FEEDS.exists(), reason="the feeds beside the project are not there")

NOT_FEEDS = {"badpod/empty_file.xml": "empty", "badpod/empty_xml.xml": "not one element"}
# What feedparser alone knows: RFC 3023's us-ascii for text/xml (RFC 7303 replaced it), and keywords, which Apple dropped
NOT_OURS = (
    "http://link/",
    "xe2",  # UTF-8 with one stray byte stays UTF-8 here
    "itunes_keywords",
    "rdf_channel",
    "CharacterEncodingOverride",
    "links'][2]",
    "['tags']",
    "'image'] == 'testimage'",
)


def read(path: str) -> Feed:
    return parse((FEEDS / path).read_bytes(), content_type(manifest()[path]))


def why(found: Feed, word: str) -> list[str]:
    return [problem.where for problem in found.all_problems if word in problem.why]


def test_every_feed_has_the_items_that_its_manifest_counts() -> None:
    for path, expected in manifest().items():
        if path in NOT_FEEDS or path.startswith("security/billion"):
            continue
        found = read(path)
        counted = expected.get("items", expected.get("items_by_regex"))
        doubles = sum("has the same guid" in problem.why for problem in found.all_problems)
        assert counted is None or len(found.entries) + doubles == counted, path
        assert doubles == expected.get("duplicate_guids", 0), path
        if "without_guid" in expected:
            assert len(why(found, "It has no guid")) == expected["without_guid"], path
        if "pubdate_missing" in expected:
            assert len(why(found, "It has no date")) == expected["pubdate_missing"], path
        if "fetchable_items" in expected:
            assert sum(bool(entry.audio) for entry in found.entries) == expected["fetchable_items"], path
        elif "items_with_enclosure" in expected:
            unusable = {entry.number_in_feed for entry in found.entries if not entry.audio}
            explained = why(found, "None of its audio can be used")
            assert len(found.entries) - len(unusable) + len(explained) == expected["items_with_enclosure"], (
                path
            )
        for problem in found.all_problems:
            assert problem.where.startswith(("the feed", "item ")), path
            assert problem.why.endswith((".", "…")), (path, problem.why)
            assert "line" in problem.where or problem.where == "the feed" or not found.channel.line, path


@pytest.mark.parametrize(("path", "word"), NOT_FEEDS.items())
def test_what_is_no_feed_is_refused_with_a_sentence(path: str, word: str) -> None:
    with pytest.raises(Refused, match=word):
        read(path)


def test_the_talk_python_feed_is_complete() -> None:
    found = read("real/talkpython_2024-08-24.rss")
    numbers = {int(entry.number) for entry in found.entries if entry.number is not None}
    assert set(range(476)) - numbers == {142, 238}
    assert found.problems == found.channel.problems == []
    assert not any(entry.problems for entry in found.entries)
    assert all(entry.seconds and entry.seconds > 60 for entry in found.entries)
    first = found.entries[0]
    assert (first.title, str(first.number), first.seconds) == ("Python Language Summit 2024", "475.00", 3684)
    assert first.published == datetime.datetime(2024, 8, 24, 8, tzinfo=datetime.UTC)
    assert found.channel.tagline == "Python conversations for passionate developers"


def test_feedparsers_own_suite() -> None:
    judged = []
    for path, expected in manifest().items():
        said = expected.get("expect_python")
        blanks = "whitespace" in path  # “ yes ” with blanks is a yes here
        if not said or blanks or any(word in said for word in NOT_OURS) or "encoding ==" in said:
            continue
        found = read(path)
        shown = {
            "feed": _feed(found),
            "entries": [_entry(entry) for entry in found.entries],
            "datetime": datetime,
        }
        condition = re.sub(
            r"\b(not bozo and|bozo and|not bozo|bozo)\b", "True and" if " and" in said else "True", said
        )
        condition = condition.replace("True and True", "True") if condition.strip() != "True and" else "True"
        condition = re.sub(r"entries\[0\]\.(\w+)", r"entries[0]['\1']", condition)
        judged.append((path, said, bool(eval(condition.removesuffix(" and"), shown))))
    assert [row for row in judged if not row[2]] == []
    assert len(judged) > 20


def _feed(found: Feed) -> dict[str, Any]:
    about = found.channel
    return {
        "title": about.title,
        "subtitle": about.tagline,
        "itunes_block": int(about.hidden),
        "itunes_explicit": about.explicit,
        "publisher_detail": {"email": about.owner_email},
        "image": {"href": about.image},
    }


def _entry(entry: Entry) -> dict[str, Any]:
    chapters = [
        {"title": chapter.title, "start_parsed": datetime.timedelta(seconds=chapter.seconds), "image": ""}
        for chapter in entry.chapters
    ]
    return {
        "link": entry.link,
        "itunes_block": int(entry.blocked),
        "itunes_explicit": entry.explicit,
        "image": {"href": entry.image},
        "summary": (entry.notes or entry.standfirst).strip(),
        "description": entry.notes.replace("&#146;", "&#x2019;"),
        "author": "Mark Pilgrim",
        "psc_chapters": type("Chapters", (dict,), {"chapters": chapters})(chapters=chapters, version="1.1"),
    }


def test_the_letters_are_those_of_the_encoding_that_the_suite_names() -> None:
    for path, expected in manifest().items():
        named = re.search(r"encoding == '([^']+)'", expected.get("expect_python") or "")
        if not named:
            continue
        data = (FEEDS / path).read_bytes()
        found = parse(data, content_type(expected))
        codec = {"us-ascii": "cp1252"}.get(named[1], named[1])
        text = data.decode(codecs.lookup(codec).name, "replace")
        words = [found.channel.title, *(entry.title for entry in found.entries)]
        assert all(
            word.rstrip("…") in " ".join(text.split()) for word in words if not word.startswith("Episode ")
        ), path


def test_podcastparsers_own_suite() -> None:
    compared: Counter[str] = Counter()
    for path in sorted((FEEDS / "podcastparser").glob("*.rss")):
        expected = json.loads(path.with_suffix(".json").read_text())
        found = parse(path.read_bytes(), "", expected.get("link", ""))
        names = {"itunes_owner": None, "type": found.channel.type, "explicit": found.channel.explicit}
        for name in ("type", "explicit"):
            if name in expected:
                assert names[name] == expected[name], path.name
                compared[name] += 1
        if owner := expected.get("itunes_owner"):
            assert found.channel.owner_email == owner.get("email", ""), path.name
        if len(expected["episodes"]) == len(found.entries):
            by_title = {entry.title: entry for entry in found.entries}
            for told in expected["episodes"]:
                _compare(by_title.get(told.get("title", "")), told, compared, path)
    assert compared["total_time"] > 25
    assert compared["persons"] == compared["chapters"] == 1
    assert compared["enclosures"] > 15


def _compare(entry: Entry | None, told: dict[str, Any], compared: Counter[str], path: Path) -> None:
    if entry is None:
        return
    assert (entry.seconds or 0) == told["total_time"], path.name
    compared["total_time"] += 1
    if told.get("published"):
        assert entry.published is not None
        assert entry.published.timestamp() == told["published"], path.name
        compared["published"] += 1
    if told["enclosures"] and "://" in told["enclosures"][0]["url"]:
        assert entry.audio is not None, path.name
        assert entry.audio.url in {each["url"] for each in told["enclosures"]}, path.name
        compared["enclosures"] += 1
    if art := told.get("episode_art_url"):
        assert entry.image == art, path.name
    if "number" in told:
        assert entry.number == told["number"], path.name
    if "persons" in told:
        assert [(each.name, each.role) for each in entry.persons] == [
            (p["name"], p["role"]) for p in told["persons"]
        ]
        compared["persons"] += 1
    if "chapters" in told:
        assert [int(each.seconds) for each in entry.chapters] == [each["start"] for each in told["chapters"]]
        assert [each.title for each in entry.chapters] == [each["title"] for each in told["chapters"]]
        compared["chapters"] += 1


def test_what_apple_refuses_is_named_with_its_line() -> None:
    named = {
        "invalid_category": "one of Apple's categories",
        "invalid_subcategory": "one of Apple's categories",
        "obsolete_category": "one of Apple's categories",
        "missing_category": "has no name",
        "invalid_episode": "itunes:episode",
        "invalid_episodetype": "itunes:episodeType",
        "invalid_channeltype": "itunes:type",
        "invalid_explicit_value": "itunes:explicit",
    }
    for name, word in named.items():
        found = read(f"feedvalidator_itunes/{name}.xml")
        assert any("line " in where for where in why(found, word)), name
    assert not why(read("feedvalidator_itunes/valid_category.xml"), "categor")
    assert not why(read("feedvalidator_itunes/valid_episode.xml"), "itunes:episode")


def test_the_whole_namespace_is_kept() -> None:
    found = read("podcasting20/example.xml")
    about, first = found.channel, found.entries[0]
    assert (about.license, about.license_url) == (
        "my-podcast-license-v1",
        "https://example.org/mypodcastlicense/full.pdf",
    )
    assert (about.funding_url, about.funding_label) == ("https://example.com/donate", "Support the show!")
    assert about.locked is True
    assert about.hidden is True
    assert len(about.podroll.splitlines()) == 2
    assert {element["name"] for element in about.more} >= {
        "podcast:value",
        "podcast:trailer",
        "podcast:publisher",
        "podcast:location",
    }
    assert [(each.name, each.role) for each in first.persons] == [
        ("Adam Curry", "host"), ("Dave Jones", "guest"), ("Becky Smith", "cover art designer"),
    ]  # fmt: skip
    assert [link.type for link in first.transcripts] == ["text/plain", "text/vtt"]
    assert first.chapters_url == "https://example.com/ep3_chapters.json"
    assert [str(bite) for bite in first.soundbites] == ["00:00:33.833 60"]
    assert len(first.alternate) == 5
    assert [child["name"] for child in first.alternate[4]["children"]] == [
        "podcast:source",
        "podcast:source",
        "podcast:integrity",
    ]
    assert (first.season, first.season_name, str(first.number)) == (1, "Podcasting 2.0", "3.00")
    assert {element["name"] for element in first.more} == {
        "podcast:value",
        "podcast:socialInteract",
        "podcast:location",
    }


def test_an_entity_bomb_is_refused_at_once() -> None:
    tracemalloc.start()
    began = time.monotonic()
    with pytest.raises(Refused, match="entities of its own"):
        read("security/billion_laughs.xml")
    assert time.monotonic() - began < 2
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    "hostile",
    [
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title></channel></rss>',
        '<!DOCTYPE r SYSTEM "http://evil.example/x.dtd" [ <!ELEMENT a ANY> ]><rss><channel><title>x</channel></rss>',
        '<rss><channel><title>a & b<!DOCTYPE r [<!ENTITY x "y">]></title></channel></rss>',
        '<rss><channel><![CDATA[<!DOCTYPE r [<!ENTITY x "y">]><title>&x;</title></channel></rss>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE r [<!ENTITY x "y">]><rss><channel><title>&x;',
    ],
)
def test_declared_entities_never_reach_a_lenient_reader(hostile: str) -> None:
    for data in (hostile.encode(), hostile.encode("utf-16"), b"\n" + hostile.encode("latin-1")):
        with pytest.raises(Refused):
            parse(data)


def test_a_plain_document_type_is_passed_over() -> None:
    named = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
    found = parse(f"{named}<rss><channel><title>T</title><item>{item()}</item></channel></rss>".encode())
    assert (found.channel.title, len(found.entries)) == ("T", 1)
    assert why(found, "document type") == ["the feed"]


def test_pathological_feeds_cost_little() -> None:
    began = time.monotonic()
    for data in (
        b"<rss><channel>" + b"<![CDATA[" * 100_000,
        b"<rss><channel>" + b"<!--" * 100_000,
        b"<" * 200_000,
        b"<rss><channel><title>" + b"&" * 200_000,
        b"<a>" * 50_000,
        b'<!DOCTYPE rss "' + b"a'" * 100_000,
        b"<rss " + b" x:a" * 50_000 + b"><channel>",
        feed(item(1, f"<description>{'&lt;b&gt;' * 30_000}</description>")).encode(),
    ):
        with suppress(Refused):
            parse(data)
    assert time.monotonic() - began < 20
    with pytest.raises(Refused, match="larger than 50 MB"):
        parse(b" " * (MOST_BYTES + 1))


def test_of_equal_guids_the_first_stays_and_words_replace_a_missing_one() -> None:
    found = parse(feed(item(1), item(2, guid="g-1"), "<title>Nothing but this</title>").encode())
    assert [entry.title for entry in found.entries] == ["Shift 1", "Nothing but this"]
    assert found.entries[1].guid.startswith("urn:sha256:")
    assert len(why(found, "has the same guid")) == 1


def test_audio_that_cannot_be_used() -> None:
    unusable = [
        "file:///etc/passwd", "http://localhost/a.mp3", "http://127.0.0.1/a.mp3", "http://0x7f.1/a.mp3", "http://[::1]/a.mp3",
        "http://169.254.169.254/a", "http://10.1.1.1/a.mp3", "http://nas.local/a.mp3", "http://user:pw@example.org/a.mp3",
        "ftp://example.org/a.mp3", "https://example.org/live.m3u8", "",
    ]  # fmt: skip
    for url in unusable:
        found = parse(
            feed(f'<title>x</title><guid>1</guid><enclosure url="{url}" type="audio/mpeg"/>').encode()
        )
        assert found.entries[0].audio is None, url
        assert len(why(found, "Its audio cannot be used.")) == 1, url


def test_seven_encodings_of_one_feed() -> None:
    text = feed(item(title="Café – “Straße”")).partition("\n")[2]
    for codec in ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-32-be", "cp1252"):
        declared = "" if codec.startswith("utf") else f'<?xml version="1.0" encoding="{codec}"?>'
        assert parse((declared + text).encode(codec)).entries[0].title == "Café – “Straße”", codec
    served = parse(text.encode("cp1252"), "application/rss+xml; charset=windows-1252")
    assert served.entries[0].title == "Café – “Straße”"
    unknown = parse(b'<?xml version="1.0" encoding="x-nonsense"?>' + text.encode())
    assert unknown.entries[0].title == "Café – “Straße”"
    assert why(unknown, "no encoding “x-nonsense”") == ["the feed"]


def test_repairs_say_what_they_did() -> None:
    ugly = (
        '\n <?xml version="1.0"?><rss><channel><title>A & B&nbsp;\x0b&#11;</title><item><title>1 < 2</title>'
        "<itunes:duration>1:02</itunes:duration><guid>1</guid><description><![CDATA[a & b]]></description></item></channel></rss>"
    )
    found = parse(ugly.encode())
    assert (found.channel.title, found.entries[0].title, found.entries[0].seconds) == ("A & B", "1 < 2", 62)
    said = " ".join(problem.why for problem in found.problems)
    for word in ("White space", "Control characters", "bare &", "bare <", "entity of HTML", "prefix itunes"):
        assert word in said
    assert found.entries[0].line == 2
