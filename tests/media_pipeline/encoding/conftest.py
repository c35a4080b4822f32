from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core import workers
from media_pipeline.storage import ensure_bucket
from tests.core.conftest import valkey  # noqa: F401
from tests.harness.children import Fork
from tests.harness.servers import Valkey
from tests.media_pipeline.encoding import real
from tests.media_pipeline.encoding.real import Clips
from tests.media_pipeline.encoding.tiny import TinyProfile, tiny_profiles


@pytest.fixture(autouse=True)
def _profiles() -> Iterator[None]:
    ensure_bucket()
    with tiny_profiles(TinyProfile("tiny"), TinyProfile("slow", pause=1.5)):
        yield


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    return Clips(tmp_path_factory.mktemp("clips"))


@pytest.fixture
def work_dir(settings, tmp_path: Path) -> Path:
    """Where this test's encodes have their temporary files, and nobody else's."""
    settings.MEDIA_WORK_DIR = tmp_path / "work"
    return Path(settings.MEDIA_WORK_DIR)


@pytest.fixture
def nothing_is_left(work_dir: Path) -> Iterator[None]:
    yield
    real.clean()


@pytest.fixture
def worker(
    valkey: Valkey,  # noqa: F811
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Fork]]:
    """`manage.py worker media`, with leases that are soon over and a clock that looks often."""
    settings.SWEEPS = "tests.media_pipeline.encoding.real.QUICK_SWEEPS"
    monkeypatch.setattr(workers, "PATIENCE", 1)
    real.short_leases(monkeypatch)
    started: list[Fork] = []

    def begin(*arguments: str) -> Fork:
        started.append(Fork(*(arguments or ("worker", "media"))))
        return started[-1]

    begin("clock")
    yield begin
    for process in started:
        process.end()
