"""Rebuilding the index, whole or in part."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.models import Generation, Work
from search import indexing
from search.management.commands import reindex as command
from search.models import IndexEntry
from tests import factories

pytestmark = pytest.mark.django_db


def contents() -> list[tuple[Any, ...]]:
    rows = IndexEntry.objects.order_by("item")
    return [
        (r.item_id, r.title, r.path, r.byline, r.names, list(r.topics.all()), list(r.people.all()))
        for r in rows
    ]


def test_a_lost_index_comes_back_as_it_was() -> None:
    factories.article("Low water", about=[factories.topic()])
    factories.static_page("About")
    before = contents()
    IndexEntry.objects.all().delete()
    call_command("reindex")
    assert contents() == before
    assert len(before) == 2


def test_rows_without_content_and_stale_rows_are_put_right() -> None:
    gone, draft, live = factories.article(), factories.article(), factories.article("Right")
    type(gone).objects.filter(pk=gone.pk).delete()
    type(draft).objects.filter(pk=draft.pk).update(status="draft")
    IndexEntry.objects.filter(item=live.item).update(title="Wrong")
    call_command("reindex")
    assert [row[1] for row in contents()] == ["Right"]


def test_twice_changes_nothing_but_the_generation_of_pages(capsys: pytest.CaptureFixture[str]) -> None:
    factories.article()
    call_command("reindex")
    first, token = contents(), Generation.objects.get().token
    call_command("reindex")
    assert contents() == first
    assert Generation.objects.get().token != token
    assert "1 entries in the index." in capsys.readouterr().out


def test_an_interrupted_run_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    articles = [factories.article() for _ in range(4)]
    IndexEntry.objects.all().delete()
    done: list[int] = []

    def refresh(item: Any) -> None:
        if len(done) == 2:
            raise KeyboardInterrupt
        indexing.refresh(item)
        done.append(item.pk)

    monkeypatch.setattr(command, "refresh", refresh)
    with pytest.raises(CommandError, match=f"reindex --after {articles[1].item_id}"):
        call_command("reindex")
    monkeypatch.undo()
    call_command("reindex", after=articles[1].item_id)
    assert [row[0] for row in contents()] == [article.item_id for article in articles]


def test_more_than_a_person_waits_for_is_left_to_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "AT_ONCE", 2)
    items = [factories.article().item_id for _ in range(3)]
    IndexEntry.objects.update(title="Wrong")
    token = Generation.objects.get().token
    indexing.reindex(items)
    waiting = Work.objects.filter(kind="search.reindex").order_by("key")
    assert [work.payload for work in waiting] == [{"items": items[:2]}, {"items": items[2:]}]
    assert Generation.objects.get().token != token
    for work in waiting:
        indexing.reindex(work.payload["items"])
    assert not IndexEntry.objects.filter(title="Wrong").exists()


def test_two_that_are_left_to_workers_do_not_replace_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "AT_ONCE", 3)
    items = [factories.article().item_id for _ in range(6)]
    indexing.reindex([items[0], items[1], items[4], items[5]])
    indexing.reindex([items[0], items[2], items[4], items[5]])
    waiting = Work.objects.filter(kind="search.reindex")
    assert {item for work in waiting for item in work.payload["items"]} == {*items} - {items[3]}
