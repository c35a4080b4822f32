"""Edits of what is published wait: readers get the old version until the new one is published, by hand or on time."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.models import User
from articles.models import Article, Byline
from publishing import jobs, revisions, workflow
from publishing.models import EditorialEvent, Publishable, Revision
from search.models import IndexEntry
from tests import factories
from tests.publishing.test_review import edit

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def live() -> Article:
    return factories.article("Old", slug="old", body="The old text.")


def page(slug: str = "old") -> str:
    return Client().get(f"/articles/{slug}/").text


def pass_time(content: Article) -> None:
    Article.objects.filter(pk=content.pk).update(edits_at=F("edits_at") - 2 * HOUR)


def test_readers_get_the_old_text_until_the_edit_is_published(live: Article, publisher: User) -> None:
    edit(live, publisher, headline="New", body="The new text.")
    assert "The old text." in page()
    assert IndexEntry.objects.get().title == "Old"
    workflow.publish_edits(live, publisher)
    assert "The new text." in page()
    assert IndexEntry.objects.get().title == "New"
    live.refresh_from_db()
    assert live.revised_at
    assert not live.has_edits_waiting


def test_a_new_address_takes_over_when_the_edit_is_published(live: Article, publisher: User) -> None:
    edit(live, publisher, slug="new")
    assert Client().get("/articles/new/").status_code == 404
    workflow.publish_edits(live, publisher)
    assert Client().get("/articles/old/").headers["Location"] == "/articles/new/"


def test_bylines_topics_and_related_wait_too(live: Article, publisher: User) -> None:
    ana, tides = factories.person("Ana"), factories.topic("Tides")
    taken = revisions.newest(live).snapshot
    [old] = taken["rows"]["bylines"]
    taken["rows"]["bylines"] = [{"pk": old["pk"] + 1, "person": ana.pk, "role": "", "position": 0}]
    taken["many"]["topics"] = [tides.pk]
    workflow.edited(live, taken, publisher)
    assert [b.pk for b in Byline.objects.filter(article=live)] == [old["pk"]]
    workflow.publish_edits(live, publisher)
    assert "Ana" in page()
    assert [topic.name for topic in live.topics.all()] == ["Tides"]


def test_scheduled_edits_take_their_place_when_their_time_has_come(live: Article, publisher: User) -> None:
    edit(live, publisher, body="The new text.")
    workflow.publish_edits(live, publisher, timezone.now() + HOUR)
    jobs.publish_due_edits()
    assert "The old text." in page()
    pass_time(live)
    jobs.publish_due_edits()
    jobs.publish_due_edits()
    assert "The new text." in page()
    actions = EditorialEvent.objects.filter(item=live.item).values_list("action", "by")
    assert list(actions)[:2] == [("edits_published", None), ("edits_scheduled", publisher.pk)]
    assert [action for action, _ in actions].count("edits_published") == 1


def test_what_is_written_after_the_edits_were_scheduled_waits_on(live: Article, publisher: User) -> None:
    edit(live, publisher, body="The second text.")
    workflow.publish_edits(live, publisher, timezone.now() + HOUR)
    edit(live, publisher, body="The third text.")
    pass_time(live)
    jobs.publish_due_edits()
    assert "The second text." in page()
    live.refresh_from_db()
    assert live.has_edits_waiting
    assert revisions.newest(live).snapshot["fields"]["body"] == "The third text."


def test_edits_published_by_hand_are_not_replaced_by_older_ones_that_had_a_date(
    live: Article, publisher: User
) -> None:
    edit(live, publisher, body="The second text.")
    workflow.publish_edits(live, publisher, timezone.now() + HOUR)
    edit(live, publisher, body="The third text.")
    workflow.publish_edits(live, publisher)
    pass_time(live)
    jobs.publish_due_edits()
    assert "The third text." in page()


def test_a_date_can_be_taken_off_the_edits(live: Article, publisher: User) -> None:
    edit(live, publisher, body="The second text.")
    workflow.publish_edits(live, publisher, timezone.now() + HOUR)
    workflow.keep_edits_waiting(live, publisher)
    pass_time(live)
    jobs.publish_due_edits()
    assert "The old text." in page()
    with pytest.raises(workflow.Refused, match="no date"):
        workflow.keep_edits_waiting(live, publisher)


def test_discarded_edits_stay_in_the_history(live: Article, publisher: User) -> None:
    edit(live, publisher, body="The new text.")
    workflow.discard_edits(live, publisher)
    assert not live.has_edits_waiting
    bodies = [
        r.snapshot["fields"]["body"] for r in Revision.objects.filter(item=live.item).order_by("number")
    ]
    assert bodies == ["The old text.", "The new text.", "The old text."]
    with pytest.raises(workflow.Refused, match="No edits"):
        workflow.discard_edits(live, publisher)


def test_unpublishing_leaves_a_draft_with_the_edits_that_waited(live: Article, publisher: User) -> None:
    edit(live, publisher, body="The new text.")
    workflow.unpublish(live, publisher)
    live.refresh_from_db()
    assert (live.status, live.body) == (Publishable.Status.DRAFT, "The new text.")


def test_an_editor_needs_an_approval_for_edits_as_for_the_first_version(
    live: Article, editor: User, publisher: User
) -> None:
    edit(live, publisher, body="The new text.")
    with pytest.raises(workflow.Refused, match="not approved"):
        workflow.publish_edits(live, editor)
    workflow.submit(live, publisher)
    workflow.approve(live, editor)
    workflow.publish_edits(live, editor)
    assert "The new text." in page()


def test_without_edits_there_is_nothing_to_publish_or_submit(live: Article, publisher: User) -> None:
    with pytest.raises(workflow.Refused, match="newest version already"):
        workflow.publish_edits(live, publisher)
    with pytest.raises(workflow.Refused, match="Nothing has changed"):
        workflow.submit(live, publisher)


def test_an_old_version_comes_back_as_a_new_one(live: Article, publisher: User) -> None:
    ana = factories.person("Ana")
    taken = revisions.newest(live).snapshot
    taken["fields"]["body"] = "By Ana."
    taken["rows"]["bylines"][0]["person"] = ana.pk
    workflow.edited(live, taken, publisher)
    edit(live, publisher, body="The third text.")
    workflow.restore(live, 2, publisher)
    assert revisions.newest(live).snapshot == taken
    assert revisions.newest(live).number == 4
    assert "The old text." in page()


def test_what_an_old_version_named_and_was_deleted_is_left_out_and_said(
    live: Article, publisher: User
) -> None:
    topic, gone = factories.topic("Tides"), factories.topic("Gone")
    taken = revisions.newest(live).snapshot
    taken["many"]["topics"] = sorted([topic.pk, gone.pk])
    workflow.edited(live, taken, publisher)
    edit(live, publisher, headline="Newer")
    gone.delete()
    factories.article("Other", slug="taken")
    _, lost = workflow.restore(live, 2, publisher)
    assert lost == ["Topics: 1 of what it named was deleted since."]
    assert revisions.newest(live).snapshot["many"]["topics"] == [topic.pk]


def test_an_address_that_was_given_away_is_not_taken_back(publisher: User) -> None:
    draft = factories.article("Draft", slug="mine", published=False)
    workflow.baseline(draft)
    edit(draft, publisher, slug="moved", headline="Moved")
    factories.article("Other", slug="mine")
    _, lost = workflow.restore(draft, 1, publisher)
    draft.refresh_from_db()
    assert draft.slug == "moved"
    assert lost == ["The address “mine” belongs to something else now, so it keeps its own."]


def test_an_import_that_writes_past_the_desk_leaves_waiting_edits_waiting(
    live: Article, publisher: User
) -> None:
    edit(live, publisher, body="Mine, waiting.")
    live.refresh_from_db()
    live.standfirst = "From the import."
    live.save()
    workflow.saved(live)
    assert "From the import." in page()
    assert live.has_edits_waiting
    assert revisions.newest(live).snapshot["fields"]["body"] == "Mine, waiting."
    assert "The old text." in page()


def test_rendering_again_is_no_revision(live: Article, publisher: User) -> None:
    edit(live, publisher, body="Waiting.")
    live.refresh_from_db()
    live.rerender()
    workflow.saved(live, readable=False)
    assert Revision.objects.filter(item=live.item).count() == 2
