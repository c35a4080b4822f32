"""What was published can go again: unpublished, archived, taken down, expired - and each step can be undone at first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from articles.models import Article
from publishing import workflow
from publishing.models import EditorialEvent, Publishable
from search.models import IndexEntry
from tests import factories
from tests.publishing.test_review import edit

pytestmark = pytest.mark.django_db


def last(content: Article) -> EditorialEvent:
    return EditorialEvent.objects.filter(item=content.item)[0]


def test_an_archived_article_is_off_the_site_and_comes_back_as_a_draft(publisher: User) -> None:
    article = factories.article()
    workflow.archive(article, publisher, "Out of date.")
    assert (article.status, article.is_live) == ("archived", False)
    with pytest.raises(workflow.Refused, match="archived"):
        workflow.publish(article, publisher)
    with pytest.raises(workflow.Refused, match="archived"):
        edit(article, publisher, headline="New")
    assert workflow.reopen(article, publisher).status == Publishable.Status.DRAFT


def test_taking_down_wants_a_reason_and_a_right(editor: User, publisher: User) -> None:
    article = factories.article()
    with pytest.raises(workflow.Refused, match="right"):
        workflow.take_down(article, editor, "A complaint.")
    with pytest.raises(workflow.Refused, match="Say why"):
        workflow.take_down(article, publisher, " ")
    workflow.take_down(article, publisher, "A complaint.")
    assert (article.status, IndexEntry.objects.count()) == ("removed", 0)
    with pytest.raises(workflow.Refused, match="right"):
        workflow.reopen(article, editor)


def test_publishing_can_be_undone(publisher: User) -> None:
    article = factories.article("Text", published=False)
    workflow.publish(article, publisher)
    workflow.undo(last(article), publisher)
    article.refresh_from_db()
    assert (article.status, article.published_at, IndexEntry.objects.count()) == ("draft", None, 0)
    assert last(article).action == "undone"


def test_undoing_an_unpublishing_brings_back_what_readers_had(publisher: User) -> None:
    article = factories.article("Old")
    began = article.published_at
    edit(article, publisher, headline="Waiting")
    workflow.unpublish(article, publisher)
    workflow.undo(last(article), publisher)
    article.refresh_from_db()
    assert (article.headline, article.has_edits_waiting, article.is_live) == ("Old", True, True)
    assert began
    assert article.published_at
    assert abs(article.published_at - began) < timedelta(milliseconds=1)


def test_what_was_touched_since_is_not_undone(publisher: User) -> None:
    article = factories.article("Text", published=False)
    workflow.publish(article, publisher)
    step = last(article)
    edit(article, publisher, headline="Edited")
    with pytest.raises(workflow.Refused, match="edited since"):
        workflow.undo(step, publisher)
    workflow.unpublish(article, publisher)
    with pytest.raises(workflow.Refused, match="else has happened"):
        workflow.undo(step, publisher)


def test_undoing_wants_the_right_that_the_step_wanted(publisher: User, author: User) -> None:
    article = factories.article("Text", published=False, created_by=author)
    workflow.publish(article, publisher)
    with pytest.raises(workflow.Refused, match="right"):
        workflow.undo(last(article), author)


def test_an_end_before_the_beginning_is_refused(publisher: User) -> None:
    article = factories.article(at=timezone.now() + timedelta(days=2))
    with pytest.raises(workflow.Refused, match="before it appears"):
        workflow.set_expiry(article, publisher, timezone.now() + timedelta(days=1))


def test_what_has_expired_can_be_published_again(publisher: User) -> None:
    article = factories.article(at=timezone.now() - timedelta(days=2))
    workflow.set_expiry(article, publisher, timezone.now() - timedelta(days=1))
    assert not article.is_live
    again = workflow.publish(article, publisher)
    assert again.is_live
    assert again.expires_at is None
