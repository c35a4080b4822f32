import pytest

from articles.models import Article
from core.reserved import reserved_segments
from core.slugs import unique_slug
from pages.models import StaticPage
from people.models import Person


def test_the_sites_own_words_are_reserved_where_they_are_used() -> None:
    assert {"feed", "sections", "series", "archive"} <= reserved_segments("/articles/")
    assert {"admin", "account", "articles", "people", "search", "static", "topics"} <= reserved_segments("/")
    assert reserved_segments("/people/") == frozenset()
    assert "<slug>" not in reserved_segments("/")


@pytest.mark.django_db
def test_a_slug_is_made_beside_those_that_are_taken_or_reserved() -> None:
    Person.objects.create(name="Ana", slug="ana")
    assert unique_slug(Person, "Ana") == "ana-2"
    assert unique_slug(Person, "Ana", reserved={"ana-2", "ana-3"}) == "ana-4"


@pytest.mark.django_db
def test_no_headline_makes_an_address_of_the_site() -> None:
    assert Article.objects.create(headline="Archive").get_absolute_url() == "/articles/archive-2/"
    assert StaticPage.objects.create(name="People").get_absolute_url() == "/people-2/"
