"""An episode's page. Each test holds something that must not appear there."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from episodes.models import Episode, EpisodeCredit, EpisodeLink, SponsorSlot
from publishing import workflow
from tests import factories

pytestmark = pytest.mark.django_db


def ago(days: float) -> Any:
    return timezone.now() - timedelta(days=days)


def shown(client: Client, episode: Episode, query: str = "") -> Any:
    return client.get(episode.get_absolute_url() + query)


def described(page: Any) -> dict[str, Any]:
    """The first JSON-LD of a page."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


# --- who may see what ---------------------------------------------------------------------------------------


def test_drafts_and_what_is_to_come_or_over_have_no_page(client: Client) -> None:
    show = factories.show()
    over = factories.episode(of=show, at=ago(9))
    workflow.unpublish(over, by=None)
    hidden = [
        factories.episode(of=show, published=False),
        factories.episode(of=show, at=ago(-1)),
        over,
    ]
    assert [shown(client, one).status_code for one in hidden] == [404, 404, 404]


def test_an_episode_answers_below_its_own_show_alone(client: Client) -> None:
    factories.episode(of=factories.show(slug="night"), slug="heard")
    factories.show(slug="day")
    assert client.get("/episodes/night/heard/").status_code == 200
    assert client.get("/episodes/day/heard/").status_code == 404


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"for_members": True}, "For members</p>"),
        ({"public_at": ago(-3)}, "For members until <time"),
    ],
)
def test_what_is_for_members_is_told_and_not_given(
    client: Client, fields: dict[str, Any], words: str
) -> None:
    said = [[0, 1000, "Ann", "The secret words."]]
    episode = factories.episode(said=said, chapters="0 The secret chapter", soundbites="5 20 Bite", **fields)
    page = shown(client, episode)
    files = ("media-player", "The secret", ".mp3", "og:audio", "oembed", "/embed/", "Bite", "transcript.")
    assert (page.status_code, words in page.text) == (200, True)
    assert [name for name in files if name in page.text] == []
    assert described(page)["isAccessibleForFree"] is False
    assert client.get(f"{episode.get_absolute_url()}embed/").status_code == 404


def test_early_access_ends_by_itself(client: Client) -> None:
    assert "<media-player" in shown(client, factories.episode(at=ago(9), public_at=ago(1))).text


# --- what is heard ------------------------------------------------------------------------------------------


def test_the_player_takes_the_counted_addresses_first(client: Client) -> None:
    episode = factories.episode()
    sources = shown(client, episode).context["playable"].sources
    files = f"/episodes/files/{episode.item.guid}"
    assert [source.url for source in sources[:2]] == [f"{files}.mp3", f"{files}.m4a"]
    assert f'href="{files}.mp3?download"' in shown(client, episode).text


@pytest.mark.parametrize(
    ("query", "fragment"),
    [
        ("?t=54", "#t=54"),
        ("?t=1:05", "#t=65"),
        ("?t=754", ""),  # beyond the end
        ("?t=-5", ""),
        ("?t=", ""),
        ("?t=٣٣", ""),
        ("?t=%00%22onerror", ""),
        ("?t=5&t=1m", "#t=60"),
    ],
)
def test_a_link_to_a_moment_works_without_scripts(client: Client, query: str, fragment: str) -> None:
    text = shown(client, factories.episode(), query).text
    assert f'.mp3{fragment}" type="audio/mpeg"' in text


def test_chapters_are_the_episodes_own_in_order_and_link_to_themselves(client: Client) -> None:
    episode = factories.episode(chapters="00:01:00 Second | https://example.org/\nno chapter\n0 First")
    page = shown(client, episode)
    assert [chapter.title for chapter in page.context["playable"].chapters] == ["First", "Second"]
    assert "?t=60" in page.text
    assert 'href="https://example.org/"' in page.text


def test_audio_at_another_host_plays_from_there(client: Client) -> None:
    linked = factories.episode(
        linked_url="https://track.example/cdn.example/a.m4a?x=1&y=2",
        linked_type="application/octet-stream",
        linked_seconds=600.0,
    )
    page = shown(client, linked, "?t=100")
    policy = page.headers["Content-Security-Policy"]
    media = next(part for part in policy.split("; ") if part.startswith("media-src"))
    assert (
        '<source src="https://track.example/cdn.example/a.m4a?x=1&amp;y=2#t=100" type="audio/mp4">'
        in page.text
    )
    assert "crossorigin" not in page.text.split("<media-player")[1].split("</media-player>")[0]
    assert media.split()[-1] == "https:"
    assert [part for part in policy.split("; ") if "https:" in part.split()] == [media]
    assert "It is played from track.example." in page.text


def test_the_policy_of_our_own_audio_names_no_strangers(client: Client) -> None:
    page = shown(client, factories.episode())
    assert "https:" not in page.headers["Content-Security-Policy"].replace("https://", "").split()
    assert page.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:audio/mpeg;base64,AAAA", "ftp://h/a.mp3"])
def test_what_is_no_web_address_is_not_played(client: Client, address: str) -> None:
    page = shown(client, factories.episode(linked_url=address))
    assert (page.status_code, address in page.text) == (200, False)


def test_without_audio_the_page_says_so(client: Client) -> None:
    page = shown(client, factories.episode(audio=False))
    assert "<media-player" not in page.text
    assert "The audio is not here yet." in page.text


# --- what stands around it ----------------------------------------------------------------------------------


def test_neighbours_are_the_shows_public_episodes_before_and_after(client: Client) -> None:
    show = factories.show()
    factories.episode("Before", of=show, at=ago(8))
    episode = factories.episode("Itself", of=show, at=ago(20), public_at=ago(7))
    factories.episode("Extra", of=show, at=ago(6.5), for_members=True)
    factories.episode("After", of=show, at=ago(6))
    factories.episode("Early", of=show, at=ago(6.2), public_at=ago(-1))
    factories.episode("A draft", of=show, published=False)
    factories.episode("Of another show", at=ago(6.8))
    context = shown(client, episode).context
    assert (context["previous"].title, context["next"].title) == ("Before", "After")
    assert context["playable"].next.title == "After"


def test_related_are_the_editors_choice_and_then_what_shares_most_topics(client: Client) -> None:
    python, web = factories.topic("Python"), factories.topic("Web")
    episode = factories.episode("Itself", about=[python, web])
    factories.episode("Shares one", about=[python], at=ago(2))
    factories.article("An article that shares both", about=[python, web], at=ago(9))
    factories.episode("Shares none")
    factories.episode("Extra", about=[python, web], for_members=True)
    factories.episode("A draft", about=[python, web], published=False)
    episode.related.add(factories.episode("Chosen", at=ago(30)).item)
    titles = [entry.title for entry in shown(client, episode).context["related"]]
    assert titles == ["Chosen", "An article that shares both", "Shares one"]


def test_credits_have_roles_and_the_shows_hosts_unless_the_episode_names_its_own(client: Client) -> None:
    hanna, gus = factories.person("Hanna", portrait=factories.image()), factories.person("Gus")
    show = factories.show(by=[hanna])
    guested = factories.episode(of=show, by=[gus])
    hosted = factories.episode(of=show, by=[])
    EpisodeCredit.objects.create(episode=hosted, person=gus, role="Host")
    names = [
        [(credit.person.name, credit.role) for credit in shown(client, one).context["credits"]]
        for one in (guested, hosted)
    ]
    assert names == [[("Hanna", "host"), ("Gus", "guest")], [("Gus", "Host")]]


def test_sponsors_are_disclosed_and_open_slots_are_not_shown(client: Client) -> None:
    episode = factories.episode()
    SponsorSlot.objects.create(
        episode=episode, sponsor="Ink & Co", url="https://ink.example/", text="Fine ink."
    )
    SponsorSlot.objects.create(episode=episode, text="An open slot")
    text = shown(client, episode).text
    assert "Ink &amp; Co paid for a place in this episode." in text
    assert '<a href="https://ink.example/" rel="sponsored noopener">' in text
    assert "An open slot" not in text


def test_links_moments_and_support_are_there(client: Client) -> None:
    show = factories.show(funding_url="https://give.example/", funding_label="Keep us going")
    episode = factories.episode(of=show, soundbites="00:00:20 15 The joke\n00:00:40 20")
    EpisodeLink.objects.create(episode=episode, label="What we read", url="https://read.example/")
    text = shown(client, episode).text
    assert 'href="?t=20" data-seconds="20.000"' in text
    assert '<a href="https://read.example/" rel="noopener">What we read</a>' in text
    assert 'href="https://give.example/" rel="noopener">Keep us going</a>' in text


def test_hostile_words_are_shown_as_they_were_typed(client: Client) -> None:
    evil = '</script><script>alert(1)</script>"><img src=x onerror=alert(1)>'
    person = factories.person(evil)
    episode = factories.episode(
        evil,
        of=factories.show("Fine"),
        by=[person],
        standfirst=evil,
        body=evil,
        chapters=f"0 {evil}",
        soundbites=f"5 20 {evil}",
        said=[[0, 1000, evil, evil]],
        funding_url="https://x.example/",
        funding_label=evil,
        license=evil[:100],
    )
    EpisodeLink.objects.create(episode=episode, label=evil, url="https://x.example/")
    SponsorSlot.objects.create(episode=episode, sponsor=evil, text=evil)
    for path in ("", "embed/"):
        text = client.get(f"{episode.get_absolute_url()}{path}").text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


# --- for machines -------------------------------------------------------------------------------------------


def test_search_engines_are_told_what_it_is(client: Client, settings: Any) -> None:
    show = factories.show("Night Talk", slug="night", by=[factories.person("Hanna")])
    episode = factories.episode(
        "On *clocks*", of=show, slug="clocks", by=[factories.person("Gus")], said=[[0, 1000, "", "Hello."]]
    )
    told, here = described(shown(client, episode)), settings.SITE_URL
    assert told["@type"] == "PodcastEpisode"
    assert (told["name"], told["url"]) == ("On clocks", f"{here}/episodes/night/clocks/")
    assert told["partOfSeries"]["webFeed"] == f"{here}/episodes/night/feed/"
    assert (told["author"][0]["name"], told["actor"][0]["name"]) == ("Hanna", "Gus")
    assert told["duration"] == "PT1M30S"
    assert told["isAccessibleForFree"] is True
    files = f"{here}/episodes/files/{episode.item.guid}"
    assert told["associatedMedia"]["contentUrl"] == f"{files}.mp3"
    assert told["associatedMedia"]["transcript"] == f"{files}/transcript.txt"
    assert told["associatedMedia"]["caption"]["contentUrl"] == f"{files}/transcript.vtt"


def test_a_show_is_described_as_a_series(client: Client) -> None:
    show = factories.show("Night Talk", categories=["Society & Culture > Documentary"])
    told = described(client.get(show.get_absolute_url()))
    assert (told["@type"], told["name"], told["genre"]) == ("PodcastSeries", "Night Talk", ["Documentary"])


def test_link_previews_can_play_it(client: Client, settings: Any) -> None:
    episode = factories.episode(of=factories.show(slug="night"), slug="clocks")
    text, here = shown(client, episode).text, settings.SITE_URL
    assert f'<meta property="og:audio" content="{here}/episodes/files/{episode.item.guid}.mp3">' in text
    assert f'<meta name="twitter:player" content="{here}/episodes/night/clocks/embed/">' in text
    assert f'<link rel="canonical" href="{here}/episodes/night/clocks/">' in text
    assert '<link rel="alternate" type="application/json+oembed"' in text


def test_previews_of_drafts_are_the_page(client: Client, administrator: Any) -> None:
    draft = factories.episode("Not out yet", published=False)
    client.force_login(administrator)
    page = client.get(f"/admin/episodes/episode/{draft.pk}/preview/")
    assert (page.status_code, "<media-player" in page.text) == (200, True)
