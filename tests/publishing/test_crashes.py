"""Processes that die in the middle of a step: readers get the one text or the other, and in the end all has happened once."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.models import User
from articles.models import Article, Byline
from core import caching, faults
from core.invariants import examine
from core.models import Work
from publishing import jobs, revisions, workflow
from publishing.models import EditorialEvent, Revision
from tests import factories
from tests.admin_forms import fill
from tests.harness import children
from tests.harness.children import Fork
from tests.harness.threads import in_threads
from tests.publishing.test_review import edit

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
INSIDE = ["revisions.half_applied", "workflow.half_done"]
AFTER = "caching.before_push"
OLD, NEW = "The old text.", "The new text."


@pytest.fixture(autouse=True)
def _nothing_is_left_half_done() -> Iterator[None]:
    yield
    caching.push()
    assert {verdict.name: verdict.violations for verdict in examine() if verdict.violations} == {}


@pytest.fixture
def live(author: User) -> Article:
    return factories.article("Tides", slug="tides", body=OLD, created_by=author)


@pytest.fixture
def due(live: Article, publisher: User) -> Article:
    """Live, with edits whose time has come."""
    taken = revisions.newest(live).snapshot
    taken["fields"]["body"] = NEW
    taken["rows"]["bylines"] = []
    workflow.edited(live, taken, publisher)
    workflow.publish_edits(live, publisher, timezone.now() + HOUR)
    Article.objects.update(edits_at=F("edits_at") - 2 * HOUR)
    return live


def dies(where: str, call: Callable[[], Any]) -> None:
    faults.arm(where, lambda: os._exit(86))
    child = Fork(call=call)
    faults.disarm()
    assert child.wait(20) == 86


def page() -> str:
    return Client().get("/articles/tides/").text


def mails() -> int:
    return Work.objects.filter(kind="core.mail").count()


def count(action: str) -> int:
    return EditorialEvent.objects.filter(action=action).count()


@pytest.mark.parametrize("where", [*INSIDE, AFTER])
def test_scheduled_edits_take_their_place_once_although_the_clock_dies(due: Article, where: str) -> None:
    assert OLD in page()
    before = mails()
    dies(where, jobs.publish_due_edits)
    is_done = where == AFTER
    assert Article.objects.get().body == (NEW if is_done else OLD)
    assert (count("edits_published"), mails() - before) == ((1, 1) if is_done else (0, 0))
    assert Byline.objects.count() == (0 if is_done else 1)
    in_threads(4, jobs.publish_due_edits)
    caching.push()  # the next clock says it to Redis, too
    assert NEW in page()
    assert (count("edits_published"), mails() - before) == (1, 1)


def test_a_clock_as_in_production_dies_and_the_next_goes_on(due: Article) -> None:
    killed = children.start("clock", MASTHEAD_CRASH_AT="workflow.half_done")
    assert killed.wait(30) == 86
    assert OLD in page()
    jobs.publish_due_edits()
    assert NEW in page()
    assert count("edits_published") == 1


def test_clocks_that_work_at_once_do_it_once(due: Article) -> None:
    in_threads(6, jobs.publish_due_edits)
    assert NEW in page()
    assert count("edits_published") == 1


@pytest.mark.parametrize("where", ["workflow.half_done", AFTER])
def test_publishing_happens_whole_or_not_at_all(publisher: User, where: str) -> None:
    draft = factories.article("Tides", slug="tides", body=NEW, published=False, created_by=publisher)
    assert Client().get("/").status_code == 200
    dies(where, lambda: workflow.publish(draft, publisher))
    caching.push()
    is_done = where == AFTER
    assert Client().get("/articles/tides/").status_code == (200 if is_done else 404)
    assert ("/articles/tides/" in Client().get("/").text) == is_done
    assert (count("published"), Revision.objects.count()) == ((1, 1) if is_done else (0, 0))


@pytest.mark.parametrize("where", INSIDE)
def test_what_is_undone_or_taken_off_the_site_is_so_whole(live: Article, publisher: User, where: str) -> None:
    edit(live, publisher, body=NEW)
    dies(where, lambda: workflow.unpublish(live, publisher))
    assert OLD in page()
    row = Article.objects.get()
    assert (row.status, row.live_version, row.version) == ("published", 1, 2)


def test_saving_the_form_of_something_live_shows_readers_nothing_when_it_dies(
    live: Article, publisher: User, signed_in: Callable[[User], Client]
) -> None:
    edit(live, publisher, body="The first edit.")
    url = f"/admin/articles/article/{live.pk}/change/"
    client = signed_in(publisher)
    data = fill(client, url, body=NEW) | {"_continue": ""}
    dies("revisions.half_applied", lambda: client.post(url, data))
    assert OLD in page()
    assert Revision.objects.count() == 2
    assert client.post(url, data).status_code == 302
    assert OLD in page()
    assert revisions.newest(Article.objects.get()).snapshot["fields"]["body"] == NEW
