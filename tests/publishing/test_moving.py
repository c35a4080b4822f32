"""Addresses while content comes and goes: readers find what they had, and history says what they get."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.models import User
from articles.models import Article
from core.invariants import examine
from publishing import jobs, revisions, workflow
from publishing.models import EditorialEvent
from tests import factories
from tests.publishing.test_review import edit

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def live() -> Article:
    return factories.article("Old", slug="old", body="The old text.")


def get(path: str) -> tuple[int, str]:
    answer = Client().get(path)
    return answer.status_code, answer.headers.get("Location", "")


def is_consistent() -> bool:
    """Whether everything that must hold of the content does."""
    return not any(verdict.violations for verdict in examine())


@pytest.mark.parametrize("leave", [workflow.unpublish, workflow.archive])
def test_a_new_address_that_waited_leads_from_the_old_one_after_a_time_as_a_draft(
    live: Article, publisher: User, leave: Any
) -> None:
    edit(live, publisher, slug="new")
    leave(live, publisher)
    if live.status == "archived":
        workflow.reopen(live, publisher)
    workflow.publish(live, publisher)
    assert get("/articles/old/") == (301, "/articles/new/")


def test_what_is_taken_down_is_gone_at_an_address_that_an_archived_edit_replaced(
    live: Article, publisher: User
) -> None:
    edit(live, publisher, slug="new")
    workflow.archive(live, publisher)
    workflow.take_down(live, publisher, "A complaint.")
    assert [get(f"/articles/{slug}/")[0] for slug in ("old", "new")] == [410, 410]


def test_restoring_an_old_address_of_a_draft_that_was_live_keeps_the_newer_one(
    live: Article, publisher: User
) -> None:
    edit(live, publisher, slug="new")
    workflow.publish_edits(live, publisher)
    workflow.unpublish(live, publisher)
    workflow.restore(live, 1, publisher)
    workflow.publish(live, publisher)
    assert get("/articles/new/") == (301, "/articles/old/")


def test_undoing_keeps_the_addresses_of_between(live: Article, publisher: User) -> None:
    edit(live, publisher, slug="new")
    workflow.publish_edits(live, publisher)
    workflow.undo(EditorialEvent.objects.filter(action="edits_published").get(), publisher)
    assert get("/articles/old/")[0] == 200
    assert get("/articles/new/") == (301, "/articles/old/")
    assert is_consistent()


@pytest.mark.parametrize("on_time", [True, False])
@pytest.mark.parametrize("newer", [True, False])
def test_an_address_that_somebody_else_took_meanwhile_is_not_what_history_says(
    live: Article, publisher: User, on_time: bool, newer: bool
) -> None:
    edit(live, publisher, slug="new", body="The new text.")
    factories.article("Other", slug="new")
    if on_time:
        workflow.publish_edits(live, publisher, timezone.now() + HOUR)
        if newer:
            edit(live, publisher, body="The newest text.")
        Article.objects.update(edits_at=F("edits_at") - 2 * HOUR)
        jobs.publish_due_edits()
    else:
        workflow.publish_edits(live, publisher)
    live.refresh_from_db()
    assert (live.slug, live.body) == ("old", "The new text.")
    assert live.has_edits_waiting == (on_time and newer)
    assert live.live_version
    assert revisions.numbered(live, live.live_version).snapshot == revisions.snapshot(live)
    assert is_consistent()


def test_a_draft_keeps_the_address_that_it_has_when_the_one_that_waited_was_taken(
    live: Article, publisher: User
) -> None:
    edit(live, publisher, slug="new")
    factories.article("Other", slug="new")
    workflow.unpublish(live, publisher)
    live.refresh_from_db()
    assert live.slug == "old"
    assert revisions.newest(live).snapshot["fields"]["slug"] == "old"
    assert is_consistent()
