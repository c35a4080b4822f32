"""Labels become people: on the page, in the files, in the search, and when a person is renamed."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from episodes import transcripts
from episodes.models import Episode, Speaker
from episodes.transcripts.speakers import speakers_of
from people.signals import person_changed
from search.models import IndexEntry
from tests import factories
from tests.episodes.transcripts.making import SAID, parsed, spoken

pytestmark = pytest.mark.django_db


def mapped(episode: Episode) -> dict[str, str]:
    return {row.label: row.person.name for row in Speaker.objects.filter(episode=episode)}


@pytest.fixture
def at_once(django_capture_on_commit_callbacks: Any) -> Any:
    """A block after which readers get what has changed in it."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_page_files_and_search_show_the_person(client: Client, at_once: Any) -> None:
    episode, anna = spoken(), factories.person("Anna Ahoy")
    page, vtt = (
        f"{episode.get_absolute_url()}transcript/",
        f"/episodes/files/{episode.item.guid}/transcript.vtt",
    )
    assert "Anna Ahoy" not in client.get(page).content.decode()
    with at_once():
        assert transcripts.map_speaker(episode, "Ann", anna) == 1
    assert '<a href="/people/anna-ahoy/">Anna Ahoy</a>' in client.get(page).content.decode()
    assert "<v Anna Ahoy>Good evening." in client.get(vtt).content.decode()
    assert IndexEntry.objects.get(item=episode.item_id).names == f"{episode.people.get().name}, Anna Ahoy"

    anna.name = "Anna Again"
    anna.save()
    with at_once():
        person_changed.send(sender=type(anna), person=anna)
    assert "Anna Again</a>" in client.get(page).content.decode()
    assert "<v Anna Again>Good evening." in client.get(vtt).content.decode()
    assert "Anna Again" in IndexEntry.objects.get(item=episode.item_id).names

    with at_once():
        assert transcripts.map_speaker(episode, "Ann", None) == 1
    assert "<v Ann>Good evening." in client.get(vtt).content.decode()
    assert transcripts.map_speaker(episode, "Ann", None) == 0


def test_other_episodes_of_the_show_are_mapped_if_asked_and_nobody_is_there_yet() -> None:
    first = spoken()
    same, taken = spoken(of=first.show), spoken(of=first.show)
    without, elsewhere = spoken(of=first.show, said=[[0, 1, "Di", "Ann"]]), spoken()
    anna, other = factories.person("Anna"), factories.person("Other")
    transcripts.map_speaker(taken, "Ann", other)
    assert transcripts.map_speaker(first, "Ann", anna, among=Episode.objects.all()) == 2
    assert [mapped(one) for one in (first, same, taken, without, elsewhere)] == [
        {"Ann": "Anna"},
        {"Ann": "Anna"},
        {"Ann": "Other"},
        {},
        {},
    ]


def test_attaching_maps_the_one_host_or_guest_of_that_very_name() -> None:
    host, guest = factories.person("Ann"), factories.person("Bo")
    show = factories.show(by=[host])
    episode = factories.episode(
        of=show, by=[guest, factories.person("Cy", slug="cy-1"), factories.person("Cy", slug="cy-2")]
    )
    factories.person("Di")
    transcripts.attach(
        episode, parsed(*SAID, [9500, 9900, "Cy", "Me."], [9900, 9999, "Di", "And me."]), name="", by=None
    )
    assert mapped(episode) == {"Ann": "Ann", "Bo": "Bo"}


def test_what_an_editor_chose_stays_when_another_file_is_attached() -> None:
    episode, anna = spoken(by=[factories.person("Ann")]), factories.person("Anna")
    transcripts.map_speaker(episode, "Ann", anna)
    transcripts.attach(episode, parsed(*SAID[:1]), name="", by=None)
    assert mapped(episode) == {"Ann": "Anna"}


@pytest.mark.parametrize("label", ["Ann", "Ann %s", "Ann' || '", '"$label"', "Änn ☃"])
def test_any_label_is_found_in_other_episodes(
    label: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = spoken(said=[[0, 1000, label, "One."]], published=False)
    second = spoken(said=[[0, 1000, label, "Two."]], of=first.show, published=False)
    spoken(of=first.show, said=[[0, 1, f"{label}2", label]], published=False)
    anna = factories.person("Anna")
    assert transcripts.map_speaker(first, label, anna, among=Episode.objects.all()) == 2
    assert mapped(second) == {label: "Anna"}


def test_what_is_too_long_for_a_name_is_no_label() -> None:
    episode = spoken(
        said=[[0, 1, "x" * 201, "One."], [1, 2, "", "Two."], [2, 3, "Ann", "Three."]], published=False
    )
    assert speakers_of(episode) == [("Ann", 1, None)]
    transcripts.attach(episode, parsed([0, 1, "x" * 300, "One."]), name="", by=None)
    assert speakers_of(episode) == []
