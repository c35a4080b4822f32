"""What is made of an episode's recording."""

from typing import Any

import pytest

from accounts.models import User
from core.models import Work
from core.work import HANDLERS
from episodes import audio
from episodes.models import Episode
from media_pipeline.models import Encoding, MediaAsset, RenditionSet
from publishing import revisions, workflow
from tests import factories

pytestmark = pytest.mark.django_db


def wishes(episode: Episode) -> dict[Any, Any]:
    rows = Encoding.objects.filter(owner=episode.owner)
    return {(row.asset_id, row.profile): row for row in rows}


def saved(episode: Episode, by: User | None = None, **fields: Any) -> None:
    """As the form saves it."""
    for name, value in fields.items():
        setattr(episode, name, value)
    if episode.status == "draft":
        episode.save()
    workflow.edited(episode, revisions.snapshot(episode), by, applied=episode.status == "draft")


def test_saving_has_the_file_made_with_its_words_once() -> None:
    show = factories.show("Tides", by=[factories.person("Ana")])
    episode = factories.episode(
        "Low water",
        of=show,
        audio=False,
        published=False,
        number="12.50",
        chapters="00:10 Mud | https://example.org/",
    )
    recording = factories.recording()
    saved(episode, audio=MediaAsset.objects.get(pk=recording.pk))
    wish = wishes(episode)[recording.pk, "podcast"]
    year = wish.tags.pop("date")
    assert len(year) == 4
    assert wish.tags == {
        "number": "12.5",
        "title": "Low water",
        "artist": "Ana",
        "album": "Tides",
        "comment": episode.standfirst,
        "chapters": [{"start": 10.0, "title": "Mud", "url": "https://example.org/"}],
        "cover": show.artwork_id,
    }
    assert Work.objects.get(kind="media.encode", key=str(wish.wanted_id)).state == "waiting"
    sets = RenditionSet.objects.count()
    saved(episode, body="Other notes.")
    audio.prepare(episode)
    assert (RenditionSet.objects.count(), len(wishes(episode))) == (sets, 1)


def test_publishing_has_nothing_made_anew() -> None:
    episode = factories.episode(published=False)
    made = wishes(episode)[episode.audio_id, "podcast"].wanted_id
    workflow.publish(episode, by=None)
    assert wishes(episode)[episode.audio_id, "podcast"].wanted_id == made


def test_a_new_title_is_made_anew_while_the_old_file_stays() -> None:
    episode = factories.episode("Low water", published=False)
    before = wishes(episode)[episode.audio_id, "podcast"]
    saved(episode, title="High water")
    after = wishes(episode)[episode.audio_id, "podcast"]
    assert (after.live_id, after.tags["title"]) == (before.live_id, "High water")
    assert after.wanted_id != before.wanted_id


def test_a_title_that_waits_is_in_no_file_yet() -> None:
    episode = factories.episode("Low water")
    saved(episode, title="High water")
    assert wishes(episode)[episode.audio_id, "podcast"].tags["title"] == "Low water"
    workflow.publish_edits(Episode.objects.get(), None)
    assert wishes(episode)[episode.audio_id, "podcast"].tags["title"] == "High water"


def test_another_recording_is_made_before_readers_get_it_and_the_old_one_dropped_after() -> None:
    episode = factories.episode("Low water")
    old, new = episode.audio_id, MediaAsset.objects.get(pk=factories.recording().pk)
    saved(episode, audio=new)
    assert set(wishes(episode)) == {(old, "podcast"), (new.pk, "podcast")}
    workflow.publish_edits(Episode.objects.get(), None)
    assert set(wishes(episode)) == {(new.pk, "podcast")}
    gone = RenditionSet.objects.get(asset=old)
    assert gone.retired_at is not None
    assert Work.objects.filter(kind="media.tidy").exists()


def test_discarded_edits_leave_nothing_behind() -> None:
    episode = factories.episode()
    old, new = episode.audio_id, MediaAsset.objects.get(pk=factories.recording().pk)
    saved(episode, audio=new)
    workflow.discard_edits(Episode.objects.get(), None)
    saved(Episode.objects.get(), body="More.")
    assert set(wishes(episode)) == {(old, "podcast")}


def test_video_is_asked_for_beside_the_audio_and_without_words() -> None:
    episode = factories.episode(published=False)
    episode.video = MediaAsset.objects.get(pk=factories.recording(kind="video").pk)
    assert [(wish.profile, bool(wish.tags)) for wish in audio.wished(episode)] == [
        ("podcast", True),
        ("video", False),
    ]


def test_an_episode_that_is_deleted_drops_its_files() -> None:
    episode = factories.episode(published=False)
    owner = episode.owner
    episode.delete()
    assert not Encoding.objects.filter(owner=owner).exists()


def test_a_show_with_another_name_has_the_files_of_its_episodes_made_anew() -> None:
    show = factories.show("Tides")
    one, other = factories.episode(of=show), factories.episode()
    show.name = "Winds"
    show.save()
    row = Work(kind=audio.PREPARE, key=str(show.pk))
    assert row.kind in HANDLERS
    audio.prepare_show(show.pk)
    assert wishes(one)[one.audio_id, "podcast"].tags["album"] == "Winds"
    assert wishes(other)[other.audio_id, "podcast"].tags["album"] == other.show.name
