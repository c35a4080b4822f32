"""Links to this site: what is behind them, asked of the URLconf and of the database."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from articles.models import Article
from publishing import workflow
from publishing.models import Redirect
from tests import factories
from tests.publishing.linter.conftest import Find

pytestmark = pytest.mark.django_db

RULES = ("link-dead", "link-hidden", "link-scheduled", "link-moved")

type Judge = Callable[[str], list[str]]


@pytest.fixture
def judge(find: Find) -> Judge:
    """The rules that have something against a link to this address."""

    def judged(href: str) -> list[str]:
        return [finding.rule for name in RULES for finding in find(name, f"Text.\n\n[words]({href})")]

    return judged


def test_content_that_is_live(judge: Judge) -> None:
    path = factories.article().get_absolute_url()
    for spelling in (
        path,
        path.rstrip("/"),
        f"{path}?page=2#more",
        settings.SITE_URL + path,
        f"..{path.removeprefix('/articles')}",
    ):
        assert judge(spelling) == [], spelling
    assert judge(factories.static_page().get_absolute_url()) == []


@pytest.mark.parametrize(
    "href", ["/", "/articles/", "/feed/", "/search/?q=x", "/topics/", "/articles/archive/", "/account/login/"]
)
def test_pages_that_are_always_there(judge: Judge, href: str) -> None:
    assert judge(href) == []


@pytest.mark.parametrize(
    "href",
    ["https://x.example/nowhere", "//x.example/", "mailto:ana@example.org", "tel:+1", "#there", "?page=2"],
)
def test_what_leads_elsewhere_is_not_judged(judge: Judge, href: str) -> None:
    assert judge(href) == []


@pytest.mark.parametrize(
    "href",
    [
        "/articles/nowhere/",
        "/nowhere/",
        "/no/such/place",
        "../nowhere/",
        "./other.md",
        "/topics/nothing/",
        "/people/nobody/",
        "/articles/sections/none/",
        "/articles/series/none/",
        "/topics/nothing/feed/",
        "/static/nowhere.css",
        "/articles/%00/",
    ],
)
def test_nothing_is_there(judge: Judge, href: str) -> None:
    assert judge(href) == ["link-dead"]


def test_its_own_addresses_on_this_host(judge: Judge) -> None:
    assert judge(f"{settings.SITE_URL}/nowhere/") == ["link-dead"]
    assert judge(f"{settings.MEDIA_URL}images/none.jpg") == ["link-dead"]
    assert judge(factories.image().url) == []


def test_topics_people_sections_and_series(judge: Judge) -> None:
    topic, person, section, series = (
        factories.topic(),
        factories.person(),
        factories.section(),
        factories.series(),
    )
    for page in (topic, person, section):
        assert judge(page.get_absolute_url()) == []
        assert judge(f"{page.get_absolute_url()}feed/") == []
    assert judge(series.get_absolute_url()) == ["link-dead"], "nothing of it is published"
    factories.article(series=series)
    assert judge(series.get_absolute_url()) == []


def test_what_readers_may_not_see(judge: Judge) -> None:
    draft = factories.article(published=False)
    assert judge(draft.get_absolute_url()) == ["link-hidden"]
    later = factories.article(at=timezone.now() + timedelta(days=1))
    assert judge(later.get_absolute_url()) == ["link-scheduled"]


def test_a_link_to_itself_is_alive_in_a_draft(find: Find) -> None:
    draft = factories.article(published=False)
    draft.body = f"[again]({draft.get_absolute_url()}#part)"
    assert find("link-hidden", content=draft) == []


def test_old_addresses_lead_on_and_are_worth_an_update(find: Find, judge: Judge) -> None:
    article = factories.article()
    workflow.remember_path(article, "/2015/old-post")
    Redirect.objects.create(path="/topics/old/", target_path="/topics/new/")
    assert judge("/2015/old-post") == judge("/2015/old-post/") == ["link-moved"]
    [moved] = find("link-moved", "[words](/2015/old-post)")
    assert article.get_absolute_url() in moved.fix
    assert judge("/topics/old/") == ["link-moved"]


def test_a_redirect_to_what_is_hidden_is_dead(judge: Judge) -> None:
    workflow.remember_path(factories.article(published=False), "/2015/old-post")
    assert judge("/2015/old-post") == ["link-dead"]


def test_a_picture_by_its_path(find: Find) -> None:
    asset = factories.image()
    assert find("image-missing", f"![A chart]({asset.url})") == []
    assert len(find("image-missing", f"![A chart]({settings.MEDIA_URL}images/none.jpg)")) == 1


def test_links_in_html_and_in_references(find: Find) -> None:
    body = 'Text.\n\n<p>and\n<a href="/nowhere/">there</a></p>\n\n[words][1]\n\n[1]: /nothing/\n'
    assert [finding.line for finding in find("link-dead", body)] == [4, 6]
    assert find("link-dead", "`[words](/nowhere/)` <!-- [words](/nowhere/) -->") == []


def test_addresses_no_browser_would_follow(find: Find) -> None:
    article = Article(
        headline="H", body="[a](http://[::1) [b](asset:99999999999999999999) [c](/" + "x" * 3000 + "/)"
    )
    assert find("check-failed", content=article) == []
