"""How long moving in takes: the complete feed of Talk Python (474 items) and 1,000 transcripts, in a database of its own.

    .venv/bin/python benchmarks/importing.py

Aims: 15 s for the feed without media, 60 s for the transcripts, on two idle cores.
"""

import io
import os
import sys
import tempfile
import time
from contextlib import redirect_stdout, suppress
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ |= {"DJANGO_SETTINGS_MODULE": "config.test_settings", "TEST_RUN": "benchmark"}
django.setup()

from django.core.management import CommandError, call_command  # noqa: E402
from django.test.utils import setup_databases, setup_test_environment, teardown_databases  # noqa: E402

from episodes.models import Episode, Show  # noqa: E402
from tests.shared import DATA  # noqa: E402

TRANSCRIPTS = 1000


def timed(what: str, *arguments: str) -> None:
    cpu, began = time.process_time(), time.monotonic()
    out = io.StringIO()
    with redirect_stdout(out), suppress(CommandError):
        call_command(*arguments, stdout=out)
    last = out.getvalue().strip().splitlines()[-1]
    print(
        f"{what}: {time.monotonic() - began:.1f} s ({time.process_time() - cpu:.1f} s of this process). {last}"
    )


def copies(folder: Path, show: Show) -> None:
    """The transcripts of Talk Python again and again, each for another episode."""
    files = sorted((DATA / "transcripts" / "talkpython").glob("*.vtt"))
    for number in range(1, TRANSCRIPTS + 1):
        (folder / f"{number + 10_000}.vtt").write_bytes(files[number % len(files)].read_bytes())
    for number in range(1, TRANSCRIPTS + 1):
        Episode.objects.create(show=show, title=f"Number {number}", number=number + 10_000)


def main() -> None:
    feed = str(DATA / "feeds" / "real" / "talkpython_2024-08-24.rss")
    timed("474 items", "import_feed", feed)
    timed("again", "import_feed", feed)
    show = Show.objects.get()
    with tempfile.TemporaryDirectory() as folder:
        copies(Path(folder), show)
        timed(f"{TRANSCRIPTS:,} transcripts", "import_transcripts", folder, "--show", show.slug)
        timed("again", "import_transcripts", folder, "--show", show.slug)


if __name__ == "__main__":
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        main()
    finally:
        teardown_databases(databases, verbosity=0)
