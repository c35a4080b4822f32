import json
import os
import pty
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from core.importing import ImportCommand, ImportStopped, ItemFailed, Outcome, Unreadable, printable
from core.models import Work

pytestmark = pytest.mark.django_db


def stop() -> None:
    raise ImportStopped("The storage is away.")


def interrupt() -> None:
    raise KeyboardInterrupt


def fail(error: Exception) -> Callable[[], None]:
    def raise_it() -> None:
        raise error

    return raise_it


class Letters(ImportCommand[str]):
    """Imports the letters of a word as rows of Work; `at` says what happens after a letter was written."""

    at: dict[str, Callable[[], None]] = {}

    def add_input(self, parser: ArgumentParser) -> None:
        parser.add_argument("word")

    def read(self, *, word: str, **options: Any) -> str:  # type: ignore[override]
        if not word.isalpha():
            raise Unreadable(word, "This is not a word.")
        return word

    def where(self, item: str) -> str:
        return f"letter {item}"

    def take(self, item: str) -> Outcome:
        _, created = Work.objects.get_or_create(kind="letter", key=item)
        if item in self.at:
            self.at[item]()
        return Outcome.CREATED if created else Outcome.UNCHANGED


def letters() -> set[str]:
    return set(Work.objects.values_list("key", flat=True))


def run(
    capsys: pytest.CaptureFixture[str], word: str, *options: str, **at: Callable[[], None]
) -> tuple[int, Any, str]:
    """(exit status, report, stderr)"""
    command = Letters()
    command.at = at
    status = 0
    try:
        call_command(command, word, "--json", *options)
    except CommandError as error:
        status = error.returncode
    out, err = capsys.readouterr()
    assert out.endswith("}\n"), "nothing but the report on stdout"
    return status, json.loads(out), err


def test_all_items_are_taken_and_the_second_run_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "abc") == (0, {"created": 3, "updated": 0, "unchanged": 0, "failed": []}, "")
    assert run(capsys, "abc") == (0, {"created": 0, "updated": 0, "unchanged": 3, "failed": []}, "")


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ItemFailed("The date is missing."), "The date is missing."),
        (ValueError("Too long."), "Too long."),
        (ValidationError(["One.", "Two."]), "One. Two."),
        (KeyError("x"), "Unexpected KeyError: 'x'"),
    ],
)
def test_a_bad_item_leaves_nothing_behind_and_does_not_stop_the_rest(
    capsys: pytest.CaptureFixture[str], error: Exception, why: str
) -> None:
    status, report, _ = run(capsys, "abc", b=fail(error))
    assert status == 1
    assert report == {
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "failed": [{"where": "letter b", "why": why}],
    }
    assert letters() == {"a", "c"}


def test_an_item_the_database_refuses_does_not_stop_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    def break_a_rule() -> None:
        Work.objects.create(kind="letter", key="b")

    status, report, _ = run(capsys, "abc", b=break_a_rule)
    assert (status, report["created"], [failure["where"] for failure in report["failed"]]) == (
        1,
        2,
        ["letter b"],
    )
    assert letters() == {"a", "c"}


def test_when_something_all_need_is_away_it_stops_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    status, report, _ = run(capsys, "abc", b=stop)
    assert status == 1
    assert report["failed"] == [{"where": "letter b", "why": "The storage is away."}]
    assert letters() == {"a"}
    assert run(capsys, "abc")[1] == {"created": 2, "updated": 0, "unchanged": 1, "failed": []}


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_stops_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def go_away() -> None:
        def refuse(*args: Any) -> None:
            raise OperationalError("connection refused")

        connection.close()
        monkeypatch.setattr(connection, "connect", refuse)
        Work.objects.count()

    status, report, _ = run(capsys, "abc", b=go_away)
    monkeypatch.undo()
    assert (status, report["created"], len(report["failed"])) == (1, 1, 1)
    assert letters() == {"a"}


def test_a_database_that_is_away_from_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    class Cannot(Letters):
        def read(self, **options: Any) -> str:
            raise OperationalError("connection refused\nIs the server running?")

    with pytest.raises(CommandError) as error:
        call_command(Cannot(), "abc", "--json")
    assert error.value.returncode == 1
    failed = json.loads(capsys.readouterr().out)["failed"]
    assert failed == [{"where": "database", "why": "connection refused"}]


def test_ctrl_c_reports_what_was_done_so_far(capsys: pytest.CaptureFixture[str]) -> None:
    status, report, _ = run(capsys, "abc", b=interrupt)
    assert (status, report) == (130, {"created": 1, "updated": 0, "unchanged": 0, "failed": []})
    assert letters() == {"a"}


def test_a_dry_run_says_the_same_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    status, report, _ = run(capsys, "abc", "--dry-run", b=fail(ItemFailed("Bad.")))
    assert (status, report["created"], len(report["failed"])) == (1, 2, 1)
    assert letters() == set()


def test_input_that_cannot_be_read_at_all_is_another_status(capsys: pytest.CaptureFixture[str]) -> None:
    status, report, _ = run(capsys, "1\x1b[2J2")
    assert status == 2
    assert report["failed"] == [{"where": r"1\x1b[2J2", "why": "This is not a word."}]


def test_people_get_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    command = Letters()
    command.at = {"b": fail(ItemFailed("[bold]It[/bold] \x1b[31m is bad."))}
    with pytest.raises(CommandError, match="1 problem"):
        call_command(command, "abc")
    out = capsys.readouterr().out
    assert "letter b" in out
    assert r"[bold]It[/bold] \x1b[31m is bad." in out
    assert "\x1b" not in out
    assert "2 created, 0 updated, 0 unchanged; 1 problem." in out


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\x1b[31m\x00", r"a\nb\x1b[31m\x00"),
        ("abc\u202egpj", r"abc\u202egpj"),
        ("\udcff.md", r"\udcff.md"),
        ("Šedovič 漢字 🎉", "Šedovič 漢字 🎉"),
        ("x" * 501, "x" * 499 + "…"),
    ],
)
def test_what_is_reported_is_safe_on_a_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown


PROGRESS = """
import time
from core.importing import progress
with progress(3) as advance:
    for _ in range(3):
        time.sleep(0.15)
        advance()
"""


def test_the_progress_bar_is_for_terminals_only() -> None:
    command = [sys.executable, "-c", PROGRESS]
    options: dict[str, Any] = {"cwd": Path(__file__).parents[2], "env": os.environ | {"TERM": "xterm"}}
    quiet = subprocess.run(command, capture_output=True, check=True, **options)
    assert (quiet.stdout, quiet.stderr) == (b"", b"")
    ours, theirs = pty.openpty()
    shown = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, check=True, **options)
    os.close(theirs)
    assert shown.stdout == b""
    assert b"importing" in os.read(ours, 10_000)
    os.close(ours)
