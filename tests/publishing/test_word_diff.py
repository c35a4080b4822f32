"""Two texts beside each other: exact, readable, and never dearer than it is worth."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing.history.word_diff import STEPS, Effort, Passage, Span, differences, passages

TEXTS = st.text(
    st.sampled_from("ab \n") | st.sampled_from("é’'-.\t\r\u2028\U0001f600*_#"), max_size=120
) | st.lists(st.sampled_from(["One.", "Two words.", "", "  ", "```", "# Top"]), max_size=12).map("\n\n".join)
ANY = TEXTS | st.text(max_size=60)


def diff(before: str, after: str, steps: int = STEPS) -> list[Span]:
    return differences(before, after, Effort(steps))[0]


def shown(before: str, after: str) -> str:
    """[-gone-] and {+come+}."""
    forms = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}
    return "".join(forms[span.op].format(span.text) for span in diff(before, after))


def without(op: str, spans: list[Span]) -> str:
    return "".join(span.text for span in spans if span.op != op)


@given(ANY, ANY, st.sampled_from([0, 150, 700, 5000, STEPS]))
def test_the_spans_are_both_texts_however_little_effort_is_made(before: str, after: str, steps: int) -> None:
    spans = diff(before, after, steps)
    assert without("insert", spans) == before
    assert without("delete", spans) == after
    assert all(span.text for span in spans)
    assert all(one.op != other.op for one, other in pairwise(spans))


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert diff(text, text) == ([Span("equal", text)] if text else [])


@given(st.lists(st.sampled_from(["Short.", "Long " * 80, "x" * 700]), max_size=9), TEXTS)
def test_folding_leaves_nothing_out(blocks: list[str], end: str) -> None:
    spans = diff("\n\n".join(blocks), "\n\n".join([*blocks[::-1], end]))
    together = [span for passage in passages(spans) for span in passage.spans]
    assert without("insert", together) == without("insert", spans)
    assert without("delete", together) == without("delete", spans)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("The tide is low today.", "The tide is high today.", "The tide is [-low-]{+high+} today."),
        ("low-water", "low-tide", "low-[-water-]{+tide+}"),
        ("I do not know.", "I don’t know.", "I [-do not-]{+don’t+} know."),
        ("One.\n\nThree.", "One.\n\nTwo.\n\nThree.", "One.\n\n{+Two.\n\n+}Three."),
        ("Same.", "", "[-Same.-]"),
        ("a  b", "a b", "a [- -]b"),
        ("a b", "a\nb", "a[- -]{+\n+}b"),
        ("    return 1\n    x", "  return 1\n    x", "  [-  -]return 1\n    x"),
        ("It was so. Then", "It was so, always. Then", "It was so{+, always+}. Then"),
        (
            "![A quay](asset:1)\n\nThe tables assume a mean pressure of 1013 millibars.",
            "![A ship](asset:2)\n\nThe tables assume a mean pressure of 1,013 hPa.",
            "![A [-quay-]{+ship+}](asset:[-1-]{+2+})\n\nThe tables assume a mean pressure of "
            "[-1013 millibars-]{+1,013 hPa+}.",
        ),
        # A line in the middle of hard-wrapped ones
        ("one\ntwo\nthree\n", "one\ntwo and\nthree\n", "one\ntwo{+ and+}\nthree\n"),
    ],
)
def test_what_changed_is_a_word_not_a_paragraph(before: str, after: str, expected: str) -> None:
    assert shown(before, after) == expected


def test_a_rewritten_passage_is_one_change_and_no_confetti() -> None:
    before = "Nobody on the quay expected the ferry to be the one that sank."
    after = "It was the ferry, of all things, and to this day harbour people ask why."
    assert len([span for span in diff(before, after) if span.op == "equal"]) <= 1


def test_rewritten_paragraphs_stand_beside_what_they_were() -> None:
    before = "Entirely other words here.\n\nNothing stays either."
    after = "A fresh opening sentence!\n\nWith some different ending?"
    assert [span.op for span in diff(before, after)] == ["delete", "insert", "delete", "insert"]


def test_what_is_far_from_a_change_is_folded_and_counted() -> None:
    blocks = [
        f"Paragraph number {number} says what it says, at some length, about tides." for number in range(30)
    ]
    changed = [*blocks[:20], "Paragraph number 20 says otherwise.", *blocks[21:]]
    found = passages(diff("\n\n".join(blocks), "\n\n".join(changed)))
    assert [passage.folded for passage in found] == ["19 unchanged paragraphs", "", "8 unchanged paragraphs"]
    assert "number 19" in found[1].spans[0].text
    assert "number 21" in found[1].spans[-1].text


def test_a_long_paragraph_folds_by_words() -> None:
    text = "word " * 1000
    first, second = passages(diff(text, text + "end"))
    assert first.folded.endswith("unchanged words")
    assert second.spans[-1] == Span("insert", "end")


def test_a_short_text_is_not_folded() -> None:
    assert passages(diff("One.\n\nTwo.", "One.\n\nTwo!")) == [
        Passage((Span("equal", "One.\n\nTwo"), Span("delete", "."), Span("insert", "!")))
    ]


def test_white_space_that_changed_can_be_seen() -> None:
    assert [span.marks for span in diff("a b", "a\n\tb")] == ["", "␣", "↵⇥", ""]
    assert Span("equal", " ").marks == ""


# --- hostile texts: the effort is counted, not timed ----------------------------------------------------------------------

_LINES = [f"line {number}" for number in range(100_000)]
_EVERY_SECOND = [f"other {number}" if number % 2 else line for number, line in enumerate(_LINES)]
_CHANCE = random.Random(1)


def shuffled() -> list[str]:
    return _CHANCE.sample(_LINES, len(_LINES))


def abc() -> str:
    return "\n".join(_CHANCE.choices("abc", k=100_000))


HOSTILE: dict[str, tuple[str, str]] = {
    "one word repeated": ("word " * 80_000, "word " * 40_000 + "other " + "word " * 40_000),
    "changed at both ends": ("x " + "word " * 80_000, "word " * 79_000 + "y"),
    "two words alternating": ("a b " * 100_000, "b a " * 100_000 + "c"),
    "every second of 100,000 lines": ("\n".join(_LINES), "\n".join(_EVERY_SECOND)),
    "every second of 100,000 paragraphs": ("\n\n".join(_LINES), "\n\n".join(_EVERY_SECOND)),
    "lines in another order": ("\n".join(_LINES), "\n".join(shuffled())),
    "paragraphs in another order": ("\n\n".join(_LINES), "\n\n".join(shuffled())),
    "a few lines, repeated": (abc(), abc()),
    "one endless word": ("x" * 400_000, "y" * 400_000),
    "only marks": ("*" * 400_000, "_*" * 200_000),
    "only white space": ("\n" * 400_000, " \n" * 200_000),
    "apostrophes": ("'a" * 200_000, "a'" * 200_000),
}


ALIKE = ("every second of 100,000 lines", "lines in another order")
"""As paragraphs: the same effort."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.soak) if name in ALIKE else name for name in HOSTILE]
)
def test_a_hostile_text_costs_no_more_than_the_effort(name: str) -> None:
    before, after = HOSTILE[name]
    effort = Effort()
    spans, _ = differences(before, after, effort)
    assert effort.left >= 0
    assert len(spans) <= STEPS / 50
    assert (without("insert", spans), without("delete", spans)) == (before, after)


def test_what_was_not_compared_word_by_word_is_admitted() -> None:
    assert differences(*HOSTILE["two words alternating"], Effort())[1] is False
    assert differences("a b", "a c", Effort())[1] is True


def test_one_endless_field_leaves_something_for_the_next() -> None:
    effort = Effort()
    differences(*HOSTILE["every second of 100,000 lines"], effort)
    spans, exact = differences("The tide is low today.", "The tide is high today.", effort)
    assert (len(spans), exact) == (4, True)
