"""Review: an approval belongs to one revision, everybody hears of what waits for them, and everything is remembered."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from articles.models import Article
from core.models import Work
from publishing import linter, revisions, workflow
from publishing.models import EditorialEvent, Publishable, Waiver
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(author: User) -> Article:
    """A draft by the author, saved once."""
    content = factories.article("Tides", slug="tides", published=False, by=[], created_by=author)
    return workflow.edited(content, revisions.snapshot(content), author)


def edit(content: Article, by: User | None, **fields: Any) -> Article:
    """As the form does it: a new revision."""
    taken = revisions.newest(content).snapshot if content.version else revisions.snapshot(content)
    taken["fields"] |= fields
    return workflow.edited(content, taken, by, applied=False)


def mails() -> list[tuple[str, str]]:
    """(to, subject) of what is to be sent, in order."""
    rows = Work.objects.filter(kind="core.mail").order_by("pk")
    return [(row.payload["to"], row.payload["subject"]) for row in rows]


def steps(content: Article) -> list[str]:
    return list(
        EditorialEvent.objects.filter(item=content.item).order_by("pk").values_list("action", flat=True)
    )


def test_the_way_of_an_article(article: Article, author: User, editor: User) -> None:
    workflow.submit(
        article, author, "Is the second paragraph clear?", reviewer=editor, due_on=date(2030, 1, 2)
    )
    workflow.request_changes(article, editor, "Name the port.")
    edit(article, author, body="The port of Brest.")
    workflow.submit(article, author)
    workflow.approve(article, editor, "Good.")
    workflow.publish(article, editor)
    assert article.is_live
    assert article.published_by == editor
    events = EditorialEvent.objects.filter(item=article.item).order_by("pk")
    assert [(event.action, event.by, event.why) for event in events] == [
        ("submitted", author, "Is the second paragraph clear?"),
        ("changes_requested", editor, "Name the port."),
        ("submitted", author, ""),
        ("approved", editor, "Good."),
        ("published", editor, ""),
    ]
    assert [event.revision and event.revision.number for event in events] == [1, 1, 2, 2, 2]


def test_mails_go_to_those_for_whom_something_waits(
    article: Article, author: User, editor: User, settings: Any
) -> None:
    workflow.submit(article, author, reviewer=editor)
    assert mails() == [(editor.email, "Submitted for review: “Tides”")]
    workflow.request_changes(article, editor, "Name the port.")
    assert mails()[1:] == [(author.email, "Asked for changes: “Tides”")]
    row = Work.objects.filter(kind="core.mail").order_by("pk").last()
    assert row
    assert "Name the port." in row.payload["text"]
    assert f"{settings.SITE_URL}/admin/articles/article/{article.pk}/change/" in row.payload["text"]


def test_without_a_reviewer_everybody_who_may_review_hears_of_it(
    article: Article, author: User, editor: User, publisher: User, administrator: User
) -> None:
    workflow.submit(article, author)
    assert sorted(to for to, _ in mails()) == sorted([editor.email, publisher.email])


def test_who_left_gets_no_mail(article: Article, author: User, editor: User) -> None:
    workflow.submit(article, author, reviewer=editor)
    User.objects.filter(pk=author.pk).update(is_active=False)
    workflow.request_changes(article, editor, "Name the port.")
    assert [to for to, _ in mails()] == [editor.email]


def test_an_edit_voids_the_approval_and_asks_for_another_look(
    article: Article, author: User, editor: User
) -> None:
    workflow.submit(article, author, reviewer=editor)
    workflow.approve(article, editor)
    edit(article, author, headline="Tides, again")
    assert (article.stage, article.approved_version) == ("in_review", None)
    assert mails()[-1] == (editor.email, "Edited, so the approval is void: “Tides”")
    with pytest.raises(workflow.Refused, match="not approved"):
        workflow.publish(article, editor)


def test_saving_without_a_change_leaves_the_approval_alone(
    article: Article, author: User, editor: User
) -> None:
    workflow.submit(article, author)
    workflow.approve(article, editor)
    edit(article, author)
    assert (article.stage, article.version) == ("approved", 1)


def test_the_database_itself_holds_no_approval_of_an_older_text(article: Article, editor: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(stage="approved", approved_version=0)


def test_what_was_approved_is_what_was_looked_at(article: Article, author: User, editor: User) -> None:
    workflow.submit(article, author)
    seen = article.version
    edit(article, author, headline="Something else")
    with pytest.raises(workflow.Refused, match="edited since"):
        workflow.approve(article, editor, version=seen)


def test_nobody_approves_their_own_work(editor: User) -> None:
    mine = factories.article("Mine", published=False, by=[], created_by=editor)
    signed = factories.article("Signed", published=False, by=[factories.person(user=editor)])
    for content in (mine, signed):
        workflow.submit(content, editor)
        with pytest.raises(workflow.Refused, match="your own work"):
            workflow.approve(content, editor)


def test_authors_neither_approve_nor_publish(article: Article, author: User, other_author: User) -> None:
    workflow.submit(article, author)
    for act in (workflow.approve, workflow.publish):
        with pytest.raises(workflow.Refused, match="right"):
            act(article, author)
    with pytest.raises(workflow.Refused, match="right"):
        workflow.withdraw(article, other_author)
    assert steps(article) == ["submitted"]


def test_a_request_for_changes_says_what(article: Article, author: User, editor: User) -> None:
    workflow.submit(article, author)
    with pytest.raises(workflow.Refused, match="Say what"):
        workflow.request_changes(article, editor, "  ")


def test_only_who_may_review_becomes_a_reviewer(article: Article, author: User, other_author: User) -> None:
    with pytest.raises(workflow.Refused, match="may not review"):
        workflow.submit(article, author, reviewer=other_author)


def test_a_comment_belongs_to_the_revision_that_it_is_about(
    article: Article, author: User, editor: User
) -> None:
    said = workflow.comment(article, editor, "Which tide?", field="headline")
    edit(article, author, headline="Low tide")
    assert (said.revision.number, said.field, said.who) == (1, "headline", str(editor))
    assert mails() == [(author.email, "Commented: “Tides”")]
    with pytest.raises(workflow.Refused, match="Write something"):
        workflow.comment(article, editor, " \n")


def test_an_error_of_the_linter_stops_publishing_until_it_is_waived_with_a_reason(publisher: User) -> None:
    content = factories.article("Ports", published=False, body="## Ports\n\nTODO: name them.\n")
    with pytest.raises(workflow.Refused):
        workflow.publish(content, publisher)
    assert content.status == Publishable.Status.DRAFT
    for finding in linter.blocking(content):
        with pytest.raises(workflow.Refused, match="Say why"):
            workflow.waive(content, publisher, finding, "")
        workflow.waive(content, publisher, finding, "It is a quotation.")
    workflow.publish(content, publisher)
    assert content.is_live
    assert set(Waiver.objects.values_list("by", "reason")) == {(publisher.pk, "It is a quotation.")}


def test_editors_cannot_waive(article: Article, editor: User) -> None:
    content = factories.article("Ports", published=False, body="TODO")
    with pytest.raises(workflow.Refused, match="right"):
        workflow.waive(content, editor, linter.blocking(content)[0], "Because.")
