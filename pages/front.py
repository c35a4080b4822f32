from pages.models import FrontPageSlot
from search.models import IndexEntry

SECONDARIES = 4


def composition() -> tuple[IndexEntry | None, list[IndexEntry], list[int]]:
    """The lead, the secondaries and the ids of both: the editors' choice for now, filled up with the newest.

    A slot whose item is not live (unpublished, scheduled, expired) is passed over.
    """
    slots = list(FrontPageSlot.objects.current().values_list("place", "item_id"))
    entries = IndexEntry.objects.live().for_cards().filter(item__in={item for _, item in slots})
    live = {entry.item_id: entry for entry in entries}
    leads, beside = (
        [live[item] for place, item in slots if place == wanted and item in live][:SECONDARIES]
        for wanted in (FrontPageSlot.Place.LEAD, FrontPageSlot.Place.SECONDARY)
    )
    newest = list(IndexEntry.objects.river()[: 2 * SECONDARIES + 2])
    lead = leads[0] if leads else next((entry for entry in newest if entry not in beside), None)
    secondaries = [entry for entry in dict.fromkeys(beside + newest) if entry != lead][:SECONDARIES]
    return lead, secondaries, [entry.pk for entry in (lead, *secondaries) if entry]
