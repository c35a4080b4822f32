"""What stands on the front page for a time: each with its place, its piece, and from or until when."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, F, OuterRef
from django.utils.formats import date_format
from django.utils.timezone import localtime

from core.clock import database_now
from core.generics import ModelForm
from core.widgets import SearchSelect
from pages.models import FrontPageSlot
from publishing.forms import FURTHEST, MomentField
from search.items import choosable
from search.models import IndexEntry

EMPTY_ROWS = 2
MOST = 60  # rows
MOST_OVER = 5  # of those that are over and still shown
_ITEM = FrontPageSlot._meta.get_field("item")


class TimedSlotForm(ModelForm[FrontPageSlot]):
    from_at = MomentField(label="From")
    until_at = MomentField(label="Until")
    words = ""
    sign = ""

    class Meta:
        model = FrontPageSlot
        fields = ("place", "item", "from_at", "until_at")
        widgets = {"item": SearchSelect(_ITEM, admin.site)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item: Any = self.fields["item"]
        item.queryset = choosable(besides=[self.instance.item_id] if self.instance.item_id else [])
        item.error_messages["required"] = "Choose what is to stand there."
        for name, words in {"place": "Place", "item": "What", "from_at": "From", "until_at": "Until"}.items():
            self.fields[name].widget.attrs["aria-label"] = words

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not self.errors.keys() & {"from_at", "until_at"}:
            self._check(values.get("from_at"), values.get("until_at"))
        return values

    def _check(self, begin: datetime | None, end: datetime | None) -> None:
        now = database_now()
        if begin is None and end is None:
            self.add_error(
                "from_at", "Say from when, or until when. What is to stay belongs in the table above."
            )
        elif begin and end and end <= begin:
            self.add_error("until_at", "It would end before it begins. Choose a later time.")
        elif end and end <= now and "until_at" in self.changed_data:
            self.add_error("until_at", "This time has passed. Choose a later one, or remove the row.")
        for name, moment in {"from_at": begin, "until_at": end}.items():
            if moment and moment > now + FURTHEST:
                self.add_error(name, "That is more than ten years away. Look at the year again.")


class BaseTimedSlots(forms.BaseModelFormSet):  # type: ignore[type-arg]
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        taken = "Somebody else has removed this row. Open the page again."
        form.fields["id"].error_messages["invalid_choice"] = taken
        form.fields["DELETE"].label = "Remove"


TimedSlots = forms.modelformset_factory(
    FrontPageSlot,
    form=TimedSlotForm,
    formset=BaseTimedSlots,
    extra=EMPTY_ROWS,
    can_delete=True,
    max_num=MOST,
    absolute_max=MOST + EMPTY_ROWS,
)


def timed_slots(data: Any = None) -> Any:
    """The formset, each known row with `words`; bound to `data` also what has got over since the page was opened."""
    slots = _described()
    wanted = slots if data else slots.exclude(pk__in=FrontPageSlot.objects.over())
    empty = [{"place": FrontPageSlot.Place.LEAD}] * EMPTY_ROWS
    formset = TimedSlots(data, queryset=wanted, prefix="timed", initial=empty)
    lead = leading()
    for form in formset.initial_forms:
        if form.instance.pk:
            form.words, form.sign = _describe(form.instance, lead)
    return formset


def over() -> list[FrontPageSlot]:
    """The last ones whose time is over."""
    return list(_described().filter(pk__in=FrontPageSlot.objects.over()).order_by("-until_at")[:MOST_OVER])


def _described() -> Any:
    live = IndexEntry.objects.live().filter(item=OuterRef("item"))
    slots = FrontPageSlot.objects.timed().with_state().annotate(is_live=Exists(live))
    titled = slots.annotate(title=F("item__index_entry__title")).select_related("item")
    return titled.order_by(F("from_at").asc(nulls_first=True), F("until_at").asc(nulls_last=True), "id")


def leading() -> FrontPageSlot | None:
    """The lead that readers get now, with its `title`; None if it is the newest."""
    live = IndexEntry.objects.live().values("item")
    leads = FrontPageSlot.objects.current().filter(place=FrontPageSlot.Place.LEAD, item__in=live)
    return leads.annotate(title=F("item__index_entry__title")).first()


def _describe(slot: Any, lead: Any) -> tuple[str, str]:
    """What readers get of it - “Shows from 3 Dec, 08:00” - and the sign of that state in the admin's lists."""
    until = f", until {moment(slot.until_at)}" if slot.until_at else ""
    if slot.state == "over":
        return f"Over since {moment(slot.until_at)}", ""
    if slot.state == "upcoming":
        return f"Shows from {moment(slot.from_at)}{until}", "scheduled"
    if not slot.is_live:
        return "Passed over: it is not live", ""
    if slot.place == FrontPageSlot.Place.LEAD and lead and lead.pk != slot.pk:
        return f"Waits: “{lead.title}” began later and leads now", ""
    return f"Shows now{until}", "live"


def moment(at: datetime) -> str:
    """In the site's time zone; with the year only if it is another one."""
    local, now = localtime(at), localtime(database_now())
    return date_format(local, "j M, H:i" if local.year == now.year else "j M Y, H:i")
