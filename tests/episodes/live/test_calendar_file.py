"""A live recording for people's calendars."""

from datetime import UTC, datetime

from django.test import Client

from episodes import live
from episodes.live.calendar_file import calendar, escaped, folded
from tests.episodes.live.making import recording, state


def test_the_calendar_file_is_what_rfc_5545_asks_for(db: None) -> None:
    found = recording(
        starts_at=datetime(2026, 11, 21, 20, 0, tzinfo=UTC), minutes=90, title="Books, wine; and \\ more"
    )
    response = Client().get(f"{found.get_absolute_url()}calendar.ics")
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    text = response.content.decode()
    assert all(line.endswith("\r") for line in text.split("\n")[:-1])
    lines = text.replace("\r\n ", "").split("\r\n")
    assert [lines[0], lines[1], lines[-2], lines[-1]] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "END:VCALENDAR",
        "",
    ]
    known = dict(line.partition(":")[::2] for line in lines)
    assert known["UID"] == str(found.guid)
    assert (known["DTSTART"], known["DTEND"]) == ("20261121T200000Z", "20261121T213000Z")
    assert known["SUMMARY"] == r"Show: Books\, wine\; and \\ more"
    assert (known["SEQUENCE"], known["STATUS"]) == ("0", "CONFIRMED")
    assert known["URL"] == f"http://testserver{found.get_absolute_url()}"


def test_long_lines_are_folded_between_characters_and_nothing_is_lost(db: None) -> None:
    words = "Ä" * 100 + "🎙" * 50
    lines = list(folded(f"SUMMARY:{words}"))
    assert max(len(line.encode()) for line in lines) <= 75
    assert "".join([lines[0], *(line[1:] for line in lines[1:])]) == f"SUMMARY:{words}"


def test_nothing_typed_becomes_a_line_of_its_own(db: None) -> None:
    hostile = "Title\r\nEND:VEVENT\rBEGIN:VALARM\nX:\x00\x1b"
    assert escaped(hostile) == r"Title\nEND:VEVENT\nBEGIN:VALARM\nX:"
    found = recording(title=hostile.replace("\x00", ""), description=hostile.replace("\x00", ""))
    assert calendar(found).count("\r\nEND:VEVENT") == 1


def test_what_is_called_off_is_struck_out_of_calendars_and_taking_that_back_counts_on(db: None) -> None:
    found = recording()
    assert live.call_off(found)
    text = calendar(found)
    assert "STATUS:CANCELLED" in text
    assert "SEQUENCE:1" in text
    assert state(found) == "Called off"
    assert live.announce_again(found)
    assert "STATUS:CONFIRMED" in calendar(found)
    assert "SEQUENCE:2" in calendar(found)


def test_what_ended_before_its_time_is_not_called_off(db: None) -> None:
    found = recording()
    live.begin(found)
    live.end(found)
    assert "STATUS:CONFIRMED" in calendar(found)
    assert found.ended_at
    assert found.ended_at < found.starts_at
