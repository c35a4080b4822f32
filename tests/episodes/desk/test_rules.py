"""What the linter says about episodes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from episodes.models import Episode, Season, Show, SponsorSlot
from media_pipeline.models import Encoding, MediaAsset, RenditionSet, Transcript
from publishing import linter
from publishing.linter import RULES
from tests import factories

pytestmark = pytest.mark.django_db


def rules(episode: Episode) -> set[str]:
    """What is found, without what the rules of all kinds say."""
    own = {name for name, rule in RULES.items() if rule.kinds == frozenset({"episode"})}
    return {found.rule for found in linter.lint(Episode.objects.get(pk=episode.pk))} & own


def said(episode: Episode, rule: str) -> list[tuple[str, int | None]]:
    fresh = Episode.objects.get(pk=episode.pk)
    return [(found.message, found.line) for found in linter.lint(fresh) if found.rule == rule]


@pytest.fixture
def episode() -> Episode:
    """Nothing is wrong with it."""
    ana = factories.person("Ana", bio="Knows tides.")
    return factories.episode("Low water", of=factories.show("Tides"), by=[ana], published=False, number=7)


def change(episode: Episode, **fields: Any) -> Episode:
    Episode.objects.filter(pk=episode.pk).update(**fields)
    return episode


def test_a_sound_episode_has_no_findings(episode: Episode) -> None:
    assert rules(episode) == set()


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"title": ""}, "episode-title-missing"),
        ({"title": "Episode 7: Low water"}, "episode-title-number"),
        ({"title": "#7 Low water"}, "episode-title-number"),
        ({"title": "7. Low water"}, "episode-title-number"),
        ({"title": "Low water (Ep. 7)"}, "episode-title-number"),
        ({"title": "Tides – Low water"}, "episode-title-show"),
        ({"title": "Low water | Tides"}, "episode-title-show"),
        ({"title": "Tides 7"}, "episode-title-show"),
        ({"standfirst": ""}, "episode-standfirst-missing"),
        ({"body_html": "<p>" + "ü" * 2000}, "episode-notes-long"),
        ({"audio": None}, "audio-missing"),
        ({"chapters": "Begin"}, "chapters-unreadable"),
        ({"chapters": "00:20 Later\n00:10 Earlier"}, "chapters-order"),
        ({"chapters": "00:10 One\n00:10 Two"}, "chapters-order"),
        ({"chapters": "00:00 Begin\n01:30 The end"}, "chapters-late"),
        ({"soundbites": "00:00 Title"}, "soundbites-unreadable"),
        ({"soundbites": "00:00 14 Short"}, "soundbite-length"),
        ({"soundbites": "00:00 121 Long"}, "soundbite-length"),
        ({"soundbites": "01:20 15 Late"}, "soundbite-late"),
        ({"soundbites": f"00:00 20 {'x' * 129}"}, "soundbite-title-long"),
        ({"transcript_waived": " "}, "transcript-missing"),
        ({"for_members": True, "public_at": timezone.now() + timedelta(days=7)}, "early-never"),
        ({"public_at": timezone.now() - timedelta(days=7)}, "early-past"),
        ({"public_at": timezone.now() + timedelta(days=400)}, "early-far"),
    ],
)
def test_each_rule_finds_its_own(episode: Episode, fields: dict[str, Any], found: str) -> None:
    assert found in rules(change(episode, **fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "7 reasons for tides"},
        {"title": "12: a number of its own"},
        {"title": "Tidesong"},
        {"title": "What tides are"},
        {"title": "Episodes of drought"},
        {"chapters": "00:00 Begin\n\n01:29 Nearly over | https://example.org/"},
        {"soundbites": "00:00 15 Short\n00:05 20 Another"},
        {"public_at": timezone.now() + timedelta(days=7)},
        {"transcript_waived": "Music only."},
        {
            "transcript_waived": "",
            "audio": None,
            "linked_url": "https://elsewhere.example.org/a.mp3",
            "linked_seconds": 90,
        },
    ],
)
def test_what_is_right_is_left_alone(episode: Episode, fields: dict[str, Any]) -> None:
    assert rules(change(episode, **fields)) == set()


def test_lines_are_those_of_the_field(episode: Episode) -> None:
    change(episode, chapters="00:00 Begin\n\n\n02:00 After the end")
    assert said(episode, "chapters-late") == [
        ("“After the end” begins at 2:00, and the recording ends at 1:30.", 4)
    ]


def test_a_new_episode_of_no_show_is_looked_at(db: None) -> None:
    found = {finding.rule for finding in linter.lint(Episode(title="Low water"))}
    assert {"audio-missing", "transcript-missing"} <= found
    assert linter.CHECK_FAILED not in found


def test_a_transcript_of_the_recording_is_one(episode: Episode) -> None:
    Transcript.objects.create(asset=episode.audio, language="en", cues=[[0, 1, "", "Hello"]])
    assert rules(change(episode, transcript_waived="")) == set()


def test_audio_elsewhere_is_neither_made_nor_spread(episode: Episode) -> None:
    factories.region()
    change(episode, audio=None, linked_url="https://cdn.example.org/7.mp3", linked_bytes=10)
    assert rules(episode) == set()


def test_audio_that_is_not_ready_says_how_far_it_is(episode: Episode) -> None:
    wish = Encoding.objects.get(owner=episode.owner)
    Encoding.objects.update(live=None)
    RenditionSet.objects.filter(pk=wish.wanted_id).update(cancelled_at=timezone.now(), ready_at=None)
    assert said(episode, "audio-not-ready") == [("The audio is not ready: cancelled.", None)]


def test_audio_that_nobody_has_asked_for_waits_to_be_saved(episode: Episode) -> None:
    Encoding.objects.filter(owner=episode.owner).delete()
    assert said(episode, "audio-not-ready") == [("The audio is not made yet.", None)]


def test_video_has_to_be_ready(episode: Episode) -> None:
    film = MediaAsset.objects.get(pk=factories.recording(kind="video").pk)
    assert "video-not-ready" in rules(change(episode, video=film))


@pytest.mark.parametrize(
    ("holding", "all_of_them", "found"), [(0, 1, True), (1, 2, True), (1, 1, False), (2, 3, False)]
)
def test_more_than_half_of_the_regions_hold_it(
    episode: Episode, holding: int, all_of_them: int, found: bool
) -> None:
    regions = [factories.region(f"region-{number}") for number in range(all_of_them)]
    live = Encoding.objects.get(owner=episode.owner).live
    assert live is not None
    factories.held(live, *regions[:holding])
    words = f"The audio is verified in {holding} of {all_of_them} regions; it takes more than half of them."
    assert said(episode, "audio-not-spread") == ([(words, None)] if found else [])


@pytest.mark.parametrize(
    ("picture", "rule", "words"),
    [
        ({"width": 3000, "height": 2000}, "artwork-unusable", "The artwork has 3,000 × 2,000 pixels; it has to be square."),
        ({"width": 1000, "height": 1000}, "artwork-unusable", "The artwork has 1,000 × 1,000 pixels; directories want at least 1,400 a side."),
        ({"width": 4000, "height": 4000}, "artwork-unusable", "The artwork has 4,000 × 4,000 pixels; directories take at most 3,000 a side."),
        ({"content_type": "image/webp"}, "artwork-unusable", "The artwork is image/webp; directories take JPEG and PNG."),
        ({"bytes": 700 * 1024}, "artwork-heavy", "The artwork has 700 KB; above 512 KB phones wait for it."),
        (
            {"content_type": "image/png", "ladder": [["avif", 480, 480, "a"], ["png", 480, 480, "b"]]},
            "artwork-heavy",
            "Parts of the artwork are transparent; apps put black or white behind them.",
        ),
    ],
)  # fmt: skip
def test_artwork_is_measured(episode: Episode, picture: dict[str, Any], rule: str, words: str) -> None:
    change(episode, artwork=factories.cover(**picture))
    assert said(episode, rule) == [(words, None)]
    change(episode, artwork=None)
    Show.objects.update(artwork=factories.cover(**picture))
    assert said(episode, rule) == [(words, None)]


def test_a_show_without_artwork_is_found(episode: Episode) -> None:
    Show.objects.update(artwork=None)
    assert rules(episode) == {"artwork-missing"}
    Show.objects.update(kept={"image": "https://example.org/cover.jpg"})
    assert rules(episode) == set()


def test_a_number_is_given_once_a_show(episode: Episode) -> None:
    other = factories.episode("High water", of=episode.show, number=7, published=False)
    factories.episode("Elsewhere", number=7, published=False)
    assert said(episode, "episode-number-duplicate") == [
        ("“High water” is number 7 of this show, too.", None)
    ]
    change(other, type="trailer")
    assert rules(episode) == set()


def test_a_number_is_given_once_a_season(episode: Episode) -> None:
    first, second = (Season.objects.create(show=episode.show, number=number) for number in (1, 2))
    factories.episode("High water", of=episode.show, number=7, season=first, published=False)
    assert rules(change(episode, season=second)) == set()
    assert rules(change(episode, season=first)) == {"episode-number-duplicate"}


def test_a_serial_show_is_in_order(episode: Episode) -> None:
    Show.objects.update(type="serial")
    assert rules(change(episode, number=None)) == {"episode-number-missing"}
    Season.objects.create(show=episode.show, number=1)
    assert rules(change(episode, number=7)) == {"episode-season-missing"}


def test_guests_are_introduced(episode: Episode) -> None:
    credit = episode.credits.get()
    type(credit.person).objects.update(bio="")
    assert said(episode, "guest-unknown") == [("Nothing tells who Ana is.", None)]
    credit.href = "https://example.org/ana"
    credit.save()
    assert rules(episode) == set()
    episode.credits.all().delete()
    assert rules(episode) == {"guest-missing"}


@pytest.mark.parametrize(
    ("slot", "found"),
    [
        ({}, set()),
        ({"url": "https://example.org/"}, {"slot-unnamed"}),
        ({"sponsor": "Acme"}, {"slot-undisclosed", "slot-link-missing"}),
        ({"sponsor": "Acme", "url": "https://example.org/", "text": "Acme pays for this."}, set()),
        ({"sponsor": "The notes", "url": "https://example.org/"}, set()),
        ({"at": "half past"}, {"slot-late"}),
        ({"at": "00:01:30"}, {"slot-late"}),
        ({"at": "00:01:00"}, set()),
    ],
)
def test_who_pays_is_named(episode: Episode, slot: dict[str, Any], found: set[str]) -> None:
    SponsorSlot.objects.create(episode=episode, **slot)
    assert rules(episode) == found


def test_links_to_shows_are_looked_up(episode: Episode) -> None:
    change(episode, body="[One](/episodes/tides/) [two](/episodes/winds/) [three](/episodes/tides/feed/)")
    found = [f.excerpt for f in linter.lint(Episode.objects.get(pk=episode.pk)) if f.rule == "link-dead"]
    assert found == ["/episodes/winds/"]


def test_every_rule_has_its_example() -> None:
    own = {name for name, rule in RULES.items() if rule.check.__module__.startswith("episodes.rules")}
    here = Path(__file__).read_text()
    assert {name for name in own if f'"{name}"' not in here} == set()
