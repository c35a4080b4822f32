"""What stands around an article on its page. Each test holds something that must not appear there."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from articles.models import Article, Byline
from tests import factories

pytestmark = pytest.mark.django_db


def around(client: Client, article: Article) -> Any:
    return client.get(article.get_absolute_url()).context


def ago(days: int) -> Any:
    return timezone.now() - timedelta(days=days)


def test_related_are_the_editors_choice_and_then_what_shares_most_topics(client: Client) -> None:
    python, web, war = factories.topic("Python"), factories.topic("Web"), factories.topic("War")
    article = factories.article("Itself", about=[python, web])
    factories.article("Shares one", about=[python], at=ago(2))
    factories.article("Shares both", about=[python, web], at=ago(9))
    factories.article("Shares none", about=[war])
    factories.article("A draft", about=[python, web], published=False)
    factories.article("To come", about=[python, web], at=ago(-1))
    article.related.add(factories.article("Chosen", about=[war], at=ago(30)).item)
    article.related.add(factories.article("Chosen draft", about=[python], published=False).item)
    titles = [entry.title for entry in around(client, article)["related"]]
    assert titles == ["Chosen", "Shares both", "Shares one"]


def test_what_is_chosen_and_shares_topics_is_shown_once(client: Client) -> None:
    python = factories.topic("Python")
    article, other = factories.article(about=[python]), factories.article("Other", about=[python])
    article.related.add(other.item)
    assert [entry.title for entry in around(client, article)["related"]] == ["Other"]


def test_related_entries_carry_their_image_and_byline(client: Client) -> None:
    python, image = factories.topic("Python"), factories.image(focal_x=20)
    article = factories.article(about=[python])
    factories.article(about=[python], hero=image, by=[factories.person("Ana")])
    factories.article(about=[python], at=ago(1))
    first, second = around(client, article)["related"]
    assert (first.image.url, first.image.focal_class) == (image.url, image.focal_class)
    assert first.byline == [{"name": "Ana", "path": "/people/ana/", "role": ""}]
    assert second.image is None


def test_neighbours_are_the_live_articles_before_and_after(client: Client) -> None:
    factories.article("Oldest", at=ago(9))
    factories.article("Before", at=ago(8))
    article = factories.article("Itself", at=ago(7))
    factories.article("After", at=ago(6))
    factories.article("Latest", at=ago(5))
    factories.article("A draft", published=False)
    context = around(client, article)
    assert (context["previous"]["title"], context["next"]["title"]) == ("Before", "After")


def test_the_first_and_only_article_has_no_neighbours(client: Client) -> None:
    context = around(client, factories.article())
    assert (context["previous"], context["next"], context["related"]) == (None, None, [])


def test_the_parts_of_a_series_are_in_reading_order_and_live(client: Client) -> None:
    series = factories.series()
    second = factories.article("Two", series=series, part=2, at=ago(5))
    factories.article("One", series=series, part=1, at=ago(1))
    factories.article("Three", series=series, part=3, published=False)
    factories.article("Of no series")
    assert [part.headline for part in around(client, second)["parts"]] == ["One", "Two"]


def test_credits_are_in_their_order_with_portraits(client: Client) -> None:
    ana, bo = factories.person("Ana", portrait=factories.image()), factories.person("Bo")
    context = around(client, factories.article(by=[bo, ana]))
    assert [(c.person.name, bool(c.person.portrait)) for c in context["credits"]] == [
        ("Bo", False),
        ("Ana", True),
    ]


def test_topics_are_by_name(client: Client) -> None:
    article = factories.article(about=[factories.topic("Web"), factories.topic("Python")])
    factories.topic("Unused")
    assert [topic.name for topic in around(client, article)["topics"]] == ["Python", "Web"]


def test_what_came_out_at_the_same_moment_is_one_chain(client: Client) -> None:
    day = ago(5)
    made = [factories.article(name, at=day) for name in ("One", "Two", "Three")]
    made.append(factories.article("Four", at=ago(4)))
    pages = [around(client, article) for article in made]
    assert [page["next"] and page["next"]["title"] for page in pages] == ["Two", "Three", "Four", None]
    assert [page["previous"] and page["previous"]["title"] for page in pages] == [None, "One", "Two", "Three"]


def test_a_byline_says_who_did_what(client: Client) -> None:
    article = factories.article(by=[factories.person("Ana")])
    Byline.objects.create(article=article, person=factories.person("Ben"), role="Photographs", position=1)
    credits = client.get(article.get_absolute_url()).text.split('class="byline">')[1].split("</p>")[0]
    assert strip_tags(credits).split() == ["By", "Ana", "Photographs:", "Ben"]
