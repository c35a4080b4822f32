"""One screen for the whole job: the recording is dropped on the form, a guest is made inline, and nothing typed is lost."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from core import work
from core.models import Work
from episodes.models import Episode
from media_pipeline.encoding import plans
from media_pipeline.encoding.profiles import AudioProfile
from media_pipeline.models import Encoding, MediaAsset, Upload
from media_pipeline.uploads import lifecycle
from tests import factories
from tests.harness.axe import COLOURS, violations
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.test_uploads import signed_in, until
from tests.media_pipeline.uploads.sending import PART, one_step, sound, work_through

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
ADD = "/admin/episodes/episode/add/"


@pytest.fixture(autouse=True)
def _small_parts_and_short_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "PART_BYTES", PART)
    monkeypatch.setitem(plans._planners, AudioProfile, one_step)


@pytest.fixture
def desk(site: str, page: Page, editor: User) -> Page:
    signed_in(page.context, site, editor)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    return page


def encode() -> None:
    for row in Work.objects.filter(kind="media.encode", state="waiting"):
        work.run(row.pk)


def drop(page: Page, path: Path) -> None:
    page.locator("recording-field[field=audio] input[type=file]").set_input_files(path)


def test_an_episode_is_made_on_one_screen(
    desk: Page, site: str, tmp_path: Path, no_errors: list[str]
) -> None:
    factories.episode(of=factories.show("Tides", slug="tides"), number=7)
    talk = tmp_path / "talk.wav"
    talk.write_bytes(sound(8_000_000))
    desk.goto(site + ADD)
    expect(desk.locator("#id_number")).to_have_value("8")
    drop(desk, talk)
    until(desk, lambda: Upload.objects.filter(state="checking").exists())
    desk.get_by_label("Title", exact=False).first.fill("Low water")
    expect(desk.get_by_text("Kept at")).to_be_visible()
    desk.reload()
    drop_area = desk.locator("recording-field[field=audio]")
    expect(drop_area.locator("file-upload")).to_be_visible()  # it is taken up again
    desk.get_by_role("link", name="Bring it back").click()
    work_through()
    asset = MediaAsset.objects.get(name="talk")
    expect(drop_area.locator(".recording-name")).to_contain_text("talk")
    expect(drop_area.locator(".recording-state")).to_contain_text("Waiting for a worker")
    encode()
    expect(drop_area.locator(".recording-state")).to_have_count(0)

    with desk.expect_popup() as opened:
        desk.locator("#add_id_credits-0-person").click()
    opened.value.get_by_label("Name").fill("Gina Guest")
    opened.value.get_by_role("button", name="Save", exact=True).first.click()
    expect(desk.locator("#id_credits-0-person option:checked")).to_have_text("Gina Guest")
    shown(desk, "form")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_text("Saved.")).to_be_visible()
    episode = Episode.objects.get(title="Low water")
    assert episode.audio == asset
    assert [str(credit) for credit in episode.credits.all()] == ["Gina Guest, guest"]
    assert Encoding.objects.filter(owner=episode.owner).exists()
    assert violations(desk) == []
    desk.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert desk.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    desk.emulate_media(color_scheme="dark")
    assert violations(desk, *COLOURS) == []
    shown(desk, "phone-dark")


def test_what_the_file_brings_fills_empty_fields_alone(desk: Page, site: str, no_errors: list[str]) -> None:
    probe: dict[str, Any] = factories.heard(90).to_json()
    probe["tags"] |= {"title": "From the file", "track": "12"}
    probe["chapters"] = [{"start": 0.0, "end": 90.0, "title": "Begin", "url": ""}]
    factories.recording(name="Found it", probe=probe)
    factories.show("Tides")
    desk.goto(site + ADD)
    desk.locator("#id_title").fill("Mine")
    field = desk.locator("recording-field[field=audio]")
    field.locator(".select2-selection").click()
    desk.locator(".select2-search__field").last.fill("found")
    desk.get_by_role("option", name="Found it").click()
    expect(field.locator("audio")).to_be_visible()
    expect(field.locator(".brought")).to_contain_text("The file brings the number “12” and 1 chapter.")
    field.get_by_role("button", name="Fill in the empty fields").click()
    expect(desk.locator("#id_title")).to_have_value("Mine")
    expect(desk.locator("#id_number")).to_have_value("12")
    expect(desk.locator("#id_chapters")).to_have_value("00:00:00 Begin")
    expect(field.locator(".brought")).to_be_hidden()


def shown(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
