"""What stands on the front page for a time: there and gone on time, while nothing runs."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.timezone import localtime

from accounts.models import User
from core import caching
from pages.front import composition
from pages.models import FrontPageSlot
from publishing import workflow
from publishing.models import Item
from tests import factories
from tests.pages.test_admin import FRONT, rows

pytestmark = pytest.mark.django_db
LEAD, BESIDE = FrontPageSlot.Place.LEAD, FrontPageSlot.Place.SECONDARY


@pytest.fixture
def desk(editor: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(editor)


def days(number: float) -> datetime:
    return (timezone.now() + timedelta(days=number)).replace(second=0, microsecond=0)


def slot(
    item: Item,
    place: str = LEAD,
    begin: datetime | None = None,
    end: datetime | None = None,
    position: int = 0,
) -> FrontPageSlot:
    return FrontPageSlot.objects.create(
        item=item, place=place, from_at=begin, until_at=end, position=position
    )


def items(*names: str) -> list[Item]:
    """Of articles that are too old to stand on the front page by themselves, besides six that do."""
    for number in range(6):
        factories.article(f"New {number}")
    return [factories.article(name, at=days(-900)).item for name in names]


def unpublish(item: Item) -> None:
    content = item.content()
    assert content
    workflow.unpublish(content, by=None)


def shown() -> tuple[str, list[str]]:
    """The lead, and what editors have put beside it."""
    lead, secondaries, _ = composition()
    assert lead
    return lead.title, [entry.title for entry in secondaries if not entry.title.startswith("New")]


# --- what readers get ---------------------------------------------------------------------------------------------


def test_of_several_leads_the_one_that_began_last_stands_there() -> None:
    standing, early, late, over, soon = items("Standing", "Early", "Late", "Over", "Soon")
    slot(late, begin=days(-1))
    slot(early, begin=days(-2))
    slot(standing)
    slot(over, begin=days(-0.5), end=days(-0.1))
    slot(soon, begin=days(0.1))
    assert shown() == ("Late", [])


@pytest.mark.parametrize(
    ("begin", "end", "lead"),
    [
        (-2, None, "Timed"),
        (-2, 1, "Timed"),
        (None, 1, "Timed"),
        (1, 2, "Standing"),
        (-2, -1, "Standing"),
        (None, -1, "Standing"),
    ],
)
def test_a_lead_has_its_time_and_gives_its_place_back(begin: int | None, end: int | None, lead: str) -> None:
    standing, timed = items("Standing", "Timed")
    slot(standing)
    slot(timed, begin=days(begin) if begin else None, end=days(end) if end else None)
    assert shown()[0] == lead


def test_a_lead_that_is_not_live_is_passed_over_for_the_next() -> None:
    standing, first, second, third = items("Standing", "Unpublished", "Expired", "Live")
    slot(standing)
    for number, item in enumerate((third, second, first)):
        slot(item, begin=days(number - 5))
    unpublish(first)
    expiring = second.content()
    assert expiring
    workflow.set_expiry(expiring, by=None, at=days(-1))
    assert shown()[0] == "Live"


def test_what_is_there_for_a_time_stands_before_what_is_there_for_good() -> None:
    names = items("A", "B", "C", "D", "E", "Not yet")
    for position, item in enumerate(names[:3], 1):
        slot(item, BESIDE, position=position)
    slot(names[3], BESIDE, begin=days(-2))
    slot(names[4], BESIDE, begin=days(-1))
    slot(names[5], BESIDE, begin=days(1))
    assert shown() == ("New 5", ["E", "D", "A", "B"])


def test_nothing_stands_there_twice() -> None:
    a, b = items("A", "B")
    slot(a, BESIDE, position=1)
    slot(b, BESIDE, position=2)
    slot(a, LEAD, begin=days(-1))
    slot(b, BESIDE, begin=days(-1), end=days(1))
    assert shown() == ("A", ["B"])


def test_a_lead_that_waits_is_in_the_river_like_everything_else(client: Client) -> None:
    standing, timed = items("Standing", "Timed")
    slot(standing)
    slot(timed, begin=days(-1))
    titles = [entry.title for entry in client.get("/").context["page"]]
    assert "Standing" in titles
    assert "Timed" not in titles


def test_a_slot_ends_after_it_begins() -> None:
    (item,) = items("A")
    for begin, end in [(days(1), days(1)), (days(2), days(1))]:
        with pytest.raises(IntegrityError, match="ends_after_it_begins"), transaction.atomic():
            slot(item, begin=begin, end=end)


@pytest.mark.django_db(transaction=True)
def test_slots_begin_and_end_on_time_although_the_page_is_kept(client: Client) -> None:
    standing, timed = items("Standing", "Timed")
    slot(standing)
    begin = timezone.now() + timedelta(seconds=1.5)
    end = begin + timedelta(seconds=1.5)
    slot(timed, begin=begin, end=end)
    caching.bump()
    for moment, lead in [(None, "Standing"), (begin, "Timed"), (end, "Standing")]:
        if moment:
            time.sleep(max(0.0, (moment - timezone.now()).total_seconds()) + 0.05)
        for _ in ("made", "kept"):
            assert lead_of(client) == lead
    with CaptureQueriesContext(connection) as captured:
        client.get("/")
    assert len(captured) == 0, "it was kept"


def lead_of(client: Client) -> str:
    """The first headline of the page, which may come from the page cache."""
    page = client.get("/").text
    return min(
        ("Standing", "Timed"), key=lambda name: page.find(f">{name}<") if f">{name}<" in page else len(page)
    )


def test_slots_ask_nothing_more_of_the_database(client: Client) -> None:
    def asked() -> int:
        caching.bump()
        caching.push()
        with CaptureQueriesContext(connection) as captured:
            client.get("/")
        return len(captured)

    a, b = items("A", "B")
    for _ in range(20):
        factories.article(at=days(-1))
    slot(a)
    before = asked()
    for number in range(1, 5):
        slot(b, begin=days(-number))
        slot(a, BESIDE, begin=days(-number), end=days(1))
        slot(b, BESIDE, begin=days(number))
    assert asked() == before


# --- composing ----------------------------------------------------------------------------------------------------


def timed_rows(*given: dict[str, Any], standing: tuple[Any, ...] = ()) -> dict[str, Any]:
    """The whole form. A row with an `id` is known; moments are datetimes."""
    known = [row for row in given if "id" in row]
    data = rows(*standing) | {"timed-TOTAL_FORMS": len(given), "timed-INITIAL_FORMS": len(known)}
    for number, row in enumerate(known + [row for row in given if "id" not in row]):
        for name, value in row.items():
            text = localtime(value).strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value
            data[f"timed-{number}-{name}"] = text
    return data


def row_of(known: FrontPageSlot, **changes: Any) -> dict[str, Any]:
    row = {"id": known.pk, "place": known.place, "item": known.item_id}
    moments = {"from_at": known.from_at or "", "until_at": known.until_at or ""}
    return row | moments | changes


def words(desk: Client) -> list[str]:
    return [form.words for form in desk.get(FRONT).context["timed"].initial_forms]


def test_an_editor_schedules_a_lead_and_sees_what_becomes_of_it(desk: Client) -> None:
    standing, timed = items("Standing", "Timed")
    answer = desk.post(
        FRONT,
        timed_rows(
            {"place": "lead", "item": timed.pk, "from_at": days(1), "until_at": days(2)}, standing=(standing,)
        ),
    )
    assert answer.status_code == 302
    made = FrontPageSlot.objects.timed().get()
    assert (made.item, made.place, made.from_at, made.until_at) == (timed, "lead", days(1), days(2))
    assert FrontPageSlot.objects.standing().get().item == standing
    said = localtime(days(1)).strftime("%b, %H:%M")
    (told,) = words(desk)
    assert told.startswith("Shows from ")
    assert said in told
    assert ", until " in told
    assert shown()[0] == "Standing"


def test_each_row_says_how_it_stands_with_readers(desk: Client) -> None:
    now, waits, soon, draft, over = items("Now", "Waits", "Soon", "Draft", "Finished")
    slot(waits, begin=days(-3))
    slot(draft, begin=days(-2))
    slot(now, begin=days(-1))
    slot(soon, BESIDE, begin=days(1))
    slot(over, begin=days(-9), end=days(-8))
    unpublish(draft)
    said = words(desk)
    assert said[:3] == ["Waits: “Now” began later and leads now", "Passed over: it is not live", "Shows now"]
    assert said[3].startswith("Shows from ")
    page = desk.get(FRONT)
    assert [slot.title for slot in page.context["over"]] == ["Finished"]
    assert "Finished" in page.text


@pytest.mark.parametrize(
    ("row", "field", "complaint"),
    [
        ({"from_at": "", "until_at": ""}, "from_at", "from when"),
        ({"from_at": 2, "until_at": 1}, "until_at", "before it begins"),
        ({"from_at": 1, "until_at": 1}, "until_at", "before it begins"),
        ({"from_at": -2, "until_at": -1}, "until_at", "has passed"),
        ({"from_at": "", "until_at": -1}, "until_at", "has passed"),
        ({"from_at": 4000, "until_at": ""}, "from_at", "ten years"),
        ({"from_at": "tomorrow", "until_at": ""}, "from_at", "valid"),
        ({"from_at": 1, "until_at": "", "item": ""}, "item", "Choose"),
        ({"from_at": 1, "until_at": "", "item": 999_999_999}, "item", "not one of"),
        ({"from_at": 1, "until_at": "", "place": "everywhere"}, "place", "not one of"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_reason(
    desk: Client, row: dict[str, Any], field: str, complaint: str
) -> None:
    (item,) = items("A")
    moments = {
        name: days(value) for name, value in row.items() if name.endswith("_at") and isinstance(value, int)
    }
    answer = desk.post(
        FRONT, timed_rows({"place": "lead", "item": item.pk} | row | moments, standing=(item,))
    )
    assert answer.status_code == 200
    (errors,) = [form.errors for form in answer.context["timed"] if form.errors]
    assert list(errors) == [field]
    assert complaint in str(errors[field])
    assert FrontPageSlot.objects.count() == 0, "neither table is saved alone"


def test_a_row_is_changed_removed_or_left_as_it_is(desk: Client) -> None:
    a, b, c = items("A", "B", "C")
    kept, changed, removed = slot(a, begin=days(1)), slot(b, begin=days(2)), slot(c, begin=days(3))
    data = timed_rows(
        row_of(kept), row_of(changed, place="secondary", until_at=days(5)), row_of(removed, DELETE="on")
    )
    assert desk.post(FRONT, data).status_code == 302
    assert sorted((str(row.item), row.place, row.until_at) for row in FrontPageSlot.objects.all()) == [
        ("A", "lead", None),
        ("B", "secondary", days(5)),
    ]


def test_what_got_over_while_the_form_was_open_does_not_stop_anybody(desk: Client) -> None:
    a, b = items("A", "B")
    over = slot(a, begin=days(-2), end=days(-1))
    assert (
        desk.post(
            FRONT, timed_rows(row_of(over), {"place": "lead", "item": b.pk, "from_at": days(1)})
        ).status_code
        == 302
    )
    assert FrontPageSlot.objects.count() == 2


def test_what_was_unpublished_meanwhile_keeps_its_slot(desk: Client) -> None:
    (a,) = items("A")
    timed = slot(a, begin=days(1))
    unpublish(a)
    assert "A" in str(desk.get(FRONT).context["timed"][0]["item"])
    assert desk.post(FRONT, timed_rows(row_of(timed))).status_code == 302
    assert FrontPageSlot.objects.get() == timed


def test_a_row_that_somebody_else_has_removed_is_said_to_be_gone(desk: Client) -> None:
    (a,) = items("A")
    timed = slot(a, begin=days(1))
    data = timed_rows(row_of(timed))
    timed.delete()
    answer = desk.post(FRONT, data)
    assert answer.status_code == 200
    assert "Somebody else has removed this row" in answer.text


def test_what_stands_there_for_good_does_not_touch_what_is_timed(desk: Client) -> None:
    a, b = items("A", "B")
    timed = slot(a, begin=days(1))
    desk.post(FRONT, timed_rows(row_of(timed), standing=(b,)))
    desk.post(FRONT, timed_rows(row_of(timed), standing=(None, b)))
    assert FrontPageSlot.objects.timed().get() == timed
    assert FrontPageSlot.objects.standing().get().place == "secondary"


def test_a_slot_of_the_other_table_cannot_be_reached_through_this_one(desk: Client) -> None:
    (a,) = items("A")
    standing = slot(a)
    desk.post(FRONT, timed_rows(row_of(standing, place="secondary", from_at=days(1)), standing=(a,)))
    kept = FrontPageSlot.objects.get()
    assert (kept.place, kept.from_at) == ("lead", None)


@pytest.mark.django_db(transaction=True)
def test_readers_get_a_new_lead_at_once(desk: Client) -> None:
    _, timed = items("Standing", "Timed")
    assert ">Timed<" not in Client().get("/").text.partition("front-river")[0]
    desk.post(FRONT, timed_rows({"place": "lead", "item": timed.pk, "from_at": days(-1)}))
    assert lead_of(Client()) == "Timed"
