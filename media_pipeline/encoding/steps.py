"""What a plan is made of. A step makes files out of an asset; its digest says what would make the same ones again."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from media_pipeline.models import MediaAsset, Rendition
from media_pipeline.probing import Probe

GENERATION = 1  # raise it when a step's code makes other files out of the same recipe


@dataclass(frozen=True)
class Made:
    """A file that a step has made on this machine. `duration` in seconds; `facts` as in Rendition.facts."""

    role: str
    name: str
    path: Path  # its suffix becomes the key's
    content_type: str
    width: int = 0
    height: int = 0
    duration: float | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """A file that is in the storage: the columns of a Rendition."""

    step: str
    role: str
    name: str
    key: str
    sha256: str
    bytes: int
    content_type: str
    width: int = 0
    height: int = 0
    duration: float | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    text: str = ""  # of what names other files

    @classmethod
    def of(cls, rendition: Rendition) -> "Kept":
        return cls(**{name: getattr(rendition, name) for name in cls.__dataclass_fields__})

    @property
    def filename(self) -> str:
        """As a playlist beside it names it."""
        return self.key.rpartition("/")[2]


class Bench(Protocol):
    """Where a step works: what it may read and use, and whom it tells how far it is."""

    asset: MediaAsset
    probe: Probe
    tags: dict[str, Any]
    folder: Path  # temporary, of this step alone

    def source(self) -> Path:
        """The original, on this machine."""

    def file(self, kept: Kept) -> Path:
        """A file that an earlier step has made, on this machine."""

    def made(self, step: str) -> Sequence[Kept]:
        """What an earlier step of this plan has made, by the step's name; [] if the plan has no such step."""

    def tell(self, share: float, speed: float = 0) -> None:
        """How much of this step is done (0 to 1), and how many seconds of media a second. Raises when it has to stop."""


@dataclass(frozen=True)
class Step:
    """`make` and `verify` may raise core.work's Permanent, Resources and Transient; their messages are for editors."""

    name: str
    recipe: dict[str, Any]  # everything besides the asset's bytes that decides what is made; JSON
    make: Callable[[Bench], Sequence[Made]]
    weight: float = 1  # seconds it will roughly take, for the progress bar
    space: int = 0  # bytes of temporary files, besides the original
    after: tuple[str, ...] = ()  # earlier steps whose files it reads


def digests(asset: MediaAsset, plan: Sequence[Step]) -> dict[str, str]:
    """The digest (hex) of each step by its name. It covers the asset's bytes and the steps that it reads."""
    found: dict[str, str] = {}
    for step in plan:
        told = [
            GENERATION,
            asset.sha256,
            step.name,
            step.recipe,
            [found[name] for name in step.after if name in found],
        ]
        found[step.name] = _digest(told)
    return found


def recipe_of(asset: MediaAsset, plan: Sequence[Step]) -> str:
    return _digest(sorted(digests(asset, plan).values()))


def _digest(told: Any) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
