"""Waiting in a terminal for what becomes of a file: the work is done here if no worker has taken it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from django.db import connection

from core import work
from core.models import Work
from media_pipeline.models import RenditionSet, Upload
from media_pipeline.models.renditions import ENCODES, RenditionSetQuerySet
from media_pipeline.recordings.standing import step
from media_pipeline.uploads.lifecycle import CHECK

type Tell = Callable[[str, float], None]  # words, percent

_EVERY = 0.5  # seconds


class Stopped(Exception):
    """Whoever waited wants to wait no longer; what was begun is given back, and a worker may go on with it."""


def follow(upload: Upload, tell: Tell) -> str:
    """Until the upload is an asset and everything wanted of it is live; the sentence of what went wrong, or "".

    What waits for its next try after an outage is waited for, too. Ctrl-C raises Stopped. In the main thread.
    """
    with _watching(upload, tell), _interruptible() as asked:
        while not asked.is_set() and (row := _open_work(upload)):
            work.run(row.pk)
            if _open_work(upload):
                asked.wait(_EVERY)
    return _problem(upload)


@contextmanager
def _interruptible() -> Iterator[Event]:
    """Ctrl-C gives the running work back first: by itself, it would only end one try. Then it raises Stopped."""
    asked = Event()

    def stop(*_: Any) -> None:
        asked.set()
        work.interrupt()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
    if asked.is_set():
        raise Stopped


def _open_work(upload: Upload) -> Work | None:
    upload.refresh_from_db()
    keys = [str(pk) for pk in _sets(upload).values_list("pk", flat=True)]
    waited = Work.objects.filter(kind=CHECK, key=str(upload.token)) | Work.objects.filter(
        kind__in=ENCODES, key__in=keys
    )
    return waited.filter(state__in=["waiting", "running"]).order_by("pk").first()


def _sets(upload: Upload) -> RenditionSetQuerySet:
    return RenditionSet.objects.filter(asset=upload.asset_id or 0, wanted_by__isnull=False).distinct()


def _problem(upload: Upload) -> str:
    if upload.problem:
        return upload.problem
    parked = Work.objects.filter(kind=CHECK, key=str(upload.token), state="parked").first()
    if parked:
        return parked.problem
    for found in _sets(upload).with_state():
        if found.state != "ready":  # type: ignore[attr-defined]
            return found.work_problem or f"“{found.profile}” was not made."  # type: ignore[attr-defined]
    return ""


@contextmanager
def _watching(upload: Upload, tell: Tell) -> Iterator[None]:
    """The work is done in this thread, so another one looks how far it is."""
    over = Event()

    def look() -> None:
        try:
            while not over.wait(_EVERY):
                tell(*_how_far(upload))
        finally:
            connection.close()

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(5)


def _how_far(upload: Upload) -> tuple[str, float]:
    seen = Upload.objects.get(pk=upload.pk)
    if seen.asset_id is None:
        return "checking", 0
    unfinished = _sets(seen).filter(ready_at=None).first()
    told = unfinished.progress if unfinished else {"percent": 100}
    words = [step(told) or "waiting"] if unfinished else ["done"]
    if told.get("speed"):
        words.append(f"{told['speed']}×")
    if told.get("left") is not None:
        words.append(f"{told['left']} s left")
    return ", ".join(words), float(told.get("percent") or 0)
