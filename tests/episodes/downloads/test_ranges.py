import time

import pytest

from episodes.downloads import ranges


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("", [(0, 999)]),
        ("bytes=0-", [(0, 999)]),
        ("bytes=0-1", [(0, 1)]),
        ("Bytes = 0-1", [(0, 1)]),
        ("bytes=990-2000", [(990, 999)]),
        ("bytes=-10", [(990, 999)]),
        ("bytes=-5000", [(0, 999)]),
        ("bytes=0-9, 20-29", [(0, 9), (20, 29)]),
        ("bytes=20-29,0-19", [(0, 29)]),
        ("bytes=0-9,,20-29,", [(0, 9), (20, 29)]),
        # nothing of the file: 416
        ("bytes=1000-", []),
        ("bytes=1000-2000", []),
        ("bytes=-0", []),
        # one of several is enough
        ("bytes=1000-,0-1", [(0, 1)]),
        # no ranges, so the header is passed over
        ("bytes=", [(0, 999)]),
        ("bytes=-", [(0, 999)]),
        ("bytes=5-2", [(0, 999)]),
        ("bytes=a-b", [(0, 999)]),
        ("bytes=0-1;2", [(0, 999)]),
        ("bytes=٣-٤", [(0, 999)]),
        ("bytes=--5", [(0, 999)]),
        ("items=0-1", [(0, 999)]),
        ("\0", [(0, 999)]),
        # bombs
        ("bytes=" + ",".join("0-1" for _ in range(11)), []),
        ("bytes=0-" + "9" * 5000, []),
        ("bytes=" + "," * 100_000, []),
    ],
)
def test_what_a_range_header_asks_for(header: str, asked: list[tuple[int, int]]) -> None:
    begun = time.perf_counter()
    assert ranges.asked(header, 1000) == asked
    assert time.perf_counter() - begun < 0.05


def test_of_an_empty_file_nothing_can_be_asked_for() -> None:
    assert ranges.asked("", 0) == ranges.asked("bytes=0-", 0) == []


def test_bytes_that_are_asked_for_twice_count_once_and_tags_do_not() -> None:
    assert ranges.beyond([(0, 99), (50, 149), (200, 209)], 0) == 160
    assert ranges.beyond([(0, 99), (50, 149), (200, 209)], 120) == 40
    assert ranges.beyond([(0, 99)], 100) == 0
