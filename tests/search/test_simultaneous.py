"""Two who write at once, over real transactions: the index shows what the last of them has written."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from articles.models import Article
from publishing import workflow
from publishing.rerendering import rerender
from search.indexing import reindex
from search.models import IndexEntry
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


class Other(threading.Thread):
    """Somebody else, with a connection of their own; `join` raises what they met with."""

    def __init__(self, do: Callable[[], object]) -> None:
        super().__init__()
        self.do = do
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.do()
        except Exception as error:
            self.error = error
        finally:
            connection.close()

    def join(self, timeout: float | None = 10) -> None:
        super().join(timeout)
        assert not self.is_alive()
        if self.error:
            raise self.error


def test_reindexing_while_somebody_unpublishes_brings_nothing_back() -> None:
    article = factories.article()
    with transaction.atomic():
        workflow.unpublish(article, by=None)
        other = Other(lambda: reindex([article.item_id]))
        other_is_waiting()
    other.join()
    assert not IndexEntry.objects.exists()


def test_reindexing_while_somebody_saves_keeps_what_they_wrote() -> None:
    article = factories.article("Before")
    with transaction.atomic():
        article.headline = "After"
        article.save()
        workflow.saved(article)
        other = Other(lambda: reindex([article.item_id]))
        other_is_waiting()
    other.join()
    assert IndexEntry.objects.get().title == "After"


def test_two_who_save_what_another_renders_again_wait_for_each_other() -> None:
    first, second = factories.article("First"), factories.article("Second")
    with transaction.atomic():
        Article.objects.get(pk=second.pk).save()
        other = Other(lambda: rerender([first.item_id, second.item_id]))
        other_is_waiting()
        workflow.saved(second)
    other.join()


def other_is_waiting() -> None:
    """Until another connection waits for a lock of ours."""
    pause = threading.Event()
    with connection.cursor() as cursor:
        for _ in range(100):
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
            pause.wait(0.02)
    raise AssertionError("the other one did not wait")
