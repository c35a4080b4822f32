from collections.abc import Callable
from pathlib import Path

import pytest

from tests.media_pipeline.audio.bench import Result, make
from tests.shared import DATA

MEDIA = DATA / "media"
STEPS = ("measure", "encode", "preview", "tag")


@pytest.fixture(scope="session")
def podcast_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Result]:
    """What the profile `podcast` makes of one of the real files, all of it or up to a step; made once."""
    made: dict[str, Result] = {}

    def once(name: str, *steps: str) -> Result:
        key = f"{name} {steps}"
        if key not in made:
            made[key] = make(MEDIA / name, tmp_path_factory.mktemp("podcast"), steps=steps or STEPS)
        return made[key]

    return once


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where a test's results go, apart from its sources."""
    found = tmp_path / "made"
    found.mkdir()
    return found
