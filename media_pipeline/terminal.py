"""How far things are, in a terminal as a bar, in a log as a line now and then."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

_SELDOM = 10.0  # seconds between two lines


@contextmanager
def shown(name: str, console: Console) -> Iterator[Callable[[str, float], None]]:
    """A function that is told words and percent of what is called `name`."""
    if not console.is_terminal:
        yield _lines(name, console)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[words]}"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task(_short(name), total=100, words="")
        yield lambda words, percent: progress.update(task, completed=percent, words=words)


def _lines(name: str, console: Console) -> Callable[[str, float], None]:
    last = time.monotonic()

    def tell(words: str, percent: float) -> None:
        nonlocal last
        if time.monotonic() - last >= _SELDOM:
            last = time.monotonic()
            console.print(f"{name}: {percent:.0f} % {words}", markup=False, highlight=False)

    return tell


def _short(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:39]}…"
