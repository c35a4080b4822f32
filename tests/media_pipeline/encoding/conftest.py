from collections.abc import Iterator

import pytest

from media_pipeline.storage import ensure_bucket
from tests.core.conftest import valkey  # noqa: F401
from tests.media_pipeline.encoding.tiny import TinyProfile, tiny_profiles


@pytest.fixture(autouse=True)
def _profiles() -> Iterator[None]:
    ensure_bucket()
    with tiny_profiles(TinyProfile("tiny"), TinyProfile("slow", pause=1.5)):
        yield
