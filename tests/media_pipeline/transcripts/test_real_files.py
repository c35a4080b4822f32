"""Every transcript and caption of the real data is read as what it is, or refused with the line."""

import json
from collections import Counter
from pathlib import Path

import pytest

from media_pipeline.transcripts import Malformed, Parsed, parse
from tests.media_pipeline.transcripts.real import SETS, expected, files, where
from tests.shared import DATA

# files read, files refused; kept by hand so that a file which is suddenly refused, or accepted, is noticed
TABLE = {
    "courses/anvil-course txt": (77, 0),
    "courses/async-techniques-python-course txt": (112, 0),
    "courses/illustrated-python-3-course txt": (84, 0),
    "courses/python-jumpstart-course-demos txt": (112, 0),
    "courses/write-pythonic-code-demos txt": (63, 0),
    "feeds/podcasting20 json": (2, 0),
    "feeds/podcasting20 srt": (1, 0),
    "feeds/podcasting20 vtt": (1, 0),
    "network/datatalks md": (5, 0),
    "subtitles/missing-semester sbv": (2, 0),
    "subtitles/mutations vtt": (2, 0),
    "subtitles/pycaption vtt": (1, 0),
    "subtitles/pysubs2 ass": (0, 4),
    "subtitles/pysubs2 txt": (1, 0),
    "subtitles/vttjs vtt": (28, 2),
    "subtitles/webvtt-py sbv": (1, 1),
    "subtitles/webvtt-py srt": (4, 3),
    "subtitles/webvtt-py vtt": (7, 1),
    "subtitles/wpt_webvtt vtt": (20, 1),
    "transcripts/bitcoin md": (6, 0),
    "transcripts/changelog md": (44, 0),
    "transcripts/conduit md": (3, 0),
    "transcripts/format_zoo txt": (13, 0),
    "transcripts/founding txt": (5, 0),
    "transcripts/pythonbytes md": (34, 0),
    "transcripts/pythonbytes txt": (35, 0),
    "transcripts/pythonbytes vtt": (36, 0),
    "transcripts/pythonbytes_youtube vtt": (1, 0),
    "transcripts/rustacean md": (22, 0),
    "transcripts/syntax md": (10, 0),
    "transcripts/syntax srt": (10, 0),
    "transcripts/talkpython txt": (38, 0),
    "transcripts/talkpython vtt": (38, 0),
    "transcripts/talkpython_youtube vtt": (4, 0),
}


@pytest.fixture(scope="module")
def read() -> dict[str, Parsed | Malformed]:
    found: dict[str, Parsed | Malformed] = {}
    for path in files():
        try:
            found[where(path)] = parse(path.read_bytes(), name=path.name)
        except Malformed as error:
            found[where(path)] = error
    return found


def _one(name: str) -> Parsed:
    path = DATA / name
    return parse(path.read_bytes(), name=path.name)


def test_all_are_read_or_refused(read) -> None:
    table: dict[str, list[int]] = {}
    for name, outcome in read.items():
        folder = "/".join(name.split("/")[:2])
        table.setdefault(f"{folder} {Path(name).suffix[1:]}", [0, 0])[isinstance(outcome, Malformed)] += 1
    assert {name: tuple(counts) for name, counts in table.items()} == TABLE


def test_whoever_is_refused_hears_the_line(read) -> None:
    refused = {name: error for name, error in read.items() if isinstance(error, Malformed)}
    assert len(refused) == 12
    for name, error in refused.items():
        lines = max(1, (DATA / name).read_bytes().count(b"\n") + 1)
        assert 1 <= error.line <= lines
        assert str(error).startswith(f"Line {error.line}: ")


def test_every_cue_is_whole(read) -> None:
    for name, parsed in read.items():
        if isinstance(parsed, Malformed):
            continue
        times = {cue.start is None for cue in parsed.cues} | {cue.end is None for cue in parsed.cues}
        assert len(times) < 2, name
        assert all(cue.end >= cue.start >= 0 for cue in parsed.cues if cue.start is not None), name


def test_webvtt_of_podcasts(read) -> None:
    checked = 0
    for name, facts in expected().items():
        if not name.endswith(".vtt") or "timing_lines" not in facts:
            continue
        cues = read[name].cues
        assert len(cues) == facts["timing_lines"], name
        assert max(cue.end for cue in cues) == round(facts["last_end_s"] * 1000), name
        assert sum(bool(cue.speaker) for cue in cues) == facts["voice_tags"], name
        assert len({cue.speaker for cue in cues} - {""}) == facts["distinct_voices"], name
        assert not any("<v" in cue.text or "&amp;" in cue.text for cue in cues), name
        checked += 1
    assert checked > 70


def test_subrip_with_names(read) -> None:
    names = [name for name in expected() if name.endswith(".srt")]
    for name in names:
        facts, cues = expected()[name], read[name].cues
        assert len(cues) == facts["cues"], name
        assert cues[0].start == round(facts["first_start_s"] * 1000), name
        assert cues[-1].end == round(facts["last_end_s"] * 1000), name
        assert sorted({cue.speaker for cue in cues} - {""}) == facts["speakers"], name
    assert len(names) == 10


# Times inside paragraphs, which begin cues of their own: the words around them show that they are no speech
COURSE = "courses/illustrated-python-3-course/transcripts"
INSIDE = {"format_zoo/001.txt": 7, "format_zoo/005.txt": 98}
INSIDE |= {
    f"{COURSE}/ch01-welcome/3.txt": 1,
    f"{COURSE}/ch01-welcome/4.txt": 6,
    f"{COURSE}/ch10-lang/3.txt": 1,
}
INSIDE |= {f"{COURSE}/ch04-numbers/5.txt": -1}  # a line with two times glued together: 00:2800:31
# Talk before the first time
PREFACE = ("format_zoo/001.txt", "format_zoo/055.txt", "format_zoo/077.txt")
# The first line's time is glued to the page's header, where plain counting of lines does not find it
GLUED = ("founding/pythonbytes-374.txt",)
FRACTIONS = "python-jumpstart-course-demos/transcripts/05_app/"
# Several voices in a line become a cue each
VOICES = (
    "pythonbytes/452-pi-py-day-or-is-it-py-pi-day-names.txt",
    "talkpython/549.txt",
    "talkpython/553-all-our-tools.txt",
)


def test_plain_text_with_times(read) -> None:
    checked = 0
    for name, facts in expected().items():
        short = name.removeprefix("transcripts/")
        if not facts.get("stamped_lines") or short in VOICES or FRACTIONS in name:
            continue
        cues = read[name].cues
        more = INSIDE.get(short, 0) + (short in PREFACE) + (short in GLUED)
        assert len(cues) == facts["stamped_lines"] + more, name
        starts = [cue.start for cue in cues]
        assert max(starts) == facts.get("max_s", facts["last_s"]) * 1000 or short in INSIDE, name
        if "first_s" in facts:
            assert starts[short in PREFACE] == (short not in GLUED) * facts["first_s"] * 1000, name
        checked += 1
    assert checked > 500


def test_times_with_fractions_of_seconds(read) -> None:
    """`00:0.14`: a seconds' digit alone, which plain counting does not find."""
    found = [name for name in read if FRACTIONS in name]
    for name in found:
        lines = [line for line in (DATA / name).read_text().split("\n") if line.strip()]
        assert len(read[name].cues) == len(lines), name
        assert read[name].cues[-1].start // 1000 >= expected()[name]["last_s"], name
    assert len(found) > 10


def test_lines_with_several_voices_become_a_cue_each(read) -> None:
    for short in VOICES:
        name = f"transcripts/{short}"
        cues = read[name].cues
        stamped = expected()[name]["stamped_lines"]
        assert len({cue.start for cue in cues}) <= stamped <= len(cues), name
        assert not any("<v" in cue.text for cue in cues), name
        assert sum(not cue.speaker for cue in cues) <= 1, name


def test_turns_without_times(read) -> None:
    checked = 0
    for name, facts in expected().items():
        if "turns" not in facts:
            continue
        parsed = read[name]
        written = (DATA / name).read_text()
        unusual = sum(line.startswith("**") and "**:" in line[:50] for line in written.split("\n"))
        assert facts["turns"] <= len(parsed.cues) <= facts["turns"] + unusual, name
        assert all(cue.start is None for cue in parsed.cues), name
        said = {cue.speaker for cue in parsed.cues} - {""}
        assert "Break" not in said
        if "speakers" in facts:
            assert set(facts["speakers"]) - {"Break"} <= said, name
            breaks = [cue for cue in parsed.cues if cue.text.startswith("[Break]")]
            assert all(cue.speaker == "" for cue in breaks)
            assert bool(breaks) >= ("Break" in facts["speakers"]), name
        checked += 1
    assert checked == 30


def test_no_word_of_a_transcript_with_turns_is_lost(read) -> None:
    """Words are counted in the file, without names, and in the cues."""
    for name in ("changelog/podcast/the-changelog-310.md", "changelog/jsparty/js-party-115.md"):
        path = DATA / "transcripts" / name
        spoken = path.read_text().replace("\\", "")
        names = sum(len(cue.speaker.split()) for cue in read[f"transcripts/{name}"].cues)
        assert (
            sum(len(cue.text.split()) for cue in read[f"transcripts/{name}"].cues)
            == len(spoken.split()) - names
        )


@pytest.mark.parametrize(
    ("name", "layout", "title", "speakers", "sections"),
    [
        (
            "bitcoinplusplus/2025-berlin/scaling-lightning-panel-lightning++-berlin-2025.md",
            "stamped_names",
            "Scaling",
            8,
            9,
        ),
        (
            "mit-bitcoin-expo/mit-bitcoin-expo-2025/bitcoin-core-developer-roundtable.md",
            "stamped_names",
            "Bitcoin",
            7,
            7,
        ),
        ("stephan-livera-podcast/2018-12-11-laolu-osuntokun-stephan-livera.md", "named", "Laolu", 2, 0),
        ("stephan-livera-podcast/2021-10-24-dustin-trammell.md", "named", "The 2nd", 2, 0),
        ("tabconf/2022/2022-10-15-braidpool.zh.md", "paragraphs", "Braidpool", 1, 21),
    ],
)
def test_front_matter_and_headings(read, name, layout, title, speakers, sections) -> None:
    parsed = read[f"transcripts/bitcoin/{name}"]
    assert parsed.layout == layout
    assert parsed.title.startswith(title)
    assert len({cue.speaker for cue in parsed.cues}) == speakers
    assert len(parsed.sections) == sections
    assert not any(cue.text.startswith("#") for cue in parsed.cues)


def test_a_paragraph_a_cue(read) -> None:
    found = {name: parsed for name, parsed in read.items() if name.startswith("transcripts/conduit/")}
    assert {parsed.layout for parsed in found.values()} == {"paragraphs"}
    assert [len(parsed.cues) for parsed in found.values()] == [224, 1, 210]
    assert all(parsed.title for parsed in found.values())


def test_a_transcript_inside_front_matter(read) -> None:
    found = [parsed for name, parsed in read.items() if name.startswith("network/datatalks/")]
    assert {parsed.layout for parsed in found} == {"listed"}
    assert [len(parsed.sections) for parsed in found] == [0, 26, 21, 19, 28]
    assert all(len(parsed.cues) > 70 and parsed.title for parsed in found)
    assert all(cue.speaker for parsed in found for cue in parsed.cues)


def test_subviewer(read) -> None:
    for name, facts in expected().items():
        if name.endswith(".sbv"):
            assert len(read[name].cues) == facts["cues"], name


def _tests_of_others(suffix: str) -> list[Path]:
    folders = (DATA / "subtitles/vttjs", DATA / "subtitles/wpt_webvtt")
    return sorted(path for folder in folders for path in folder.rglob(f"*{suffix}"))


def test_browsers_tests_of_webvtt_files(read) -> None:
    """web-platform-tests: how many cues, and what some of them say."""
    for path in _tests_of_others(".expected.json"):
        facts = json.loads(path.read_text())
        outcome = read[where(path).replace(".expected.json", ".vtt")]
        cues = () if isinstance(outcome, Malformed) else outcome.cues
        assert facts["cues"] in (None, len(cues)), path.name
        for index, key, value in facts["asserts"]:
            ours = {
                "text": cues[index].text,
                "startTime": cues[index].start / 1000,
                "endTime": cues[index].end / 1000,
            }
            assert ours.get(key, value) == value, (path.name, index, key)


def test_browsers_tests_of_cue_texts() -> None:
    """web-platform-tests: the words of the expected trees, without the elements."""
    for name in ("entities", "text", "tree-building"):
        folder = DATA / "subtitles/wpt_webvtt/wpt-cue-parsing"
        cues = parse((folder / f"{name}.vtt").read_bytes()).cues
        cases = json.loads((folder / f"{name}.json").read_text())
        assert len(cues) == len(cases)
        for cue, case in zip(cues, cases, strict=True):
            pieces = case["expectedTree"].split("| ")
            words = "".join(
                piece.strip(" ").removesuffix("\n")[1:-1]
                for piece in pieces
                if piece.strip(" ").startswith('"')
            )
            nested = [
                line.strip("| ")
                for line in case["expectedTree"].split("\n")
                if line.strip("| ").startswith('"')
            ]
            assert cue.text in (words.strip(), "".join(part.strip('"') for part in nested)), case


def test_mozillas_tests(read) -> None:
    for path in _tests_of_others(".json"):
        outcome = read.get(where(path).replace(".json", ".vtt"))
        facts = json.loads(path.read_text())
        if outcome is None or path.name.endswith(".expected.json") or "cues" not in facts:
            continue
        cues = () if isinstance(outcome, Malformed) else outcome.cues
        times = [(round(cue["startTime"] * 1000), round(cue["endTime"] * 1000)) for cue in facts["cues"]]
        assert [(cue.start, cue.end) for cue in cues] == times, path.name


def test_line_ends_and_marks_make_no_difference() -> None:
    crlf, cr = _one("subtitles/mutations/bom_crlf.vtt"), _one("subtitles/mutations/cr_only.vtt")
    assert crlf.cues == cr.cues
    assert len(cr.cues) == 52


def test_the_same_words_in_two_files_are_the_same_cues(read) -> None:
    one, two = (
        read[f"transcripts/talkpython/{name}.txt"] for name in ("551", "551-stroll-down-startup-lane-2026")
    )
    assert one.cues == two.cues


def test_every_set_is_looked_at() -> None:
    assert Counter(where(path).split("/")[0] for path in files()).total() > 350
    assert all((DATA / folder).is_dir() for folder in SETS)
