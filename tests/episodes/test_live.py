"""Live recordings: the page, the calendar file, who wants to be told, and the steps of the desk."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core import caching
from episodes import live
from episodes.calendar_file import calendar, escaped, folded
from episodes.models import Episode, LiveRecording, LiveWish, Show
from publishing import workflow
from tests import factories

SOON = timedelta(hours=3)
HERE = {"origin": "http://testserver"}
Status = LiveRecording.Status

type SignIn = Callable[[User], Client]


def recording(of: Show | None = None, **fields: Any) -> LiveRecording:
    values: dict[str, Any] = {"title": "An evening with readers", "starts_at": timezone.now() + SOON}
    return LiveRecording.objects.create(show=of or factories.show("Show", slug="show"), **values | fields)


def page(of: LiveRecording) -> str:
    response = Client().get(of.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def state(of: LiveRecording) -> str:
    found = re.search(r'<p class="live-state" role="status"><strong[^>]*>(.*?)</strong>', page(of))
    assert found
    return found[1]


# --- the page -----------------------------------------------------------------------------------------------------


def test_an_announced_one_says_when_it_begins_in_words_and_for_the_script(db: None) -> None:
    found = recording(starts_at=datetime(2090, 11, 21, 20, 0, tzinfo=UTC), description="About <b>books</b>.")
    html = page(found)
    assert (
        '<live-countdown status="pending"><time datetime="2090-11-21T20:00:00+00:00">'
        "Tuesday, 21 November 2090, 20:00 UTC</time></live-countdown>" in html
    )
    assert state(found) == "Live recording"
    assert "About &lt;b&gt;books&lt;/b&gt;." in html
    assert f'action="{found.get_absolute_url()}wish/"' in html
    assert "csrfmiddlewaretoken" not in html


def test_a_slug_is_made_of_the_title_and_only_once(db: None) -> None:
    show = factories.show()
    assert [recording(show).slug, recording(show).slug] == [
        "an-evening-with-readers",
        "an-evening-with-readers-2",
    ]


@pytest.mark.parametrize("episodes", [0, 3])
def test_the_page_costs_the_same_whatever_else_there_is(
    db: None, django_assert_num_queries: Any, episodes: int
) -> None:
    found = recording()
    for _ in range(episodes):
        recording(found.show)
    Client().get("/")  # what all pages share
    caching.bump()
    with django_assert_num_queries(QUERIES):
        page(found)


QUERIES = 2
"""The recording with its show, and how long the page may be kept."""


def test_the_page_is_cached_and_follows_each_step(db: None) -> None:
    found = recording()
    assert state(found) == "Live recording"
    assert Client().get(found.get_absolute_url()).headers["Cache-Control"].startswith("public")
    with transaction_done():
        assert live.begin(found)
    assert state(found) == "Live now"
    with transaction_done():
        assert live.end(found)
    assert state(found) == "Over"
    assert "The episode will be here" in page(found)


class transaction_done:
    """In a test's transaction nothing commits, so the cache is told by hand."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *error: object) -> None:
        caching.push()


def test_what_should_have_begun_is_shown_as_that_and_never_as_live(db: None) -> None:
    found = recording(starts_at=timezone.now() - timedelta(minutes=1))
    assert state(found) == "Should have begun"
    assert found.status == Status.PENDING


def test_a_player_is_loaded_only_when_asked_for_and_other_hosts_are_links(db: None) -> None:
    show = factories.show()
    tube = page(recording(show, watch_url="https://www.youtube.com/watch?v=aqz-KE-bpKQ"))
    assert 'data-src="https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ"' in tube
    assert "<iframe" not in tube
    twitch = page(recording(show, watch_url="https://www.twitch.tv/someone"))
    assert (
        '<a class="button" href="https://www.twitch.tv/someone" rel="noopener">Where it will be</a>' in twitch
    )


def test_the_page_leads_to_the_episode_as_soon_as_everybody_may_hear_it(db: None) -> None:
    found = recording()
    episode = factories.episode(of=found.show, published=False)
    LiveRecording.objects.filter(pk=found.pk).update(episode=episode, status=Status.ENDED)
    assert Client().get(found.get_absolute_url()).status_code == 200
    workflow.publish(episode, by=None)
    Episode.objects.filter(pk=episode.pk).update(public_at=timezone.now() + SOON)
    assert Client().get(found.get_absolute_url() + "?2").status_code == 200
    Episode.objects.filter(pk=episode.pk).update(public_at=None)
    response = Client().get(found.get_absolute_url() + "?3")
    assert (response.status_code, response.headers["Location"]) == (302, episode.get_absolute_url())


def test_a_recording_is_at_its_own_show_alone(db: None) -> None:
    found = recording()
    factories.show("Other", slug="other")
    assert Client().get(f"/episodes/other/live/{found.slug}/").status_code == 404
    assert Client().get(f"/episodes/other/live/{found.slug}/calendar.ics").status_code == 404


def test_lists_have_what_comes_and_what_is_on_the_next_first(db: None) -> None:
    show, now = factories.show(), timezone.now()
    later = recording(show, title="Later", starts_at=now + timedelta(days=2))
    on = recording(show, title="On", starts_at=now - timedelta(hours=1), status=Status.LIVE)
    late = recording(show, title="Late", starts_at=now - timedelta(hours=2))
    recording(show, title="Forgotten", starts_at=now - timedelta(days=2))
    recording(show, title="Over", status=Status.ENDED)
    other = recording(factories.show(), title="Other", starts_at=now + timedelta(days=1))
    assert list(live.coming(show)) == [late, on, later]
    assert list(live.coming()) == [late, on, other, later]


# --- the calendar file --------------------------------------------------------------------------------------------


def test_the_calendar_file_is_what_rfc_5545_asks_for(db: None) -> None:
    found = recording(
        starts_at=datetime(2026, 11, 21, 20, 0, tzinfo=UTC), minutes=90, title="Books, wine; and \\ more"
    )
    response = Client().get(f"{found.get_absolute_url()}calendar.ics")
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    text = response.content.decode()
    assert all(line.endswith("\r") for line in text.split("\n")[:-1])
    lines = text.replace("\r\n ", "").split("\r\n")
    assert [lines[0], lines[1], lines[-2], lines[-1]] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "END:VCALENDAR",
        "",
    ]
    known = dict(line.partition(":")[::2] for line in lines)
    assert known["UID"] == str(found.guid)
    assert (known["DTSTART"], known["DTEND"]) == ("20261121T200000Z", "20261121T213000Z")
    assert known["SUMMARY"] == r"Show: Books\, wine\; and \\ more"
    assert (known["SEQUENCE"], known["STATUS"]) == ("0", "CONFIRMED")
    assert known["URL"] == f"http://testserver{found.get_absolute_url()}"


def test_long_lines_are_folded_between_characters_and_nothing_is_lost(db: None) -> None:
    words = "Ä" * 100 + "🎙" * 50
    lines = list(folded(f"SUMMARY:{words}"))
    assert max(len(line.encode()) for line in lines) <= 75
    assert "".join([lines[0], *(line[1:] for line in lines[1:])]) == f"SUMMARY:{words}"


def test_nothing_typed_becomes_a_line_of_its_own(db: None) -> None:
    hostile = "Title\r\nEND:VEVENT\rBEGIN:VALARM\nX:\x00\x1b"
    assert escaped(hostile) == r"Title\nEND:VEVENT\nBEGIN:VALARM\nX:"
    found = recording(title=hostile.replace("\x00", ""), description=hostile.replace("\x00", ""))
    assert calendar(found).count("\r\nEND:VEVENT") == 1


def test_what_is_called_off_is_struck_out_of_calendars_and_taking_that_back_counts_on(db: None) -> None:
    found = recording()
    assert live.call_off(found)
    text = calendar(found)
    assert "STATUS:CANCELLED" in text
    assert "SEQUENCE:1" in text
    assert state(found) == "Called off"
    assert live.announce_again(found)
    assert "STATUS:CONFIRMED" in calendar(found)
    assert "SEQUENCE:2" in calendar(found)


def test_what_ended_before_its_time_is_not_called_off(db: None) -> None:
    found = recording()
    live.begin(found)
    live.end(found)
    assert "STATUS:CONFIRMED" in calendar(found)
    assert found.ended_at
    assert found.ended_at < found.starts_at


# --- steps --------------------------------------------------------------------------------------------------------


def test_a_step_that_does_not_fit_changes_nothing(db: None) -> None:
    found = recording()
    assert live.announce_again(found) is False
    assert live.end(found)
    began = found.began_at
    assert [live.begin(found), live.end(found), live.call_off(found)] == [False, False, False]
    assert (found.status, found.began_at) == (Status.ENDED, began)


def test_two_who_press_at_once_begin_it_once(transactional_db: None) -> None:
    found = recording()
    answers: list[bool] = []

    def press() -> None:
        answers.append(live.begin(LiveRecording.objects.get(pk=found.pk)))
        connection.close()

    hosts = [Thread(target=press) for _ in range(4)]
    for host in hosts:
        host.start()
    for host in hosts:
        host.join()
    assert sorted(answers) == [False, False, False, True]


def test_the_episode_begins_with_what_was_announced_and_is_made_once(db: None, editor: User) -> None:
    found = recording(description="About books.\n\nAnd more.", artwork=factories.cover())
    made = live.make_episode(found, editor)
    assert (made.show, made.title, made.standfirst) == (found.show, found.title, "About books.")
    assert (made.body, made.artwork, made.status) == (found.description, found.artwork, "draft")
    assert (made.created_by, made.version) == (editor, 1)
    assert live.make_episode(found, editor) == made
    assert Episode.objects.count() == 1


# --- who wants to be told -----------------------------------------------------------------------------------------


def ask(of: LiveRecording, **data: str) -> Any:
    return Client().post(f"{of.get_absolute_url()}wish/", data, headers=HERE)


def test_a_wish_is_kept_and_confirmed(db: None) -> None:
    found = recording()
    response = ask(found, address=" Rita@Example.ORG ")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "It is noted" in response.content.decode()
    assert [wish.address for wish in found.wishes.all()] == ["Rita@example.org"]


def undo_of(response: Any) -> str:
    found = re.search(r'name="undo" value="([^"]+)"', response.content.decode())
    assert found
    return found[1]


def test_a_wish_is_taken_back(db: None) -> None:
    found = recording()
    response = ask(found, undo=undo_of(ask(found, address="rita@example.org")))
    assert "It is taken back" in response.content.decode()
    assert not found.wishes.exists()


def test_nobody_learns_whether_an_address_is_known_or_takes_it_away(db: None) -> None:
    found = recording()
    first, again = ask(found, address="rita@example.org"), ask(found, address="rita@example.org")
    blank = re.compile(r'value="[^"]+"')
    assert blank.sub("", first.content.decode()) == blank.sub("", again.content.decode())
    assert len(undo_of(first)) == pytest.approx(len(undo_of(again)), abs=8)
    stranger = ask(found, undo=undo_of(again))
    assert stranger.status_code == 200
    assert found.wishes.count() == 1


def test_an_undo_of_another_recording_or_of_nobody_is_404(db: None) -> None:
    found = recording()
    other = recording(found.show)
    signed = undo_of(ask(found, address="rita@example.org"))
    assert [ask(other, undo=signed).status_code, ask(found, undo="x:y:z").status_code] == [404, 404]
    assert found.wishes.count() == 1


@pytest.mark.parametrize(
    "address",
    ["", "   ", "rita", "rita@", "@example.org", "a@b@example.org", "rita@example.org\r\nBcc: x@y.z",
     "rita\x00@example.org", f"{'x' * 300}@example.org", "<script>@example.org", "=1+1@example org"],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_the_form_with_what_was_typed(db: None, address: str) -> None:
    found = recording()
    response = ask(found, address=address)
    assert response.status_code == 400
    assert response.headers["Cache-Control"] == "private, no-store"
    html = response.content.decode()
    assert 'class="field-error"' in html
    assert "<script>@" not in html
    assert not LiveWish.objects.exists()


def test_only_forms_of_this_site_are_taken(db: None) -> None:
    found = recording()
    path = f"{found.get_absolute_url()}wish/"
    for headers in ({}, {"origin": "https://evil.example"}, {"origin": "null"}):
        response = Client(enforce_csrf_checks=True).post(path, {"address": "a@example.org"}, headers=headers)
        assert response.status_code == 403
    assert not LiveWish.objects.exists()


def test_the_twenty_first_wish_within_an_hour_has_to_wait(db: None) -> None:
    found = recording()
    answers = [ask(found, address=f"reader{number}@example.org").status_code for number in range(21)]
    assert answers == [200] * 20 + [429]
    assert found.wishes.count() == 20


@pytest.mark.parametrize("status", [Status.LIVE, Status.ENDED])
def test_nothing_is_kept_for_what_has_begun(db: None, status: str) -> None:
    found = recording(status=status)
    response = ask(found, address="rita@example.org")
    assert (response.status_code, response.headers["Location"]) == (302, found.get_absolute_url())
    assert not found.wishes.exists()
    assert "wish/" not in page(found)


# --- the desk -----------------------------------------------------------------------------------------------------

LIST = "/admin/episodes/liverecording/"


def act(client: Client, action: str, *rows: LiveRecording) -> Any:
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(LIST, data, follow=True)


def form_of(row: LiveRecording, **changes: Any) -> dict[str, Any]:
    return {
        "show": row.show_id,
        "title": row.title,
        "description": row.description,
        "starts_at_0": f"{row.starts_at:%Y-%m-%d}",
        "starts_at_1": f"{row.starts_at:%H:%M:%S}",
        "minutes": row.minutes,
        "watch_url": row.watch_url,
        "stream_url": row.stream_url,
        "stream_type": row.stream_type,
        "slug": row.slug,
        **changes,
    }


def test_an_editor_announces_one_and_readers_see_it_at_once(
    db: None, editor: User, signed_in: SignIn
) -> None:
    show = factories.show("Show", slug="show")
    new = LiveRecording(show=show, title="New", starts_at=datetime(2090, 1, 2, 20, 0, tzinfo=UTC))
    response = signed_in(editor).post(f"{LIST}add/", form_of(new))
    assert response.status_code == 302
    made = LiveRecording.objects.get()
    assert (made.slug, made.sequence, made.starts_at) == ("new", 0, new.starts_at)
    assert state(made) == "Live recording"


def test_another_time_is_told_to_calendars_and_other_words_are_not(
    db: None, editor: User, signed_in: SignIn
) -> None:
    found = recording(starts_at=datetime(2090, 1, 2, 20, 0, tzinfo=UTC))
    client, path = signed_in(editor), f"{LIST}{found.pk}/change/"
    assert client.post(path, form_of(found, description="Other words")).status_code == 302
    found.refresh_from_db()
    assert found.sequence == 0
    assert client.post(path, form_of(found, starts_at_1="21:00:00")).status_code == 302
    found.refresh_from_db()
    assert (found.sequence, found.starts_at.hour) == (1, 21)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minutes", "0"),
        ("minutes", "100000"),
        ("watch_url", "javascript:alert(1)"),
        ("stream_type", "text/html"),
    ],
)
def test_what_cannot_be_is_refused_in_the_form(
    db: None, editor: User, signed_in: SignIn, field: str, value: str
) -> None:
    found = recording()
    response = signed_in(editor).post(f"{LIST}{found.pk}/change/", form_of(found, **{field: value}))
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]


def test_an_episode_of_another_show_is_refused(db: None, editor: User, signed_in: SignIn) -> None:
    found = recording()
    other = factories.episode(of=factories.show("Other"))
    response = signed_in(editor).post(f"{LIST}{found.pk}/change/", form_of(found, episode=other.pk))
    assert response.context["adminform"].form.errors["episode"] == ["This episode belongs to Other."]


def test_the_steps_of_the_desk_and_their_undo(db: None, editor: User, signed_in: SignIn) -> None:
    found, client = recording(), signed_in(editor)
    for action, status in (
        ("begin", Status.LIVE),
        ("end", Status.ENDED),
        ("announce_again", Status.PENDING),
        ("call_off", Status.ENDED),
    ):
        act(client, action, found)
        found.refresh_from_db()
        assert found.status == status, action
    words = act(client, "begin", found).content.decode()
    assert "1 was left alone: only what is announced goes live." in words


def test_the_episode_is_made_from_the_list_and_its_form_opened(
    db: None, editor: User, signed_in: SignIn
) -> None:
    found = recording()
    response = act(signed_in(editor), "make_episode", found)
    found.refresh_from_db()
    assert found.episode
    assert response.redirect_chain[-1][0] == f"/admin/episodes/episode/{found.episode.pk}/change/"


def test_addresses_are_for_publishers_and_never_a_formula(
    db: None, editor: User, publisher: User, signed_in: SignIn
) -> None:
    found = recording()
    for address in ("=cmd@example.org", "rita@example.org"):
        live.wish(found, address)
    path = f"{LIST}{found.pk}/wishes.csv"
    assert signed_in(editor).get(path).status_code == 403
    form = signed_in(editor).get(f"{LIST}{found.pk}/change/").content.decode()
    assert "rita@example.org" not in form
    assert "wishes.csv" not in form
    assert path in signed_in(publisher).get(f"{LIST}{found.pk}/change/").content.decode()
    response = signed_in(publisher).get(path)
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["address", "'=cmd@example.org", "rita@example.org"]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_the_desk_costs_the_same_for_one_and_three(
    db: None, editor: User, signed_in: SignIn, rows: int, django_assert_num_queries: Any
) -> None:
    show, client = factories.show(), signed_in(editor)
    for _ in range(rows):
        live.wish(recording(show), "rita@example.org")
    client.get(LIST)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(LIST)


LIST_QUERIES = 10
