"""What the checker says of good feeds, of bad ones, and of what is none."""

import json
import re
import resource
import time
from pathlib import Path

import pytest

from publishing.podcast_check import Facts, File, Finding, Level, Picture, check, findings, read, table

DATA = Path("/work/shared/data")
of_shared_data = pytest.mark.skipif(not DATA.exists(), reason="the shared feeds are not on this machine")
GOOD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
  xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:atom="http://www.w3.org/2005/Atom"
  xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel>
<title>A show</title>
<link>https://example.org/show/</link>
<description>About things.</description>
<language>en</language>
<copyright>Somebody</copyright>
<lastBuildDate>Sat, 21 Nov 2026 08:00:00 +0000</lastBuildDate>
<generator>Masthead</generator>
<atom:link rel="self" href="https://example.org/feed/" type="application/rss+xml"/>
<itunes:image href="https://example.org/a.jpg"/>
<itunes:category text="Society &amp; Culture"><itunes:category text="Documentary"/></itunes:category>
<itunes:explicit>false</itunes:explicit>
<itunes:author>Ann</itunes:author>
<itunes:owner><itunes:name>Ann</itunes:name><itunes:email>ann@example.org</itunes:email></itunes:owner>
<podcast:guid>9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid>
<podcast:locked owner="ann@example.org">yes</podcast:locked>
<!--channel-->
<item>
<title>What an episode is</title>
<guid isPermaLink="false">one</guid>
<pubDate>Sat, 21 Nov 2020 08:00:00 +0000</pubDate>
<description>Notes</description>
<enclosure url="https://example.org/1.mp3" length="1440000" type="audio/mpeg"/>
<itunes:duration>90</itunes:duration>
<!--item-->
</item>
<!--more-->
</channel>
</rss>
"""
SECOND = """<item><title>Another</title><guid isPermaLink="false">two</guid><description>Notes</description>
<pubDate>Sun, 22 Nov 2020 08:00:00 +0000</pubDate><itunes:duration>90</itunes:duration>
<enclosure url="https://example.org/2.mp3" length="1440000" type="audio/mpeg"/></item>"""
LIVE = """<podcast:liveItem status="pending" start="2026-11-21T20:00:00+00:00"><title>On air</title>
<guid isPermaLink="false">live</guid><enclosure url="https://example.org/live.mp3" length="1" type="audio/mpeg"/>
</podcast:liveItem>"""


def without(line: str) -> str:
    return re.sub(rf"<{line}[ >].*?\n", "\n", GOOD, count=1)


def with_item(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def found(text: str | bytes, facts: Facts | None = None) -> list[Finding]:
    data = text if isinstance(text, bytes) else text.encode()
    return findings(read(data, facts)) if facts else check(data)


def rules(text: str | bytes, facts: Facts | None = None) -> set[str]:
    return {finding.rule for finding in found(text, facts)}


def test_a_good_feed_has_no_findings_at_all() -> None:
    assert found(GOOD) == []
    assert found(GOOD.replace("<!--more-->", SECOND + LIVE)) == []


MISSING = {
    "title": "title-missing",
    "link": "link-missing",
    "description": "description-missing",
    "language": "language-missing",
    "copyright": "copyright-missing",
    "lastBuildDate": "build-date-missing",
    "generator": "generator-missing",
    "atom:link": "self-link-missing",
    "itunes:image": "artwork-missing",
    "itunes:category": "category-missing",
    "itunes:explicit": "explicit-missing",
    "itunes:author": "author-missing",
    "itunes:owner": "owner-missing",
    "podcast:guid": "guid-of-show-missing",
    "podcast:locked": "locked-missing",
    "guid": "item-guid-missing",
    "pubDate": "date-missing",
    "enclosure": "enclosure-missing",
    "itunes:duration": "item-duration-missing",
}


@pytest.mark.parametrize(("line", "rule"), MISSING.items())
def test_what_is_missing_is_named(line: str, rule: str) -> None:
    assert rules(without(line)) == {rule}


CHANNEL = {
    "channels": ("</channel>\n</rss>", "</channel><channel/>\n</rss>"),
    "rss-version": ('version="2.0"', 'version="0.91"'),
    "not-utf8": ('encoding="UTF-8"', 'encoding="iso-8859-1"'),
    "blanks-first": ("<?xml", "\n\n<?xml"),
    "namespace": ("http://www.itunes.com/dtds", "https://www.itunes.com/dtds"),
    "language-unknown": ("<language>en<", "<language>English, please<"),
    "explicit-old": ("<itunes:explicit>false", "<itunes:explicit>No"),
    "explicit-unknown": ("<itunes:explicit>false", "<itunes:explicit>very"),
    "category-unknown": ('text="Documentary"', 'text="Everything"'),
    "category-obsolete": ('text="Documentary"', 'text="Podcasting"'),
    "category-without-text": (' text="Documentary"', ""),
    "type-unknown": ("<!--channel-->", "<itunes:type>random</itunes:type>"),
    "serial-without-numbers": ("<!--channel-->", "<itunes:type>serial</itunes:type>"),
    "owner-email": ("ann@example.org</itunes:email>", "ann at example</itunes:email>"),
    "owner-in-private-feed": ("<!--channel-->", "<itunes:block>Yes</itunes:block>"),
    "never-says-yes": ("<!--channel-->", "<itunes:block>true</itunes:block>"),
    "complete-unknown": ("<!--channel-->", "<itunes:complete>true</itunes:complete>"),
    "moved-to-itself": (
        "<!--channel-->",
        "<itunes:new-feed-url>https://example.org/feed/</itunes:new-feed-url>",
    ),
    "image-incomplete": ("<!--channel-->", "<image><url>https://example.org/a.jpg</url></image>"),
    "said-twice": ("<!--channel-->", "<language>de</language>"),
    "guid-of-show": ("9b024349-ccf0", "9b024349ccf0"),
    "locked-unknown": (">yes<", ">true<"),
    "locked-owner": ('owner="ann@example.org"', 'owner="Ann"'),
    "block-unknown": ("<!--channel-->", "<podcast:block>maybe</podcast:block>"),
    "medium-unknown": ("<!--channel-->", "<podcast:medium>radio</podcast:medium>"),
    "person-without-name": ("<!--channel-->", '<podcast:person role="host"/>'),
    "funding-incomplete": ("<!--channel-->", "<podcast:funding>Support us</podcast:funding>"),
    "trailer-date": (
        "<!--channel-->",
        '<podcast:trailer url="https://example.org/t.mp3" pubdate="soon">T</podcast:trailer>',
    ),
    "trailer-incomplete": ("<!--channel-->", '<podcast:trailer url="https://example.org/t.mp3">T</podcast:trailer>'),
    "txt-empty": ("<!--channel-->", '<podcast:txt purpose="verify"/>'),
    "txt-long": ("<!--channel-->", f"<podcast:txt>{'x' * 4001}</podcast:txt>"),
    "frequency-rule": ("<!--channel-->", '<podcast:updateFrequency rrule="weekly">W</podcast:updateFrequency>'),
    "recommendation-without-guid": ("<!--channel-->", "<podcast:podroll><podcast:remoteItem/></podcast:podroll>"),
    "publisher-without-guid": ("<!--channel-->", "<podcast:publisher><podcast:remoteItem/></podcast:publisher>"),
    "value-incomplete": ("<!--channel-->", '<podcast:value type="lightning" method="keysend"/>'),
    "description-long": ("About things.", "ä" * 2001),
    "description-html": ("About things.", "About &lt;b&gt;things&lt;/b&gt;."),
    "invisible-characters": ("About things.", "About\x92s things."),
    "too-long": ("<!--channel-->", f"<itunes:subtitle>{'x' * 256}</itunes:subtitle>"),
    "summary-long": ("<!--channel-->", f"<itunes:summary>{'x' * 4001}</itunes:summary>"),
    "build-date-wrong": ("Sat, 21 Nov 2026", "Sun, 21 Nov 2026"),
    "hub-without-address": ("<!--channel-->", '<atom:link rel="hub"/>'),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "change"), CHANNEL.items())
def test_what_a_show_says_wrongly_is_found(rule: str, change: tuple[str, str]) -> None:
    text = with_item(*change)
    data = text.encode("latin-1") if rule == "not-utf8" else text.encode()
    assert rule in rules(data)


ITEM = {
    "item-title-number": ("<title>What an episode is", "<title>#12: What"),
    "item-title-show": ("<title>What an episode is", "<title>A show: what"),
    "item-title-missing": ("<title>What an episode is</title>\n", ""),
    "title-html": ("<title>What an episode is", "<title>&lt;img src=x onerror=alert(1)&gt; what"),
    "item-description-missing": ("<description>Notes</description>\n", ""),
    "item-description-long": ("<description>Notes", f"<description>{'ä' * 2001}"),
    "notes-dangerous": ("<description>Notes", "<description>&lt;script&gt;1&lt;/script&gt;"),
    "notes-tags": ("<description>Notes", "<description>&lt;h2&gt;Notes&lt;/h2&gt;"),
    "content-dangerous": ("<!--item-->", '<content:encoded>&lt;p onclick="x"&gt;</content:encoded>'),
    "item-guid-no-address": (' isPermaLink="false">one', ">one"),
    "item-guid-is-address": (' isPermaLink="false">one', ">https://example.org/1/"),
    "date-wrong": ("Sat, 21 Nov 2020 08:00:00 +0000", "2020-11-21T08:00:00Z"),
    "date-zone": ("08:00:00 +0000</pubDate>", "08:00:00 PST</pubDate>"),
    "date-universal": ("08:00:00 +0000</pubDate>", "08:00:00 GMT</pubDate>"),
    "date-ahead": ("Sat, 21 Nov 2020 08:00:00", "Tue, 21 Nov 2090 08:00:00"),
    "duration-unreadable": ("<itunes:duration>90", "<itunes:duration>an hour"),
    "duration-zero": ("<itunes:duration>90", "<itunes:duration>0"),
    "duration-clock": ("<itunes:duration>90", "<itunes:duration>1:30"),
    "episode-number": ("<!--item-->", "<itunes:episode>12.5</itunes:episode>"),
    "season-number": ("<!--item-->", "<itunes:season>0</itunes:season>"),
    "episode-type-unknown": ("<!--item-->", "<itunes:episodeType>special</itunes:episodeType>"),
    "episode-type-case": ("<!--item-->", "<itunes:episodeType>Full</itunes:episodeType>"),
    "enclosures": ("<!--item-->", '<enclosure url="https://example.org/b.mp3" length="1" type="audio/mpeg"/>'),
    "enclosure-without-address": ('url="https://example.org/1.mp3" ', ""),
    "enclosure-length": ('length="1440000"', 'length="0"'),
    "enclosure-length-small": ('length="1440000"', 'length="1440"'),
    "enclosure-playlist": ("1.mp3", "1.m3u8"),
    "enclosure-format": ("1.mp3", "1.wmv"),
    "enclosure-extension": ("1.mp3", "1"),
    "enclosure-type": ('type="audio/mpeg"', 'type="mp3"'),
    "enclosure-type-wrong": ('type="audio/mpeg"', 'type="audio/x-m4a"'),
    "artwork-without-address": ("<!--item-->", "<itunes:image/>"),
    "artwork-extension": ("<!--item-->", '<itunes:image href="https://example.org/a.webp"/>'),
    "address-wrong": ("https://example.org/1.mp3", "http://169.254.169.254/1.mp3"),
    "address-unencrypted": ("https://example.org/1.mp3", "http://example.org/1.mp3"),
    "transcript-incomplete": ("<!--item-->", '<podcast:transcript type="text/vtt"/>'),
    "transcript-type": ("<!--item-->", '<podcast:transcript url="https://example.org/t" type="text/x"/>'),
    "transcript-untimed": (
        "<!--item-->",
        '<podcast:transcript url="https://example.org/t" type="text/html" rel="captions"/>',
    ),
    "transcript-language": (
        "<!--item-->",
        '<podcast:transcript url="https://example.org/t" type="text/vtt" language="English"/>',
    ),
    "chapters-incomplete": ("<!--item-->", '<podcast:chapters type="application/json+chapters"/>'),
    "chapters-type": ("<!--item-->", '<podcast:chapters url="https://example.org/c" type="application/json"/>'),
    "soundbite-unreadable": ("<!--item-->", '<podcast:soundbite startTime="1:00" duration="20"/>'),
    "soundbite-length": ("<!--item-->", '<podcast:soundbite startTime="1" duration="14.9"/>'),
    "soundbite-beyond": ("<!--item-->", '<podcast:soundbite startTime="80.5" duration="30"/>'),
    "season-unreadable": ("<!--item-->", "<podcast:season>two</podcast:season>"),
    "episode-unreadable": ("<!--item-->", "<podcast:episode>two</podcast:episode>"),
    "name-long": ("<!--item-->", f'<podcast:episode display="{"x" * 33}">2</podcast:episode>'),
    "link-incomplete": ("<!--item-->", "<podcast:contentLink>Watch</podcast:contentLink>"),
    "alternate-incomplete": ("<!--item-->", '<podcast:alternateEnclosure type="audio/opus"/>'),
    "integrity": (
        "<!--item-->",
        '<podcast:alternateEnclosure type="a/b"><podcast:source uri="https://example.org/s"/>'
        '<podcast:integrity type="md5" value="1"/></podcast:alternateEnclosure>',
    ),
    "keywords-unseparated": ("<!--item-->", "<itunes:keywords>salt pepper</itunes:keywords>"),
}  # fmt: skip
LIVE_ITEM = {
    "live-status": ('status="pending"', 'status="soon"'),
    "live-start": ("2026-11-21T20:00:00+00:00", "2026-11-21T20:00:00"),
    "live-guid-missing": ('<guid isPermaLink="false">live</guid>', ""),
    "live-title-missing": ("<title>On air</title>", ""),
    "live-without-stream": (
        '<enclosure url="https://example.org/live.mp3" length="1" type="audio/mpeg"/>',
        "",
    ),
}


@pytest.mark.parametrize(("rule", "change"), ITEM.items())
def test_what_an_episode_says_wrongly_is_found_and_named_with_it(rule: str, change: tuple[str, str]) -> None:
    of_rule = [finding for finding in found(with_item(*change)) if finding.rule == rule]
    assert [bool(finding.item) for finding in of_rule] == [True]


@pytest.mark.parametrize(("rule", "change"), LIVE_ITEM.items())
def test_what_a_live_recording_says_wrongly_is_found(rule: str, change: tuple[str, str]) -> None:
    assert change[0] in LIVE
    assert rules(GOOD.replace("<!--more-->", LIVE.replace(*change))) == {rule}


TWICE = {
    "item-guid-twice": (">two<", ">one<"),
    "enclosure-twice": ("2.mp3", "1.mp3"),
    "episode-number-twice": ("<title>Another", "<itunes:episode>7</itunes:episode><title>Another"),
}


@pytest.mark.parametrize(("rule", "change"), TWICE.items())
def test_what_two_episodes_share_is_said_of_the_second_with_the_line_of_the_first(
    rule: str, change: tuple[str, str]
) -> None:
    text = GOOD.replace("<!--item-->", "<itunes:episode>7</itunes:episode>")
    both = found(text.replace("<!--more-->", SECOND.replace(*change)))
    (finding,) = [each for each in both if each.rule == rule]
    assert finding.item == "Another"
    first = int(re.search(r"line (\d+)", finding.message)[1])  # type: ignore[index]
    assert first < finding.line


FACTS = {
    "no-validator": Facts(has_validator=False),
    "content-type": Facts(content_type="text/html; charset=utf-8"),
    "enclosure-length-wrong": Facts(files={"https://example.org/1.mp3": File(bytes=1_440_001)}),
    "enclosure-unreachable": Facts(files={"https://example.org/1.mp3": File(problem="It is gone.")}),
    "enclosure-type-served": Facts(files={"https://example.org/1.mp3": File(type="text/html")}),
    "enclosure-ranges": Facts(files={"https://example.org/1.mp3": File(ranges=False)}),
    "artwork-unreachable": Facts(pictures={"https://example.org/a.jpg": Picture(problem="It is gone.")}),
    "artwork-not-square": Facts(
        pictures={"https://example.org/a.jpg": Picture(3000, 2000, "jpeg", "RGB", 9)}
    ),
    "artwork-size": Facts(pictures={"https://example.org/a.jpg": Picture(1399, 1399, "jpeg", "RGB", 9)}),
    "artwork-format": Facts(pictures={"https://example.org/a.jpg": Picture(3000, 3000, "webp", "RGB", 9)}),
    "artwork-named-otherwise": Facts(
        pictures={"https://example.org/a.jpg": Picture(3000, 3000, "png", "RGB", 9)}
    ),
    "artwork-colours": Facts(pictures={"https://example.org/a.jpg": Picture(3000, 3000, "jpeg", "CMYK", 9)}),
    "artwork-heavy": Facts(
        pictures={"https://example.org/a.jpg": Picture(3000, 3000, "jpeg", "RGB", 600_000)}
    ),
}


@pytest.mark.parametrize(("rule", "facts"), FACTS.items())
def test_what_somebody_has_asked_for_is_compared_with_the_feed(rule: str, facts: Facts) -> None:
    assert rules(GOOD, facts) == {rule}


def test_known_lengths_are_compared() -> None:
    assert check(GOOD.encode(), known_lengths={"https://example.org/1.mp3": 1_440_000}) == []
    (finding,) = check(GOOD.encode(), known_lengths={"https://example.org/1.mp3": 5})
    assert finding.message == "The enclosure says 1440000 bytes, and the file has 5."


def test_every_rule_of_the_table_was_seen_here() -> None:
    seen = {*MISSING.values(), *CHANNEL, *ITEM, *LIVE_ITEM, *TWICE, *FACTS, "no-items"}
    assert sorted(table.TABLE.keys() - seen) == []
    assert sorted(seen - table.TABLE.keys()) == []


def test_a_title_that_is_a_number_alone_stays_one() -> None:
    assert found(with_item("<title>What an episode is", "<title>Episode 12")) == []


def test_a_show_without_episodes_is_told_so() -> None:
    assert rules(re.sub(r"<item>.*</item>", "", GOOD, flags=re.DOTALL)) == {"no-items"}


def test_the_line_is_that_of_the_element_also_after_blanks() -> None:
    text = with_item('length="1440000"', 'length="x"')
    line = text[: text.index("<enclosure")].count("\n") + 1
    assert [finding.line for finding in found(text)] == [line]
    later = [finding.line for finding in found(f" \n\n{text}") if finding.rule == "enclosure-length"]
    assert later == [line + 2]


# --- the sets of real feeds ---------------------------------------------------------------------------------------

VALIDATOR = {
    "TooLong{element:itunes:subtitle}": "too-long",
    "TooLong{element:itunes:keywords}": "too-long",
    "TooLong{element:itunes:summary}": "summary-long",
    "ObsoleteItunesCategory": "category-obsolete",
    "InvalidItunesCategory": "category-unknown",
    "MissingAttribute{attr:href": "artwork-without-address",
    "MissingAttribute{attr:text": "category-without-text",
    "NotUTF8": "not-utf8",
    "InvalidPositiveInteger": "episode-number",
    "InvalidLink": "address-wrong",
    "InvalidKeywords": "keywords-unseparated",
    "InvalidTrueFalse": "explicit-unknown",
    "MissingItunesElement{element:language": "language-missing",
    "MissingItunesElement{element:itunes:explicit": "explicit-missing",
    "InvalidItunesEpisodeType": "episode-type-unknown",
    "InvalidItunesChannelType": "type-unknown",
    "UnsupportedItunesFormat": "enclosure-format",
}


def manifest(below: str) -> dict[Path, dict[str, object]]:
    rows = json.loads((DATA / "MANIFEST.json").read_text())
    chosen = {DATA / name: row for name, row in rows.items() if name.startswith(below)}
    assert chosen
    return {path: row["expect"] for path, row in chosen.items() if "expect" in row}


@of_shared_data
def test_the_w3c_validators_cases_have_the_matching_finding() -> None:
    cases = manifest("feeds/feedvalidator_itunes/")
    for path, expected in cases.items():
        wanted = str(expected["validator_expects"])
        unwanted, wanted = wanted.startswith("!"), wanted.removeprefix("!")
        (rule,) = [ours for theirs, ours in VALIDATOR.items() if wanted.startswith(theirs)]
        assert (rule in rules(path.read_bytes())) is not unwanted, path.name
    assert len(cases) == 22


@of_shared_data
def test_of_real_feeds_every_item_is_read_and_what_is_none_is_refused_with_a_line() -> None:
    for path, expected in manifest("feeds/real/").items():
        data = path.read_bytes()
        if "items" in expected:
            assert len(read(data).items) == expected["items"], path.name
        else:
            (refused,) = check(data)
            assert (refused.rule, refused.line > 1) == ("unreadable", True), path.name


@of_shared_data
def test_what_a_real_feed_gets_wrong_is_found() -> None:
    feed = DATA / "feeds/real/episode-with-no-pub-date.rss"
    assert [finding.rule for finding in check(feed.read_bytes()) if finding.level is Level.ERROR] == [
        "date-missing"
    ]
    talk_python = check((DATA / "feeds/real/talkpython_2024-08-24.rss").read_bytes())
    assert {finding.message for finding in talk_python if finding.level is Level.ERROR} == {
        "“0” is no episode number: a whole number from 1 on."
    }


@of_shared_data
@pytest.mark.parametrize(
    ("name", "line"),
    [("empty_file.xml", 1), ("empty_xml.xml", 2), ("root_not_rss.xml", 2)],
)
def test_what_is_no_feed_is_one_finding(name: str, line: int) -> None:
    (refused,) = check((DATA / "feeds/badpod" / name).read_bytes())
    assert (refused.rule, refused.level, refused.line) == ("unreadable", Level.ERROR, line)


@of_shared_data
def test_addresses_that_lead_inside_are_errors() -> None:
    unsafe = check((DATA / "feeds/security/podcast-with-unsafe-enclosures.xml").read_bytes())
    assert [finding.item[:9] for finding in unsafe if finding.rule == "address-wrong"] == [
        "Episode 2",
        "Episode 3",
        "Episode 4",
        "Episode 5",
    ]


@of_shared_data
def test_an_entity_bomb_is_refused_quickly_and_without_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    (refused,) = check((DATA / "feeds/security/billion_laughs.xml").read_bytes())
    assert refused.rule == "unreadable"
    assert time.monotonic() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


def test_hostile_values_are_shortened_and_stand_on_one_line() -> None:
    text = with_item("<itunes:explicit>false", f"<itunes:explicit>{{0.__class__}} \n{'x' * 9000}")
    (finding,) = [each for each in found(text) if each.rule == "explicit-unknown"]
    assert "{0.__class__} xxx" in finding.message
    assert len(finding.message) < 150
    assert "\n" not in finding.message


@pytest.mark.parametrize(
    "date",
    [
        "Sat, 99 Nov 2020 08:00:00 +0000",
        "Sat, 21 Nov 2020 08:00:00 +9999",
        "x" * 5000,
        "21 Nov 20 08:00 +0000",
    ],
)
def test_odd_dates_are_no_dates(date: str) -> None:
    assert "date-wrong" in rules(with_item("Sat, 21 Nov 2020 08:00:00 +0000", date))


@pytest.mark.soak
def test_ten_thousand_items_take_ten_times_as_long_as_a_thousand() -> None:
    def seconds(items: int) -> float:
        item = SECOND.replace("two", "{0}").replace("2.mp3", "e{0}.mp3")
        text = GOOD.replace("<!--more-->", "".join(item.replace("{0}", str(each)) for each in range(items)))
        began = time.process_time()
        assert check(text.encode()) == []
        return time.process_time() - began

    few, many = min(seconds(1000) for _ in range(3)), seconds(10_000)
    assert many < 25 * few  # ten times, and room for a busy machine; a square would be a hundred


@of_shared_data
@pytest.mark.soak
def test_no_feed_of_the_zoo_breaks_it() -> None:
    zoo = [path for path in (DATA / "feeds").rglob("*") if path.is_file()]
    assert len(zoo) > 200
    for path in zoo:
        check(path.read_bytes())
