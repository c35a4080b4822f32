"""Episodes among other kinds: on the front page, in topics, on people's pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from episodes.models import Episode, EpisodeCredit
from search.indexing import reindex
from search.models import IndexEntry
from tests import factories
from tests.episodes.transcripts.making import spoken

pytestmark = pytest.mark.django_db


def entry(page: Any, kind: str = "episode") -> str:
    """The words of the first entry of a kind."""
    found = page.text.split(f" kind-{kind}")[1].split("</article>")[0]
    return " ".join(strip_tags("<p " + found).split())


def test_an_entry_says_of_which_show_with_whom_and_how_long(client: Client) -> None:
    topic, gus, ina = factories.topic("Clocks"), factories.person("Gus"), factories.person("Ina")
    factories.episode("Four minutes fast", of=factories.show("Night"), by=[gus, ina], about=[topic], number=3)
    words = entry(client.get(topic.get_absolute_url()))
    assert words.startswith("Night 3 Four minutes fast")
    assert "With Gus and Ina" in words
    assert words.endswith("1:30")


def test_a_persons_page_says_what_their_part_was(client: Client) -> None:
    gus = factories.person("Gus")
    episode = factories.episode(by=[factories.person("Ina"), gus])
    EpisodeCredit.objects.filter(person=gus).update(role="editor")
    EpisodeCredit.objects.create(episode=episode, person=gus, role="narrator", position=9)
    factories.article("By hand", by=[gus])
    reindex([episode.item_id])
    page = client.get("/people/gus/")
    assert "Editor Narrator" in entry(page)
    assert "Ina" not in entry(page)
    assert "By Gus" in entry(page, "article")


def test_an_extra_is_found_by_its_notes_and_never_by_what_is_said_in_it(client: Client) -> None:
    said = [[0, 1000, "Ann", "The pendulum is a secret."]]
    factories.episode("Open", said=said)
    factories.episode("For members", for_members=True, said=said, body="About the pendulums of Utrecht.")
    assert "For members" not in client.get("/search/?q=secret").text
    assert "Open" in client.get("/search/?q=secret").text
    assert "For members" in client.get("/search/?q=Utrecht").text


def test_episodes_of_a_hidden_show_are_in_no_list(client: Client) -> None:
    factories.episode("Shown")
    factories.episode("Kept quiet", of=factories.show(hidden=True))
    assert "Shown" in client.get("/").text
    assert "Kept quiet" not in client.get("/").text


def test_without_a_standfirst_the_notes_begin_to_tell(client: Client) -> None:
    topic = factories.topic("Clocks")
    factories.episode(standfirst="", body="Gears of brass.", about=[topic])
    assert "Gears of brass." in entry(client.get(topic.get_absolute_url()))


def test_nothing_lists_what_is_scheduled_with_a_time_for_everybody_that_has_passed(client: Client) -> None:
    topic, now = factories.topic("Clocks"), timezone.now()
    passed, later = now - timedelta(days=2), now + timedelta(days=3)
    episode = factories.episode("Kept secret", about=[topic], public_at=passed, at=later)
    pages = ("/", topic.get_absolute_url(), f"{topic.get_absolute_url()}feed/", "/search/?q=secret", "/feed/")
    assert [path for path in pages if "Kept secret" in client.get(path).text] == []
    assert episode.aired == later
    assert Episode.objects.for_feeds().get().aired_at == later  # type: ignore[attr-defined]
    assert not IndexEntry.objects.live().exists()


def test_the_list_of_transcripts_leaves_out_a_show_that_no_list_shows(client: Client) -> None:
    spoken("Kept back", of=factories.show(hidden=True))
    spoken("For all")
    page = client.get("/episodes/transcripts/").text
    assert "For all" in page
    assert "Kept back" not in page
