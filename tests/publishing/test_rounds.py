"""From a text to its readers, again and again: nothing of one round is left over for the next, and nobody goes it alone."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from articles.models import Article
from publishing import jobs, revisions, workflow
from publishing.models import PreviewLink
from publishing.sharing import preview_links
from tests import factories
from tests.publishing.test_review import edit, mails

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def draft(author: User) -> Article:
    content = factories.article("Tides", slug="tides", published=False, by=[], created_by=author)
    return workflow.edited(content, revisions.snapshot(content), author)


@pytest.fixture
def live(draft: Article, author: User, editor: User) -> Article:
    workflow.submit(draft, author)
    workflow.approve(draft, editor)
    return workflow.publish(draft, editor)


def test_edits_of_what_went_out_unreviewed_are_not_in_review_before_they_are_handed_in(
    draft: Article, author: User, editor: User, publisher: User
) -> None:
    workflow.submit(draft, author)
    workflow.publish(draft, publisher)
    edit(draft, author, body="Not ready for anybody.")
    assert draft.stage == "draft"
    with pytest.raises(workflow.Refused, match="not in review"):
        workflow.approve(draft, editor)


def test_a_day_that_something_was_due_on_is_over_when_it_goes_out(
    draft: Article, author: User, publisher: User
) -> None:
    workflow.submit(draft, author, due_on=date(2020, 1, 2))
    workflow.publish(draft, publisher)
    assert draft.due_on is None
    edit(draft, author, body="A year later.")
    workflow.submit(draft, author, due_on=date(2021, 1, 2))
    workflow.publish_edits(draft, publisher)
    assert draft.due_on is None


@pytest.mark.parametrize("act", [workflow.withdraw, workflow.request_changes, workflow.approve])
def test_what_readers_have_is_not_reviewed(live: Article, editor: User, act: Any) -> None:
    with pytest.raises(workflow.Refused, match="Nothing has changed"):
        act(live, editor, "Because.")
    assert live.stage == "approved"


@pytest.mark.parametrize("act", [workflow.withdraw, workflow.request_changes])
def test_edits_that_lose_their_approval_lose_their_date(
    live: Article, author: User, editor: User, act: Any
) -> None:
    edit(live, author, body="The new text.")
    workflow.submit(live, author)
    workflow.approve(live, editor)
    workflow.publish_edits(live, editor, timezone.now() + HOUR)
    act(live, editor, "It is wrong.")
    assert (live.edits_at, live.edits_version) == (None, None)


def test_what_was_written_after_the_edits_were_scheduled_can_be_given_back_without_stopping_them(
    live: Article, author: User, editor: User
) -> None:
    edit(live, author, body="The second text.")
    workflow.submit(live, author)
    workflow.approve(live, editor)
    workflow.publish_edits(live, editor, timezone.now() + HOUR)
    edit(live, author, body="The third text.")
    workflow.request_changes(live, editor, "The second one was better.")
    Article.objects.update(edits_at=F("edits_at") - 2 * HOUR)
    jobs.publish_due_edits()
    assert Article.objects.get().body == "The second text."


def test_an_import_sends_approved_edits_back_to_review_and_keeps_their_date(
    live: Article, author: User, editor: User
) -> None:
    edit(live, author, body="The new text.")
    workflow.submit(live, author, reviewer=editor)
    workflow.approve(live, editor)
    workflow.publish_edits(live, editor, timezone.now() + HOUR)
    row = Article.objects.get()
    row.standfirst = "From the import."
    row.save()
    workflow.saved(row)
    row.refresh_from_db()
    assert row.stage == "in_review"
    assert mails()[-1] == (editor.email, "Edited, so the approval is void: “Tides”")
    Article.objects.update(edits_at=F("edits_at") - 2 * HOUR)
    jobs.publish_due_edits()
    row.refresh_from_db()
    assert (row.body, row.has_edits_waiting) == ("The new text.", False)


# --- four eyes --------------------------------------------------------------------------------------------------------


def test_nobody_approves_edits_that_they_alone_have_made(live: Article, editor: User) -> None:
    edit(live, editor, body="An editor's own words.")
    workflow.submit(live, editor)
    with pytest.raises(workflow.Refused, match="your own work"):
        workflow.approve(live, editor)
    assert not preview_links.may_let_approve(live, editor)
    with pytest.raises(workflow.Refused, match="could not approve"):
        preview_links.make(live, editor, label="A friend", may=PreviewLink.May.APPROVE, days=1, version=2)


def test_an_editor_who_mends_what_somebody_else_wrote_may_approve_it(
    live: Article, author: User, editor: User
) -> None:
    edit(live, author, body="Teh new text.")
    workflow.submit(live, author)
    edit(live, editor, body="The new text.")
    workflow.approve(live, editor)
    assert live.stage == "approved"


def test_nobody_approves_the_edit_that_gives_them_a_byline(live: Article, author: User, editor: User) -> None:
    taken = revisions.newest(live).snapshot
    somebody = factories.person(user=editor)
    taken["rows"]["bylines"] = [{"pk": 10**9, "person": somebody.pk, "role": "", "position": 0}]
    workflow.edited(live, taken, author)
    workflow.submit(live, author)
    with pytest.raises(workflow.Refused, match="your own work"):
        workflow.approve(live, editor)
