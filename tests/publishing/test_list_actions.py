"""Lists: filters, what is done to several at once and taken back, files for spreadsheets, copies."""

import csv
import html
import io
import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models.signals import post_save
from django.test import Client
from django.utils import timezone

from accounts.models import User
from articles.models import Article
from core.models import Work
from publishing import revisions, workflow
from publishing.jobs import announce
from publishing.lists import duplicates
from publishing.lists.csv_export import COLUMNS, harmless
from publishing.models import EditorialEvent, Revision
from tests import factories
from tests.publishing.test_desk import changed, draft, submitted

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
LIST = "/admin/articles/article/"


def ask(client: Client, action: str, *articles: Article, path: str = LIST, **fields: Any) -> Any:
    """The page that asks, after choosing an action in the list."""
    chosen = {"action": action, "_selected_action": [article.pk for article in articles], "index": 0}
    return client.post(path, {**chosen, "select_across": 0, **fields})


def confirm(client: Client, page: Any, **fields: Any) -> Any:
    """What comes of saying yes on that page."""
    sent = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    data: dict[str, Any] = {}
    for name, value in sent:
        data.setdefault(name, []).append(html.unescape(value))
    data.pop("csrfmiddlewaretoken", None)
    return client.post(LIST, {**data, **fields}, follow=True)


def do(client: Client, action: str, *articles: Article, **fields: Any) -> Any:
    return confirm(client, ask(client, action, *articles), **fields)


def told(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def states() -> dict[str, str]:
    rows: Any = Article.objects.with_state()
    return dict(rows.values_list("headline", "state"))


def listed(client: Client, **query: Any) -> list[str]:
    return sorted(row.headline for row in client.get(LIST, query).context["cl"].result_list)


# --- what is done to several --------------------------------------------------------------------------------------


def test_each_is_said_to_happen_or_not_and_why_before_anything_happens(
    author: User, editor: User, signed_in: SignIn
) -> None:
    fine, unready = submitted("Fine", author), draft("Not handed in", author)
    own = submitted("My own", editor)
    work = Work.objects.count()
    page = ask(signed_in(editor), "approve", fine, unready, own)
    assert [plan.content.headline for plan in page.context["possible"]] == ["Fine"]
    assert {plan.content.headline: plan.refusal for plan in page.context["refused"]} == {
        "Not handed in": "It is not in review.",
        "My own": "It is your own work: somebody else has to approve it.",
    }
    assert states()["Fine"] == "in_review"
    assert Work.objects.count() == work, "trying tells nobody"
    assert "Approve: 1 article<" in page.text


def test_what_was_confirmed_is_done_and_told(author: User, editor: User, signed_in: SignIn) -> None:
    articles = [submitted(f"Number {number}", author) for number in range(3)]
    page = do(signed_in(editor), "approve", *articles, why="Good work.")
    assert states() == {f"Number {number}": "approved" for number in range(3)}
    events = EditorialEvent.objects.filter(action="approved")
    assert events.values("batch").distinct().count() == 1
    batch = events[0].batch
    assert told(page) == [f'3 articles approved. <a href="/admin/undo/{batch}/">Undo</a>']
    assert {event.why for event in events} == {"Good work."}


def test_publishing_says_which_are_stopped_by_the_linter(
    author: User, editor: User, publisher: User, signed_in: SignIn
) -> None:
    broken = workflow.submit(draft("Broken", author, body="[x](/articles/nothing-here/)"), author)
    workflow.approve(broken, publisher)
    unread, fine = submitted("Unread", author), workflow.approve(submitted("Fine", author), publisher)
    page = ask(signed_in(editor), "publish", broken, unread, fine)
    refusals = {plan.content.headline: plan.refusal for plan in page.context["refused"]}
    assert sorted(refusals) == ["Broken", "Unread"]
    assert "nothing-here" in refusals["Broken"]
    assert "not approved" in refusals["Unread"]
    confirm(signed_in(editor), page)
    assert states() == {"Broken": "approved", "Unread": "in_review", "Fine": "live"}


def test_publishing_takes_the_edits_of_what_is_live(author: User, publisher: User, signed_in: SignIn) -> None:
    live = changed(workflow.publish(draft("Low", author), by=None), author, headline="High")
    page = ask(signed_in(publisher), "publish", live)
    assert "Readers get its edits now." in page.text
    confirm(signed_in(publisher), page)
    assert Article.objects.get().headline == "High"


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("submit", "draft", "in_review"),
        ("unpublish", "live", "draft"),
        ("archive", "live", "archived"),
        ("reopen", "archived", "draft"),
    ],
)
def test_every_step_is_undone(
    action: str, before: str, after: str, author: User, publisher: User, signed_in: SignIn
) -> None:
    for number in range(2):
        article = draft(f"Number {number}", author)
        if before != "draft":
            workflow.publish(article, by=None)
        if before == "archived":
            workflow.archive(article, by=None)
    client = signed_in(publisher)
    do(client, action, *Article.objects.all())
    assert set(states().values()) == {after}
    batch = EditorialEvent.objects.exclude(batch=None).latest("pk").batch
    assert "Number 0" in client.get(f"/admin/undo/{batch}/").text
    page = client.post(f"/admin/undo/{batch}/", follow=True)
    assert told(page) == ["Undone: 2 of 2."]
    assert set(states().values()) == {before}


def test_a_publication_is_undone_after_it_was_announced(
    author: User, publisher: User, signed_in: SignIn
) -> None:
    article = draft("Low water", author)
    client = signed_in(publisher)
    do(client, "publish", article)
    announce(Article.objects.get())
    batch = EditorialEvent.objects.get(action="published").batch
    client.post(f"/admin/undo/{batch}/")
    assert states() == {"Low water": "draft"}
    assert Client().get(article.get_absolute_url()).status_code == 404


def test_undo_leaves_alone_what_was_changed_since_and_says_so(
    author: User, publisher: User, signed_in: SignIn
) -> None:
    first, second = draft("First", author), draft("Second", author)
    client = signed_in(publisher)
    do(client, "publish", first, second)
    workflow.unpublish(first, publisher)
    batch = EditorialEvent.objects.filter(action="published")[0].batch
    page = client.post(f"/admin/undo/{batch}/", follow=True)
    assert told(page) == [
        "Undone: 1 of 2.",
        "Not undone: 1 of 2. “First”: something else has happened since.",
    ]
    assert states() == {"First": "draft", "Second": "draft"}


def test_undo_is_for_whoever_did_it_and_for_an_hour(
    author: User, publisher: User, chief: User, signed_in: SignIn
) -> None:
    do(signed_in(publisher), "publish", draft("Low water", author))
    events = EditorialEvent.objects.filter(action="published")
    path = f"/admin/undo/{events[0].batch}/"
    for client in (signed_in(chief), signed_in(author)):
        assert client.get(path).status_code == client.post(path).status_code == 404
    assert signed_in(publisher).get(f"/admin/undo/{uuid.uuid4()}/").status_code == 404
    events.update(at=timezone.now() - timedelta(minutes=61))
    assert signed_in(publisher).post(path).status_code == 404
    assert states() == {"Low water": "live"}


def test_ids_of_other_peoples_work_do_nothing(author: User, other_author: User, signed_in: SignIn) -> None:
    mine, theirs = draft("Mine", author), draft("Theirs", other_author)
    client = signed_in(author)
    page = ask(client, "submit", mine, theirs)
    assert "Theirs" not in page.text
    fields = {"confirmed": 1, f"version-{mine.pk}": 1, f"version-{theirs.pk}": 1}
    client.post(LIST, {"action": "submit", "_selected_action": [mine.pk, theirs.pk], **fields})
    assert states() == {"Mine": "in_review", "Theirs": "draft"}
    for action in ("delete_selected", "duplicate", "export"):
        assert "Theirs" not in _text(ask(client, action, theirs, post="yes"))
    assert Article.objects.count() == 2


def _text(response: Any) -> str:
    return b"".join(response.streaming_content).decode() if response.streaming else response.text


def test_steps_without_a_right_are_not_offered_and_not_done(author: User, signed_in: SignIn) -> None:
    article = workflow.submit(draft("Low water", author), author)
    client = signed_in(author)
    offered = [name for name, _ in client.get(LIST).context["action_form"].fields["action"].choices]
    assert offered == ["", "submit", "duplicate", "export", "delete_selected"]
    confirmed: dict[str, Any] = {"confirmed": 1, f"version-{article.pk}": 1}
    for action in ("approve", "publish", "assign", "archive"):
        ask(client, action, article, **confirmed)
    assert states() == {"Low water": "in_review"}


def test_what_was_edited_after_the_look_is_not_done(author: User, editor: User, signed_in: SignIn) -> None:
    article = submitted("Low water", author)
    client = signed_in(editor)
    page = ask(client, "approve", article)
    taken = revisions.snapshot(article)
    taken["fields"]["body"] = "Something nobody has seen."
    workflow.edited(article, taken, author, applied=False)
    assert told(confirm(client, page)) == [
        "Not approved: “Low water”: It was edited since you looked. Look at it again."
    ]
    assert states() == {"Low water": "in_review"}


def test_all_pages_are_those_of_the_filter(author: User, publisher: User, signed_in: SignIn) -> None:
    for number in range(60):
        draft(f"Wanted {number}", author)
    workflow.publish(draft("Other", author), by=None)
    path = f"{LIST}?state=draft&q=Wanted"
    page = ask(signed_in(publisher), "archive", Article.objects.earliest("pk"), path=path, select_across=1)
    assert len(page.context["possible"]) == 60
    response = confirm(signed_in(publisher), page)
    assert response.redirect_chain[-1][0] == f"{LIST}?q=Wanted&state=draft"
    assert states()["Other"] == "live"
    assert list(states().values()).count("archived") == 60


def test_too_many_at_once_are_refused(publisher: User, signed_in: SignIn, monkeypatch: Any) -> None:
    monkeypatch.setattr("publishing.lists.actions.MOST", 1)
    articles = [factories.article(), factories.article()]
    ask(signed_in(publisher), "archive", *articles)
    assert set(states().values()) == {"live"}


def test_assigning_keeps_what_is_left_empty(author: User, editor: User, signed_in: SignIn) -> None:
    day = timezone.localdate() + timedelta(days=3)
    first = submitted("First", author, due_on=day)
    second = submitted("Second", author)
    client = signed_in(editor)
    page = do(client, "assign", first, second, reviewer=editor.pk)
    assert "2 articles assigned" in told(page)[0]
    for article in (first, second):
        article.refresh_from_db()
    assert (first.reviewer, first.due_on) == (editor, day)
    assert (second.reviewer, second.due_on) == (editor, None)
    assert "Choose a reviewer or a day." in do(client, "assign", first).text
    assert "Select a valid choice" in do(client, "assign", first, reviewer=author.pk).text


@pytest.mark.parametrize("number", ["x", "1e3", "٣", "-1", "9" * 30, "1\0"])
def test_what_is_selected_is_a_number(number: str, editor: User, signed_in: SignIn) -> None:
    response = signed_in(editor).post(
        LIST, {"action": "archive", "_selected_action": [number], "index": 0, "select_across": 0}
    )
    assert response.status_code == 400


# --- filters ------------------------------------------------------------------------------------------------------


def test_the_filters_find_what_people_look_for(
    author: User, other_author: User, editor: User, signed_in: SignIn
) -> None:
    zone = timezone.get_current_timezone()
    submitted("For me", author, editor)
    submitted("For anybody", author)
    draft("My own", editor)
    changed(workflow.publish(draft("Live", author), by=None), author, headline="Newer")
    workflow.publish(draft("Old", author), by=None, at=datetime(2020, 5, 1, 23, 59, tzinfo=zone))
    client = signed_in(editor)
    assert listed(client, reviewer="me") == listed(client, reviewer=str(editor.pk)) == ["For me"]
    assert listed(client, reviewer="nobody", state="in_review") == ["For anybody"]
    assert listed(client, whose="mine") == ["My own"]
    assert listed(client, desk="edits") == ["Live"]
    assert listed(client, published_from="2020-05-01", published_to="2020-05-01") == ["Old"]
    assert listed(client, published_from="2020-05-02") == ["Live"]
    assert listed(client, published_to="2020-04-30") == []
    assert listed(signed_in(other_author)) == []


@pytest.mark.parametrize(
    "query",
    [
        "desk=nothing",
        "reviewer=x",
        "reviewer=99999999999999999999",
        "published_from=yesterday",
        "published_to=9999-12-31",
        "published_to=%00",
    ],
)
def test_filters_refuse_nonsense(editor: User, signed_in: SignIn, query: str) -> None:
    client = signed_in(editor)
    assert client.get(f"{LIST}?{query}").headers["Location"] == f"{LIST}?e=1"
    assert client.get(f"{LIST}export/?{query}").status_code == 400


LIST_QUERIES = 17


@pytest.mark.parametrize("count", [1, 3, pytest.param(30, marks=pytest.mark.soak)])
def test_the_list_takes_as_many_queries_whatever_is_in_it(
    count: int, author: User, editor: User, signed_in: SignIn, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        submitted(f"Number {number}", author, editor)
    client = signed_in(editor)
    client.get(LIST)
    with django_assert_num_queries(LIST_QUERIES) as queries:
        client.get(LIST)
    assert not any("body_html" in query["sql"] for query in queries.captured_queries)


# --- a file for spreadsheets --------------------------------------------------------------------------------------


def rows(response: Any) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeffid,")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_file_has_what_the_list_shows(editor: User, signed_in: SignIn, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    at = datetime(2026, 1, 2, 3, 4, tzinfo=timezone.get_current_timezone())
    article = factories.article(
        "Low, “water”",
        slug="low",
        section=factories.section("Science"),
        by=[factories.person("Ana"), factories.person("Otto")],
        about=[factories.topic("Tides"), factories.topic("Ebb")],
        at=at,
        body="One two three.",
    )
    factories.article("A draft", published=False)
    response = signed_in(editor).get(f"{LIST}export/?state=live")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="articles-[0-9-]{10}\.csv"', response.headers["Content-Disposition"]
    )
    assert "no-store" in response.headers["Cache-Control"]
    (row,) = rows(response)
    assert row.pop("created").endswith(("+01:00", "+02:00"))
    assert row == {
        "id": str(article.pk),
        "kind": "article",
        "headline": "Low, “water”",
        "state": "live",
        "section": "Science",
        "bylines": "Ana, Otto",
        "topics": "Ebb, Tides",
        "published": "2026-01-02T03:04:00+01:00",
        "url": f"{settings.SITE_URL}/articles/low/",
        "words": "3",
    }
    assert set(COLUMNS) == {*row, "created"}


def test_the_file_holds_their_own_work_only(author: User, other_author: User, signed_in: SignIn) -> None:
    mine, theirs = draft("Mine", author), draft("Theirs", other_author)
    client = signed_in(author)
    assert [row["headline"] for row in rows(client.get(f"{LIST}export/"))] == ["Mine"]
    assert [row["headline"] for row in rows(ask(client, "export", mine, theirs))] == ["Mine"]
    assert Client().get(f"{LIST}export/").status_code == 302


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
        ("", ""),
        (-1, -1),
    ],
)
def test_no_cell_is_a_formula(value: Any, cell: Any) -> None:
    assert harmless(value) == cell


def test_a_headline_that_is_a_formula_is_text_in_the_file(editor: User, signed_in: SignIn) -> None:
    factories.article('=HYPERLINK("https://evil.example")', by=[factories.person("@ana")])
    (row,) = rows(signed_in(editor).get(f"{LIST}export/"))
    assert row["headline"] == '\'=HYPERLINK("https://evil.example")'
    assert row["bylines"] == "'@ana"


def test_a_long_file_takes_few_queries(
    editor: User, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        factories.article(about=[factories.topic()])
    client = signed_in(editor)
    with django_assert_max_num_queries(20):
        assert len(rows(client.get(f"{LIST}export/"))) == 30


# --- copies -------------------------------------------------------------------------------------------------------


def test_a_copy_begins_as_the_original_ends(author: User, editor: User, signed_in: SignIn) -> None:
    ana = factories.person("Ana", user=author)
    topic, section = factories.topic("Tides"), factories.section("Science")
    original = factories.article(
        "Low water", slug="low-water", by=[ana, factories.person("Otto")], about=[topic], section=section
    )
    original.related.add(factories.article("Elsewhere").item)
    changed(original, author, standfirst="What waits.")
    response = signed_in(author).post(f"{LIST}{original.pk}/copy/")
    made = Article.objects.latest("pk")
    assert response.headers["Location"] == f"{LIST}{made.pk}/change/"
    assert (made.headline, made.standfirst, made.slug) == (
        "Copy of Low water",
        "What waits.",
        "copy-of-low-water",
    )
    assert (made.status, made.stage, made.published_at, made.created_by) == ("draft", "draft", None, author)
    assert [str(byline.person) for byline in made.bylines.all()] == ["Ana", "Otto"]
    assert (list(made.topics.all()), made.section, made.related.count()) == ([topic], section, 1)
    assert made.body_html == original.body_html
    assert [revision.number for revision in Revision.objects.filter(item=made.item)] == [1]
    assert not EditorialEvent.objects.filter(item=made.item).exists()
    original.refresh_from_db()
    assert original.bylines.count() == 2
    assert original.headline == "Low water"


def test_a_long_headline_still_fits(author: User) -> None:
    made = duplicates.duplicate(draft("x" * 200, author), author)
    assert (len(made.headline), made.slug) == (200, made.slug[:120])


def test_authors_copy_their_own_work_alone(author: User, other_author: User, signed_in: SignIn) -> None:
    theirs = draft("Theirs", other_author)
    client = signed_in(author)
    assert client.get(f"{LIST}{theirs.pk}/copy/").status_code == 404
    assert client.post(f"{LIST}{theirs.pk}/copy/").status_code == 404
    with pytest.raises(workflow.Refused):
        duplicates.duplicate(theirs, author)
    assert Article.objects.count() == 1


def test_pages_and_several_articles_are_copied_from_the_list(publisher: User, signed_in: SignIn) -> None:
    client = signed_in(publisher)
    ask(client, "duplicate", factories.article("One"), factories.article("Two"))
    assert sorted(states()) == ["Copy of One", "Copy of Two", "One", "Two"]
    page = factories.static_page("About")
    client.post(f"/admin/pages/staticpage/{page.pk}/copy/")
    assert sorted(type(page).objects.values_list("name", flat=True)) == ["About", "Copy of About"]


def test_what_is_edited_while_the_others_are_done_is_not_approved_unseen(
    editor: User, author: User, signed_in: SignIn
) -> None:
    first, second = submitted("First", author), submitted("Second", author)
    desk = signed_in(editor)
    asked = ask(desk, "approve", first, second)

    def go_on_writing(sender: Any, instance: EditorialEvent, **kwargs: Any) -> None:
        if instance.action == "approved":
            for other in Article.objects.filter(stage="in_review"):
                changed(other, author, headline=f"{other.headline}, edited")

    post_save.connect(go_on_writing, sender=EditorialEvent)
    try:
        answer = confirm(desk, asked)
    finally:
        post_save.disconnect(go_on_writing, sender=EditorialEvent)
    assert sorted(states().values()) == ["approved", "in_review"]
    assert "edited since you looked" in told(answer)[-1]
