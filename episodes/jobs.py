from datetime import timedelta

from core.work import Run, handler
from episodes import audio
from episodes.downloads import counting
from episodes.transcripts import writing_down


@handler(audio.PREPARE, attempts=5, timeout=1800)
def prepare_show(run: Run) -> None:
    """The key is a show's id."""
    audio.prepare_show(int(run.key))


@handler(counting.COUNT, attempts=5, timeout=1800)
def count_downloads(run: Run) -> None:
    more = True
    while more:
        with run.commit():
            more = counting.go_on()
        run.check()


@handler(
    writing_down.WRITE_DOWN, queue="media", attempts=3, lease=60, timeout=6 * 3600, patience=timedelta(days=2)
)
def write_down(run: Run) -> None:
    """The key is an episode's id."""
    writing_down.write_down(run)
