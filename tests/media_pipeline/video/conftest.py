import pytest

from media_pipeline.storage import ensure_bucket
from tests.core.conftest import valkey  # noqa: F401


@pytest.fixture(autouse=True)
def _bucket() -> None:
    ensure_bucket()
