"""Each rule is shown a violation, and holds on what the site itself has made."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from articles.models import Article
from core import caching, invariants, work
from core.invariants import Note, Verdict
from core.models import Generation, Work
from media_pipeline.storage import ensure_bucket
from publishing import jobs, workflow
from publishing.models import Item
from search.models import IndexEntry
from tests import factories
from tests.harness import kinds  # noqa: F401
from tests.harness.servers import Valkey

pytestmark = pytest.mark.django_db


@pytest.fixture
def article() -> Article:
    return factories.article("All in order")


def violated() -> dict[str, list[str]]:
    return {verdict.name: verdict.violations for verdict in invariants.examine() if verdict.violations}


def only(name: str, *parts: str) -> None:
    """Exactly this rule is violated, once, and says so."""
    found = violated()
    assert list(found) == [name]
    assert len(found[name]) == 1
    assert all(part in found[name][0] for part in parts), found


def test_what_the_site_makes_holds(article: Article) -> None:
    factories.article("Tomorrow", at=timezone.now() + timedelta(days=1))
    factories.article("A draft", published=False)
    factories.static_page()
    moved = factories.article("Moved")
    old = moved.get_absolute_url()
    moved.slug = "elsewhere"
    moved.save()
    workflow.saved(moved, old_path=old)
    workflow.unpublish(factories.article("Withdrawn"), by=None)
    jobs.announce_due()
    work.run(work.enqueue("tests.note", "a", {"file": "/dev/null"}).pk)
    assert len(invariants.INVARIANTS) >= 9
    assert violated() == {}


def test_a_redis_that_believes_old_pages_are_current(article: Article) -> None:
    caching.redis().set(caching.key("generation"), uuid.uuid4().hex)
    only("Redis knows which cached pages are current", Generation.objects.get().token.hex)


def test_a_redis_that_is_away_serves_no_page_and_violates_nothing(valkey: Valkey, article: Article) -> None:
    valkey.stop()
    verdicts = {verdict.name: verdict for verdict in invariants.examine()}
    [note] = verdicts["Redis knows which cached pages are current"].notes
    assert note.startswith("Redis is away")
    assert violated() == {}


def test_abandoned_and_forgotten_work(db) -> None:
    hours = timezone.now() - timedelta(hours=2)
    Work.objects.create(kind="tests.note", key="dead", state="running", lease_until=hours)
    only("Work is done when it is due", "tests.note dead was abandoned")
    Work.objects.update(state="waiting", lease_until=None, next_try_at=hours)
    only("Work is done when it is due", "tests.note dead has been due")
    Work.objects.update(kind="tests.unheard")
    assert violated() == {}, "it waits for the release that knows it"


def test_parked_work_without_a_reason(db) -> None:
    Work.objects.create(kind="tests.note", key="p", state="parked")
    only("Parked work says why", "tests.note p")
    Work.objects.update(problem="It is no video.")
    assert violated() == {}


def test_an_identity_of_another_kind(article: Article) -> None:
    draft = factories.article("A draft", published=False)
    Item.objects.filter(pk=draft.item_id).update(kind="page")
    only("Everything publishable has an identity of its own kind", f"article {draft.pk}", "page")


def test_an_announcement_before_its_time(article: Article) -> None:
    Article.objects.update(announced_at=timezone.now() - timedelta(hours=1))
    only("Nothing is announced before its time", f"article {article.pk}")


@pytest.mark.parametrize(("renderer", "words"), [(0, "never rendered"), (999, "newer release")])
def test_a_text_of_an_unknown_renderer(article: Article, renderer: int, words: str) -> None:
    Article.objects.update(body_renderer=renderer)
    only("Texts were rendered by a renderer we know", f"articles.Article {article.pk}", words)


def test_a_published_article_that_is_not_in_the_index(article: Article) -> None:
    IndexEntry.objects.all().delete()
    only("What is published is in the index, as it is", f"article {article.pk}", "not in the index")


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"path": "/articles/elsewhere/"}, "address"),
        ({"title": "Another"}, "title"),
        ({"published_at": timezone.now() + timedelta(days=9)}, "date"),
    ],
)
def test_an_index_that_says_something_else(article: Article, wrong: dict[str, object], what: str) -> None:
    IndexEntry.objects.update(**wrong)
    only("What is published is in the index, as it is", f"its {what} is")


def test_an_index_entry_of_what_is_not_published(article: Article) -> None:
    Article.objects.update(status="draft")
    only("What is in the index is published", "All in order")


def test_files_that_are_missing_or_of_another_size(article: Article) -> None:
    ensure_bucket()
    for asset in (fine := factories.image(bytes=4), factories.image(bytes=5), factories.image()):
        if asset.bytes < 1000:
            default_storage.save(asset.key, ContentFile(b"four"))
    assert violated() == {}, "without --storage nobody asks"
    [verdict] = [one for one in invariants.examine(storage=True) if one.violations]
    assert len(verdict.violations) == 2
    assert "has 4 bytes, not 5" in verdict.violations[0]
    assert "is missing" in verdict.violations[1]
    assert fine.key not in "".join(verdict.violations)


def test_a_rule_that_cannot_be_checked_is_violated(monkeypatch) -> None:
    def check():
        yield Note("so far so good")
        raise ValueError("no such table")

    rule = invariants.Invariant("A rule", check, needs_storage=False)
    assert invariants.judge(rule) == Verdict(
        "A rule", ["It could not be checked: ValueError: no such table"], ["so far so good"]
    )
