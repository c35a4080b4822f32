"""How far a set is: percent, speed and seconds left, written down about once a second for whoever watches."""

import time
from collections.abc import Collection, Sequence

from core.work import LostLease, Run
from media_pipeline.encoding.steps import Step
from media_pipeline.models import RenditionSet

EVERY = 1.0  # seconds


class Meter:
    def __init__(self, run: Run, set_id: int, steps: Sequence[Step], skipped: Collection[str]) -> None:
        self._run, self._set_id = run, set_id
        self._whole = sum(step.weight for step in steps if step.name not in skipped) or 1.0
        self._done, self._step = 0.0, Step("", {}, lambda bench: ())
        self._began, self._told = time.monotonic(), 0.0

    def begin(self, step: Step) -> None:
        self._step, self._told = step, 0.0
        self.tell(0)

    def end(self, step: Step) -> None:
        self._done += step.weight

    def tell(self, share: float, speed: float = 0) -> None:
        """Raises LostLease when somebody else has the work now, or nobody wants it any more."""
        if time.monotonic() - self._told < EVERY:
            return
        self._told = time.monotonic()
        self.still_ours()
        done = min((self._done + self._step.weight * min(max(share, 0), 1)) / self._whole, 0.999)
        took = time.monotonic() - self._began
        left = took * (1 - done) / done if done > 0.01 else None
        told = {
            "step": self._step.name,
            "percent": round(done * 100, 1),
            "speed": round(speed, 2),
            "left": None if left is None else round(left),
        }
        RenditionSet.objects.filter(pk=self._set_id).update(progress=told)

    def still_ours(self) -> None:
        if not self._run.mine().exists():
            raise LostLease(str(self._run))
