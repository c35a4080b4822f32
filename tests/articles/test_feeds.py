import xml.etree.ElementTree as ET
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from publishing import workflow
from tests import factories

pytestmark = pytest.mark.django_db

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
ATOM_LINK = "{http://www.w3.org/2005/Atom}link"


def channel(client: Client, path: str) -> Any:
    response = client.get(path)
    assert response.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    return ET.fromstring(response.content).find("channel")


def titles(client: Client, path: str) -> list[str | None]:
    return [item.findtext("title") for item in channel(client, path).iter("item")]


def test_titles_and_summaries_are_plain_text(client: Client) -> None:
    factories.article("A *ruler* for `if a < b` & tides", standfirst='It is **not** "drawn".')
    item = channel(client, "/feed/").find("item")
    assert item.findtext("title") == "A ruler for if a < b & tides"
    assert item.findtext("description") == "It is not “drawn”."


def test_every_feed_holds_its_own_and_nothing_else(client: Client) -> None:
    science, arts = factories.section("Science"), factories.section("Arts")
    ana, python = factories.person("Ana"), factories.topic("Python")
    factories.article("In science", section=science, by=[ana], about=[])
    factories.article("In arts", section=arts, about=[python])
    factories.article("A draft", section=science, by=[ana], about=[python], published=False)
    factories.article(
        "Next week", section=science, by=[ana], about=[python], at=timezone.now() + timedelta(7)
    )
    factories.static_page("Imprint")
    assert titles(client, "/feed/") == ["In arts", "In science"]
    assert titles(client, "/articles/feed/") == ["In arts", "In science"]
    assert titles(client, "/articles/sections/science/feed/") == ["In science"]
    assert titles(client, "/topics/python/feed/") == ["In arts"]
    assert titles(client, "/people/ana/feed/") == ["In science"]


def test_an_item_has_full_text_with_absolute_links_and_a_permanent_identity(client: Client) -> None:
    people = [factories.person("Ana"), factories.person("Bo")]
    article = factories.article(
        by=people, body="# Part\n\nSee [this](/articles/) and [below](#part).", hero=factories.image()
    )
    item = channel(client, "/feed/").find("item")
    text = item.findtext(CONTENT)
    assert 'href="http://testserver/articles/"' in text
    assert f'href="http://testserver{article.get_absolute_url()}#part"' in text
    assert article.hero
    assert article.hero.url in text
    assert [creator.text for creator in item.findall(CREATOR)] == ["Ana", "Bo"]
    guid = item.find("guid")
    assert (guid.text, guid.get("isPermaLink")) == (f"urn:uuid:{article.item.guid}", "false")
    assert item.findtext("link") == f"http://testserver{article.get_absolute_url()}"


def test_the_identity_survives_a_new_slug(client: Client) -> None:
    article = factories.article()
    before = channel(client, "/feed/").find("item/guid").text
    article.slug = "another"
    article.save()
    workflow.saved(article)
    assert channel(client, "/feed/?x=1").find("item/guid").text == before


def test_the_feed_names_its_own_address(client: Client) -> None:
    link = channel(client, "/feed/").find(ATOM_LINK)
    assert (link.get("rel"), link.get("href")) == ("self", "http://testserver/feed/")


def test_characters_that_xml_cannot_hold_are_left_out(client: Client) -> None:
    factories.article("A \x0b]]> <b>headline</b> \x1f & more", standfirst="\ufffe ]]>", body="x \x0c y")
    assert titles(client, "/feed/") == ["A ]]> <b>headline</b> & more"]


def test_removal_changes_etag_and_last_modified(client: Client) -> None:
    factories.article("Stays", at=timezone.now() - timedelta(days=3))
    gone = factories.article("Goes", at=timezone.now() - timedelta(days=2))
    before = client.get("/feed/?x=1")
    workflow.unpublish(gone, by=None)
    after = client.get("/feed/?x=1")
    assert after.headers["ETag"] != before.headers["ETag"]
    dates = [parsedate_to_datetime(answer.headers["Last-Modified"]) for answer in (before, after)]
    assert dates[0] <= dates[1]
    assert timezone.now() - dates[1] < timedelta(minutes=1)


def test_both_conditionals_are_answered_with_304(client: Client) -> None:
    factories.article()
    got = client.get("/feed/")
    for header, value in (
        ("If-None-Match", got.headers["ETag"]),
        ("If-Modified-Since", got.headers["Last-Modified"]),
    ):
        assert client.get("/feed/", headers={header: value}).status_code == 304


def test_a_feed_may_be_read_from_other_origins_and_asked_for_its_head(client: Client) -> None:
    head = client.head("/feed/")
    assert head.headers["Access-Control-Allow-Origin"] == "*"
    assert head.content == b""
    assert head.headers["Cache-Control"] == "public, max-age=300, stale-while-revalidate=60"


def test_a_feed_of_nothing_is_a_feed(client: Client) -> None:
    assert titles(client, "/feed/") == []


@pytest.mark.parametrize("path", ["/topics/no/feed/", "/people/no/feed/", "/articles/sections/no/feed/"])
def test_a_feed_of_what_does_not_exist_is_404(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_control_characters_in_a_kicker_do_not_break_a_feed(client: Client) -> None:
    factories.article("Fine", kicker="Pasted\x0bfrom a slide")
    assert titles(client, "/feed/") == ["Fine"]
