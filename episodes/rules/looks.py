"""The artwork of an episode, or of its show."""

from collections.abc import Iterator
from typing import Any

from episodes import artwork
from episodes.rules.shared import KINDS, show_of
from publishing.linter import Checked, Level, Problem, rule


@rule("artwork-missing", Level.ERROR, field="artwork", kinds=KINDS)
def no_artwork(text: Checked) -> Iterator[Problem]:
    """Neither the episode nor its show has a picture."""
    show = show_of(text)
    if show is None or _artwork(text) or show.kept.get("image") or text.content.kept.get("image"):
        return
    yield Problem(
        "The show has no artwork: directories refuse its feed.", f"{artwork.FIX} It is chosen with the show."
    )


@rule("artwork-unusable", Level.ERROR, field="artwork", kinds=KINDS)
def unusable_artwork(text: Checked) -> Iterator[Problem]:
    """Artwork (its own or the show's) that directories refuse."""
    if picture := _artwork(text):
        whose = "" if text.content.artwork_id else "It is the show's. "
        for sentence in artwork.unusable(picture):
            yield Problem(f"{sentence}", f"{whose}{artwork.FIX}", excerpt=f"{picture.reference} {sentence}")


@rule("artwork-heavy", Level.WARNING, field="artwork", kinds=KINDS)
def heavy_artwork(text: Checked) -> Iterator[Problem]:
    """Artwork that is heavy, or transparent in parts."""
    if picture := _artwork(text):
        for sentence in artwork.advised(picture):
            yield Problem(sentence, artwork.FIX, excerpt=f"{picture.reference} {sentence}")


def _artwork(text: Checked) -> Any:
    show = show_of(text)
    return text.content.artwork or (show.artwork if show else None)
