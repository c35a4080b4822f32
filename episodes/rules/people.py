"""Who is heard, and who pays."""

from collections.abc import Iterable, Iterator

from episodes.chapters import seconds_of, stamp
from episodes.models import Episode, EpisodeCredit, SponsorSlot
from episodes.rules.shared import KINDS
from media_pipeline.playing import clock
from publishing.linter import Checked, Level, Problem, rule


@rule("guest-missing", Level.INFO, field="credits", kinds=KINDS)
def no_guest(text: Checked) -> Iterator[Problem]:
    """Nobody is named beside the hosts."""
    if text.is_saved and text.content.type == Episode.Type.FULL and not text.content.credits.exists():
        yield Problem(
            "Nobody is named beside the show's hosts.",
            "If somebody else is heard, add them: people search for names.",
        )


@rule("guest-unknown", Level.WARNING, field="credits", kinds=KINDS)
def unknown_guest(text: Checked) -> Iterator[Problem]:
    """A guest of whom nothing is told: neither a line about them nor a link."""
    for credit in _credits(text):
        if "guest" in credit.role.lower() and not _is_introduced(credit):
            yield Problem(
                f"Nothing tells who {credit.person} is.",
                "Write a sentence about them in People, or give a link.",
                excerpt=credit.person.name,
            )


@rule("slot-unnamed", Level.ERROR, field="slots", kinds=KINDS)
def slot_without_sponsor(text: Checked) -> Iterator[Problem]:
    """A sponsor's slot that says something, and not for whom."""
    for slot in _slots(text):
        if (slot.url or slot.text) and not slot.sponsor.strip():
            yield Problem(
                "A sponsor's slot has a text or a link, and nobody is named.",
                "Say who pays, as listeners should read it.",
                excerpt=slot.url or slot.text,
            )


@rule("slot-undisclosed", Level.ERROR, field="slots", kinds=KINDS)
def undisclosed_sponsor(text: Checked) -> Iterator[Problem]:
    """A sponsor whom the notes do not name: neither the slot's sentence nor the text."""
    notes = " ".join([text.content.standfirst, *(passage.text for passage in text.passages)]).casefold()
    for slot in _slots(text):
        named = slot.sponsor.strip().casefold()
        if named and not slot.text.strip() and named not in notes:
            yield Problem(
                f"“{slot.sponsor}” pays for a part of it, and the notes do not say so.",
                "Write the slot's sentence, or name the sponsor in the notes: listeners have a right to know.",
                excerpt=slot.sponsor,
            )


@rule("slot-link-missing", Level.WARNING, field="slots", kinds=KINDS)
def sponsor_without_link(text: Checked) -> Iterator[Problem]:
    """A sponsor without the address that listeners are sent to."""
    for slot in _slots(text):
        if slot.sponsor.strip() and not slot.url:
            yield Problem(
                f"“{slot.sponsor}” has no link.", "Give the address that was agreed on.", excerpt=slot.sponsor
            )


@rule("slot-late", Level.ERROR, field="slots", kinds=KINDS)
def slot_after_the_end(text: Checked) -> Iterator[Problem]:
    """A sponsor's slot at no time of the recording."""
    for slot in _slots(text):
        seconds = seconds_of(slot.at.strip()) if slot.at.strip() else 0
        if seconds is None:
            yield Problem(f"“{slot.at}” is no time.", f"Write it like {stamp(750)}.", excerpt=slot.at)
        elif seconds and 0 < text.content.seconds <= seconds:
            yield Problem(
                f"A sponsor's slot is at {clock(seconds)}, and the recording ends at {text.content.duration}.",
                "Correct the time.",
                excerpt=slot.at,
            )


def _credits(text: Checked) -> Iterable[EpisodeCredit]:
    if not text.is_saved:
        return []
    found: Iterable[EpisodeCredit] = text.content.credits.select_related("person").prefetch_related(
        "person__links"
    )
    return found


def _is_introduced(credit: EpisodeCredit) -> bool:
    person = credit.person
    return bool(person.bio.strip() or person.tagline.strip() or credit.href or person.links.all())


def _slots(text: Checked) -> Iterable[SponsorSlot]:
    return text.content.slots.all() if text.is_saved else []
