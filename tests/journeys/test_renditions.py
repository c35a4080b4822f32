"""A finished set plays in a browser: by HLS and by its MP4, from the beginning, after seeks, and to its end."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from playwright.sync_api import Page

from media_pipeline.models import Rendition
from tests.media_pipeline.video import clips
from tests.shared import DATA

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

MEDIA = DATA / "media"
REAL = (
    "real/bbb_480p_30s_5.1.mp4",
    "real/bigbuckbunny_720p_5s.mp4",
    "real/screencast_find_1704x960_60fps.mp4",
    "real/screencast_vim_1704x960_60fps.mp4",
    "parser_suites/music-metadata/big-buck-bunny_trailer-short.vp8.webm",
    "parser_suites/music-metadata/sample_640x360.mov",
    "parser_suites/mp4parse-rust/tiny_av1.mp4",
    "parser_suites/mp4parse-rust/video_rotation_90.mp4",
    *(
        f"ugly/{name}"
        for name in (
            "lecture_4x3.mp4",
            "no_audio.mp4",
            "odd_321x241_yuv444.mp4",
            "portrait_270x480.mp4",
            "surround_5_1.mp4",
            "vfr.mp4",
            "vp9_opus.webm",
        )
    ),
)

# Chromium fetches HLS from another host only for an element that says crossorigin
PLAY = """async ([url, seeks]) => {
  const video = document.createElement("video");
  Object.assign(video, {crossOrigin: "anonymous", muted: true, preload: "auto"});
  document.body.replaceChildren(video);
  const event = (name) => new Promise((resolve, reject) => {
    video.addEventListener(name, resolve, {once: true});
    video.addEventListener("error", () => reject(new Error(video.error?.message || "refused")), {once: true});
    setTimeout(() => reject(new Error(`no ${name}; at ${video.currentTime}, state ${video.readyState}`)), 25000);
  });
  const first = new Promise((resolve) => video.requestVideoFrameCallback((_, frame) => resolve(frame.mediaTime)));
  const ready = event("canplay");
  video.src = url;
  await ready;
  const begins = await first;
  const reached = [];
  for (const share of seeks) {
    const seeked = event("seeked");
    const shown = new Promise((resolve) => video.requestVideoFrameCallback((_, frame) => resolve(frame.mediaTime)));
    video.currentTime = share * video.duration;
    await seeked;
    reached.push([video.currentTime, await shown]);
  }
  const ended = event("ended");
  video.currentTime = Math.max(0, video.duration - 1);
  await video.play();
  await ended;
  return {
    begins, reached, duration: video.duration, width: video.videoWidth, height: video.videoHeight,
    sound: video.webkitAudioDecodedByteCount, frames: video.getVideoPlaybackQuality().totalVideoFrames,
  };
}"""


def test_a_film_plays_by_hls_and_by_mp4(site: str, page: Page, tmp_path: Path) -> None:
    source = clips.generated(
        tmp_path / "film.mp4",
        *("-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=9", *clips.TONE, "-t", "9"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"),
    )
    _plays(site, page, source)


WATCH = """async ([url, seeks]) => {
  const video = document.createElement("video");
  Object.assign(video, {crossOrigin: "anonymous", muted: true, preload: "auto"});
  document.body.replaceChildren(video);
  const frames = [], jumps = [];
  const look = (_, frame) => {
    frames.push([frame.mediaTime, video.videoWidth]);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  const done = new Promise((resolve, reject) => {
    video.addEventListener("ended", resolve);
    video.addEventListener("error", () => reject(new Error(video.error?.message || "refused")));
    setTimeout(() => reject(new Error(`stuck at ${video.currentTime}`)), 40000);
  });
  video.addEventListener("timeupdate", () => {
    if (seeks.length && video.currentTime >= seeks[0][0]) {
      jumps.push(seeks[0]);
      video.currentTime = seeks.shift()[1];
    }
  });
  video.src = url;
  await video.play();
  await done;
  return {frames, jumps, duration: video.duration};
}"""


@pytest.mark.soak
def test_a_copied_rung_plays_alone_and_beside_encoded_ones(site: str, page: Page, tmp_path: Path) -> None:
    """From the beginning to the end with a jump ahead and one back; the rung changes on the way, and no time is lost."""
    source = clips.generated(
        tmp_path / "film.mp4",
        *("-f", "lavfi", "-i", "testsrc2=s=480x360:r=25:d=17", *clips.TONE, "-t", "17"),
        *("-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "50", "-sc_threshold", "0"),
        *("-b:v", "400k", "-maxrate", "500k", "-bufsize", "500k", "-c:a", "aac"),
    )
    files = {f"{file.role} {file.name}": file for file in clips.encoded(clips.asset_of(source))}
    assert [name for name, file in files.items() if file.facts.get("copied")] == ["video 360p"]
    page.goto(f"{site}/robots.txt")
    widths = {}
    for name in ("playlist 360p", "playlist 240p", "master master"):
        seeks = [[2, 9.5], [11, 5.5], [7, 13]]
        told: dict[str, Any] = page.evaluate(WATCH, [default_storage.url(files[name].key), seeks])
        assert told["jumps"] == seeks
        assert told["duration"] == pytest.approx(17, abs=0.1)
        assert told["frames"][0][0] == pytest.approx(0, abs=0.1)
        assert told["frames"][-1][0] == pytest.approx(17 - 1 / 25, abs=0.15)
        steps = [later - earlier for (earlier, _), (later, _) in pairwise(told["frames"])]
        assert sum(not -0.001 <= step <= 0.5 for step in steps) <= len(seeks)
        widths[name] = {width for _, width in told["frames"]}
    assert widths == {"playlist 360p": {480}, "playlist 240p": {320}, "master master": {320, 480}}


@pytest.mark.soak
@pytest.mark.parametrize("name", REAL)
def test_every_real_film_plays_by_hls_and_by_mp4(name: str, site: str, page: Page) -> None:
    _plays(site, page, MEDIA / name)


def _plays(site: str, page: Page, source: Path) -> None:
    asset = clips.asset_of(source)
    files = {file.role: file for file in clips.encoded(asset)}
    page.goto(f"{site}/robots.txt")
    for role in (Rendition.Role.MASTER, Rendition.Role.PROGRESSIVE):
        seeks = [0.7, 0.3] if (asset.duration or 0) > 1 else []
        told: dict[str, Any] = page.evaluate(PLAY, [default_storage.url(files[role].key), seeks])
        assert told["duration"] == pytest.approx(asset.duration, abs=0.1)
        assert told["begins"] == pytest.approx(0, abs=0.02)
        assert told["frames"] > 0
        assert (told["sound"] > 0) == (Rendition.Role.AUDIO in files)
        assert told["width"] / told["height"] == pytest.approx(asset.width / asset.height, rel=0.02)
        for share, (time, frame) in zip(seeks, told["reached"], strict=True):
            assert time == pytest.approx(share * told["duration"], abs=0.05)
            assert -0.15 <= frame - time <= 0.1
