from pathlib import Path
from typing import Any

import pytest
from django.utils.text import slugify

from core import faults
from episodes.importers.matching import Known, Matcher, Sure, significant
from episodes.models import Episode, Show
from episodes.transcripts.speech import transcript_of
from tests import factories
from tests.episodes.importers.conftest import Run
from tests.shared import DATA

TRANSCRIPTS = DATA / "transcripts"
VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana>{}\n"


def known(number: str, title: str, guid: str = "", notes: str = "") -> Known:
    words = significant(slugify(f"{title} {notes}"))
    return Known(int(number or 0), guid or f"g{number}", number, title, slugify(title), words)


CORPUS = [
    known("1", "EVE - RESTful APIs for humans", notes="Nicola Iarocci is here."),
    known("15", "Python at Spotify, PSF, and PyLadies"),
    known(
        "100",
        "Python past, present, and future with Guido van Rossum",
        "urn:uuid:7f3560b5-c1ee-4512-8f0b-8a1b2c3d4e5f",
    ),
    known("374", "PSF Code Counsel"),
    known("", "Between the years"),
    known("7", "A double"),
    known("7", "Another double"),
]


@pytest.mark.parametrize(
    ("name", "number", "sure"),
    [
        ("talkpython-015.txt", "15", Sure.LIKELY),
        ("015.txt", "15", Sure.LIKELY),
        ("#15 - Python at Spotify, PSF and PyLadies.srt", "15", Sure.CERTAIN),
        ("Episode 15.vtt", "15", Sure.LIKELY),
        ("001_nicola_iarocci_talk_python_to_me.txt", "1", Sure.LIKELY),
        ("urn-uuid-7f3560b5-c1ee-4512-8f0b-8a1b2c3d4e5f.json", "100", Sure.CERTAIN),
        ("between-the-years.txt", "", Sure.CERTAIN),
        ("2019-12-27-between-the-year.txt", "", Sure.LIKELY),
        ("7-another-double.txt", "7", Sure.CERTAIN),
        ("deep/er/eve-restful-apis-for-humans_v2.vtt", "1", Sure.CERTAIN),
    ],
)  # fmt: skip
def test_how_sure_a_match_is(name: str, number: str, sure: Sure) -> None:
    match = Matcher.of("Talk Python To Me", CORPUS).match(name)
    assert not isinstance(match, str), match
    assert (match.episode.number, match.sure) == (number, sure)


@pytest.mark.parametrize(
    "name",
    [
        "pythonbytes-374.txt", "374-astral-to-join-openai.vtt", "001-intro-to-the-show-and-pip-9-is-out.vtt", "142-cookiecutter.txt",
        "7.txt", "2019-11-26-rust-1.39.0.md", "eve.txt", "notes.txt", "2015.txt", "a" * 300 + ".txt"
    ],
)  # fmt: skip
def test_what_fits_nobody_is_never_guessed(name: str) -> None:
    found = Matcher.of("Talk Python To Me", CORPUS).match(name)
    assert isinstance(found, str)
    assert found.endswith(".")


def test_the_title_in_the_file_may_tell() -> None:
    found = Matcher.of("Talk Python To Me", CORPUS).match("unnamed.txt", "Between the years")
    assert not isinstance(found, str)
    assert found.episode.title == "Between the years"


@pytest.fixture
def talk_python() -> Show:
    show = factories.show("Talk Python To Me", artwork=None)
    titles = {
        15: "Python at Spotify, PSF, and PyLadies",
        206: "Running Django in Production",
        215: "The software powering Talk Python courses and podcast",
        301: "Deploying and running Django web apps in 2021",
        402: "Polars: A Lightning-fast DataFrame for Python [updated audio]",
        551: "2026 Stroll Down Startup Lane",
    }
    for number, title in titles.items():
        factories.episode(
            title,
            of=show,
            number=number,
            by=[],
            linked_url=f"https://cdn.example.org/{number}.mp3",
            published=number < 300,
        )
    return show


def said(show: Show, number: int) -> list[Any]:
    found = transcript_of(Episode.objects.get(show=show, number=number))
    return found.cues if found else []


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("__", "-").replace("_", ".")).write_text(text)
    return folder


@pytest.mark.django_db
def test_the_five_founding_layouts(run: Run, talk_python: Show) -> None:
    founding = TRANSCRIPTS / "founding"
    status, report = run("import_transcripts", founding, "--show", talk_python.slug)
    assert (status, report["created"], report["failed"]) == (
        1,
        4,
        [{"where": "pythonbytes-374.txt", "why": "Orphan: No episode here has its number, title or guid."}],
    )
    assert all(len(said(talk_python, number)) > 50 for number in (15, 206, 215, 301))
    assert run("import_transcripts", founding, "--show", talk_python.slug)[1]["unchanged"] == 4
    other = factories.show("Python Bytes", artwork=None)
    factories.episode("PSF Code Counsel", of=other, number=374, by=[], published=False)
    assert run("import_transcripts", founding, "--show", other.slug)[1]["created"] == 1


@pytest.mark.django_db
def test_doubles_are_named_and_one_is_kept(run: Run, talk_python: Show) -> None:
    status, report = run("import_transcripts", TRANSCRIPTS / "talkpython", "--show", talk_python.slug)
    assert (status, report["created"]) == (1, 5)
    told = [line["why"] for line in report["failed"] if not line["why"].startswith("Orphan")]
    assert any("402-polars.txt is for the same episode, and says something else" in why for why in told)
    assert sum("says the same: a double" in why for why in told) >= 1
    assert all(
        line["why"].startswith("Orphan: There is no episode ")
        for line in report["failed"]
        if line["why"] not in told
    )
    assert said(talk_python, 551)


@pytest.mark.django_db
def test_a_correction_stays_and_a_new_file_is_taken(run: Run, talk_python: Show, tmp_path: Path) -> None:
    write(tmp_path, **{"15_vtt": VTT.format("First."), "206_txt": "Ana: Hello.\n\nBo: Hello you."})
    where = ("import_transcripts", tmp_path, "--show", talk_python.slug)
    assert run(*where, "--dry-run")[1]["created"] == 2
    assert said(talk_python, 15) == []
    assert run(*where) == (0, {"created": 2, "updated": 0, "unchanged": 0, "failed": []})
    assert run(*where) == (0, {"created": 0, "updated": 0, "unchanged": 2, "failed": []})
    write(tmp_path, **{"15_vtt": VTT.format("Second.")})
    assert run(*where)[1]["updated"] == 1
    found = transcript_of(Episode.objects.get(number=15))
    assert found is not None
    found.cues[0][3] = "Corrected."
    found.save()
    write(tmp_path, **{"15_vtt": VTT.format("Third.")})
    status, report = run(*where)
    assert (status, report["updated"], "corrected here" in report["failed"][0]["why"]) == (1, 0, True)
    assert said(talk_python, 15)[0][3] == "Corrected."


@pytest.mark.django_db
def test_broken_and_hostile_files(run: Run, talk_python: Show, tmp_path: Path) -> None:
    (tmp_path / "15.vtt").write_bytes(b"WEBVTT\n\n\x00\x00")
    (tmp_path / "15.txt").write_text("Ana: Hello.\n\nBo: Hello you.")
    (tmp_path / "206.txt").write_bytes(b"%PDF-1.7")
    (tmp_path / "215.txt").symlink_to("/etc/passwd")
    (tmp_path / "README.md").write_text("Nothing.")
    status, report = run("import_transcripts", tmp_path, "--show", talk_python.slug)
    assert (status, report["created"]) == (1, 1)
    said_of = {line["where"]: line["why"] for line in report["failed"]}
    assert set(said_of) == {"15.vtt", "206.txt", "215.txt"}
    assert said_of["15.vtt"].endswith("15.txt was taken instead.")
    assert "leads out of the directory" in said_of["215.txt"]


@pytest.mark.django_db
def test_it_goes_on_after_an_interruption(run: Run, talk_python: Show, tmp_path: Path) -> None:
    write(tmp_path, **{f"{number}_vtt": VTT.format(number) for number in (15, 206, 215)})
    calls = iter(range(9))

    def crash() -> None:
        if next(calls) == 1:
            raise KeyboardInterrupt

    faults.arm("import_transcripts.after_file", crash)
    assert run("import_transcripts", tmp_path, "--show", talk_python.slug)[0] == 130
    faults.disarm()
    assert run("import_transcripts", tmp_path, "--show", talk_python.slug)[1]["created"] == 2
    assert run("import_transcripts", tmp_path, "--show", talk_python.slug)[1]["unchanged"] == 3


@pytest.mark.django_db
def test_wrong_arguments(run: Run, talk_python: Show, tmp_path: Path) -> None:
    assert run("import_transcripts", tmp_path / "nowhere", "--show", talk_python.slug)[0] == 2
    assert run("import_transcripts", tmp_path, "--show", talk_python.slug)[0] == 2
    assert run("import_transcripts", tmp_path, "--show", "nobody")[0] == 2


BULK = {
    "format_zoo": ("Talk Python To Me", 13),
    "talkpython": ("Talk Python To Me", 35),
    "pythonbytes": ("Python Bytes", 33),
    "changelog": ("Changelog", 10),
    "syntax": ("Syntax", 8),
    "rustacean": ("Rustacean Station", 12),
    "conduit": ("Conduit", 3),
    "bitcoin": ("Bitcoin", 5),
}


@pytest.mark.soak
@pytest.mark.django_db
@pytest.mark.parametrize(("folder", "show", "least"), [(name, *row) for name, row in BULK.items()])
def test_the_bulk_sets(run: Run, folder: str, show: str, least: int) -> None:
    """Each file has an episode of its number, or of its name's words: all are read and attached."""
    made = factories.show(show, artwork=None)
    seen = set()
    for path in sorted((TRANSCRIPTS / folder).rglob("*.*")):
        if {"show_notes", "shows"} & set(path.parts):
            continue
        number, words = Matcher.of(show, [])._number(path.name.rpartition(".")[0])
        title = words.replace("_", " ").strip("-. ") or f"Episode {number}"
        if (number or title) not in seen:
            seen.add(number or title)
            factories.episode(
                title[:200],
                of=made,
                number=number or None,
                by=[],
                published=False,
                linked_url=f"https://a.example.org/{len(seen)}",
            )
    status, report = run("import_transcripts", TRANSCRIPTS / folder, "--show", made.slug)
    assert report["created"] >= least, (report["created"], report["failed"])
    assert not any("Unexpected" in line["why"] for line in report["failed"])
    assert status in (0, 1)
