from pages.models import FrontPageSlot
from search.models import IndexEntry

SECONDARIES = 4


def composition() -> tuple[IndexEntry | None, list[IndexEntry], list[int]]:
    """The lead, the secondaries and the ids of both: the editors' choice, filled up with the newest.

    A slot whose item is not live (unpublished, scheduled) is passed over.
    """
    slots = list(FrontPageSlot.objects.values_list("item_id", "place"))
    chosen = {
        entry.item_id: entry
        for entry in IndexEntry.objects.live().for_cards().filter(item__in=[i for i, _ in slots])
    }
    newest = [
        e for e in IndexEntry.objects.river()[: SECONDARIES + 1 + len(slots)] if e.item_id not in chosen
    ]
    leads = [chosen[item] for item, place in slots if place == FrontPageSlot.Place.LEAD and item in chosen]
    lead = leads[0] if leads else (newest.pop(0) if newest else None)
    secondaries = [
        chosen[item] for item, place in slots if place != FrontPageSlot.Place.LEAD and item in chosen
    ]
    secondaries = (secondaries + newest)[:SECONDARIES]
    return lead, secondaries, [entry.pk for entry in (lead, *secondaries) if entry]
