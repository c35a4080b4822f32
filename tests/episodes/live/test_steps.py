"""What a host says of a live recording, and the episode that it becomes."""

from threading import Thread

from django.db import connection

from accounts.models import User
from episodes import live
from episodes.models import Episode, LiveRecording
from tests import factories
from tests.episodes.live.making import Status, recording


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
