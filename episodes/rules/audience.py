"""For whom it is, and when."""

from collections.abc import Iterator
from datetime import timedelta

from core.clock import database_now
from episodes.rules.shared import KINDS
from publishing.linter import Checked, Level, Problem, rule

LONGEST_WAIT = timedelta(days=366)
"""For which members may hear an episode before everybody else; more is a year typed wrongly."""


@rule("early-past", Level.WARNING, field="public_at", kinds=KINDS)
def early_is_over(text: Checked) -> Iterator[Problem]:
    """A time for everybody that has passed before members hear it."""
    episode = text.content
    begins = episode.published_at or database_now()
    if episode.public_at and episode.public_at <= begins and episode.announced_at is None:
        yield Problem(
            "Everybody may hear it from a time that is before its publication, so members have nothing of their own.",
            "Choose a later time, or empty it.",
        )


@rule("early-far", Level.WARNING, field="public_at", kinds=KINDS)
def early_for_long(text: Checked) -> Iterator[Problem]:
    """A time for everybody that is over a year away."""
    episode = text.content
    begins = episode.published_at or database_now()
    if episode.public_at and episode.public_at > begins + LONGEST_WAIT:
        yield Problem("Everybody waits for it for more than a year.", "Look at the year again.")


@rule("early-never", Level.WARNING, field="public_at", kinds=KINDS)
def early_for_an_extra(text: Checked) -> Iterator[Problem]:
    """For members alone, and for everybody from a time on."""
    if text.content.for_members and text.content.public_at:
        yield Problem(
            "It is for members alone, and has a time for everybody: that time will never come.",
            "Untick “for members alone”, or empty the time.",
        )
