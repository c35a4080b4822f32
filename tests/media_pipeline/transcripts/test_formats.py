"""What each format's reader and writer do, by small examples."""

from typing import Any

import pytest

from media_pipeline.transcripts import Cue, Malformed, Notice, Section, parse, write

TWO = (Cue(1000, 4500, "Ann", "Is R&D <fun>?"), Cue(4500, 6000, "Bob", "Yes.\nVery.\n\nAnd dear."))


def _cues(text: str | bytes, **options) -> list[tuple[int | None, int | None, str, str]]:
    return [(cue.start, cue.end, cue.speaker, cue.text) for cue in parse(text, **options).cues]


def test_webvtt_is_written_with_voices() -> None:
    assert write(TWO, "vtt") == (
        "WEBVTT\n"
        "\n00:00:01.000 --> 00:00:04.500\n<v Ann>Is R&amp;D &lt;fun&gt;?\n"
        "\n00:00:04.500 --> 00:00:06.000\n<v Bob>Yes.\nVery.\n&#10;And dear.\n"
    )


def test_subrip_is_written_with_names() -> None:
    assert write(TWO, "srt") == (
        "1\n00:00:01,000 --> 00:00:04,500\nAnn: Is R&D <fun>?\n"
        "\n2\n00:00:04,500 --> 00:00:06,000\nBob: Yes.\nVery.\n\u2060\nAnd dear.\n"
    )


def test_json_is_written_as_podcasting_has_it() -> None:
    assert write(TWO[:1], "json") == (
        '{\n "version": "1.0.0",\n "segments": [\n  {\n   "startTime": 1.0,\n   "endTime": 4.5,\n   "speaker": "Ann",\n'
        '   "body": "Is R&D <fun>?"\n  }\n ]\n}'
    )


def test_text_is_written_for_people() -> None:
    assert write(TWO, "txt") == (
        "[00:00:01.000 - 00:00:04.500] Ann\nIs R&D <fun>?\n\n[00:00:04.500 - 00:00:06.000] Bob\nYes.\nVery.\n\nAnd dear.\n"
    )
    assert write([Cue(None, None, "Ann", "[no time]")], "txt") == "[no time] Ann\n\\[no time]\n"


def test_ttml_is_written_with_agents() -> None:
    written = write(TWO, "ttml")
    assert '<ttm:agent xml:id="s1" type="person"><ttm:name type="full">Ann</ttm:name></ttm:agent>' in written
    assert '<p begin="00:00:01.000" end="00:00:04.500" ttm:agent="s1">Is R&amp;D &lt;fun&gt;?</p>' in written
    assert "Yes.<br/>Very.<br/><br/>And dear." in written


def test_webvtt_with_everything_in_it() -> None:
    parsed = parse(
        "\ufeffWEBVTT - An example\r\nKind: captions\r\nLanguage: en-GB\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\n"
        "REGION\r\nid:a\r\n\r\nNOTE nothing\r\n\r\nintro\r\n01:00.000 --> 01:02.000 align:start line:0\r\n"
        "<v.loud Ann>Hi <i>there</i>, <00:01:01.000><c.x>you</c>&nbsp;&amp; me\r\n\r\n"
        "00:01:00.000 --> 00:01:00.000\r\n<v Ann>- Here?\r\n<v Bob>- Here.</v>\r\n"
    )
    assert (parsed.format, parsed.title, parsed.language, parsed.warnings) == (
        "vtt",
        "An example",
        "en-GB",
        (),
    )
    assert parsed.cues == (
        Cue(60_000, 62_000, "Ann", "Hi there, you\xa0& me"),
        Cue(60_000, 60_000, "Ann", "- Here?"),
        Cue(60_000, 60_000, "Bob", "- Here."),
    )


def test_subrip_in_the_wild() -> None:
    parsed = parse(
        "1\n00:00:01,000 --> 00:00:02,000 X1:0 Y1:0\n<font color=red>Wes Bos:</font> {\\an8}Hello\n\nafter a gap\n\n"
        "00:00:02.5 --> 00:00:03.000\n42\n\n3\n00:00:05,000 --> 00:00:04,000\nhttp://example.org: no name\n"
    )
    assert parsed.cues == (
        Cue(1000, 2000, "Wes Bos", "Hello\n\nafter a gap"),
        Cue(2500, 3000, "", "42"),
        Cue(5000, 5000, "", "http://example.org: no name"),
    )
    assert parsed.warnings == (Notice(11, "This cue ends before it starts; it now ends where it starts."),)


def test_subviewer() -> None:
    assert _cues("0:00:01.000,0:00:02.000\nOne[br]two\nthree\n\n0:00:02.000,0:00:03.000\nfour\n") == [
        (1000, 2000, "", "One\ntwo\nthree"),
        (2000, 3000, "", "four"),
    ]


def test_json_without_ends_and_of_whisper() -> None:
    assert _cues(
        '{"segments": [{"startTime": 0.5, "body": "a"}, {"startTime": 2, "speaker": "Bob", "body": "b c"}]}'
    ) == [
        (500, 2000, "", "a"),
        (2000, 3000, "Bob", "b c"),
    ]
    assert _cues(
        '{"language": "en", "segments": [{"id": 0, "start": 0.0, "end": 1.0006, "text": " a"}]}'
    ) == [(0, 1001, "", "a")]


def test_ttml_with_nested_times_and_frames() -> None:
    document = """<?xml version="1.0" encoding="UTF-16"?>
    <tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" xml:lang="de"
        xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:frameRate="25">
      <head><metadata><ttm:title>A  talk</ttm:title>
        <ttm:agent xml:id="a" type="person"><ttm:name>Ann</ttm:name></ttm:agent></metadata></head>
      <body begin="10s"><div>
        <p begin="00:00:01:05" dur="500ms" ttm:agent="a">One
           <span>two</span><br/>three</p>
        <p><span begin="3s" end="4s" ttm:agent="b">four</span> <span begin="4s" end="5s">five</span></p>
      </div></body></tt>"""
    parsed = parse(document)
    assert (parsed.format, parsed.language, parsed.title) == ("ttml", "de", "A talk")
    assert parsed.cues == (
        Cue(11_200, 11_700, "Ann", "One two\nthree"),
        Cue(13_000, 15_000, "b", "four five"),
    )


@pytest.mark.parametrize(
    ("text", "layout", "cues"),
    [
        ("00:00:01 One.\n\n00:00:03 Two words.", "stamped", [(1000, 3000, "", "One."), (3000, 4000, "", "Two words.")]),
        ("0:01\xa0One.\n\nMore.\n0:03So", "stamped", [(1000, 3000, "", "One.\n\nMore."), (3000, 4000, "", "So")]),
        ("[0:01] Ann: One.\n[0:03] Bob: Two.", "stamped", [(1000, 3000, "Ann", "One."), (3000, 4000, "Bob", "Two.")]),
        ("0:01\nOne.\n0:03\nTwo.", "stamped", [(1000, 3000, "", "\nOne."[1:]), (3000, 4000, "", "Two.")]),
        ("0:01 - 0:02 One.\n0:03 - 0:09 Two.", "stamped", [(1000, 2000, "", "One."), (3000, 9000, "", "Two.")]),
        ("Hello.\n0:05 One.\n0:07 Two.", "stamped", [(0, 5000, "", "Hello."), (5000, 7000, "", "One."), (7000, 8000, "", "Two.")]),
        ("Talk #1 Transcript 0:00 One 0:04 two 0:06 three", "stamped", [(0, 4000, "", "One"), (4000, 6000, "", "two"), (6000, 7000, "", "three")]),
        ("0:00 <v Ann>One <v Bob>Two\n0:03 <v Bob>So", "stamped", [(0, 3000, "Ann", "One"), (0, 3000, "Bob", "Two"), (3000, 4000, "Bob", "So")]),
        ("Ann:\t00:00:01\tOne.\n\t00:00:02\tMore.\nBob:\t00:00:03\tTwo.", "stamped_names", [(1000, 2000, "Ann", "One."), (2000, 3000, "Ann", "More."), (3000, 4000, "Bob", "Two.")]),
        ("**Ann:** 00:00:01\n\nOne.\n\n**Bob:** 00:00:03\n\nTwo.", "stamped_names", [(1000, 3000, "Ann", "One."), (3000, 4000, "Bob", "Two.")]),
        ("Ann B  0:01\nOne.\nBob C  0:03\nTwo.", "stamped_names", [(1000, 3000, "Ann B", "One."), (3000, 4000, "Bob C", "Two.")]),
        ("Ann (0:01):\nOne.\nBob (0:03):\nTwo.", "stamped_names", [(1000, 3000, "Ann", "One."), (3000, 4000, "Bob", "Two.")]),
        ("**Ann:** One\ntwo.\n\nThree \\[laughs\\].\n\n**Break:**\n\n**Bob:** See [this](https://example.org).", "marked", [(None, None, "Ann", "One two.\n\nThree [laughs]."), (None, None, "", "[Break]"), (None, None, "Bob", "See this.")]),
        ("__Ann__: One.\n\n__Bob__: Two.", "marked", [(None, None, "Ann", "One."), (None, None, "Bob", "Two.")]),
        ("Ann: One &amp; two.\n\nBob: Three.", "named", [(None, None, "Ann", "One & two."), (None, None, "Bob", "Three.")]),
        ("Ann:\n\nOne.\n\nBob:\n\nTwo.", "named", [(None, None, "Ann", "One."), (None, None, "Bob", "Two.")]),
        ("One\nline.\n\nTwo.", "paragraphs", [(None, None, "", "One line."), (None, None, "", "Two.")]),
        ("---\ntranscript:\n- header: Start\n- line: One\n    two.\n  sec: 1\n  who: Ann\n- line: So.\n  time: '1:05'\n  who: Bob\n---\n", "listed", [(1000, 65_000, "Ann", "One two."), (65_000, 66_000, "Bob", "So.")]),
    ],
)  # fmt: skip
def test_a_layout_of_plain_text(text: str, layout: str, cues: list[Any]) -> None:
    parsed = parse(text)
    assert (parsed.format, parsed.layout) == ("txt", layout)
    assert _cues(text) == cues


def test_a_single_label_among_lines_without_names_is_no_speaker() -> None:
    assert _cues("0:01 One.\n0:02 Note: this.\n0:03 Three.")[1] == (2000, 3000, "", "Note: this.")


def test_times_that_people_say_stay_words() -> None:
    text = "0:05 We meet at 10:30am, at 9:15, [unclear 0:06] so.\n11:00 Good."
    assert _cues(text)[0][3] == "We meet at 10:30am, at 9:15, [unclear 0:06] so."


def test_sections_title_and_language_come_from_front_matter_and_headings() -> None:
    parsed = parse("---\ntitle: 'A: talk'\nlang: de\n---\n## One\n\nAnn: Hello.\n\n## Two\n\nBob: Bye.\n")
    assert (parsed.title, parsed.language) == ("A: talk", "de")
    assert parsed.sections == (Section(0, "One"), Section(1, "Two"))


def test_the_last_end_is_the_duration_or_an_estimate() -> None:
    text = "0:01 One.\n0:03 " + "word " * 10
    assert _cues(text)[-1][:2] == (3000, 7000)
    assert _cues(text, duration=9000)[-1][:2] == (3000, 9000)
    assert _cues(text, duration=2000)[-1][:2] == (3000, 7000)


def test_cues_at_the_same_second_both_last_to_the_next_one() -> None:
    assert [cue[:2] for cue in _cues("0:01 a\n0:01 b\n0:04 c\n0:03 d\n0:05 e")] == [
        (1000, 4000), (1000, 4000), (4000, 5000), (3000, 5000), (5000, 6000),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_in_every_encoding(encoding: str) -> None:
    assert _cues("0:01 Łukasz, šo.\n0:02 Grüße.".encode(encoding)) == [
        (1000, 2000, "", "Łukasz, šo."),
        (2000, 3000, "", "Grüße."),
    ]


def test_latin_1_is_read_and_said() -> None:
    parsed = parse("0:01 One.\n0:02 Grüße “alle”.".encode("cp1252"))
    assert parsed.cues[1].text == "Grüße “alle”."
    assert parsed.warnings == (Notice(2, "This is not UTF-8; it was read as Windows-1252 (Latin-1)."),)


def test_one_broken_byte_does_not_spoil_the_rest() -> None:
    parsed = parse("0:01 Grüße, Łukasz.\n0:02 So".encode() + b"\xff")
    assert parsed.cues[0].text == "Grüße, Łukasz."
    assert parsed.warnings[0].line == 2


def test_the_name_decides_what_the_content_leaves_open() -> None:
    assert parse("some text").layout == "paragraphs"
    with pytest.raises(Malformed, match=r"Line 1: The name says SubRip"):
        parse("some text", name="some.srt")


def test_a_kind_is_believed() -> None:
    assert parse("WEBVTT\n\n0:01 So.", kind="txt").format == "txt"
    with pytest.raises(Malformed, match="begins with the word WEBVTT"):
        parse("0:01 So.", kind="vtt")
