"""The front page as an editor composes it: a lead and up to four secondaries, each a choice or left to the newest."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction

from core import caching
from core.widgets import SearchSelect
from pages.front import SECONDARIES
from pages.models import FrontPageSlot
from pages.timed_slots import BaseTimedSlots
from publishing.models import Item
from search.items import choosable

PLACES = ["Lead", *(f"Beside it, {number}" for number in range(1, SECONDARIES + 1))]


class SlotForm(forms.Form):
    item = forms.ModelChoiceField(
        choosable(),
        required=False,
        widget=SearchSelect(
            FrontPageSlot._meta.get_field("item"), admin.site, attrs={"aria-label": "What stands here"}
        ),
    )
    position = forms.IntegerField(min_value=0, max_value=1000, required=False)

    @property
    def place(self) -> str:
        """Where it stood when the page was made, for people without JavaScript."""
        place: int = self.initial.get("position", 0)
        return PLACES[place]


class BaseSlots(forms.BaseFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        chosen = [item for item in self.in_order() if item]
        if len(chosen) != len(set(chosen)):
            raise ValidationError(
                "Something is there twice. Choose something else, or leave one of the two empty."
            )

    def in_order(self) -> list[Item | None]:
        """The choices from the lead on."""
        rows = [form.cleaned_data for form in self.forms if form.is_valid()]
        return [row["item"] for row in sorted(rows, key=lambda row: row.get("position") or 0)]

    def save(self) -> None:
        FrontPageSlot.objects.standing().delete()
        places = [FrontPageSlot.Place.LEAD] + [FrontPageSlot.Place.SECONDARY] * SECONDARIES
        FrontPageSlot.objects.bulk_create(
            FrontPageSlot(place=place, item=item, position=position)
            for position, (place, item) in enumerate(zip(places, self.in_order(), strict=True))
            if item
        )


Slots = forms.formset_factory(
    SlotForm,
    formset=BaseSlots,
    extra=0,
    min_num=SECONDARIES + 1,
    max_num=SECONDARIES + 1,
    validate_min=True,
    validate_max=True,
    absolute_max=SECONDARIES + 1,
)


@transaction.atomic
def save(slots: Any, timed: BaseTimedSlots) -> None:
    """Both tables at once. The bump comes first: it makes editors who save at the same time wait for each other."""
    caching.bump()
    slots.save()
    timed.save()


def current() -> list[dict[str, Any]]:
    """What is chosen for good, one entry a place, empty where the newest stands."""
    standing = FrontPageSlot.objects.standing()
    lead = standing.filter(place=FrontPageSlot.Place.LEAD).first()
    others = list(standing.exclude(place=FrontPageSlot.Place.LEAD)[:SECONDARIES])
    return _rows([lead, *others, *[None] * (SECONDARIES - len(others))])


def _rows(slots: list[FrontPageSlot | None]) -> list[dict[str, Any]]:
    return [{"item": slot.item_id if slot else None, "position": place} for place, slot in enumerate(slots)]
