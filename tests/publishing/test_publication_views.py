"""Reviewing, publishing, scheduling, taking back and previewing, as the desk does it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from articles.models import Article
from publishing import workflow
from publishing.models import Comment
from search.models import IndexEntry
from tests import factories
from tests.admin_forms import save
from tests.publishing.test_review import edit

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(publisher: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(publisher)


@pytest.fixture
def ana(author: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(author)


@pytest.fixture
def edith(editor: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(editor)


@pytest.fixture
def draft(author: User) -> Article:
    content = factories.article("Low water", published=False, slug="low-water", created_by=author)
    workflow.baseline(content)
    content.refresh_from_db()
    return content


def page(article: Article, name: str) -> str:
    return f"/admin/articles/article/{article.pk}/{name}/"


def told(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_publish_from_the_form_saves_and_asks_when(desk: Client, draft: Article) -> None:
    response = save(desk, page(draft, "change"), "_publish", headline="High water")
    assert response.headers["Location"] == page(draft, "publication") + "#next"
    assert desk.get(page(draft, "publication")).status_code == 200
    assert Article.objects.get().headline == "High water"


def test_now_publishes_with_a_link_to_the_page(desk: Client, draft: Article, publisher: User) -> None:
    response = desk.post(page(draft, "publication"), {"publish": "", "when": "now"}, follow=True)
    assert told(response) == ['Published. <a href="/articles/low-water/">See it on the site</a>']
    draft.refresh_from_db()
    assert (draft.is_live, draft.published_by) == (True, publisher)
    assert Client().get("/articles/low-water/").status_code == 200
    assert LogEntry.objects.get().change_message == "Published."


def test_a_time_is_meant_in_the_sites_zone(desk: Client, draft: Article, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    day = (timezone.now() + timedelta(days=20)).date()
    data = {"publish": "", "when": "later", "at": f"{day}T07:30"}
    response = desk.post(page(draft, "publication"), data, follow=True)
    draft.refresh_from_db()
    assert draft.published_at == datetime(
        day.year, day.month, day.day, 7, 30, tzinfo=ZoneInfo("Europe/Berlin")
    )
    assert told(response) == [f"Scheduled for {day:%-d %b %Y}, 07:30."]
    assert Client().get("/articles/low-water/").status_code == 404
    assert IndexEntry.objects.live().count() == 0


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("", "Say when."),
        ("2020-01-01T10:00", "This time has passed. Choose “Now”, or a later time."),
        ("9999-12-31T23:59", "That is more than ten years away. Look at the year again."),
        ("275760-01-01T00:00", "Enter a valid date/time."),
        ("tomorrow", "Enter a valid date/time."),
    ],
)
def test_a_time_that_cannot_be_is_refused(desk: Client, draft: Article, at: str, why: str) -> None:
    response = desk.post(page(draft, "publication"), {"publish": "", "when": "later", "at": at})
    assert response.context["forms"]["publish"].errors == {"at": [why]}
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_time_beside_now_publishes_nothing_at_once(desk: Client, draft: Article) -> None:
    at = f"{(timezone.now() + timedelta(days=3)).date()}T07:30"
    response = desk.post(page(draft, "publication"), {"publish": "", "when": "now", "at": at})
    assert response.context["forms"]["publish"].errors == {
        "when": ["You gave a time. Choose “At a time”, or empty it to publish now."]
    }
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_what_is_scheduled_goes_now_though_its_time_still_stands_in_the_form(desk: Client) -> None:
    at = (timezone.now() + timedelta(days=3)).replace(second=0, microsecond=0)
    article = factories.article(at=at)
    data = {"publish": "", "when": "now", "at": f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"}
    desk.post(page(article, "publication"), data)
    article.refresh_from_db()
    assert article.is_live


def test_an_hour_that_the_clocks_skip_is_refused(desk: Client, draft: Article, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    response = desk.post(
        page(draft, "publication"), {"publish": "", "when": "later", "at": "2027-03-28T02:30"}
    )
    assert list(response.context["forms"]["publish"].errors) == ["at"]


def test_what_is_scheduled_can_go_now_or_back_to_draft(desk: Client) -> None:
    article = factories.article(at=timezone.now() + timedelta(days=3))
    desk.post(page(article, "publication"), {"publish": "", "when": "now"})
    assert article.is_live
    other = factories.article(at=timezone.now() + timedelta(days=3))
    desk.post(page(other, "publication"), {"unpublish": "", "unpublish-why": "Not yet."})
    other.refresh_from_db()
    assert other.status == "draft"


def test_unpublished_it_is_gone_and_can_come_back(desk: Client) -> None:
    article = factories.article()
    response = desk.post(page(article, "publication"), {"unpublish": ""}, follow=True)
    assert told(response) == ["It is a draft again; readers no longer get it."]
    assert Client().get(article.get_absolute_url()).status_code == 404
    desk.post(page(article, "publication"), {"publish": "", "when": "now"})
    assert article.is_live


def test_a_refusal_is_shown_where_it_happened(desk: Client, draft: Article) -> None:
    response = desk.post(page(draft, "publication"), {"unpublish": ""})
    assert (response.status_code, told(response)) == (200, ["It is not published."])
    assert desk.post(page(draft, "publication"), {}).status_code == 403
    assert not LogEntry.objects.exists()


# --- what the page shows ----------------------------------------------------------------------------------------------


def offered(client: Client, article: Article) -> tuple[str, set[str]]:
    """The step that is recommended, and the others."""
    context = client.get(page(article, "publication")).context
    recommended = context["recommended"]
    return recommended[0].name if recommended else "", {step.name for step, _ in context["other_steps"]}


def test_each_role_is_offered_what_it_may_do_and_one_thing_first(
    ana: Client, edith: Client, desk: Client, author: User, editor: User, draft: Article
) -> None:
    assert offered(ana, draft) == ("submit", set())
    assert offered(edith, draft) == ("submit", {"assign", "publish", "archive"})
    assert offered(desk, draft) == ("publish", {"submit", "assign", "archive", "take_down"})
    workflow.submit(draft, author)
    assert offered(ana, draft) == ("", {"withdraw"})
    assert offered(edith, draft)[0] == "approve"
    workflow.approve(draft, editor)
    assert offered(ana, draft) == ("", {"withdraw"})
    assert offered(edith, draft)[0] == "publish"
    workflow.publish(draft, editor)
    assert offered(edith, draft) == ("", {"assign", "expire", "unpublish", "archive"})
    save(edith, page(draft, "change"), headline="High water")
    assert offered(desk, draft)[0] == "publish_edits"
    assert "discard_edits" in offered(ana, draft)[1]
    workflow.archive(draft, None)
    assert offered(ana, draft) == ("", set())
    assert offered(edith, draft) == ("reopen", set())


def test_nobody_is_asked_to_approve_their_own_work(edith: Client, editor: User) -> None:
    own = factories.article(published=False, created_by=editor)
    workflow.submit(own, editor)
    assert "approve" not in edith.get(page(own, "publication")).context["forms"]
    response = edith.post(page(own, "publication"), {"approve": ""})
    assert told(response) == ["It is your own work: somebody else has to approve it."]


def test_only_what_was_looked_at_is_approved(
    ana: Client, edith: Client, author: User, draft: Article
) -> None:
    workflow.submit(draft, author)
    form = edith.get(page(draft, "publication")).context["forms"]["approve"]
    data = {"approve": "", "approve-version": form["version"].value()}
    save(ana, page(draft, "change"), headline="Something else")
    response = edith.post(page(draft, "publication"), data)
    assert told(response) == ["It was edited since you opened it. Look at the newest version first."]
    draft.refresh_from_db()
    assert draft.stage == "in_review"


def test_a_way_from_the_first_to_the_last_step(
    ana: Client, edith: Client, editor: User, draft: Article
) -> None:
    where = page(draft, "publication")
    ana.post(where, {"submit": "", "submit-reviewer": editor.pk, "submit-why": "Is it clear?"})
    response = edith.post(where, {"request_changes": "", "request_changes-why": ""})
    assert "Say why: its author and whoever asks later will want to know." in response.text
    assert response.text.count("autofocus") == 1
    edith.post(where, {"request_changes": "", "request_changes-why": "Name the port."})
    assert "Name the port." in ana.get(where).text
    save(ana, page(draft, "change"), body="The port of Brest.")
    ana.post(where, {"submit": ""})
    edith.post(where, {"approve": "", "approve-version": 2})
    edith.post(where, {"publish": "", "when": "now"})
    draft.refresh_from_db()
    assert (draft.is_live, draft.body) == (True, "The port of Brest.")


def test_each_step_leads_to_where_one_goes_on(
    ana: Client, edith: Client, editor: User, draft: Article
) -> None:
    def taken(client: Client, **step: Any) -> str:
        return str(client.post(page(draft, "publication"), step).headers["Location"])

    assert taken(ana, submit="", **{"submit-why": "Is the port clear?"}) == page(draft, "change")
    assert "Is the port clear?</p>" in edith.get(page(draft, "publication")).text
    assert taken(edith, request_changes="", **{"request_changes-why": "Name it."}) == "/admin/"
    again = ana.get(page(draft, "publication")).context["forms"]["submit"]
    assert again["reviewer"].value() == editor.pk, "whoever asked for the changes looks at them"
    assert taken(ana, submit="") == page(draft, "change")
    assert taken(edith, approve="", **{"approve-version": 1}) == page(draft, "publication")
    assert taken(edith, publish="", when="now") == page(draft, "publication")


def test_whoever_publishes_what_nobody_approved_is_told_so(
    desk: Client, edith: Client, author: User, draft: Article
) -> None:
    words = "Nobody has approved this version"
    assert words in desk.get(page(draft, "publication")).text
    workflow.approve(workflow.submit(draft, author), None)
    assert words not in desk.get(page(draft, "publication")).text


def test_of_what_is_scheduled_it_is_said_that_it_goes_by_itself(edith: Client, draft: Article) -> None:
    workflow.publish(draft, None, timezone.now() + timedelta(days=1))
    assert "Readers get it by itself when the time has come." in edith.get(page(draft, "publication")).text


def test_what_stops_it_is_said_and_whoever_may_waives_it(ana: Client, edith: Client, desk: Client) -> None:
    article = factories.article(published=False, body="TODO: more\n")
    where = page(article, "publication")
    shown = desk.get(where)
    (note,) = shown.context["blocking"]
    assert "1 problem stops it from going out" in shown.text
    assert 'name="waive"' not in edith.get(where).text
    without_reason = desk.post(where, {"waive": "", "fingerprint": note.finding.fingerprint, "reason": ""})
    assert 'aria-invalid="true"' in without_reason.text
    desk.post(where, {"waive": "", "fingerprint": note.finding.fingerprint, "reason": "It is about TODOs."})
    waived = desk.get(where)
    assert waived.context["blocking"] == []
    assert "It is about TODOs." in waived.text
    desk.post(where, {"publish": "", "when": "now"})
    assert article.is_live


def test_a_problem_in_edits_that_wait_is_waived_too(desk: Client) -> None:
    live = factories.article()
    save(desk, page(live, "change"), body="TODO: more")
    where = page(live, "publication")
    (note,) = desk.get(where).context["blocking"]
    desk.post(where, {"waive": "", "fingerprint": note.finding.fingerprint, "reason": "It is about TODOs."})
    assert desk.get(where).context["blocking"] == []


def test_comments_are_made_and_done_and_opened_again(ana: Client, edith: Client, draft: Article) -> None:
    where = page(draft, "publication")
    edith.post(where, {"comment": "", "comment-text": "Is this so?", "comment-field": "headline"})
    assert "Is this so?" in ana.get(where).text
    comment = Comment.objects.get()
    done = f"/admin/articles/article/{draft.pk}/comments/{comment.pk}/resolution/"
    assert ana.post(done).headers["Location"] == where + "#comments"
    assert "Open again" in ana.get(where).text
    ana.post(done, {"open": ""})
    comment.refresh_from_db()
    assert comment.resolved_at is None
    assert edith.post(where, {"comment": "", "comment-text": ""}).context["forms"]["comment"].errors
    other = factories.article(published=False, created_by=None)
    stray = f"/admin/articles/article/{other.pk}/comments/{comment.pk}/resolution/"
    assert edith.post(stray).status_code == 404
    assert ana.post(stray).status_code == 404


def test_the_end_is_set_and_taken_away(desk: Client) -> None:
    live = factories.article()
    at = timezone.localtime(timezone.now() + timedelta(days=3))
    response = desk.post(
        page(live, "publication"), {"expire": "", "expire-expires_at": f"{at:%Y-%m-%dT%H:%M}"}, follow=True
    )
    assert told(response) == [f"It ends on {at:%-d %b %Y, %H:%M}."]
    response = desk.post(page(live, "publication"), {"expire": "", "expire-expires_at": ""}, follow=True)
    assert told(response) == ["It stays on the site until somebody takes it off."]


# --- the history ------------------------------------------------------------------------------------------------------


def test_the_history_tells_who_did_what_and_leads_back(ana: Client, edith: Client, draft: Article) -> None:
    save(ana, page(draft, "change"), headline="High water")
    ana.post(page(draft, "publication"), {"submit": "", "submit-why": "Please."})
    shown = ana.get(page(draft, "history"))
    entries = [entry.get("revision") or entry["event"] for entry in shown.context["page"]]
    assert [str(entry) for entry in entries] == ["Submitted for review", "revision 2", "revision 1"]
    for words in ("Please.", "?from=1&amp;to=2", "?revision=1", "newest"):
        assert words in shown.text
    restore = f"/admin/articles/article/{draft.pk}/revisions/1/restoration/"
    assert told(ana.post(restore, follow=True)) == ["Version 1 is the newest version again."]
    draft.refresh_from_db()
    assert (draft.headline, draft.version) == ("Low water", 3)
    assert edith.post(restore.replace("/1/", "/99/")).status_code == 404


def test_the_history_marks_what_readers_have(edith: Client) -> None:
    live = factories.article()
    save(edith, page(live, "change"), headline="An edit")
    text = edith.get(page(live, "history")).text
    assert text.count("readers get it") == 1
    assert '<span class="mark">waits</span>' in text


def test_a_history_that_has_not_begun_says_so(edith: Client) -> None:
    old = factories.article(published=False)
    assert "The next save begins the history." in edith.get(page(old, "history")).text


# --- the preview ------------------------------------------------------------------------------------------------------


def test_a_preview_is_the_readers_page_with_a_bar_and_never_kept(desk: Client, draft: Article) -> None:
    response = desk.get(page(draft, "preview"))
    assert "articles/article.html" in [template.name for template in response.templates]
    assert "readers do not get it" in response.text
    assert "Low water" in response.text
    assert response.headers["Cache-Control"].startswith("private, no-store")
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert Client().get("/articles/low-water/").status_code == 404


def test_save_and_preview_comes_back_to_the_form_with_a_link(desk: Client, draft: Article) -> None:
    response = save(desk, page(draft, "change"), "_preview", headline="High water")
    assert response.headers["Location"] == page(draft, "change") + "?_preview=1"
    back = desk.get(response.headers["Location"])
    assert f'<preview-window src="{page(draft, "preview")}"' in back.text
    assert "High water" in desk.get(page(draft, "preview")).text


def test_who_may_only_look_gets_the_pages_and_no_buttons(
    newcomer: User, signed_in: Any, draft: Article
) -> None:
    rights = Permission.objects.filter(codename__in=["view_article", "edit_all_article"])
    newcomer.user_permissions.set(rights)
    client = signed_in(newcomer)
    for name in ("preview", "publication", "history", "compare"):
        assert client.get(page(draft, name)).status_code == 200
    assert offered(client, draft) == ("", set())
    assert 'name="_publish"' not in client.get(page(draft, "change")).text
    for data in ({"publish": "", "when": "now"}, {"unpublish": ""}, {"comment": "", "comment-text": "x"}):
        assert client.post(page(draft, "publication"), data).status_code == 403
    assert client.post(page(draft, "change"), {"headline": "Mine"}).status_code == 403


@pytest.mark.parametrize("name", ["preview", "publication", "history", "compare", "change"])
def test_other_peoples_work_is_not_shown_to_authors(ana: Client, name: str) -> None:
    other = factories.article("Secret", published=False)
    response = ana.get(page(other, name))
    assert response.status_code == 404
    assert "Secret" not in response.text


@pytest.mark.parametrize("name", ["preview", "publication", "history"])
def test_what_does_not_exist_is_not_found(desk: Client, name: str) -> None:
    assert desk.get(f"/admin/articles/article/12345/{name}/").status_code == 404
    assert desk.get(f"/admin/articles/article/{'9' * 40}/{name}/").status_code == 404


def test_previews_take_no_posts(desk: Client, draft: Article) -> None:
    assert desk.post(page(draft, "preview")).status_code == 405


def moment_of(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def test_a_date_after_the_end_is_refused_as_a_whole(desk: Client) -> None:
    now = timezone.now().replace(second=0, microsecond=0)
    article = factories.article("Tides", at=now + timedelta(days=1))
    workflow.set_expiry(article, None, now + timedelta(days=2))
    later = {"publish": "", "when": "later", "at": moment_of(now + timedelta(days=3))}
    answer = desk.post(
        page(article, "publication"), later | {"expires_at": moment_of(now + timedelta(days=2))}
    )
    assert "It would disappear before it appears" in answer.text
    article.refresh_from_db()
    assert article.published_at == now + timedelta(days=1)
    assert article.expires_at == now + timedelta(days=2)


def test_what_has_expired_is_published_again_with_the_form_as_it_is_shown(desk: Client) -> None:
    article = factories.article("Tides", at=timezone.now() - timedelta(days=3))
    end = (timezone.now() - timedelta(days=1)).replace(second=0, microsecond=0)
    workflow.set_expiry(article, None, end)
    data = {"publish": "", "when": "now", "at": "", "expires_at": moment_of(end)}
    answer = desk.post(page(article, "publication"), data)
    assert answer.status_code == 302
    article.refresh_from_db()
    assert article.is_live
    assert article.expires_at is None


def test_of_the_texts_of_old_revisions_none_is_fetched(desk: Client, publisher: User) -> None:
    article = factories.article("Tides", published=False)
    for number in range(6):
        edit(article, publisher, body=f"A text that nobody needs here: {number}.")
        workflow.comment(article, publisher, "Well.")
    desk.get(page(article, "publication"))
    for name in ("publication", "history"):
        with CaptureQueriesContext(connection) as asked:
            desk.get(page(article, name))
        texts = [query["sql"] for query in asked if '"publishing_revision"."snapshot"' in query["sql"]]
        assert texts == [], name


@pytest.mark.parametrize("step", ["publish", "publish_edits", "approve"])
def test_what_was_edited_since_is_looked_at_first_and_then_goes_on(
    desk: Client, publisher: User, author: User, step: str
) -> None:
    article = factories.article("Tides", published=step == "publish_edits", created_by=author)
    edit(article, author, body="What was looked at.")
    workflow.submit(article, author)
    form = desk.get(page(article, "publication")).context["forms"][step]
    data = {form.add_prefix(name): form.initial.get(name, "") or "" for name in form.fields}
    data |= {form.add_prefix("when"): "now", form.add_prefix("at"): "", step: ""}
    edit(article, author, body="What nobody has looked at.")
    refused = desk.post(page(article, "publication"), data)
    assert "It was edited since you opened it" in refused.text
    before = Article.objects.get()
    assert (before.stage, before.live_version) == ("in_review", article.live_version)
    shown = refused.context["forms"][step]
    again = data | {shown.add_prefix("version"): shown["version"].value()}
    assert desk.post(page(article, "publication"), again).status_code == 302
