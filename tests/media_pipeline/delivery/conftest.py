from collections.abc import Callable

import pytest

from media_pipeline.delivery import gates
from media_pipeline.models import Region, RenditionSet
from tests import factories

type Held = Callable[..., None]


@pytest.fixture
def found(db: None) -> RenditionSet:
    """A live set that belongs to the lecture 17."""
    return factories.stored(owner="lecture:17")


@pytest.fixture
def lecture(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """Who may see which lecture: (key, viewer). Empty at first."""
    may: set[tuple[str, str]] = set()
    monkeypatch.setitem(gates.GATES, "lecture", lambda key, viewer: (key, viewer) in may)
    return may


@pytest.fixture
def public(lecture: set[tuple[str, str]]) -> set[tuple[str, str]]:
    lecture.add(("17", ""))
    return lecture


@pytest.fixture
def held() -> Held:
    return factories.held


@pytest.fixture
def frankfurt(db: None) -> Region:
    return factories.region("frankfurt", name="Frankfurt", latitude=50.11, longitude=8.68)


@pytest.fixture
def tokyo(db: None) -> Region:
    return factories.region("tokyo", name="Tokyo", latitude=35.68, longitude=139.69)


@pytest.fixture
def ohio(db: None) -> Region:
    return factories.region("ohio", name="Ohio", latitude=39.96, longitude=-83.0)
