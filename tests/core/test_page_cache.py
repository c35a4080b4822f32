"""The page cache, over real transactions: what a reader gets is never older than the last commit."""

import gzip
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import views
from articles.models import Article
from core import caching, faults
from core.page_cache import PageCacheMiddleware, build
from publishing import workflow
from tests import factories
from tests.harness.pace import enough_for

pytestmark = pytest.mark.django_db(transaction=True)


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def change_headline(article: Article, words: str) -> None:
    article.headline = words
    with transaction.atomic():
        article.save()
        workflow.saved(article)


def forget() -> None:
    """What a flush of Redis does to our pages (the tests share one server)."""
    keys = list(caching.redis().scan_iter(match=caching.key("*")))
    caching.redis().delete(*keys)


def test_a_warm_page_asks_nothing_of_the_database(client: Client) -> None:
    path = factories.article().get_absolute_url()
    assert queries(client, path) > 0
    assert queries(client, path) == 0


def test_the_next_request_sees_an_edit(client: Client) -> None:
    article = factories.article("Before")
    assert b"Before" in client.get(article.get_absolute_url()).content
    change_headline(article, "After")
    answer = client.get(article.get_absolute_url()).content
    assert b"After" in answer
    assert b"Before" not in answer


def test_an_edit_that_is_rolled_back_keeps_the_cached_page(client: Client) -> None:
    article = factories.article("Before")
    client.get(article.get_absolute_url())
    with pytest.raises(RuntimeError), transaction.atomic():
        article.headline = "Never"
        article.save()
        workflow.saved(article)
        raise RuntimeError
    assert queries(client, article.get_absolute_url()) == 0
    assert b"Never" not in client.get(article.get_absolute_url()).content


def test_a_page_begun_before_an_edit_is_not_served_after_it(client: Client) -> None:
    article = factories.article("Before")
    path, slug = article.get_absolute_url(), article.slug

    def rendered_then_overtaken(request: HttpRequest) -> HttpResponse:
        response = views.article(request, slug)
        change_headline(article, "After")
        return response

    stale = PageCacheMiddleware(rendered_then_overtaken)(RequestFactory().get(path))
    assert b"Before" in stale.content
    assert b"After" in client.get(path).content


def test_two_hundred_readers_of_one_cold_page_have_it_rendered_once_or_twice() -> None:
    slug = factories.article().slug
    rendered = []

    def slow(request: HttpRequest) -> HttpResponse:
        rendered.append(1)
        time.sleep(0.1)
        response = views.article(request, slug)
        connection.close()
        return response

    cache = PageCacheMiddleware(slow)
    request = RequestFactory().get(f"/articles/{slug}/")
    with ThreadPoolExecutor(max_workers=20) as readers:
        answers = [answer.status_code for answer in readers.map(lambda _: cache(request), range(200))]
    assert answers == [200] * 200
    assert 1 <= len(rendered) <= 2


def test_a_scheduled_article_appears_on_time_on_a_cached_list(client: Client) -> None:
    factories.article("Already here")
    factories.article("In a moment", at=timezone.now() + timedelta(seconds=1))
    assert b"In a moment" not in client.get("/articles/").content
    time.sleep(1.1)
    assert b"In a moment" in client.get("/articles/").content


@pytest.mark.parametrize(
    "path", ["/", "/articles/", "/feed/", "/topics/", "/people/", "/robots.txt", "/sitemap.xml"]
)
def test_a_shared_page_sets_no_cookie_and_varies_by_nothing_private(client: Client, path: str) -> None:
    factories.article()
    for _ in ("cold", "warm"):
        response = client.get(path)
        assert not response.cookies
        assert response.headers["Vary"] in ("Accept-Encoding", "Accept-Encoding, Sec-Fetch-Dest")
        assert response.headers["Cache-Control"].startswith("public, max-age=")
        assert "csrf" not in response.text


def test_somebody_signed_in_gets_the_very_page_that_everybody_gets(client, signed_in, editor) -> None:
    path = factories.article().get_absolute_url()
    everybody = client.get(path).content
    forget()
    assert signed_in(editor).get(path).content == everybody
    assert client.get(path).content == everybody


def test_cold_and_warm_answers_are_the_same(client: Client) -> None:
    path = factories.article().get_absolute_url()
    cold, warm = client.get(path), client.get(path)
    assert warm.content == cold.content
    assert dict(warm.headers) == dict(cold.headers)


def test_a_known_page_is_answered_with_304(client: Client) -> None:
    path = factories.article().get_absolute_url()
    etag = client.get(path).headers["ETag"]
    for _ in ("warm", "cold"):
        response = client.get(path, headers={"If-None-Match": etag})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["ETag"] == etag
        assert "Content-Type" not in response.headers
        forget()


def test_head_is_get_without_the_body(client: Client) -> None:
    path = factories.article().get_absolute_url()
    got = client.get(path)
    for _ in ("warm", "cold"):
        head = client.head(path)
        assert head.content == b""
        assert head.headers["Content-Length"] == got.headers["Content-Length"]
        assert head.headers["ETag"] == got.headers["ETag"]
        forget()


def test_a_gzipped_page_holds_the_same_bytes(client: Client) -> None:
    path = factories.article().get_absolute_url()
    plain = client.get(path)
    zipped = client.get(path, headers={"Accept-Encoding": "br, gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.content) == plain.content
    assert zipped.headers["ETag"] == plain.headers["ETag"]


@pytest.mark.parametrize("query", ["utm_source=a", "utm_campaign=b&fbclid=c", "page=1"])
def test_tracking_parameters_do_not_make_new_pages(client: Client, query: str) -> None:
    factories.article()
    client.get("/articles/" if query != "page=1" else "/articles/?page=1")
    assert queries(client, f"/articles/?{query}") == 0


def test_an_unknown_parameter_is_neither_cached_nor_answered_from_the_cache(client: Client) -> None:
    factories.article()
    client.get("/articles/?x=1")
    assert queries(client, "/articles/?x=1") > 0


def test_a_foreign_host_is_refused_even_where_the_page_is_known(client: Client) -> None:
    path = factories.article().get_absolute_url()
    client.get(path)
    assert client.get(path, headers={"Host": "evil.example"}).status_code == 400
    assert client.get(path, headers={"X-Forwarded-Host": "evil.example"}).status_code == 200
    assert b"evil.example" not in client.get(path, headers={"X-Forwarded-Host": "evil.example"}).content


def test_a_new_release_does_not_serve_pages_that_name_old_static_files(
    client: Client, settings: Any, tmp_path: Path
) -> None:
    path = factories.article().get_absolute_url()
    client.get(path)
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").write_text('{"paths": {"css/base.css": "css/base.abc.css"}}')
    build.cache_clear()
    try:
        assert queries(client, path) > 0
        assert queries(client, path) == 0
    finally:
        build.cache_clear()


def test_a_missing_page_is_not_kept(client: Client) -> None:
    assert client.get("/articles/soon/").status_code == 404
    factories.article("Soon", slug="soon")
    assert client.get("/articles/soon/").status_code == 200


def test_a_flushed_cache_forgets_pages_but_not_the_generation(client: Client) -> None:
    article = factories.article("Before")
    path = article.get_absolute_url()
    client.get(path)
    forget()
    assert b"Before" in client.get(path).content
    assert caching.redis().get(caching.key("generation")) == caching.current_token()
    change_headline(article, "After")
    assert b"After" in client.get(path).content


def test_a_push_that_was_overtaken_does_not_bring_an_old_generation_back() -> None:
    caching.bump()
    first = caching.current_token()
    caching.redis().set(caching.key("generation"), b"overtaken")
    assert caching.push()
    assert caching.redis().get(caching.key("generation")) == first


def test_what_would_be_private_is_never_kept() -> None:
    @caching.cacheable()
    def careless(request: HttpRequest) -> HttpResponse:
        response = HttpResponse("a name")
        response.set_cookie("session", "secret")
        return response

    request = RequestFactory().get("/articles/careless/")
    PageCacheMiddleware(careless)(request)
    assert not list(caching.redis().scan_iter(match=caching.key("*:plain")))


def test_a_crash_between_commit_and_push_is_made_good_by_the_next_push(client: Client) -> None:
    article = factories.article("Before")
    path = article.get_absolute_url()
    client.get(path)

    def crash() -> None:
        raise SystemExit

    faults.arm("caching.before_push", crash)
    with pytest.raises(SystemExit):
        change_headline(article, "After")
    faults.disarm()
    assert b"Before" in client.get(path).content  # Redis has not been told yet
    assert caching.push()
    assert b"After" in client.get(path).content


def test_what_comes_due_while_a_list_is_rendered_is_not_missed_for_long(client: Client) -> None:
    """No clock runs here, so nothing but the page's own lifetime can show the article."""
    while_made = enough_for(lambda: views.articles(RequestFactory().get("/articles/")))
    moment = timezone.now() + timedelta(seconds=while_made)
    factories.article("In a moment", at=moment)

    def slow(request: HttpRequest) -> HttpResponse:
        response = views.articles(request)
        time.sleep(max(0, (moment - timezone.now()).total_seconds()) + 0.1)
        return response

    assert b"In a moment" not in PageCacheMiddleware(slow)(RequestFactory().get("/articles/")).content
    time.sleep(0.05)
    assert b"In a moment" in client.get("/articles/").content


def test_a_query_with_very_many_fields_is_no_error(client: Client) -> None:
    assert client.get("/articles/?" + "utm_source=a&" * 80).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_many_changes_are_told_now_and_then_and_at_the_end() -> None:
    told = []
    with caching.pushing_seldom():
        for _ in range(3):
            caching.bump()
            told.append(caching.redis().get(caching.key("generation")))
        assert told[0] == told[1] == told[2] != caching.current_token()
    assert caching.redis().get(caching.key("generation")) == caching.current_token()
