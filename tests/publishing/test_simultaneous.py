"""Many editors at once, over real transactions: nothing that anybody saved is lost."""

import itertools
from collections import Counter
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from accounts.models import User
from articles.models import Article
from publishing import revisions, workflow
from publishing.models import EditorialEvent, Revision
from search.models import IndexEntry
from tests import factories
from tests.admin_forms import fill
from tests.harness.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked here is who wins, however long it takes; on a slow machine, all at once wait longer than a reader may."""
    options = connection.settings_dict["OPTIONS"]
    monkeypatch.setitem(options, "options", f"{options['options']} -c lock_timeout=60000")


@pytest.fixture
def publishers(db: None) -> list[User]:
    made = [User.objects.create_user(f"p{n}@example.org", "x", is_staff=True) for n in range(THREADS)]
    for user in made:
        user.groups.add(Group.objects.get(name="Publisher"))
    return made


@pytest.mark.parametrize("saves", [64, pytest.param(200, marks=pytest.mark.soak)])
@pytest.mark.parametrize("published", [False, True])
def test_as_many_saves_at_once_are_as_many_revisions(
    published: bool, saves: int, publishers: list[User]
) -> None:
    article = factories.article("Text 0", published=published)
    numbers, taken = itertools.count(1), revisions.snapshot(article)
    first = Article.objects.get(pk=article.pk).version

    def save() -> None:
        for _ in range(saves // THREADS):
            mine = {**taken, "fields": taken["fields"] | {"headline": f"Text {next(numbers)}"}}
            workflow.edited(Article.objects.get(pk=article.pk), mine, publishers[0], applied=False)

    in_threads(THREADS, save)
    kept = list(Revision.objects.filter(item=article.item_id, number__gt=max(first, 1)).order_by("number"))
    if not first:  # a draft that was never saved on the desk gets its first revision with the first save
        assert Revision.objects.get(item=article.item_id, number=1).snapshot == taken
    assert sorted(r.snapshot["fields"]["headline"] for r in kept) == sorted(
        f"Text {n}" for n in range(1, saves + 1)
    )
    assert [r.number for r in kept] == list(range(2, saves + 2))
    article.refresh_from_db()
    assert article.version == saves + 1
    newest = kept[-1].snapshot["fields"]["headline"]
    assert article.headline == ("Text 0" if published else newest)


def test_of_savers_of_the_same_form_one_wins_and_the_others_keep_their_text(
    publishers: list[User], signed_in: Callable[[User], Client]
) -> None:
    article = factories.article("As it was", published=False)
    workflow.edited(article, revisions.snapshot(article), publishers[0])
    url = f"/admin/articles/article/{article.pk}/change/"
    opened = [(number, signed_in(user)) for number, user in enumerate(publishers)]
    filled = [(client, fill(client, url, body=f"The text of number {n}.")) for n, client in opened]
    waiting, answers = iter(filled), []

    def save() -> None:
        client, data = next(waiting)
        response = client.post(url, data | {"_continue": "Save"})
        answers.append((response.status_code, data["body"], response.text))

    in_threads(THREADS, save)
    assert Counter(status for status, _, _ in answers) == {302: 1, 200: THREADS - 1}
    won = next(body for status, body, _ in answers if status == 302)
    assert Article.objects.get().body == won
    assert Revision.objects.filter(item=article.item_id).count() == 2
    for status, body, page in answers:
        assert status == 302 or (body in page and "has saved this while you were writing" in page)


@pytest.mark.parametrize("pairs", [40, pytest.param(500, marks=pytest.mark.soak)])
def test_pairs_of_publishing_and_unpublishing_end_in_one_of_the_two(
    pairs: int, publishers: list[User]
) -> None:
    article = factories.article("Text", published=False)
    workflow.edited(article, revisions.snapshot(article), publishers[0])
    crew = iter(publishers)
    refused: Counter[str] = Counter()

    def flip() -> None:
        me = next(crew)
        for _ in range(pairs // THREADS + 1):
            workflow.publish(Article.objects.get(pk=article.pk), by=me)
            try:
                workflow.unpublish(Article.objects.get(pk=article.pk), by=me)
            except workflow.Refused:
                refused["unpublish"] += 1

    in_threads(THREADS, flip)
    steps = list(EditorialEvent.objects.filter(item=article.item_id).order_by("pk"))
    assert len(steps) > 2
    kinds = [step.action for step in steps]
    assert kinds == ["published", "unpublished"] * (len(kinds) // 2) + ["published"] * (len(kinds) % 2)
    for before, after in itertools.pairwise(steps):
        assert before.facts["after"]["status"] == after.facts["before"]["status"]
    article.refresh_from_db()
    assert article.status == steps[-1].facts["after"]["status"]
    assert IndexEntry.objects.count() == (article.status == "published")
    assert kinds.count("unpublished") + refused["unpublish"] == (pairs // THREADS + 1) * THREADS
    assert Revision.objects.filter(item=article.item_id).count() == 1
