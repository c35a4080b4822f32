import pytest
from django.test import Client

from publishing import workflow
from publishing.models import Redirect
from tests import factories

pytestmark = pytest.mark.django_db


def rename(article, slug: str) -> None:
    old = article.get_absolute_url()
    article.slug = slug
    article.save()
    workflow.saved(article, old_path=old)


def test_an_old_address_leads_to_the_new_one_in_one_step(client: Client) -> None:
    article = factories.article(slug="first")
    rename(article, "second")
    rename(article, "third")
    for old in ("/articles/first/", "/articles/second/"):
        response = client.get(old)
        assert (response.status_code, response.headers["Location"]) == (301, "/articles/third/")
        assert response.headers["Cache-Control"] == "public, max-age=300"


def test_an_address_given_back_is_a_page_again(client: Client) -> None:
    article = factories.article(slug="first")
    rename(article, "second")
    rename(article, "first")
    assert client.get("/articles/first/").status_code == 200
    assert client.get("/articles/second/").headers["Location"] == "/articles/first/"


def test_a_new_page_at_an_old_address_is_not_hidden(client: Client) -> None:
    rename(factories.article(slug="first"), "second")
    factories.article("The new one", slug="first")
    assert "The new one" in client.get("/articles/first/").text


def test_the_query_is_kept(client: Client) -> None:
    rename(factories.article(slug="first"), "second")
    assert client.get("/articles/first/?utm_source=x").headers["Location"] == "/articles/second/?utm_source=x"


def test_nothing_leads_to_what_readers_may_not_see(client: Client) -> None:
    article = factories.article(slug="first")
    rename(article, "second")
    workflow.unpublish(article, by=None)
    assert client.get("/articles/first/").status_code == 404


def test_addresses_of_an_earlier_site_work_with_and_without_a_slash(client: Client) -> None:
    article = factories.article(slug="here")
    workflow.remember_path(article, "/2017/04/27/there.html")
    workflow.remember_path(article, "/blog/there")
    for old in ("/2017/04/27/there.html", "/blog/there", "/blog/there/"):
        assert client.get(old, follow=True).redirect_chain[-1][0] == "/articles/here/"


def test_only_readers_are_led_on(client: Client) -> None:
    rename(factories.article(slug="first"), "second")
    assert client.post("/articles/first/").status_code == 405
    assert client.post("/blog/x/").status_code == 404


@pytest.mark.parametrize("path", ["/" + "x" * 3000, "/%00", "/%ED%A0%80", "/\\evil", "/..%2f..%2fetc"])
def test_odd_addresses_are_not_found(client: Client, path: str) -> None:
    response = client.get(path, follow=True)
    assert response.status_code == 404
    assert all(
        target.startswith("/") and not target.startswith("//") for target, _ in response.redirect_chain
    )


def test_a_redirect_never_leaves_the_site() -> None:
    rename(factories.article(slug="first"), "second")
    assert [redirect.path for redirect in Redirect.objects.all()] == ["/articles/first/"]
