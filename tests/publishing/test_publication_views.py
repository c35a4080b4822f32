"""Publishing, scheduling, taking back and previewing, as an editor does it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import User
from articles.models import Article
from search.models import IndexEntry
from tests import factories
from tests.admin_forms import save

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(editor: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(editor)


@pytest.fixture
def draft() -> Article:
    return factories.article("Low water", published=False, slug="low-water")


def page(article: Article, name: str) -> str:
    return f"/admin/articles/article/{article.pk}/{name}/"


def told(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_publish_from_the_form_saves_and_asks_when(desk: Client, draft: Article) -> None:
    response = save(desk, page(draft, "change"), "_publish", headline="High water")
    assert response.headers["Location"] == page(draft, "publication")
    assert desk.get(page(draft, "publication")).status_code == 200
    assert Article.objects.get().headline == "High water"


def test_now_publishes_with_a_link_to_the_page(desk: Client, draft: Article, editor: User) -> None:
    response = desk.post(page(draft, "publication"), {"publish": "", "when": "now"}, follow=True)
    assert told(response) == ['Published. <a href="/articles/low-water/">See it on the site</a>']
    draft.refresh_from_db()
    assert (draft.is_live, draft.published_by) == (True, editor)
    assert Client().get("/articles/low-water/").status_code == 200
    assert LogEntry.objects.get().change_message == "Published."


def test_a_time_is_meant_in_the_sites_zone(desk: Client, draft: Article, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    day = (timezone.now() + timedelta(days=20)).date()
    data = {"publish": "", "when": "later", "at": f"{day}T07:30"}
    response = desk.post(page(draft, "publication"), data, follow=True)
    draft.refresh_from_db()
    assert draft.published_at == datetime(
        day.year, day.month, day.day, 7, 30, tzinfo=ZoneInfo("Europe/Berlin")
    )
    assert told(response) == [f"Scheduled for {day:%-d %b %Y}, 07:30."]
    assert Client().get("/articles/low-water/").status_code == 404
    assert IndexEntry.objects.live().count() == 0


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("", "Say when."),
        ("2020-01-01T10:00", "This time has passed. Choose “Now”, or a later time."),
        ("9999-12-31T23:59", "That is more than ten years away. Look at the year again."),
        ("275760-01-01T00:00", "Enter a valid date/time."),
        ("tomorrow", "Enter a valid date/time."),
    ],
)
def test_a_time_that_cannot_be_is_refused(desk: Client, draft: Article, at: str, why: str) -> None:
    response = desk.post(page(draft, "publication"), {"publish": "", "when": "later", "at": at})
    assert response.context["form"].errors == {"at": [why]}
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_time_beside_now_publishes_nothing_at_once(desk: Client, draft: Article) -> None:
    at = f"{(timezone.now() + timedelta(days=3)).date()}T07:30"
    response = desk.post(page(draft, "publication"), {"publish": "", "when": "now", "at": at})
    assert response.context["form"].errors == {
        "when": ["You gave a time. Choose “At a time”, or empty it to publish now."]
    }
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_what_is_scheduled_goes_now_though_its_time_still_stands_in_the_form(desk: Client) -> None:
    at = (timezone.now() + timedelta(days=3)).replace(second=0, microsecond=0)
    article = factories.article(at=at)
    data = {"publish": "", "when": "now", "at": f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"}
    desk.post(page(article, "publication"), data)
    article.refresh_from_db()
    assert article.is_live


def test_an_hour_that_the_clocks_skip_is_refused(desk: Client, draft: Article, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    response = desk.post(
        page(draft, "publication"), {"publish": "", "when": "later", "at": "2027-03-28T02:30"}
    )
    assert list(response.context["form"].errors) == ["at"]


def test_what_is_scheduled_can_go_now_or_back_to_draft(desk: Client) -> None:
    article = factories.article(at=timezone.now() + timedelta(days=3))
    desk.post(page(article, "publication"), {"publish": "", "when": "now"})
    assert article.is_live
    other = factories.article(at=timezone.now() + timedelta(days=3))
    desk.post(page(other, "publication"), {"unpublish": ""})
    other.refresh_from_db()
    assert other.status == "draft"


def test_unpublished_it_is_gone_and_can_come_back(desk: Client) -> None:
    article = factories.article()
    response = desk.post(page(article, "publication"), {"unpublish": ""}, follow=True)
    assert told(response) == ["It is a draft again; readers no longer get it."]
    assert Client().get(article.get_absolute_url()).status_code == 404
    desk.post(page(article, "publication"), {"publish": "", "when": "now"})
    assert article.is_live


def test_a_refusal_is_shown_where_it_happened(desk: Client, draft: Article) -> None:
    response = desk.post(page(draft, "publication"), {"unpublish": ""})
    assert (response.status_code, told(response)) == (200, ["It is not published."])
    assert desk.post(page(draft, "publication"), {}).status_code == 200
    assert not LogEntry.objects.exists()


def test_what_may_be_missing_is_said_before_publishing(desk: Client) -> None:
    bare = factories.article("Bare", by=[], standfirst="", body="", published=False)
    assert len(desk.get(page(bare, "publication")).context["advice"]) == 4


# --- the preview ------------------------------------------------------------------------------------------------------


def test_a_preview_is_the_readers_page_with_a_bar_and_never_kept(desk: Client, draft: Article) -> None:
    response = desk.get(page(draft, "preview"))
    assert "articles/article.html" in [template.name for template in response.templates]
    assert "not published" in response.text
    assert "Low water" in response.text
    assert response.headers["Cache-Control"].startswith("private, no-store")
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert Client().get("/articles/low-water/").status_code == 404


def test_save_and_preview_comes_back_to_the_form_with_a_link(desk: Client, draft: Article) -> None:
    response = save(desk, page(draft, "change"), "_preview", headline="High water")
    assert response.headers["Location"] == page(draft, "change") + "?_preview=1"
    back = desk.get(response.headers["Location"])
    assert f'<preview-window src="{page(draft, "preview")}"' in back.text
    assert "High water" in desk.get(page(draft, "preview")).text


def test_who_may_only_look_gets_the_preview_and_no_buttons(
    author: User, signed_in: Any, draft: Article
) -> None:
    author.user_permissions.add(Permission.objects.get(codename="view_article"))
    client = signed_in(author)
    assert client.get(page(draft, "preview")).status_code == 200
    assert 'name="_publish"' not in client.get(page(draft, "change")).text
    for data in ({"publish": "", "when": "now"}, {"unpublish": ""}):
        assert client.post(page(draft, "publication"), data).status_code == 403
    assert client.post(page(draft, "change"), {"headline": "Mine"}).status_code == 403


@pytest.mark.parametrize("name", ["preview", "publication"])
def test_what_does_not_exist_is_not_found(desk: Client, name: str) -> None:
    assert desk.get(f"/admin/articles/article/12345/{name}/").status_code == 404
    assert desk.get(f"/admin/articles/article/{'9' * 40}/{name}/").status_code == 404


def test_previews_take_no_posts(desk: Client, draft: Article) -> None:
    assert desk.post(page(draft, "preview")).status_code == 405
