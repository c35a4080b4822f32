from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Article
from publishing import workflow
from publishing.models import Item, Publishable
from publishing.signals import content_changed
from search.models import IndexEntry
from tests import factories

pytestmark = pytest.mark.django_db


def live_headlines() -> list[str]:
    return [article.headline for article in Article.objects.live()]


def test_publishing_makes_it_live_and_says_who_and_when(publisher) -> None:
    article = workflow.publish(factories.article("News", published=False), by=publisher)
    assert live_headlines() == ["News"]
    assert article.published_by == publisher
    assert article.published_at
    assert timezone.now() - article.published_at < timedelta(minutes=1)


def test_publishing_for_a_later_time_shows_nothing_before_it(publisher) -> None:
    later = timezone.now() + timedelta(days=1)
    article = workflow.publish(factories.article(published=False), by=publisher, at=later)
    assert article.published_at == later
    assert live_headlines() == []
    assert list(Article.objects.scheduled()) == [article]


def test_publishing_what_is_live_keeps_its_date(publisher) -> None:
    article = factories.article(at=timezone.now() - timedelta(days=9))
    before = article.published_at
    assert workflow.publish(article, by=publisher).published_at == before


def test_publishing_what_was_scheduled_brings_it_out_now(publisher) -> None:
    article = factories.article(at=timezone.now() + timedelta(days=9))
    workflow.publish(article, by=publisher)
    assert article.is_live


def test_without_a_headline_it_refuses_and_says_why(publisher) -> None:
    article = Article.objects.create(headline="  ", slug="empty")
    with pytest.raises(workflow.Refused, match="headline"):
        workflow.publish(article, by=publisher)
    assert Article.objects.get().status == Publishable.Status.DRAFT


def test_unpublishing_takes_it_off_the_site_and_out_of_the_index(publisher) -> None:
    article = factories.article()
    workflow.unpublish(article, by=publisher)
    assert live_headlines() == []
    assert not IndexEntry.objects.exists()
    with pytest.raises(workflow.Refused):
        workflow.unpublish(article, by=publisher)


def test_its_identity_outlives_it(publisher) -> None:
    article = factories.article()
    item = article.item
    article.delete()
    assert Item.objects.get() == item
    assert item.content() is None
    assert str(item) == "deleted article"


def test_an_edit_of_a_live_article_is_dated_and_one_of_a_draft_is_not() -> None:
    live, draft = factories.article(), factories.article(published=False)
    for article in (live, draft):
        workflow.saved(article)
    assert live.revised_at
    assert timezone.now() - live.revised_at < timedelta(minutes=1)
    assert draft.revised_at is None


def test_the_index_holds_the_bylines_when_the_signal_is_sent() -> None:
    seen = []

    def look(sender, content, **kwargs) -> None:
        seen.append([credit.person.name for credit in content.bylines.all()])

    content_changed.connect(look)
    try:
        factories.article(by=[factories.person("Ana"), factories.person("Bo")])
    finally:
        content_changed.disconnect(look)
    assert seen == [["Ana", "Bo"]]
    assert [credit["name"] for credit in IndexEntry.objects.get().byline] == ["Ana", "Bo"]


def test_saving_a_text_that_was_read_before_does_not_undo_what_the_workflow_did(publisher) -> None:
    article = factories.article(published=False)
    read_before = Article.objects.get(pk=article.pk)
    workflow.publish(article, by=publisher)
    workflow.announce(article)
    read_before.headline = "Corrected"
    read_before.save()
    now = Article.objects.get()
    assert (now.headline, now.status, now.published_by) == (
        "Corrected",
        Publishable.Status.PUBLISHED,
        publisher,
    )
    assert now.published_at
    assert now.announced_at


def test_publishing_what_was_read_before_an_edit_indexes_the_edit(publisher) -> None:
    article = factories.article("Before", published=False)
    read_before = Article.objects.get(pk=article.pk)
    article.headline = "After"
    article.save()
    workflow.publish(read_before, by=publisher)
    assert IndexEntry.objects.get().title == "After"


def test_what_is_published_anew_was_not_revised_before_that(publisher) -> None:
    article = workflow.saved(factories.article())
    assert article.revised_at
    workflow.unpublish(article, by=publisher)
    assert workflow.publish(article, by=publisher).revised_at is None
