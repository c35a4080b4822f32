"""The first page of the admin and the calendar: what waits for whom, and nothing that is not theirs."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from accounts.models import User
from articles.models import Article
from core.models import Work
from pages.models import FrontPageSlot
from publishing import lint_results, revisions, workflow
from publishing.linter import Finding, Level
from publishing.models import KINDS, LintResult, Redirect, Waiver
from publishing.writing import autosaves
from tests import factories

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def draft(headline: str, by: User | None = None, **fields: Any) -> Article:
    article = factories.article(headline, published=False, created_by=by, **fields)
    workflow.baseline(article, by)
    return article


def submitted(headline: str, by: User, reviewer: User | None = None, **options: Any) -> Article:
    return workflow.submit(draft(headline, by), by, reviewer=reviewer, **options)


def desk(client: Client) -> dict[str, Any]:
    """Section -> the titles in it."""
    sections = client.get("/admin/").context["sections"]
    return {section.name: [row.title for row in section.rows] for section in sections}


def changed(article: Article, by: User, **fields: Any) -> Article:
    """An edit that waits, of something published."""
    taken = revisions.snapshot(article)
    taken["fields"] |= fields
    return workflow.edited(article, taken, by, applied=False)


def test_what_waits_says_whose_it_is_and_leads_to_where_it_is_done(
    author: User, editor: User, signed_in: SignIn
) -> None:
    article = submitted("Say `when`", author)
    (row,) = signed_in(editor).get("/admin/").context["sections"][0].rows
    assert (row.title, row.note) == ("Say when", f"from {author}, in review by whoever has time")
    assert row.url == f"/admin/articles/article/{article.pk}/publication/"
    workflow.request_changes(article, editor, "More facts.")
    (row,) = signed_in(author).get("/admin/").context["sections"][0].rows
    assert row.url == f"/admin/articles/article/{article.pk}/change/"


def test_each_kind_has_a_way_to_its_whole_list(editor: User, signed_in: SignIn) -> None:
    client = signed_in(editor)
    assert ("articles", "/admin/articles/article/") in client.get("/admin/").context["lists"]
    assert 'href="/admin/articles/section/"' in client.get("/admin/articles/").text


def test_mine_is_what_is_not_out_yet_changes_asked_for_first(
    author: User, other_author: User, editor: User, signed_in: SignIn
) -> None:
    returned = submitted("Returned", author)
    draft("Begun", author)
    draft("Somebody else's", other_author)
    workflow.publish(draft("Out", author), by=None)
    changed(workflow.publish(draft("Out, and changed since", author), by=None), author, headline="Waits")
    workflow.request_changes(returned, editor, "More facts.")
    assert desk(signed_in(author))["mine"] == ["Returned", "Out, and changed since", "Begun"]


def test_a_byline_makes_it_mine(author: User, signed_in: SignIn) -> None:
    ana = factories.person("Ana", user=author)
    factories.article("Signed", by=[ana], published=False)
    factories.article("Unsigned", published=False)
    assert desk(signed_in(author))["mine"] == ["Signed"]


def test_what_waits_for_an_editor_is_for_them_or_for_nobody(
    author: User, editor: User, publisher: User, signed_in: SignIn
) -> None:
    submitted("For whoever has time", author)
    submitted("For me", author, editor, due_on=timezone.localdate())
    submitted("For the publisher", author, publisher)
    submitted("My own", editor)
    draft("Not handed in", author)
    approved = workflow.approve(submitted("Approved", author), publisher)
    workflow.publish(workflow.approve(submitted("Out", author), publisher), by=editor)
    assert approved.stage == "approved"
    assert desk(signed_in(editor))["waiting"] == ["For me", "For whoever has time", "Approved"]


def test_what_waits_for_an_author_is_what_came_back_or_was_asked(
    author: User, other_author: User, editor: User, signed_in: SignIn
) -> None:
    workflow.request_changes(submitted("Returned", author), editor, "More facts.")
    workflow.comment(workflow.publish(draft("Asked about", author), by=None), editor, "Is this so?")
    workflow.comment(draft("Said by myself", author), author, "A note.")
    workflow.comment(draft("Not mine", other_author), editor, "Is this so?")
    submitted("In review", author)
    assert sorted(desk(signed_in(author))["waiting"]) == ["Asked about", "Returned"]


def test_edits_of_what_is_live_wait_for_review_and_published_ones_do_not(
    author: User, editor: User, publisher: User, signed_in: SignIn
) -> None:
    article = changed(workflow.publish(draft("Low water", author), by=None), author, headline="High water")
    workflow.submit(article, author)
    assert desk(signed_in(editor))["waiting"] == ["Low water"]
    workflow.publish_edits(article, publisher)
    assert desk(signed_in(editor))["waiting"] == []


def test_overdue_is_due_before_today_and_not_on_its_way(
    author: User, editor: User, signed_in: SignIn
) -> None:
    today = timezone.localdate()
    for headline, days in [("Late", -1), ("Today", 0), ("Later still", -9)]:
        submitted(headline, author, due_on=today + timedelta(days=days))
    workflow.publish(submitted("Late, and out", author, due_on=today - timedelta(days=1)), by=None)
    assert desk(signed_in(editor))["overdue"] == ["Later still", "Late"]
    assert desk(signed_in(author))["overdue"] == ["Later still", "Late"]


def test_what_is_scheduled_comes_in_its_order_with_edits_and_ends(
    author: User, other_author: User, editor: User, signed_in: SignIn
) -> None:
    now = timezone.now()
    later = workflow.publish(draft("Goes live", author), by=None, at=now + timedelta(days=3))
    workflow.set_expiry(later, None, now + timedelta(days=5))
    live = changed(workflow.publish(draft("Live", author), by=None), author, headline="Newer")
    workflow.publish_edits(live, None, at=now + timedelta(days=1))
    workflow.publish(draft("Far away", author), by=None, at=now + timedelta(days=20))
    workflow.publish(draft("Not mine", other_author), by=None, at=now + timedelta(days=2))
    rows = signed_in(author).get("/admin/").context["sections"]
    scheduled = next(section for section in rows if section.name == "scheduled")
    assert [(row.title, row.note) for row in scheduled.rows] == [
        ("Live", "edits go live"),
        ("Goes live", "goes live"),
        ("Goes live", "comes off the site"),
    ]
    assert scheduled.count == 3
    assert desk(signed_in(editor))["scheduled"] == ["Live", "Not mine", "Goes live", "Goes live"]


def test_recently_live_is_of_the_last_two_weeks(signed_in: SignIn, editor: User) -> None:
    now = timezone.now()
    for headline, days in [("Old", 15), ("New", 1), ("Older", 3)]:
        factories.article(headline, at=now - timedelta(days=days))
    factories.article("Not yet", at=now + timedelta(days=1))
    assert desk(signed_in(editor))["recent"] == ["New", "Older"]


# --- problems -----------------------------------------------------------------------------------------------------


def checked() -> None:
    for model in KINDS.values():
        for content in lint_results.due(model):
            lint_results.check(content)


def test_problems_are_errors_of_what_somebody_reads_or_reviews(
    author: User, editor: User, signed_in: SignIn
) -> None:
    body = "See [this](/articles/nothing-here/) and ![](asset:1)."
    factories.article("Broken", body=body)
    factories.article("Fine")
    workflow.submit(draft("Broken, in review", author, body=body), author)
    draft("Broken, being written", author, body=body)
    checked()
    assert sorted(desk(signed_in(editor))["problems"]) == ["Broken", "Broken, in review"]
    assert desk(signed_in(author))["problems"] == ["Broken, in review"]


def test_a_result_is_of_the_newest_version_and_made_anew_when_something_changes(
    author: User, publisher: User
) -> None:
    article = workflow.publish(draft("Low water", author), by=None)
    changed(article, author, body="See [this](/articles/nothing-here/).")
    checked()
    result = LintResult.objects.get(item=article.item)
    assert (result.errors, result.version) == (1, 2)
    assert not lint_results.due(Article).exists()
    finding = Finding("link-dead", Level.ERROR, "body", "Dead.", "Mend it.", "/articles/nothing-here/")
    workflow.waive(article, publisher, finding, "It comes tomorrow.")
    assert list(lint_results.due(Article)) == [article]
    workflow.discard_edits(article, author)
    checked()
    result.refresh_from_db()
    assert (result.errors, result.version) == (0, 3)


def test_linting_is_asked_for_once_and_only_when_something_is_due() -> None:
    lint_results.check_due()
    assert not Work.objects.filter(kind=lint_results.CHECK).exists()
    factories.article()
    lint_results.check_due()
    lint_results.check_due()
    assert Work.objects.get(kind=lint_results.CHECK).key == "due"


def test_work_that_was_given_up_is_for_those_who_may_look_at_it(
    author: User, editor: User, chief: User, signed_in: SignIn
) -> None:
    Work.objects.create(kind="publishing.rerender", key="7", state=Work.State.PARKED, problem="It broke.")
    Work.objects.create(kind="core.mail", key="8", state=Work.State.PARKED)
    assert desk(signed_in(chief))["problems"] == ["publishing.rerender 7"]
    assert desk(signed_in(editor))["problems"] == []


def test_waived_names_the_reason_newest_first(
    author: User, other_author: User, publisher: User, signed_in: SignIn
) -> None:
    for number, (headline, by) in enumerate([("Mine", author), ("Theirs", other_author)]):
        item = draft(headline, by).item
        Waiver.objects.create(item=item, rule="r", fingerprint=str(number), reason="It is so.", by=publisher)
    assert desk(signed_in(publisher))["waived"] == ["Theirs", "Mine"]
    page = signed_in(author).get("/admin/")
    assert "Theirs" not in page.text
    assert "Paula Publisher: “It is so.”" in page.text


# --- around them --------------------------------------------------------------------------------------------------


def test_unsaved_work_is_offered_and_only_ones_own(
    author: User, other_author: User, signed_in: SignIn
) -> None:
    mine, theirs = draft("Begun", author), draft("Theirs", other_author)
    form = typed()
    autosaves.keep(author, "article", mine.item_id, form)
    autosaves.keep(author, "article", None, form)
    autosaves.keep(author, "article", theirs.item_id, form)
    autosaves.keep(other_author, "article", theirs.item_id, form)
    rows = signed_in(author).get("/admin/").context["unsaved"]
    assert [(row.title, row.url) for row in rows] == [
        ("A new article", "/admin/articles/article/add/?unsaved=1"),
        ("Begun", f"/admin/articles/article/{mine.pk}/change/?unsaved=1"),
    ]


def test_an_empty_desk_says_so_and_offers_to_write(author: User, signed_in: SignIn) -> None:
    page = signed_in(author).get("/admin/").text
    assert "Nothing waits for you." in page
    assert "Write an article" in page


def test_staff_without_a_role_see_no_desk(reader: User, signed_in: SignIn) -> None:
    reader.is_staff = True
    reader.save()
    factories.article("Secret", published=False)
    page = signed_in(reader).get("/admin/")
    assert page.context["sections"] == []
    assert "Secret" not in page.text
    assert "there is nothing on it that you may touch yet" in page.text


def world(count: int, author: User, editor: User) -> None:
    """Each of the desk's questions has `count` answers."""
    body, now = "See [this](/articles/nothing-here/).", timezone.now()
    for number in range(count):
        workflow.request_changes(submitted(f"Returned {number}", author), editor, "More.")
        submitted(f"Late {number}", author, editor, due_on=timezone.localdate() - timedelta(days=1))
        workflow.publish(draft(f"Soon {number}", author), by=None, at=now + timedelta(hours=number + 1))
        live = workflow.publish(draft(f"Live {number}", author, body=body), by=None)
        workflow.comment(live, editor, "Is this so?")
        Waiver.objects.create(item=live.item, rule="r", fingerprint="f", reason="So.", by=editor)
        autosaves.keep(author, "article", live.item_id, typed())
    checked()


def typed() -> QueryDict:
    return QueryDict("headline=Typed")


DESK_QUERIES = {"author": 27, "chief": 38}
CALENDAR_QUERIES = {"author": 13, "chief": 17}


@pytest.mark.parametrize("count", [1, 9, pytest.param(30, marks=pytest.mark.soak)])
@pytest.mark.parametrize("name", ["author", "chief"])
def test_the_desk_takes_as_many_queries_whatever_there_is(
    count: int,
    name: str,
    request: Any,
    author: User,
    editor: User,
    signed_in: SignIn,
    django_assert_num_queries: Any,
) -> None:
    """An author has two kinds to look at, an administrator has all of them; no section shows more than eight."""
    world(count, author, editor)
    client = signed_in(request.getfixturevalue(name))
    client.get("/admin/")
    with django_assert_num_queries(DESK_QUERIES[name]):
        page = client.get("/admin/")
    with django_assert_num_queries(CALENDAR_QUERIES[name]):
        client.get("/admin/calendar/")
    if name == "chief":
        return
    counts = {section.name: section.count for section in page.context["sections"]}
    assert counts == {
        "waiting": 2 * count,
        "mine": 2 * count,
        "overdue": count,
        "scheduled": count,
        "problems": count,
        "recent": count,
        "waived": count,
    }
    assert all(len(section.rows) <= 8 for section in page.context["sections"])


def test_a_sections_count_is_what_its_list_shows(author: User, editor: User, signed_in: SignIn) -> None:
    world(3, author, editor)
    for user in (author, editor):
        client = signed_in(user)
        sections = {section.name: section for section in client.get("/admin/").context["sections"]}
        for name in ("mine", "waiting", "overdue", "problems", "recent", "waived"):
            for words, url in sections[name].links:
                assert str(client.get(url).context["cl"].result_count) in words.split(), (name, words)


# --- the calendar -------------------------------------------------------------------------------------------------


def days(client: Client, month: str) -> dict[str, list[str]]:
    """ISO day -> what happens then; of days on which something does."""
    weeks = client.get(f"/admin/calendar/?month={month}").context["weeks"]
    return {
        f"{day.date:%Y-%m-%d}": [f"{h.title} {h.what}" for h in day.happenings]
        for week in weeks
        for day in week
        if day.happenings
    }


def test_the_calendar_says_what_happens_on_which_day(author: User, editor: User, signed_in: SignIn) -> None:
    at = datetime(2031, 3, 14, 9, tzinfo=timezone.get_current_timezone())
    article = workflow.publish(draft("Tides", author), by=None, at=at)
    workflow.set_expiry(article, None, at + timedelta(days=2))
    changed(article, author, headline="Newer")
    workflow.publish_edits(article, None, at=at + timedelta(days=1))
    workflow.assign(draft("Soon", author), editor, editor, at.date())
    workflow.publish(draft("Long ago", author), by=None, at=datetime(2019, 3, 2, tzinfo=at.tzinfo))
    client = signed_in(editor)
    assert days(client, "2031-03") == {
        "2031-03-14": ["Soon due", "Tides goes live"],
        "2031-03-15": ["Tides edits go live"],
        "2031-03-16": ["Tides comes off the site"],
    }
    assert days(client, "2019-03") == {"2019-03-02": ["Long ago went live"]}


def test_the_calendar_holds_only_what_they_may_touch(
    author: User, other_author: User, signed_in: SignIn
) -> None:
    at = datetime(2031, 3, 14, 9, tzinfo=timezone.get_current_timezone())
    workflow.publish(draft("Mine", author), by=None, at=at)
    workflow.publish(draft("Theirs", other_author), by=None, at=at)
    assert days(signed_in(author), "2031-03") == {"2031-03-14": ["Mine goes live"]}


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        ("2031-03-29T22:59", "2031-03-29"),  # the day before it has 23 hours
        ("2031-03-29T23:00", "2031-03-30"),
        ("2031-03-30T21:59", "2031-03-30"),
        ("2031-03-30T22:00", "2031-03-31"),
        ("2031-10-25T22:00", "2031-10-26"),  # 25 hours
        ("2031-10-26T22:59", "2031-10-26"),
        ("2031-10-26T23:00", "2031-10-27"),
    ],
)
def test_days_are_those_of_the_sites_zone_when_clocks_change(
    editor: User, signed_in: SignIn, settings: Any, utc: str, day: str
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    at = datetime.fromisoformat(utc).replace(tzinfo=ZoneInfo("UTC"))
    factories.article("Tides", at=at)
    assert list(days(signed_in(editor), utc[:7])) == [day]


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-00", "1969-12", "3000-01", "2026-1", "x", "2026-12-01", "٢٠٢٦-12", "\0"]
)
def test_what_is_no_month_is_a_bad_request(editor: User, signed_in: SignIn, month: str) -> None:
    assert signed_in(editor).get("/admin/calendar/", {"month": month}).status_code == 400


@pytest.mark.parametrize(
    ("month", "neighbours"),
    [
        ("2026-12", ("2026-11", "2027-01")),
        ("1970-01", ("", "1970-02")),
        ("2999-12", ("2999-11", "")),
    ],
)
def test_a_month_leads_to_its_neighbours(
    editor: User, signed_in: SignIn, month: str, neighbours: tuple[str, str]
) -> None:
    context = signed_in(editor).get(f"/admin/calendar/?month={month}").context
    assert (context["previous"], context["next"]) == neighbours


def test_a_full_day_folds_what_does_not_fit(editor: User, signed_in: SignIn) -> None:
    at = datetime(2031, 3, 14, 9, tzinfo=timezone.get_current_timezone())
    for number in range(9):
        factories.article(f"Number {number}", at=at)
    page = signed_in(editor).get("/admin/calendar/?month=2031-03").text
    assert "<summary>4 more</summary>" in page
    assert page.count("goes live") == 9


# --- used by ------------------------------------------------------------------------------------------------------


def test_before_it_is_deleted_one_learns_what_points_at_it(
    editor: User, publisher: User, signed_in: SignIn
) -> None:
    series = factories.series("Water")
    article = factories.article("Low water", slug="low", series=series, part=1)
    factories.article("High water", series=series, part=2)
    factories.article("Links", body="See [low](/articles/low/#ebb).")
    factories.article("Alike", body="See [other](/articles/lower/).")
    factories.article("Reads on").related.add(article.item)
    Redirect.objects.create(path="/old-low/", item=article.item)
    FrontPageSlot.objects.create(place="lead", item=article.item)
    page = signed_in(publisher).get(f"/admin/articles/article/{article.pk}/delete/").text
    for words in ("/old-low/", "High water", "Links", "Reads on", "Lead: Low water"):
        assert words in page
    assert "Alike" not in page


def test_what_they_may_not_see_is_counted_and_not_named(
    author: User, other_author: User, signed_in: SignIn
) -> None:
    mine = draft("Mine", author, slug="mine")
    draft("My other one", author, body="[Mine](/articles/mine/)")
    draft("Their secret", other_author, body="[Mine](/articles/mine/)")
    Redirect.objects.create(path="/old-secret/", item=mine.item)
    page = signed_in(author).get(f"/admin/articles/article/{mine.pk}/delete/").text
    assert "My other one" in page
    assert "and 1 more" in page
    assert "1, which you may not see" in page
    assert "Their secret" not in page
    assert "/old-secret/" not in page


@pytest.mark.parametrize("kind", ["topic", "section", "person", "series"])
def test_topics_sections_series_and_people_say_it_too(
    kind: str, administrator: User, signed_in: SignIn
) -> None:
    things: dict[str, Any] = {
        "topic": factories.topic("Tides", slug="tides"),
        "section": factories.section("Science", slug="science"),
        "person": factories.person("Ana", slug="ana"),
        "series": factories.series("Water", slug="water"),
    }
    thing = things[kind]
    factories.article(
        "About it",
        section=things["section"],
        series=things["series"],
        by=[things["person"]],
        about=[things["topic"]],
    )
    factories.static_page("Links to it", body=f"[It]({thing.get_absolute_url()})")
    factories.article("Elsewhere")
    app = thing._meta.app_label
    client = signed_in(administrator)
    page = client.get(f"/admin/{app}/{kind}/{thing.pk}/delete/").text
    several = client.post(
        f"/admin/{app}/{kind}/", {"action": "delete_selected", "_selected_action": [thing.pk], "index": 0}
    ).text
    for text in (page, several):
        assert "About it" in text
        assert "Links to it" in text
        assert "Elsewhere" not in text
