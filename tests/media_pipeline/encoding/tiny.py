"""A profile whose steps write a few bytes: what an encode does between its beginning and its end, without ffmpeg."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from media_pipeline import storage
from media_pipeline.encoding import plans, profiles
from media_pipeline.encoding.steps import Bench, Made, Step
from media_pipeline.encoding.tidying import original_key
from media_pipeline.models import MediaAsset


@dataclass(frozen=True)
class TinyProfile:
    name: str
    kinds: tuple[str, ...] = ("audio",)
    steps: tuple[str, ...] = ("one", "two", "three")
    pause: float = 0  # seconds that a step takes
    setting: int = 1


def plan(asset: MediaAsset, profile: Any, tags: dict[str, Any]) -> Sequence[Step]:
    """The last step reads what the others have made, as a master playlist does; only it knows the tags."""
    *early, last = profile.steps
    recipe = {"setting": profile.setting}
    first = [Step(name, recipe, partial(_make, name=name, profile=profile)) for name in early]
    return [
        *first,
        Step(last, recipe | {"tags": tags}, partial(_join, names=early, tags=tags), after=tuple(early)),
    ]


def _make(bench: Bench, name: str, profile: Any) -> list[Made]:
    path = bench.folder / f"{name}.bin"
    end = time.monotonic() + profile.pause
    while time.monotonic() < end:
        bench.tell(1 - (end - time.monotonic()) / profile.pause, 2.0)
        time.sleep(0.02)
    path.write_bytes(bench.source().read_bytes() + f"{name} {profile.setting}".encode())
    return [Made("video", name, path, "video/mp4", 640, 360, 1.5, {"bitrate": 1000})]


def _join(bench: Bench, names: Sequence[str], tags: dict[str, Any]) -> list[Made]:
    path = bench.folder / "master.txt"
    files = [kept.filename for name in names for kept in bench.made(name)]
    path.write_text("\n".join([*files, repr(tags)]))
    return [Made("master", "master", path, "text/plain")]


@contextmanager
def tiny_profiles(*found: TinyProfile) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for profile in found:
            patch.setitem(profiles.PROFILES, profile.name, profile)
        patch.setitem(plans._planners, TinyProfile, plan)
        yield


def make_asset(content: bytes = b"the original ") -> MediaAsset:
    sha256 = hashlib.sha256(content).hexdigest()
    storage.put(original_key(sha256), content, "audio/mpeg")
    return MediaAsset.objects.create(
        kind="audio",
        sha256=sha256,
        key=original_key(sha256),
        content_type="audio/mpeg",
        bytes=len(content),
        name="Tiny",
    )
