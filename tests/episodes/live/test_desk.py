"""Live recordings at the desk."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from episodes import live
from episodes.models import LiveRecording
from tests import factories
from tests.episodes.live.making import Status, recording, state

type SignIn = Callable[[User], Client]

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
