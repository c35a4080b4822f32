import pytest

from media_pipeline.encoding import plans
from media_pipeline.encoding.profiles import AudioProfile, VideoProfile
from media_pipeline.storage import ensure_bucket
from media_pipeline.uploads import lifecycle
from tests.media_pipeline.uploads.sending import PART, one_step


@pytest.fixture(autouse=True)
def _storage() -> None:
    ensure_bucket()


@pytest.fixture(autouse=True)
def _small_parts_and_short_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    """The smallest parts that S3 takes; nothing here encodes."""
    monkeypatch.setattr(lifecycle, "PART_BYTES", PART)
    for profile in (AudioProfile, VideoProfile):
        monkeypatch.setitem(plans._planners, profile, one_step)
