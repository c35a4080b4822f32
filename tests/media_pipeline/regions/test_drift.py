"""The map of what is where, against rows in every state, and the switch above it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from media_pipeline.models import MediaAsset, OriginSwitch, Region, RegionCopy, Rendition, RenditionSet
from media_pipeline.regions import drift, wanted
from tests import factories

pytestmark = pytest.mark.django_db

State = RegionCopy.State


@pytest.fixture
def desk(editor: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(editor)


def copied(recording: MediaAsset, *states: str, **fields: Any) -> None:
    """The rows of a recording's files, the same states in each region; the first file gets the first one."""
    wanted.agree()
    files = Rendition.objects.regional().filter(set__asset=recording).order_by("pk")
    for file, state in zip(files, states, strict=True):
        RegionCopy.objects.filter(key=file.key).update(state=state, **fields)


def shown(client: Client, **asked: Any) -> dict[str, dict[str, str]]:
    """recording -> region -> what its cell says."""
    page = client.get(reverse("admin:media_pipeline_region_map"), asked).content.decode()
    page = page.partition('<div class="region-box"')[2]
    rows = [
        [_text(cell) for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    ]
    if not rows:
        return {}
    names = [name.split()[0] for name in rows[0][1:]]
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows[1:]}


def _text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def words(client: Client, **asked: Any) -> str:
    return _text(client.get(reverse("admin:media_pipeline_region_map"), asked).content.decode())


def test_a_cell_says_what_is_there_of_a_recordings_files(desk: Client) -> None:
    factories.region("frankfurt")
    cases: list[tuple[str, list[str], dict[str, Any]]] = [
        ("Whole", ["verified", "verified"], {}),
        ("Spoiled", ["wrong", "verified"], {}),
        ("Lost", ["missing", "verified"], {"verified_at": timezone.now()}),
        ("Refused", ["missing", "missing"], {"tries": 3}),
        ("New", ["missing", "missing"], {}),
        ("Both", ["wrong", "missing"], {"tries": 1}),
    ]
    for name, states, fields in cases:
        copied(factories.recording(name=name), *states, **fields)
    assert {name: cells["Frankfurt"] for name, cells in shown(desk).items()} == {
        "Both": "1 wrong, 1 missing",
        "New": "2 waiting",
        "Refused": "2 missing",
        "Lost": "1 missing",
        "Spoiled": "1 wrong",
        "Whole": "complete",
    }
    assert list(shown(desk, show="drift")) == ["Both", "New", "Refused", "Lost", "Spoiled"]


def test_what_nobody_has_written_down_yet_is_waiting(desk: Client) -> None:
    """A region that was added a moment ago, before anything was reconciled."""
    copied(factories.recording(name="Whole"), "verified", "verified")
    factories.region("ninth")
    assert shown(desk) == {"Whole": {"Ninth": "2 waiting"}}
    assert list(shown(desk, show="drift")) == ["Whole"]


def test_only_recordings_with_something_to_deliver_are_in_it(desk: Client) -> None:
    factories.region("frankfurt")
    factories.laddered(name="A picture")
    MediaAsset.objects.create(kind="audio", sha256="1" * 64, key="o/1", bytes=1, name="Nothing made of it")
    unfinished = factories.recording(name="Unfinished")
    RenditionSet.objects.filter(asset=unfinished).update(ready_at=None)
    assert "There is nothing to copy yet" in words(desk)


def test_it_is_narrowed_to_a_region_a_name_or_one_recording(desk: Client) -> None:
    frankfurt, tokyo = factories.region("frankfurt"), factories.region("tokyo")
    one, two = factories.recording(name="One & all"), factories.recording(name="Two")
    for made in (one, two):
        copied(made, "verified", "verified")
    RegionCopy.objects.filter(
        region=tokyo, key__in=Rendition.objects.filter(set__asset=two).values("key")
    ).update(state=State.MISSING)
    assert shown(desk, region="tokyo") == {
        "Two": {"Tokyo": "2 waiting"},
        "One &amp; all": {"Tokyo": "complete"},
    }
    assert list(shown(desk, show="drift")) == ["Two"]
    assert list(shown(desk, show="drift", region="tokyo")) == ["Two"]
    assert list(shown(desk, show="drift", region="frankfurt")) == []
    assert "every recording is complete in Frankfurt" in words(desk, show="drift", region="frankfurt")
    assert list(shown(desk, q="ONE &")) == ["One &amp; all"]
    assert "No recording is like that" in words(desk, q="Three")
    assert list(shown(desk, recording=two.pk)) == ["Two"]
    assert drift.of(one) == (2, 2)
    assert drift.of(two) == (1, 2)
    frankfurt.enabled = False
    frankfurt.save()
    assert drift.of(two) == (0, 1)
    assert drift.of(factories.laddered()) is None


def test_what_a_disabled_region_lacks_is_no_drift(desk: Client) -> None:
    factories.region("frankfurt")
    copied(factories.recording(name="Whole"), "verified", "verified")
    off = factories.region("off", enabled=False)
    assert shown(desk, show="drift") == {}
    assert shown(desk) == {"Whole": {"Frankfurt": "complete", "Off": "2 waiting"}}
    assert list(shown(desk, show="drift", region=off.slug)) == ["Whole"]


@pytest.mark.parametrize(
    "asked",
    [{"region": "nowhere"}, {"show": "x"}, {"recording": "x"}, {"recording": 10**30}, {"q": "\0"}],
)
def test_what_cannot_be_is_as_if_nothing_was_asked(desk: Client, asked: dict[str, Any]) -> None:
    factories.region("frankfurt")
    copied(factories.recording(name="Whole"), "verified", "verified")
    assert shown(desk, **asked) == {"Whole": {"Frankfurt": "complete"}}


def test_without_regions_it_says_how_to_get_them(desk: Client) -> None:
    factories.recording()
    assert "manage.py prepare_storage" in words(desk)


def test_it_has_pages(desk: Client) -> None:
    factories.region("frankfurt")
    for number in range(51):
        factories.recording(name=f"No. {number}")
    assert len(shown(desk)) == 50
    assert list(shown(desk, page=2)) == ["No. 0"]
    assert "51 recordings" in words(desk)
    assert desk.get(reverse("admin:media_pipeline_region_map"), {"page": 3}).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_its_queries_do_not_depend_on_what_it_shows(desk: Client, number: int) -> None:
    for one in range(number):
        factories.region(f"region-{one}")
        copied(factories.recording(name=f"No. {one}"), "verified", "missing")
    desk.get(reverse("admin:media_pipeline_region_map"))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(shown(desk, show="drift")) == number
    assert len(asked) == 11


# --- the switch -----------------------------------------------------------------------------------------------------


def switch(client: Client, **sent: Any) -> str:
    return _text(
        client.post(reverse("admin:media_pipeline_region_origin"), sent, follow=True).content.decode()
    )


def test_an_administrator_switches_to_the_origin_and_back(
    signed_in: Callable[[User], Client], chief: User
) -> None:
    factories.region("frankfurt")
    client = signed_in(chief)
    assert "It has never been switched" in words(client)
    said = switch(client, mode="fallback", reason="Frankfurt burns.")
    assert "From now on everything is served from the origin." in said
    assert "by Carla Chief: “Frankfurt burns.”" in said
    assert "It was switched already" in switch(client, mode="fallback", reason="Again.")
    assert OriginSwitch.objects.count() == 1
    assert "From now on everything is served from the regions." in switch(
        client, mode="primary", reason="Out."
    )
    newest = OriginSwitch.objects.all()[0]
    assert (newest.mode, newest.by, newest.reason) == ("primary", chief, "Out.")


@pytest.mark.parametrize(
    "sent",
    [{"mode": "fallback"}, {"mode": "fallback", "reason": "x" * 201}, {"mode": "x", "reason": "y"}, {}],
)
def test_nothing_is_switched_without_saying_why(
    signed_in: Callable[[User], Client], chief: User, sent: dict[str, str]
) -> None:
    assert "Nothing was switched" in switch(signed_in(chief), **sent)
    assert not OriginSwitch.objects.exists()


def test_an_editor_sees_the_switch_and_cannot_touch_it(desk: Client) -> None:
    factories.region("frankfurt")
    OriginSwitch.objects.create(mode="fallback", reason="A test.")
    seen = words(desk)
    assert "Everything is served from the origin" in seen
    assert "“A test.”" in seen
    assert "Serve from the regions again" not in seen
    answer = desk.post(reverse("admin:media_pipeline_region_origin"), {"mode": "primary", "reason": "No."})
    assert answer.status_code == 403
    assert OriginSwitch.objects.count() == 1


def test_how_many_are_complete_nowhere_else(desk: Client) -> None:
    frankfurt, tokyo = factories.region("frankfurt"), factories.region("tokyo")
    everywhere, here = factories.recording(), factories.recording()
    for made in (everywhere, here):
        copied(made, "verified", "verified")
    RegionCopy.objects.filter(region=tokyo, key=Rendition.objects.filter(set__asset=here)[0].key).update(
        state=State.WRONG
    )
    assert drift.only_in([frankfurt]) == 1
    assert drift.only_in([tokyo]) == 0
    assert drift.only_in([frankfurt, tokyo]) == 2
    Region.objects.filter(pk=tokyo.pk).update(down_since=timezone.now())
    assert drift.only_in([frankfurt]) == 2


# --- ways to it -----------------------------------------------------------------------------------------------------


def test_a_recordings_page_says_in_how_many_regions_it_is(desk: Client, author: User, signed_in: Any) -> None:
    made = factories.recording(created_by=author)
    there = f"/admin/media_pipeline/recording/{made.pk}/change/"
    assert "Complete in" not in _text(desk.get(there).content.decode())
    factories.region("frankfurt")
    copied(made, "verified", "verified")
    factories.region("tokyo")
    seen = desk.get(there).content.decode()
    assert "Complete in 1 of 2 regions" in _text(seen)
    assert f"/admin/media_pipeline/region/map/?recording={made.pk}" in seen
    to_an_author = signed_in(author).get(there).content.decode()
    assert "Complete in 1 of 2 regions" in _text(to_an_author)
    assert "region/map/" not in to_an_author


def test_the_list_of_recordings_leads_to_the_map_for_those_who_may_see_it(
    desk: Client, author: User, signed_in: Any
) -> None:
    there = "/admin/media_pipeline/recording/"
    assert "region/map/" in desk.get(there).content.decode()
    assert "region/map/" not in signed_in(author).get(there).content.decode()
