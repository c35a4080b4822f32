from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any, NoReturn

from django.core.management import BaseCommand, CommandError, CommandParser

from core.importing import printable
from episodes.feeds.sources import NotThere, source
from publishing import podcast_check
from publishing.podcast_check import Feed, Unreadable, fetching, snapshots
from publishing.podcast_check.limits import MOST_FEED_BYTES
from publishing.podcast_check.snapshots import Change, NoSnapshot, Snapshot

BROKEN, UNREADABLE = 1, 2


class Command(BaseCommand):
    help = """Keep what of a feed must never change, and tell later whether it has.

    manage.py feed_snapshot SHOW --output before.json
    manage.py feed_snapshot SHOW --compare before.json

What breaks: an episode that is gone, one that has another guid (apps load it again and lose what was heard), another
podcast:guid of the show, and, with --fetch, a file that is not as long as the feed says. New episodes are only named.

Exit status: 0 nothing broke; 1 something did; 2 the feed or the snapshot cannot be read."""

    requires_system_checks: list[str] = []  # a file is judged without a database

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="SHOW|URL|FILE")
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--output", type=Path, metavar="FILE", help="write it there instead of to the screen"
        )
        what.add_argument("--compare", type=Path, metavar="FILE", help="a snapshot that was kept before")
        parser.add_argument(
            "--fetch", action="store_true", help="when comparing: ask how long each file really is"
        )

    def handle(self, **options: Any) -> None:
        feed = self._feed(options["source"])
        if options["compare"]:
            self._compare(_kept(options["compare"]), feed, fetch=options["fetch"])
        elif options["output"]:
            _write(options["output"], snapshots.taken(feed).as_json())
            self.stdout.write(f"{len(feed.items)} episodes are kept in {printable(str(options['output']))}.")
        else:
            self.stdout.write(snapshots.taken(feed).as_json())

    def _feed(self, place: str) -> Feed:
        try:
            return podcast_check.read(source(place).data)
        except NotThere as error:
            _stop(place, str(error))
        except Unreadable as error:
            _stop(f"{place}, line {error.line}", str(error))

    def _compare(self, old: Snapshot, feed: Feed, *, fetch: bool) -> None:
        files = fetching.files(feed) if fetch else {}
        changes = list(snapshots.compare(old, snapshots.taken(feed), files))
        for change in sorted(changes, key=lambda change: not change.breaks):
            self.stdout.write(self._line(change))
        if not changes:
            self.stdout.write(f"{len(feed.items)} episodes, all as they were.")
        broken = sum(change.breaks for change in changes)
        if broken:
            words = "1 thing is" if broken == 1 else f"{broken} things are"
            raise CommandError(f"{words} not as they must be.", returncode=BROKEN)

    def _line(self, change: Change) -> str:
        level = self.style.ERROR("breaks ") if change.breaks else "changed"
        return f"{level} {printable(change.message)}"


def _kept(path: Path) -> Snapshot:
    try:
        with path.open("rb") as file:
            return snapshots.read(file.read(MOST_FEED_BYTES).decode())
    except (OSError, UnicodeDecodeError) as error:
        _stop(str(path), f"The snapshot cannot be read: {error}.")
    except NoSnapshot as error:
        _stop(str(path), str(error))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(f"{text}\n")
    except OSError as error:
        _stop(str(path), f"The snapshot cannot be written: {error.strerror}.")


def _stop(where: str, why: str) -> NoReturn:
    raise CommandError(f"{printable(where)}: {printable(why)}", returncode=UNREADABLE)
