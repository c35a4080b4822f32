"""Episodes among other kinds: on the front page, in topics, on people's pages."""

from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags

from episodes.models import EpisodeCredit
from search.indexing import reindex
from tests import factories

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
