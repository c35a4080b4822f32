"""The preview of a revision is the page that readers get once it is published, and leaves nothing behind."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from articles.models import Article, Byline
from core import caching
from publishing import revisions, workflow
from publishing.models import Publication, PublicationLink, Publishable, Revision
from tests import factories
from tests.admin_forms import save

pytestmark = pytest.mark.django_db

BAR = re.compile(
    rb'<link rel="stylesheet" href="[^"]*preview\.css"><aside class="preview-bar".*?</aside>\n', re.S
)
MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00")
RICH = """
The tide *turns* twice a day. “Really?”, asked `f(x)`.

## The moon

```python
def height(t: float) -> float:
    return 2.0 * cos(t)
```

Newton wrote $F = G m_1 m_2 / r^2$, and $$\\int_0^T h\\,dt = 0$$ follows.

![What the gauge shows]({image} "At noon")

## The sun

| day | range |
|-----|------:|
| 1   | 3.2 m |

## The shore

- one
- [two](/articles/)
"""


@pytest.fixture
def desk(editor: User, signed_in: Callable[[User], Client]) -> Client:
    client = signed_in(editor)
    client.get("/admin/")
    return client


@pytest.fixture
def surroundings(db: None) -> dict[str, Any]:
    """What a rich article stands among: other parts of its series, neighbours, what shares its topics."""
    publication = Publication.objects.create(name="The Harbour", tagline="News of the tides")
    PublicationLink.objects.create(publication=publication, label="About", url="/about/")
    tides = factories.topic("Tides")
    series = factories.series("The sea")
    old = timezone.now() - timedelta(days=9)
    return {
        "topics": [tides, factories.topic("Moon")],
        "series": series,
        "section": factories.section("Science", hue=250),
        "parts": [
            factories.article(f"Part {n}", series=series, part=n, at=old, about=[tides]) for n in (1, 3)
        ],
        "related": factories.article("Read me next", at=old, hero=factories.image()),
        "people": [
            factories.person("Ana Author", tagline="Writes about water.", portrait=factories.image()),
            factories.person("Phil Photo"),
        ],
    }


def rich(around: dict[str, Any], **fields: Any) -> Article:
    image = factories.image()
    article = factories.article(
        **{
            "headline": "Low *water* & high",
            "slug": "low-water",
            "body": RICH.replace("{image}", f"asset:{image.pk}"),
            "hero": factories.image(),
            "hero_caption": "The *harbour* at noon",
            "section": around["section"],
            "series": around["series"],
            "part": 2,
            "by": around["people"][:1],
            "about": around["topics"],
            "published": False,
        }
        | fields
    )
    Byline.objects.create(article=article, person=around["people"][1], role="Photographs", position=1)
    article.related.set([around["related"].item])
    workflow.baseline(article)
    article.refresh_from_db()
    return article


def edit(content: Any, **fields: Any) -> Any:
    """A revision with other fields, as saving the form makes one."""
    newest = revisions.newest(content).snapshot
    taken = newest | {"fields": newest["fields"] | fields}
    return workflow.edited(content, taken, None, applied=False)


def preview_of(content: Any) -> str:
    opts = content._meta
    return f"/admin/{opts.app_label}/{opts.model_name}/{content.pk}/preview/"


def without_bar(response: Any) -> bytes:
    assert response.status_code == 200
    page, bars = BAR.subn(b"", response.content)
    assert bars == 1
    return page


def public(content: Any) -> bytes:
    """The page as a reader who is not signed in gets it, rendered anew."""
    forget_kept_pages()
    content = type(content)._default_manager.get(pk=content.pk)
    response = Client().get(content.get_absolute_url())
    assert response.status_code == 200
    return response.content


def forget_kept_pages() -> None:
    for key in caching.redis().scan_iter(match=f"{caching.key('')}*"):
        caching.redis().delete(key)


def timeless(page: bytes) -> bytes:
    """A draft is published some milliseconds after its preview was made, so the moment in its page is another one.

    Nothing but whole timestamps is taken out, and all pages here have some; the days in words stay.
    """
    assert MOMENT.search(page)
    return MOMENT.sub(b"", page)


# --- the same bytes ---------------------------------------------------------------------------------------------------


def test_of_a_draft(desk: Client, surroundings: dict[str, Any]) -> None:
    article = rich(surroundings)
    shown = without_bar(desk.get(preview_of(article)))
    workflow.publish(article, by=None)
    assert timeless(shown) == timeless(public(article))
    for part in (b"Part 2 of 3", b"hero", b"Phil Photo", b"Read me next", b"code-block", b"At noon", b"Moon"):
        assert part in shown


def test_of_a_draft_that_was_published_and_had_an_end_before(desk: Client, surroundings: Any) -> None:
    article = rich(surroundings)
    past = timezone.now() - timedelta(days=40)
    workflow.publish(article, by=None, at=past)
    workflow.set_expiry(article, by=None, at=past + timedelta(days=1))
    workflow.unpublish(article, by=None)
    shown = without_bar(desk.get(preview_of(article)))
    workflow.publish(article, by=None)
    assert timeless(shown) == timeless(public(article))


def test_of_what_readers_have(desk: Client, surroundings: Any) -> None:
    article = rich(surroundings)
    workflow.publish(article, by=None)
    assert without_bar(desk.get(preview_of(article))) == public(article)


def test_of_edits_that_wait_with_another_address(desk: Client, surroundings: Any) -> None:
    article = rich(surroundings)
    workflow.publish(article, by=None, at=timezone.now() - timedelta(days=3))
    before = public(article)
    others = revisions.newest(article).snapshot
    rows = [row | {"role": "Words"} for row in others["rows"]["bylines"][:1]]
    fields = {"slug": "ebb", "headline": "Ebb", "hero": None, "body": "Short.", "part": 4, "sponsored": True}
    taken = others | {"fields": others["fields"] | fields, "rows": {"bylines": rows}}
    workflow.edited(article, taken | {"many": {"topics": [], "related": []}}, None)
    shown = without_bar(desk.get(preview_of(article)))
    assert public(article) == before
    workflow.publish_edits(article, by=None)
    assert article.get_absolute_url() != "/articles/ebb/"
    after = public(article)
    assert timeless(shown) == timeless(after)
    assert b"/articles/ebb/" in after
    assert b"Part 3 of 3" in after
    assert b"Updated" in after


def test_of_what_readers_have_while_edits_wait(desk: Client, surroundings: Any) -> None:
    article = rich(surroundings)
    workflow.publish(article, by=None)
    edit(article, headline="Ebb", slug="ebb")
    response = desk.get(f"{preview_of(article)}?revision={article.live_version}")
    assert without_bar(response) == public(article)
    assert "this is what readers get" in response.text


def test_of_an_old_revision_that_comes_back(desk: Client, surroundings: Any) -> None:
    article = rich(surroundings)
    workflow.publish(article, by=None)
    edit(article, headline="Ebb")
    workflow.publish_edits(article, by=None)
    response = desk.get(f"{preview_of(article)}?revision=1")
    workflow.restore(article, 1, by=None)
    workflow.publish_edits(article, by=None)
    assert timeless(without_bar(response)) == timeless(public(article))
    assert "version 1, an old one" in response.text


def test_of_what_is_scheduled_once_its_time_has_come(desk: Client, surroundings: Any) -> None:
    article = rich(surroundings)
    workflow.publish(article, by=None, at=timezone.now() + timedelta(milliseconds=700))
    shown = without_bar(desk.get(preview_of(article)))
    assert Client().get(article.get_absolute_url()).status_code == 404
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.8)")
    assert shown == public(article)
    assert b"Part 2 of 3" in shown


def test_of_what_recommends_itself(desk: Client, surroundings: Any) -> None:
    article = rich(surroundings)
    workflow.publish(article, by=None)
    newest = revisions.newest(article).snapshot
    itself = newest["many"] | {"related": [article.item_id]}
    workflow.edited(article, newest | {"many": itself}, None)
    edit(article, headline="Ebb")
    shown = without_bar(desk.get(preview_of(article)))
    workflow.publish_edits(article, by=None)
    assert timeless(shown) == timeless(public(article))


def test_of_an_archived_article_as_it_would_come_back(desk: Client, surroundings: Any) -> None:
    article = rich(surroundings)
    workflow.publish(article, by=None)
    workflow.archive(article, by=None)
    shown = without_bar(desk.get(preview_of(article)))
    workflow.reopen(article, by=None)
    workflow.publish(article, by=None)
    assert timeless(shown) == timeless(public(article))


def test_of_a_static_page_and_its_edits(desk: Client) -> None:
    page = factories.static_page("About us", slug="about-us", body="## Who\n\n```python\nx = 1\n```")
    assert without_bar(desk.get(preview_of(page))) == public(page)
    edit(page, body="Nobody.", slug="nobody", summary="Who we are.")
    shown = without_bar(desk.get(preview_of(page)))
    workflow.publish_edits(page, by=None)
    assert shown == public(page)
    assert b"Nobody." in shown


def test_of_what_was_saved_with_the_form(desk: Client, surroundings: Any) -> None:
    article = rich(surroundings)
    workflow.publish(article, by=None)
    save(desk, preview_of(article).replace("preview", "change"), headline="By hand", slug="by-hand")
    shown = without_bar(desk.get(preview_of(article)))
    article.refresh_from_db()
    workflow.publish_edits(article, by=None)
    assert timeless(shown) == timeless(public(article))
    assert b"By hand" in shown


# --- what it must not do ----------------------------------------------------------------------------------------------


def everything() -> dict[str | bytes, Any]:
    """A digest of all rows of each table, and what Redis holds."""
    with connection.cursor() as cursor:
        digests: dict[str | bytes, Any] = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{table}\" t"
            )
            digests[table] = cursor.fetchone()
    pattern = f"{caching.key('')[:-5]}*"
    return digests | {key: caching.redis().dump(key) for key in caching.redis().scan_iter(match=pattern)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["get", "head"])
def test_nothing_is_left_of_it(desk: Client, surroundings: Any, method: str) -> None:
    article = rich(surroundings)
    workflow.publish(article, by=None, at=timezone.now() - timedelta(days=3))
    edit(article, headline="Ebb", slug="ebb", body="![Gauge](asset:1)")
    draft, page = rich(surroundings, slug="draft"), factories.static_page()
    edit(draft, headline="Another")
    Client().get(article.get_absolute_url())
    before, mails = everything(), len(mail.outbox)
    assert len(before) > 40
    assert any(key.startswith(caching.key("").encode()) for key in before if isinstance(key, bytes))
    for path in (preview_of(article), preview_of(draft), preview_of(page), f"{preview_of(draft)}?revision=1"):
        response = getattr(desk, method)(path)
        assert response.status_code == 200
        assert len(response.content) == (0 if method == "head" else int(response.headers["Content-Length"]))
    assert everything() == before
    assert len(mail.outbox) == mails
    assert not LogEntry.objects.exists()


def test_it_may_be_kept_by_nobody(desk: Client) -> None:
    response = desk.get(preview_of(factories.article()))
    assert {"private", "no-store"} <= set(response.headers["Cache-Control"].split(", "))
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert not response.has_header("ETag")


def test_edits_that_wait_cost_readers_nothing(surroundings: Any) -> None:
    article = rich(surroundings)
    workflow.publish(article, by=None)
    public(article)

    def asked() -> tuple[int, bytes]:
        with CaptureQueriesContext(connection) as queries:
            page = public(article)
        return len(queries), page

    before = asked()
    edit(article, headline="Ebb", slug="ebb", body="Other.")
    edit(article, headline="Flood")
    assert Article.objects.get(pk=article.pk).has_edits_waiting
    assert asked() == before


def test_readers_go_on_getting_the_kept_page_while_edits_are_saved(surroundings: Any) -> None:
    article = rich(surroundings)
    workflow.publish(article, by=None)
    kept = public(article)
    edit(article, headline="Ebb")
    with CaptureQueriesContext(connection) as queries:
        assert Client().get(article.get_absolute_url()).content == kept
    assert len(queries) == 0


# --- what is missing by now -------------------------------------------------------------------------------------------


def test_what_was_deleted_since_is_named_in_the_bar(desk: Client, surroundings: Any) -> None:
    article = rich(surroundings)
    phil, moon = surroundings["people"][1], surroundings["topics"][1]
    first = revisions.newest(article).snapshot
    many = first["many"] | {"topics": [surroundings["topics"][0].pk]}
    without = first | {"many": many, "rows": {"bylines": first["rows"]["bylines"][:1]}}
    workflow.edited(article, without, None, applied=False)
    phil.delete()
    moon.delete()
    response = desk.get(f"{preview_of(article)}?revision=1")
    assert "Person: 1 of what it named was deleted since." in response.text
    assert "Topics: 1 of what it named was deleted since." in response.text
    page = without_bar(response)
    assert b"Phil Photo" not in page
    assert b"deleted since" not in page
    assert "deleted since" not in desk.get(preview_of(article)).text


def test_an_address_that_was_given_away_meanwhile_is_named_in_the_bar(
    desk: Client, surroundings: Any
) -> None:
    article = rich(surroundings)
    workflow.publish(article, by=None)
    edit(article, slug="ebb")
    other = factories.article("Another", slug="ebb")
    response = desk.get(preview_of(article))
    assert "The address “ebb” belongs to something else now, so it keeps its own." in response.text
    assert b'rel="canonical" href="http://testserver/articles/low-water/"' in without_bar(response)
    workflow.publish_edits(article, by=None)
    assert timeless(without_bar(response)) == timeless(public(article))
    assert b"Another" in public(other)


# --- who and what -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("revision=2", 404),
        ("revision=999999999", 404),
        ("revision=-1", 400),
        ("revision=1e3", 400),
        ("revision=" + "9" * 40, 400),
        ("revision=%00", 400),
        ("revision=", 400),
    ],
)
def test_what_is_no_revision_is_refused(desk: Client, query: str, status: int) -> None:
    assert desk.get(f"{preview_of(factories.article())}?{query}").status_code == status


def test_another_articles_revision_is_not_shown(desk: Client) -> None:
    article, other = factories.article(), factories.article("A secret")
    edit(other, headline="A better kept secret")
    assert Revision.objects.filter(number=2).exists()
    assert desk.get(f"{preview_of(article)}?revision=2").status_code == 404


def test_the_preview_leads_to_the_form_and_to_sharing(desk: Client) -> None:
    article = factories.article(published=False)
    bar = BAR.search(desk.get(preview_of(article)).content)
    assert bar is not None
    assert preview_of(article).replace("preview", "change").encode() in bar[0]
    assert preview_of(article).replace("preview", "links").encode() in bar[0]


def test_a_page_with_edits_shows_what_was_published_as_ever(surroundings: Any) -> None:
    """The live row does not change while edits wait, whatever is previewed in between."""
    article = rich(surroundings)
    workflow.publish(article, by=None)
    edit(article, headline="Ebb")
    row = Article.objects.filter(pk=article.pk).values().get()
    assert (row["headline"], row["status"]) == ("Low *water* & high", Publishable.Status.PUBLISHED)
