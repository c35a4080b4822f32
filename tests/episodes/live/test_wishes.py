"""Who wants to be told that a live recording begins."""

import re
from typing import Any

import pytest
from django.test import Client

from episodes.models import LiveRecording, LiveWish
from tests.episodes.live.making import Status, page, recording

HERE = {"origin": "http://testserver"}


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
