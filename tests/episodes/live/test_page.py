"""The page of a live recording, and the lists that it is in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core import caching
from episodes import live
from episodes.models import Episode, LiveRecording
from publishing import workflow
from tests import factories
from tests.episodes.live.making import SOON, Status, page, recording, state


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
