"""What a static page needs beside its text."""

from collections.abc import Iterator

from pages.models import StaticPage
from publishing.linter import Checked, Level, Problem, rule

KINDS = (StaticPage.kind,)
LONGEST_SUMMARY = 160
LONGEST_NAME = 60


@rule("page-title-missing", Level.ERROR, field="name", kinds=KINDS)
def no_title(text: Checked) -> Iterator[Problem]:
    """No title."""
    if not text.plain("name").strip():
        yield Problem("The page has no title.", "Write one.")


@rule("page-title-long", Level.WARNING, field="name", kinds=KINDS)
def long_title(text: Checked) -> Iterator[Problem]:
    """A title that search engines cut."""
    length = len(text.plain("name"))
    if length > LONGEST_NAME:
        yield Problem(
            f"The title has {length} characters; search engines cut it.", f"Say it in {LONGEST_NAME}."
        )


@rule("summary-missing", Level.WARNING, field="summary", kinds=KINDS)
def no_summary(text: Checked) -> Iterator[Problem]:
    """No summary for search engines."""
    if not text.plain("summary").strip():
        yield Problem("Search engines have to guess what the page is about.", "Say it in one sentence.")


@rule("summary-long", Level.WARNING, field="summary", kinds=KINDS)
def long_summary(text: Checked) -> Iterator[Problem]:
    """A summary that search engines cut."""
    length = len(text.plain("summary"))
    if length > LONGEST_SUMMARY:
        yield Problem(
            f"The summary has {length} characters; search engines show {LONGEST_SUMMARY}.",
            f"Say it in {LONGEST_SUMMARY}, with what matters first.",
        )
