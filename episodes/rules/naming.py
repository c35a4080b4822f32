"""What an episode is called, and the number that it has."""

import re
from collections.abc import Iterator

from episodes.models import Episode, Show
from episodes.rules.shared import KINDS, show_of
from publishing.linter import Checked, Level, Problem, rule
from publishing.podcast_check.limits import MOST_TEXT_BYTES

_NUMBERED = re.compile(
    r"^\s*(?:\#\s*\d+|(?:episode|ep|folge|épisode|episodio)\b\.?\s*\#?\s*\d+)"
    r"|\(\s*(?:ep\.?|episode|\#)\s*\d+\s*\)",
    re.IGNORECASE,
)

_LEADING = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:[:.|)–—-])\s")


@rule("episode-title-missing", Level.ERROR, field="title", kinds=KINDS)
def no_title(text: Checked) -> Iterator[Problem]:
    """No title."""
    if not text.plain("title").strip():
        yield Problem("There is no title: apps list nothing without one.", "Say what it is about.")


@rule("episode-title-number", Level.ERROR, field="title", kinds=KINDS)
def number_in_title(text: Checked) -> Iterator[Problem]:
    """A number in the title, which apps print beside it anyway."""
    title, number = text.plain("title"), text.content.display_number
    found = _NUMBERED.search(title)
    leading = _LEADING.match(title)
    if leading and number and float(leading[1]) == float(number):
        found = leading
    if found:
        yield Problem(
            "The title holds the number; apps print it twice, and Apple refuses such titles.",
            "Take it out. The number has a field of its own.",
            excerpt=found[0].strip(),
        )


@rule("episode-title-show", Level.ERROR, field="title", kinds=KINDS)
def show_in_title(text: Checked) -> Iterator[Problem]:
    """The show's name at one end of the title."""
    show = show_of(text)
    title = text.plain("title").casefold()
    if show is None:
        return
    name = re.escape(show.name.casefold())
    if re.match(rf"\s*{name}\s*(?:[:|–—-]|\#?\d|$)", title) or re.search(rf"[:|–—-]\s*{name}\s*$", title):
        yield Problem(
            f"The title holds the show's name, “{show.name}”; apps print that above it.",
            "Say what this episode is about, and nothing else.",
            excerpt=show.name,
        )


@rule("episode-standfirst-missing", Level.WARNING, field="standfirst", kinds=KINDS)
def no_standfirst(text: Checked) -> Iterator[Problem]:
    """No standfirst."""
    if not text.plain("standfirst").strip():
        yield Problem(
            "There is no standfirst: lists and apps show the title alone.",
            "Say in one or two sentences what the listener will know at the end.",
        )


@rule("episode-notes-long", Level.INFO, kinds=KINDS)
def long_notes(text: Checked) -> Iterator[Problem]:
    """Show notes of which apps show the beginning."""
    size = len(text.content.body_html.encode()) if text.content.body_html else len(text.body.encode())
    if size > MOST_TEXT_BYTES:
        yield Problem(
            f"The notes have {size:,} bytes; many apps show the first {MOST_TEXT_BYTES:,}, and link to the rest.",
            "What matters most comes first.",
        )


@rule("episode-number-duplicate", Level.ERROR, field="number", kinds=KINDS)
def duplicate_number(text: Checked) -> Iterator[Problem]:
    """A number that another episode of the show has; of a serial show, of the season."""
    episode = text.content
    if episode.number is None or not episode.show_id or episode.type != Episode.Type.FULL:
        return
    others = Episode.objects.filter(show=episode.show_id, number=episode.number, type=Episode.Type.FULL)
    others = others.exclude(pk=episode.pk).exclude(
        status__in=[Episode.Status.ARCHIVED, Episode.Status.REMOVED]
    )
    if episode.season_id:
        others = others.filter(season=episode.season_id)
    if taken := others.only("title", "show").first():
        yield Problem(
            f"“{taken.title}” is number {episode.display_number} of this show, too.",
            "Give one of the two another number.",
            excerpt=episode.display_number,
        )


@rule("episode-number-missing", Level.ERROR, field="number", kinds=KINDS)
def no_number(text: Checked) -> Iterator[Problem]:
    """No number in a serial show, whose episodes are heard in order."""
    episode, show = text.content, show_of(text)
    if (
        show
        and show.type == Show.Type.SERIAL
        and episode.number is None
        and episode.type == Episode.Type.FULL
    ):
        yield Problem(
            "The show is serial, and this has no number: apps cannot put it in its place.", "Number it."
        )


@rule("episode-season-missing", Level.WARNING, field="season", kinds=KINDS)
def no_season(text: Checked) -> Iterator[Problem]:
    """No season in a serial show that has seasons."""
    show = show_of(text)
    if show and show.type == Show.Type.SERIAL and not text.content.season_id and show.seasons.exists():
        yield Problem("The show is told in seasons, and this belongs to none.", "Choose its season.")
