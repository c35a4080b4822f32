"""The writing form: who was faster, what was never saved, what the linter says, and what comes next."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from articles.models import Article, Byline
from publishing import workflow
from publishing.models import Autosave, Comment, Revision
from tests import factories
from tests.admin_forms import errors, fill, filled, save

pytestmark = pytest.mark.django_db
ADD = "/admin/articles/article/add/"
DAY = timedelta(days=1)


@pytest.fixture
def ana(author: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(author)


@pytest.fixture
def edith(editor: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(editor)


@pytest.fixture
def chief(publisher: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(publisher)


@pytest.fixture
def draft(author: User) -> Article:
    content = factories.article("Low water", published=False, slug="low-water", created_by=author)
    workflow.baseline(content)
    content.refresh_from_db()
    return content


def page(article: Article, name: str = "change") -> str:
    return f"/admin/articles/article/{article.pk}/{name}/"


def newest(article: Article) -> dict[str, Any]:
    snapshot: dict[str, Any] = Revision.objects.filter(item=article.item).latest("number").snapshot
    return snapshot


def row(number: int, person: Any, role: str = "") -> dict[str, Any]:
    return {
        f"bylines-{number}-person": person.pk,
        f"bylines-{number}-role": role,
        f"bylines-{number}-position": number,
    }


# --- who was faster ---------------------------------------------------------------------------------------------------


def test_the_second_of_two_savers_sees_what_changed_and_keeps_their_text(
    ana: Client, edith: Client, editor: User, draft: Article
) -> None:
    mine = fill(ana, page(draft), body="My own words.")
    save(edith, page(draft), headline="High water")
    shown = ana.post(page(draft), mine | {"_continue": ""})
    assert shown.status_code == 200
    assert f"{editor} has saved this while you were writing" in shown.text
    assert [change.label for change in shown.context["session"].their_changes] == ["Headline"]
    assert "<del>Low</del>" in shown.text
    assert "My own words.</textarea>" in shown.text
    assert "errornote" not in shown.text
    assert newest(draft)["fields"]["headline"] == "High water"
    assert newest(draft)["fields"]["body"] != "My own words."


def test_saving_again_makes_it_the_newest_and_keeps_theirs_in_the_history(
    ana: Client, edith: Client, draft: Article
) -> None:
    mine = fill(ana, page(draft), body="My own words.")
    save(edith, page(draft), headline="High water")
    shown = ana.post(page(draft), mine | {"_continue": ""})
    assert ana.post(page(draft), filled(shown.context) | {"_continue": ""}).status_code == 302
    draft.refresh_from_db()
    assert (draft.headline, draft.body) == ("Low water", "My own words.")
    headlines = [r.snapshot["fields"]["headline"] for r in Revision.objects.filter(item=draft.item)]
    assert headlines == ["Low water", "High water", "Low water"]


def test_a_third_save_in_between_is_shown_too(ana: Client, edith: Client, draft: Article) -> None:
    mine = fill(ana, page(draft), body="My own words.")
    save(edith, page(draft), headline="High water")
    shown = ana.post(page(draft), mine | {"_continue": ""})
    save(edith, page(draft), standfirst="Higher still.")
    again = ana.post(page(draft), filled(shown.context) | {"_continue": ""})
    labels = [change.label for change in again.context["session"].their_changes]
    assert labels == ["Headline", "Standfirst"]


def test_rows_that_the_other_took_away_or_added_do_not_break_the_form(
    ana: Client, edith: Client, draft: Article
) -> None:
    ben, cem, dora = (factories.person(name) for name in ("Ben", "Cem", "Dora"))
    Byline.objects.filter(article=draft).delete()
    Byline.objects.create(article=draft, person=ben, position=0)
    workflow.saved(draft)
    first = {"bylines-TOTAL_FORMS": 2, "bylines-0-role": "Interview", **row(1, cem)}
    mine = fill(ana, page(draft), **first)
    theirs = {"bylines-TOTAL_FORMS": 2, "bylines-0-DELETE": "on", **row(1, dora)}
    assert save(edith, page(draft), **theirs).status_code == 302
    assert [credit.person for credit in draft.credits] == [dora]
    shown = ana.post(page(draft), mine | {"_continue": ""})
    assert shown.status_code == 200
    assert [change.label for change in shown.context["session"].their_changes] == ["Bylines"]
    kept = filled(shown.context)
    assert (kept["bylines-0-person"], kept["bylines-0-role"], kept["bylines-1-person"]) == (
        str(ben.pk),
        "Interview",
        str(cem.pk),
    )
    assert ana.post(page(draft), kept | {"_continue": ""}).status_code == 302
    assert [(credit.person, credit.role) for credit in Article.objects.get().credits] == [
        (ben, "Interview"),
        (cem, ""),
    ]


def test_a_conflict_beside_an_error_shows_both(ana: Client, edith: Client, draft: Article) -> None:
    mine = fill(ana, page(draft), headline="")
    save(edith, page(draft), standfirst="New.")
    shown = ana.post(page(draft), mine | {"_continue": ""})
    assert errors(shown) == {"headline": ["This field is required."]}
    assert "has saved this while you were writing" in shown.text
    assert "errornote" in shown.text


def test_what_was_never_saved_on_the_desk_is_overtaken_only_by_somebody(chief: Client, edith: Client) -> None:
    old = factories.article("Old", published=False)
    first, second = fill(chief, page(old), headline="Mine"), fill(edith, page(old), headline="Yours")
    assert edith.post(page(old), second | {"_continue": ""}).status_code == 302
    shown = chief.post(page(old), first | {"_continue": ""})
    assert [change.label for change in shown.context["session"].their_changes] == ["Headline"]


@pytest.mark.parametrize("sent", ["", "x", "-1", "99", "9" * 40, "²"])
def test_a_number_that_is_no_version_is_as_good_as_the_newest(ana: Client, draft: Article, sent: str) -> None:
    response = save(ana, page(draft), headline="High water", _base=sent, _seen=sent)
    assert response.status_code == 302


def test_edits_of_something_live_are_compared_with_edits(chief: Client, edith: Client) -> None:
    live = factories.article("Low water", slug="low-water")
    save(edith, page(live), standfirst="First revision.")
    mine = fill(chief, page(live), body="Mine.")
    assert mine["standfirst"] == "First revision."
    save(edith, page(live), standfirst="Second revision.")
    shown = chief.post(page(live), mine | {"_continue": ""})
    assert [change.label for change in shown.context["session"].their_changes] == ["Standfirst"]
    assert filled(shown.context)["body"] == "Mine."
    assert "revision" not in Client().get("/articles/low-water/").text


def test_what_was_deleted_meanwhile_is_given_back_to_copy(ana: Client, draft: Article) -> None:
    mine = fill(ana, page(draft), body="Words that took an hour.")
    where = page(draft)
    draft.delete()
    gone = ana.post(where, mine | {"_continue": ""})
    assert gone.status_code == 404
    assert "Words that took an hour.</textarea>" in gone.text
    assert gone.context["typed"]["headline"] == "Low water"
    assert ana.get(where).status_code == 404


# --- what was never saved ---------------------------------------------------------------------------------------------


def keep(client: Client, article: Article | None, data: dict[str, Any]) -> Any:
    return client.post(page(article, "autosave") if article else f"{ADD}autosave/", data)


def test_what_is_typed_is_kept_offered_and_brought_back(ana: Client, author: User, draft: Article) -> None:
    at = keep(ana, draft, fill(ana, page(draft), headline="", body="Half a sent")).json()["saved_at"]
    offer = ana.get(page(draft))
    assert f"at {at} and did not save it" in offer.text
    assert fill(ana, page(draft))["headline"] == "Low water"
    back = ana.get(page(draft) + "?unsaved=1")
    assert filled(back.context)["body"] == "Half a sent"
    assert "Here is what you had typed" in back.text
    assert "errorlist" not in back.text
    assert "errornote" not in back.text
    assert (Revision.objects.count(), Article.objects.get().headline) == (1, "Low water")
    assert Autosave.objects.get().user == author


def test_saving_what_was_brought_back_forgets_the_copy(ana: Client, draft: Article) -> None:
    keep(ana, draft, fill(ana, page(draft), body="Half a sentence."))
    back = ana.get(page(draft) + "?unsaved=1")
    ana.post(page(draft), filled(back.context) | {"_continue": ""})
    assert Article.objects.get().body == "Half a sentence."
    assert not Autosave.objects.exists()
    assert "did not save it" not in ana.get(page(draft)).text


def test_something_new_comes_back_with_its_rows(ana: Client) -> None:
    ben = factories.person("Ben")
    data = fill(ana, ADD, headline="Tides", **row(0, ben, "Words"), **{"bylines-TOTAL_FORMS": 1})
    keep(ana, None, data)
    assert "did not save it" in ana.get(ADD).text
    back = ana.get(f"{ADD}?unsaved=1")
    kept = filled(back.context)
    assert (kept["headline"], kept["bylines-0-person"], kept["bylines-0-role"]) == (
        "Tides",
        str(ben.pk),
        "Words",
    )
    assert "Ben" in back.text
    assert not Article.objects.exists()
    ana.post(ADD, kept | {"_continue": ""})
    assert [credit.person for credit in Article.objects.get().credits] == [ben]
    assert not Autosave.objects.exists()


def test_what_is_brought_back_after_somebody_saved_shows_what_they_did(
    ana: Client, edith: Client, draft: Article
) -> None:
    keep(ana, draft, fill(ana, page(draft), body="Mine."))
    save(edith, page(draft), headline="High water")
    back = ana.get(page(draft) + "?unsaved=1")
    assert "has saved this while you were writing" in back.text
    assert filled(back.context)["body"] == "Mine."
    assert ana.post(page(draft), filled(back.context) | {"_continue": ""}).status_code == 302


def test_bringing_back_unsaved_edits_of_something_live_shows_readers_nothing(edith: Client) -> None:
    live = factories.article("Low water", slug="low-water")
    save(edith, page(live), headline="An edit that waits")
    keep(edith, live, fill(edith, page(live), headline="An edit that was never saved"))
    back = edith.get(page(live) + "?unsaved=1")
    assert filled(back.context)["headline"] == "An edit that was never saved"
    live.refresh_from_db()
    assert (live.headline, live.version) == ("Low water", 2)
    edith.post(page(live), filled(back.context) | {"_continue": ""})
    live.refresh_from_db()
    assert (live.headline, live.version) == ("Low water", 3)


def test_rows_that_were_taken_away_meanwhile_come_back_with_what_was_typed(
    ana: Client, edith: Client, draft: Article
) -> None:
    keep(ana, draft, fill(ana, page(draft), **{"bylines-0-role": "Interview"}))
    gone: dict[str, Any] = {"bylines-0-DELETE": "on"}
    save(edith, page(draft), **gone)
    back = ana.get(page(draft) + "?unsaved=1")
    assert filled(back.context)["bylines-0-role"] == "Interview"
    assert ana.post(page(draft), filled(back.context) | {"_continue": ""}).status_code == 302
    assert [credit.role for credit in draft.credits] == ["Interview"]


@pytest.mark.parametrize("is_new", [True, False])
def test_what_was_on_its_way_when_it_was_saved_does_not_come_back(
    ana: Client, edith: Client, draft: Article, is_new: bool
) -> None:
    where, article = (ADD, None) if is_new else (page(draft), draft)
    sent = fill(ana, where, headline="High water")
    assert ana.post(where, sent | {"_continue": ""}).status_code == 302
    assert keep(ana, article, sent).status_code == 409
    assert keep(edith, article, sent).status_code == 200, "somebody else's words are not on the site"
    Revision.objects.update(made_at=timezone.now() - timedelta(seconds=11))
    assert keep(ana, article, sent).status_code == 200, "another tab, later"


def test_it_can_be_thrown_away(ana: Client, draft: Article) -> None:
    keep(ana, draft, fill(ana, page(draft), body="Rubbish."))
    assert ana.delete(page(draft, "autosave")).status_code == 204
    assert not Autosave.objects.exists()
    assert ana.get(page(draft) + "?unsaved=1").status_code == 200


def test_nobody_gets_or_overwrites_what_somebody_else_typed(
    ana: Client, edith: Client, draft: Article
) -> None:
    keep(ana, draft, fill(ana, page(draft), body="Ana's own."))
    keep(edith, draft, fill(edith, page(draft), body="Edith's own."))
    for client, own in ((ana, "Ana's own."), (edith, "Edith's own.")):
        back = client.get(page(draft) + "?unsaved=1")
        assert filled(back.context)["body"] == own


# --- where it stands, and what comes next -----------------------------------------------------------------------------


def standing(client: Client, article: Article) -> str:
    text = client.get(page(article)).text
    return " ".join(text.partition('class="standing"')[2].partition("</div>")[0].split())


def test_every_state_is_said_in_words(chief: Client, edith: Client, editor: User, author: User) -> None:
    drafted = factories.article(published=False, created_by=author)
    assert "Draft.</b>" in standing(chief, drafted)
    workflow.submit(drafted, author, reviewer=editor, due_on=timezone.localdate() - DAY)
    assert f"It waits for {editor}" in standing(chief, drafted)
    assert "(overdue)" in standing(chief, drafted)
    workflow.request_changes(drafted, editor, "Name the port.")
    assert "Changes requested.</b>" in standing(chief, drafted)
    assert "Name the port." in standing(chief, drafted)
    workflow.submit(drafted, author)
    workflow.approve(drafted, editor)
    assert f"{editor} approved this version" in standing(chief, drafted)
    workflow.publish(drafted, editor, timezone.now() + DAY)
    assert "Readers get it on" in standing(chief, drafted)
    workflow.publish(drafted, editor)
    assert "Readers have had it since" in standing(chief, drafted)
    save(edith, page(drafted), headline="An edit")
    assert "Readers still get version 1; the newest is 2." in standing(chief, drafted)
    for words in ("?from=1&amp;to=2", "/publication/", "#discard_edits"):
        assert words in standing(chief, drafted)
    workflow.take_down(drafted, None, "A complaint.")
    assert "Its address tells readers that it is gone." in standing(chief, drafted)
    assert "A complaint." in standing(chief, drafted)
    workflow.reopen(drafted, None)
    workflow.archive(drafted, None)
    assert "nobody can change it until it is brought back" in standing(chief, drafted)


def test_the_one_loud_button_is_the_next_step(
    ana: Client, edith: Client, chief: Client, editor: User, author: User, draft: Article
) -> None:
    def words(client: Client) -> str:
        return str(client.get(page(draft)).context["next_words"])

    assert [words(client) for client in (ana, edith, chief)] == [
        "Submit for review",
        "Submit for review",
        "Publish",
    ]
    assert [client.get(ADD).context["next_words"] for client in (ana, chief)] == [
        "Submit for review",
        "Publish",
    ]
    workflow.submit(draft, author)
    assert [words(client) for client in (ana, edith, chief)] == ["", "Review", "Review"]
    workflow.approve(draft, editor)
    assert [words(client) for client in (ana, edith)] == ["", "Publish"]
    workflow.publish(draft, editor)
    assert [words(client) for client in (ana, edith, chief)] == [
        "Submit the edits",
        "Submit the edits",
        "Publish the edits",
    ]
    assert edith.get(page(draft)).text.count('class="default"') == 1
    save(edith, page(draft), headline="High water")
    assert [words(client) for client in (edith, chief)] == ["Submit for review", "Publish the edits"]


def test_the_next_step_saves_first(ana: Client, draft: Article) -> None:
    response = save(ana, page(draft), "_publish", headline="High water")
    assert response.headers["Location"] == page(draft, "publication") + "#next"
    assert Article.objects.get().headline == "High water"


def test_what_is_archived_can_be_read_and_not_written(chief: Client, draft: Article) -> None:
    workflow.archive(draft, None)
    shown = chief.get(page(draft))
    assert 'name="_continue"' not in shown.text
    assert 'name="headline"' not in shown.text
    assert "Bring back as a draft …" in shown.text
    assert chief.post(page(draft), {"headline": "Mine"}).status_code == 403
    assert chief.post(page(draft, "autosave"), {"headline": "Mine"}).status_code == 403


def test_something_new_begins_with_its_headline(ana: Client, draft: Article) -> None:
    assert "autofocus" in ana.get(ADD).text.partition('name="headline"')[2].partition(">")[0]
    assert "autofocus" not in ana.get(page(draft)).text


# --- what the linter and colleagues say -------------------------------------------------------------------------------


def test_the_form_says_what_is_wrong_where(ana: Client, editor: User, draft: Article) -> None:
    save(ana, page(draft), body="Fine.\n\n![](asset:99999)\n\nTODO: more")
    workflow.comment(draft, None, "Is this so?", field="standfirst", by_name="Gil Guest")
    shown = ana.get(page(draft))
    notes = [(n.finding.field, n.finding.line, n.blocks) for n in shown.context["notes"] if n.blocks]
    assert ("body", 3, True) in notes
    assert 'data-field="body"' in shown.text
    assert 'data-line="3"' in shown.text
    assert "Stops publishing" in shown.text
    assert 'data-field="standfirst"' in shown.text
    assert "Is this so?" in shown.text
    Comment.objects.update(resolved_at=timezone.now())
    assert "Is this so?" not in ana.get(page(draft)).text


def test_the_text_is_checked_as_it_is_typed_and_nothing_is_kept(
    ana: Client, draft: Article, django_capture_on_commit_callbacks: Any
) -> None:
    before = Article.objects.values().get()
    with django_capture_on_commit_callbacks() as callbacks:
        found = ana.post(page(draft, "check"), fill(ana, page(draft), standfirst="", body="TODO: more"))
    assert found.status_code == 200
    assert 'data-field="standfirst"' in found.text
    assert "TODO" in found.text
    assert Article.objects.values().get() == before
    assert (Revision.objects.count(), Autosave.objects.count(), callbacks) == (1, 0, [])


def test_something_new_is_checked_too(ana: Client) -> None:
    found = ana.post(f"{ADD}check/", fill(ana, ADD, headline="Tides", body="TODO: more"))
    assert "TODO" in found.text
    assert not Article.objects.exists()


def test_edits_are_checked_over_edits(edith: Client) -> None:
    live = factories.article()
    save(edith, page(live), standfirst="")
    found = edith.post(page(live, "check"), fill(edith, page(live)))
    assert 'data-field="standfirst"' in found.text
    assert edith.post(page(live, "check"), {}).status_code == 200


# --- rights -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["autosave", "check", "presence"])
def test_other_peoples_work_is_not_found(ana: Client, editor: User, name: str) -> None:
    other = factories.article("Secret", published=False, created_by=editor)
    response = ana.post(page(other, name), {"headline": "Mine"})
    assert (response.status_code, "Secret" in response.text) == (404, False)
    assert not Autosave.objects.exists()


@pytest.mark.parametrize("name", ["autosave", "check", "presence"])
def test_they_answer_to_posts_of_staff(
    ana: Client, reader: User, signed_in: Any, draft: Article, name: str
) -> None:
    assert ana.get(page(draft, name)).status_code == 405
    for client in (Client(), signed_in(reader)):
        assert client.post(page(draft, name)).status_code == 302


def test_presence_names_the_others_and_who_saved(
    ana: Client, edith: Client, author: User, editor: User, draft: Article
) -> None:
    assert ana.post(page(draft, "presence")).json() == {"others": [], "version": 1, "saved_by": ""}
    save(edith, page(draft), headline="High water")
    edith.post(page(draft, "presence"))
    assert ana.post(page(draft, "presence")).json() == {
        "others": [str(editor)],
        "version": 2,
        "saved_by": str(editor),
    }
    edith.post(page(draft, "presence"), {"leaving": "1"})
    assert ana.post(page(draft, "presence")).json()["others"] == []


def test_whose_byline_an_edit_takes_away_finds_the_form_gone_but_not_what_they_typed(
    ana: Client, edith: Client, author: User
) -> None:
    live = factories.article("Low water", by=[factories.person(user=author)])
    mine = fill(ana, page(live), body="Words that took an hour.")
    taken_away: dict[str, Any] = {"bylines-0-DELETE": "on"}
    assert save(edith, page(live), **taken_away).status_code == 302
    assert ana.get(page(live)).status_code == 404
    shown = ana.post(page(live), mine | {"_continue": ""})
    assert "has saved this while you were writing" in shown.text
    assert "Words that took an hour.</textarea>" in shown.text
    assert ana.get(page(live, "history")).status_code == 200
    assert [credit.person.user for credit in Article.objects.get().credits] == [author]
