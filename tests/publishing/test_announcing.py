"""Being live is a question about time, asked of the database's clock; the side effects follow, once."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from articles.models import Article
from core import work
from core.models import Generation, Work
from publishing import jobs, workflow
from publishing.jobs import announce_due
from publishing.signals import went_live
from tests import factories
from tests.harness import kinds
from tests.harness.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)

LISTS = ["/", "/articles/", "/feed/", "/articles/feed/", "/sitemap-published.xml"]


@pytest.fixture
def announced() -> Iterator[list[str]]:
    """The titles of what went live, in order."""
    titles: list[str] = []

    def listen(sender, content, **kwargs) -> None:
        titles.append(content.title)

    went_live.connect(listen)
    yield titles
    went_live.disconnect(listen)


def seconds(number: float) -> datetime:
    return timezone.now() + timedelta(seconds=number)


def showing(client: Client, article: Article) -> list[str]:
    """Which addresses show it."""
    path = article.get_absolute_url()
    pages = {page: client.get(page) for page in [*LISTS, path]}
    return [
        page
        for page, answer in pages.items()
        if answer.status_code == 200 and path.encode() in answer.content
    ]


def test_a_scheduled_article_appears_on_time_everywhere_while_nothing_runs(client: Client) -> None:
    factories.article("There already")
    article = factories.article("In two seconds", at=seconds(2))
    for _ in range(2):  # from the database, then from the page cache
        assert showing(client, article) == []
    assert article.published_at
    time.sleep(max(0, (article.published_at - timezone.now()).total_seconds()) + 0.05)
    assert showing(client, article) == [*LISTS, article.get_absolute_url()]
    assert Article.objects.get(pk=article.pk).announced_at is None


def test_side_effects_happen_once_however_many_look(announced: list[str]) -> None:
    factories.article("Was due while nothing ran")
    factories.article("Tomorrow", at=seconds(24 * 60 * 60))
    factories.article("A draft", published=False)
    before = Generation.objects.get().token
    in_threads(10, announce_due)
    announce_due()
    assert announced == ["Was due while nothing ran"]
    assert Generation.objects.get().token != before, "cached pages are made anew"


def test_side_effects_that_fail_are_tried_again_and_hold_up_nobody(announced: list[str], caplog) -> None:
    broken, fine = factories.article("Broken", at=seconds(-9)), factories.article("Fine", at=seconds(-5))

    def fail(sender, content, **kwargs) -> None:
        work.enqueue("tests.note", str(content.pk))
        if content == broken:
            raise ValueError("a receiver with a mistake")

    went_live.connect(fail)
    announce_due()
    assert "announcement_failed" in caplog.text
    assert Article.objects.get(announced_at=None) == broken
    assert Work.objects.get().key == str(fine.pk), "what was begun for the broken one is undone"
    went_live.disconnect(fail)
    announce_due()
    assert Article.objects.filter(announced_at=None).count() == 0
    assert announced.count("Fine") == 1


def test_unpublished_before_its_time_is_never_announced(announced: list[str]) -> None:
    article = factories.article("Changed our mind", at=seconds(0.3))
    workflow.unpublish(article, by=None)
    time.sleep(0.4)
    announce_due()
    assert announced == []


def test_an_announcement_that_was_overtaken_does_nothing(announced: list[str]) -> None:
    """Another clock was faster between our query and our claim."""
    article = factories.article("Once")
    jobs.announce(article)
    jobs.announce(article)
    assert announced == ["Once"]


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_process_with_a_wrong_clock_is_neither_early_nor_late(
    client: Client, announced, tmp_path, minutes: int
) -> None:
    file = tmp_path / "told"
    live = factories.article("Live", at=seconds(-60))
    later = factories.article("In five minutes", at=seconds(300))
    due = work.enqueue("tests.note", "due", {"file": str(file)})
    not_yet = work.enqueue("tests.note", "not yet", {"file": str(file)}, at=seconds(300))
    held = Work.objects.create(
        kind="tests.note", key="held", state="running", fence=1, lease_until=seconds(30)
    )
    dead = Work.objects.create(
        kind="tests.note",
        key="dead",
        state="running",
        fence=1,
        lease_until=seconds(-1),
        payload={"file": str(file)},
    )
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes), tick=True):
        assert showing(client, live) == [*LISTS, live.get_absolute_url()]
        assert showing(client, later) == []
        announce_due()
        for row in (due, not_yet, held, dead):
            work.run(row.pk)
    assert announced == ["Live"]
    assert sorted(kinds.told(file)) == ["dead 1", "due 1"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT announced_at - published_at < interval '2 minutes' FROM articles_article WHERE id = %s",
            [live.pk],
        )
        assert cursor.fetchone() == (True,), "the database's clock says when"
