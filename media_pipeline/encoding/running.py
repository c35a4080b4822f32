"""Making a rendition set: step by step, each kept as soon as it is made, and live all at once at the end."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from core.faults import point
from core.lease import LostLease
from core.work import Permanent, Run, Transient
from media_pipeline import ffmpeg, storage
from media_pipeline.encoding import sets
from media_pipeline.encoding.keeping import keep
from media_pipeline.encoding.meter import Meter
from media_pipeline.encoding.plans import plan
from media_pipeline.encoding.steps import Kept, Step, digests, recipe_of
from media_pipeline.models import MediaAsset, Rendition, RenditionSet
from media_pipeline.probing import Probe


def encode(run: Run) -> None:
    """The work `media.encode`; its key is the id of a rendition set."""
    wanted = (
        RenditionSet.objects.select_related("asset")
        .filter(pk=run.key, ready_at=None, cancelled_at=None)
        .first()
    )
    if wanted is None:
        return
    try:
        _encode(run, wanted)
    except LostLease:
        sets.tidy(wanted.asset)  # what this runner has put there since it lost its hold
        raise
    except Exception as error:
        RenditionSet.objects.filter(pk=wanted.pk).update(log=getattr(error, "log", ""), progress={})
        raise


def _encode(run: Run, wanted: RenditionSet) -> None:
    asset = wanted.asset
    steps = plan(asset, wanted.profile, wanted.tags)
    if recipe_of(asset, steps) != wanted.recipe:
        _ask_again(wanted)
        return
    files = _make_all(run, wanted, steps)
    point("encode.before_verify")
    _all_there(run, files)
    point("encode.before_live")
    with sets.held(asset), run.commit():
        sets.go_live(wanted, files)
    point("encode.after_live")


def _ask_again(outdated: RenditionSet) -> None:
    """A release or somebody's captions came between: whoever wanted this set gets the one that it would be today."""
    for wish in outdated.wanted_by.select_related("asset"):
        renewed = sets.request(wish.asset, wish.profile, owner=wish.owner, tags=wish.tags)
        if renewed.wanted_id == outdated.pk:
            raise Permanent("It cannot be told what is to be made of it. Ask for it again.")


def _make_all(run: Run, wanted: RenditionSet, steps: Sequence[Step]) -> list[Kept]:
    """The files of all steps in their order; what was made before, by whomever, is not made again."""
    asset = wanted.asset
    named = digests(asset, steps)
    done = _made_before(asset, run, set(named.values()))
    meter = Meter(run, wanted.pk, steps, skipped={step.name for step in steps if named[step.name] in done})
    with ExitStack() as stack:
        desk = Desk(asset, wanted.tags, named, done, meter, stack)
        for step in steps:
            if named[step.name] in done:
                continue
            run.check()
            desk.make(step)
            point(f"encode.after_{step.name}")
            run.checkpoint({"steps": {digest: [vars(f) for f in files] for digest, files in done.items()}})
            point("encode.after_checkpoint")
    return [file for step in steps for file in done[named[step.name]]]


def _made_before(asset: MediaAsset, run: Run, digests: set[str]) -> dict[str, list[Kept]]:
    ready = RenditionSet.objects.filter(asset=asset, ready_at__isnull=False, retired_at=None)
    made: dict[tuple[str, int], list[Kept]] = {}
    for rendition in Rendition.objects.filter(set__in=ready, step__in=digests).order_by("set", "pk"):
        made.setdefault((rendition.step, rendition.set_id), []).append(Kept.of(rendition))
    found = {step: files for (step, _), files in made.items()}
    for digest, files in run.progress.get("steps", {}).items():
        if digest in digests:
            found[digest] = [Kept(**file) for file in files]
    return found


def _all_there(run: Run, files: Sequence[Kept]) -> None:
    """Every object is in the storage with its size; if not, the next try makes all of them anew."""
    for file in files:
        if storage.size_of(file.key) != file.bytes:
            run.checkpoint({})
            raise Transient(f"{file.role} {file.name} is not in the storage as it was put there.")


class Desk:
    """The Bench of a run: see `steps.Bench`."""

    probe: Probe
    folder: Path

    def __init__(
        self,
        asset: MediaAsset,
        tags: dict[str, Any],
        named: dict[str, str],
        done: dict[str, list[Kept]],
        meter: Meter,
        stack: ExitStack,
    ) -> None:
        self.asset, self.tags = asset, tags
        if asset.probe:  # images have none
            self.probe = Probe.from_json(asset.probe)
        self._named, self._done, self._meter, self._stack = named, done, meter, stack
        self._local: dict[str, Path] = {}
        self._cellar: Path | None = None

    def make(self, step: Step) -> None:
        self._meter.begin(step)
        with ffmpeg.workspace(step.space) as self.folder:
            files = keep(self.asset, self._named[step.name], step.make(self), self.tell)
        self._done[self._named[step.name]] = files
        self._meter.end(step)

    def source(self) -> Path:
        return self._fetched(self.asset.key, self.asset.bytes)

    def file(self, kept: Kept) -> Path:
        return self._fetched(kept.key, kept.bytes)

    def made(self, step: str) -> Sequence[Kept]:
        return self._done.get(self._named.get(step, ""), [])

    def tell(self, share: float, speed: float = 0) -> None:
        self._meter.tell(share, speed)

    def _fetched(self, key: str, size: int) -> Path:
        if key not in self._local:
            folder = self._stack.enter_context(ffmpeg.workspace(size))
            path = folder / key.rpartition("/")[2]
            storage.fetch(key, path, self._meter.still_ours)
            self._local[key] = path
        return self._local[key]
