"""Kinds of work and sweeps that misbehave on purpose. What they do is a line each in the file their payload names."""

import os
import time
from pathlib import Path

from core.faults import point
from core.sweeps import Sweep
from core.work import Permanent, Resources, Run, Transient, handler


def tell(run: Run, words: str) -> None:
    """One short write to a file opened for appending stays whole, whichever processes write."""
    with Path(run.payload["file"]).open("a") as file:
        file.write(f"{words}\n")


def told(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


@handler("tests.note", attempts=3, lease=1)
def note(run: Run) -> None:
    tell(run, f"{run.key} {run.attempt}")


@handler("tests.steps", attempts=3, lease=2)
def steps(run: Run) -> None:
    """Ten steps with a checkpoint after each."""
    for number in range(run.progress.get("done", 0), 10):
        tell(run, f"step {number}")
        run.checkpoint({"done": number + 1})
        time.sleep(run.payload.get("pause", 0))


@handler("tests.stubborn", attempts=3, lease=2)
def stubborn(run: Run) -> None:
    """Never looks whether it should stop."""
    tell(run, f"begin {os.getpid()}")
    time.sleep(run.payload["seconds"])
    tell(run, "end")


@handler("tests.committing", attempts=3, lease=1)
def committing(run: Run) -> None:
    point("tests.before_commit")
    with run.commit():
        tell(run, run.key)
        point("tests.in_commit")


@handler("tests.poison", attempts=2, lease=1, timeout=2)
def poison(run: Run) -> None:
    tell(run, run.payload["how"])
    match run.payload["how"]:
        case "raise":
            raise ValueError("bad input")
        case "exit":
            os._exit(1)
        case "leave":
            raise SystemExit(1)
        case "hang":
            time.sleep(60)
        case "transient":
            raise Transient("The storage does not answer.")
        case "resources":
            raise Resources("The disk is full.")
        case "permanent":
            raise Permanent("This is not a video. Upload it again.")


def tick() -> None:
    with Path(os.environ["TICKS"]).open("a") as file:
        file.write(f"{os.getpid()}\n")


def fail() -> None:
    raise ValueError("a sweep that always fails")


SWEEPS = [Sweep("fail", 0.2, fail), Sweep("tick", 0.2, tick)]
