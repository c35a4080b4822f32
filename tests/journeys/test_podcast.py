"""From a real feed to a new episode that is heard, read and subscribed to: the whole way once, in a browser."""

from pathlib import Path

import feedparser
import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from accounts.models import User
from core import work
from core.models import Work
from episodes.models import Episode, Show
from media_pipeline.models import MediaAsset
from tests.journeys.test_player import moving
from tests.journeys.test_uploads import signed_in
from tests.media_pipeline.uploads.sending import work_through
from tests.shared import DATA

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DATA.is_dir(), reason="needs the real feeds and recordings beside the project"),
]

FEED = DATA / "feeds/real/resilientwebdesign.rss"
VOICE = DATA / "media/speech/human_asterisk/agent-user.wav"  # 4.9 seconds of somebody who speaks
SAID = (
    "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Allison>Agent login.\n\n"
    "00:01.000 --> 00:04.900\n<v Allison>Please enter your agent number, followed by the pound key.\n"
)


def test_a_podcast_moves_in_and_goes_on(
    site: str, page: Page, publisher: User, tmp_path: Path, no_errors: list[str]
) -> None:
    call_command("import_feed", FEED)
    show = Show.objects.get()
    moved_in = list(Episode.objects.values_list("guid", flat=True))

    signed_in(page.context, site, publisher)
    _write(page, f"{site}/admin/episodes/episode/add/?show={show.pk}", tmp_path)
    _publish(page)

    page.get_by_role("link", name="See it on the site").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your number")
    assert page.url.startswith(f"{site}{show.get_absolute_url()}")
    page.get_by_role("button", name="Play", exact=True).click()
    moving(page.locator("audio"), 1.2)
    expect(page.locator(".said a[aria-current]")).to_contain_text("Please enter your agent number")

    page.get_by_role("link", name="Listen in your app").click()
    address = page.get_by_label("Paste this address").input_value()
    newest, *older = feedparser.parse(page.request.get(address).body()).entries
    assert newest.title == "Enter your number"
    assert {item.id for item in older} == set(moved_in)
    [sound] = newest.enclosures
    assert len(page.request.get(sound.href).body()) == int(sound.length)


def _write(page: Page, form: str, folder: Path) -> None:
    """On one screen: the recording, what it is about, who speaks, what is said."""
    page.goto(form)
    field = page.locator("recording-field[field=audio]")
    field.locator("input[type=file]").set_input_files(VOICE)
    page.locator("#id_title").fill("Enter your number")
    page.locator("#id_body").fill("A voice that many have heard *on the telephone*.")
    expect(field).to_contain_text("Waiting to be checked")
    _work()
    expect(field.locator("audio")).to_be_visible()
    said = folder / "said.vtt"
    said.write_text(SAID)
    page.locator("#id_transcript_file").set_input_files(said)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The transcript is attached: 2 cues.")).to_be_visible()
    _work()


def _publish(page: Page) -> None:
    page.get_by_role("button", name="Publish …").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("Published.")


def _work() -> None:
    """What the workers would do: the upload is looked at, and made into what listeners get."""
    work_through()
    assert MediaAsset.objects.filter(name="agent-user").exists()
    for row in Work.objects.filter(kind="media.encode", state="waiting"):
        work.run(row.pk)
