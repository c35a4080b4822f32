"""Two people's changes meet, and nothing of either is lost where they did not touch the same cue."""

import random
from typing import Any

import pytest

from episodes.transcripts.merging import Splice, changes, clashes, difference, merged, spliced


def rows(*words: str) -> list[list[Any]]:
    return [[at * 1000, at * 1000 + 900, "Ann", word] for at, word in enumerate(words)]


BEFORE = rows("one", "two", "three", "four", "five")


def with_(at: int, word: str) -> list[list[Any]]:
    return [[*row[:3], word] if n == at else row for n, row in enumerate(BEFORE)]


def test_a_difference_applied_again_is_the_same() -> None:
    chance = random.Random(7)
    for _ in range(200):
        one, other = (rows(*(chance.choice("abcd") for _ in range(chance.randrange(9)))) for _ in range(2))
        assert spliced(one, difference(one, other)) == other


@pytest.mark.parametrize(
    "splices",
    [
        [Splice(3, 1, []), Splice(0, 1, [])],
        [Splice(0, 2, []), Splice(1, 1, [])],
        [Splice(5, 1, [])],
        [Splice(-1, 1, [])],
        [Splice(0, -1, [])],
    ],
)
def test_what_does_not_fit_is_refused(splices: list[Splice]) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        spliced(BEFORE, splices)


def test_both_are_kept_where_they_touch_different_cues() -> None:
    mine = difference(BEFORE, with_(0, "ONE"))
    assert [row[3] for row in merged(BEFORE, mine, with_(3, "FOUR"))] == [
        "ONE",
        "two",
        "three",
        "FOUR",
        "five",
    ]
    assert [row[3] for row in merged(BEFORE, mine, BEFORE[:1] + BEFORE[2:])] == [
        "ONE",
        "three",
        "four",
        "five",
    ]
    assert clashes(BEFORE, mine, with_(3, "FOUR")) == 0


def test_mine_stays_where_both_changed_the_same_cue_or_put_something_at_the_same_place() -> None:
    mine, theirs = difference(BEFORE, with_(2, "mine")), with_(2, "theirs")
    assert ([row[3] for row in merged(BEFORE, mine, theirs)][2], clashes(BEFORE, mine, theirs)) == ("mine", 1)
    new = [[2500, 2600, "", "new"]]
    theirs = [*BEFORE[:3], [2500, 2700, "", "other"], *BEFORE[3:]]
    assert [row[3] for row in merged(BEFORE, [Splice(3, 0, new)], theirs)] == [
        "one",
        "two",
        "three",
        "new",
        "four",
        "five",
    ]


def test_changes_are_told_with_their_time_and_words() -> None:
    assert changes(BEFORE, with_(3, "FOUR")) == [("0:03", "Ann: four", "Ann: FOUR")]
    assert changes(BEFORE, BEFORE[:4]) == [("0:04", "Ann: five", "")]
    assert changes(BEFORE, BEFORE) == []


def test_ten_thousand_alike_are_compared_in_no_time() -> None:
    before = [[None, None, "", "Yes."] for _ in range(10_000)]
    after = [row if n % 100 else [None, None, "", f"No {n}."] for n, row in enumerate(before)]
    assert spliced(before, difference(before, after)) == after
