"""A bench on this machine alone: the real steps in their order, their files kept in a folder instead of in the storage."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from media_pipeline import probing
from media_pipeline.encoding.plans import plan
from media_pipeline.encoding.steps import Kept, Made
from media_pipeline.models import MediaAsset
from media_pipeline.probing import Probe


@dataclass
class LocalBench:
    asset: MediaAsset
    probe: Probe
    tags: dict[str, Any]
    original: Path
    root: Path
    folder: Path = Path()
    told: list[tuple[float, float]] = field(default_factory=list)
    kept: dict[str, list[Kept]] = field(default_factory=dict)

    def source(self) -> Path:
        return self.original

    def file(self, kept: Kept) -> Path:
        return self.root / kept.key

    def made(self, step: str) -> Sequence[Kept]:
        return self.kept.get(step, [])

    def tell(self, share: float, speed: float = 0) -> None:
        self.told.append((share, speed))


@dataclass(frozen=True)
class Result:
    """What was made, by "role name"."""

    files: Mapping[str, Kept]
    root: Path
    bench: LocalBench

    def __getitem__(self, name: str) -> Kept:
        return self.files[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def path(self, name: str) -> Path:
        return self.root / self.files[name].key


def asset_of(path: Path, probe: Probe) -> MediaAsset:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return MediaAsset(
        pk=1,
        kind=probe.kind,
        sha256=sha256,
        bytes=path.stat().st_size,
        duration=probe.duration,
        probe=probe.to_json(),
    )


def make(
    path: Path,
    root: Path,
    tags: dict[str, Any] | None = None,
    *,
    profile: str = "podcast",
    steps: Sequence[str] = ("measure", "encode", "preview", "tag"),
    before: Mapping[str, list[Kept]] | None = None,
) -> Result:
    """Everything (or some steps of) the profile makes of a local file; `before`: what other runs in `root` have made."""
    probe = probing.probe(path)
    asset = asset_of(path, probe)
    bench = LocalBench(asset, probe, tags or {}, path, root)
    bench.kept.update(before or {})
    for step in plan(asset, profile, tags or {}):
        if step.name in steps and step.name not in bench.kept:
            bench.folder = root / f"{step.name}-{len(list(root.iterdir()))}"
            bench.folder.mkdir()
            bench.kept[step.name] = [_keep(root, step.name, made) for made in step.make(bench)]
    return Result({f"{k.role} {k.name}": k for some in bench.kept.values() for k in some}, root, bench)


def _keep(root: Path, step: str, made: Made) -> Kept:
    content = made.path.read_bytes()
    columns = {
        name: getattr(made, name)
        for name in ("role", "name", "content_type", "width", "height", "duration", "facts")
    }
    key = str(made.path.relative_to(root))
    return Kept(step=step, key=key, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), **columns)
