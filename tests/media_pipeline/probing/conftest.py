import pytest

from media_pipeline import probing
from media_pipeline.demuxer.facts import facts


@pytest.fixture
def without_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demuxer's own code in this process, for files that mean no harm: a process each would take most of the time."""
    monkeypatch.setattr(probing, "facts", facts)
