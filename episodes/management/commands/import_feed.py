from argparse import ArgumentParser
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import outbound
from core.faults import point
from core.importing import ImportCommand, Outcome, Unreadable
from core.outbound import OutboundError
from core.xml import Refused
from episodes.importers import parsing
from episodes.importers.episodes import Episodes
from episodes.importers.feed import MOST_ITEMS, Entry, Feed, Problem
from episodes.importers.fetching import Wanted, fetch
from episodes.importers.reading import MOST_BYTES
from episodes.importers.shows import Shows
from episodes.models import Show

_MOST_PAGES = 200
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Step:
    """The podcast itself (no entry), an episode, or (`fetched`) what is fetched for one."""

    entry: Entry | None = None
    fetched: bool = False


class Command(ImportCommand[Step]):
    help = (
        "Import a podcast from its feed: an address or a file. Run it again to bring it up to date: what was edited by "
        "hand stays. Nothing is fetched but the feed, unless an option asks for it."
    )

    def add_input(self, parser: ArgumentParser) -> None:
        parser.add_argument("feed", metavar="URL|FILE")
        parser.add_argument("--show", metavar="SLUG", default="", help="The show here that it belongs to.")
        parser.add_argument(
            "--audio",
            choices=["link", "copy"],
            default="link",
            help="link: leave the audio where it is (the default). copy: bring it into the library.",
        )
        parser.add_argument("--images", action="store_true", help="Bring the artwork into the library.")
        parser.add_argument("--transcripts", action="store_true", help="Bring transcripts and chapters, too.")
        parser.add_argument(
            "--i-own-it",
            action="store_true",
            help="Import it although its feed is locked against other hosts.",
        )

    def read(self, **options: Any) -> list[Step]:
        address = options["feed"]
        feed = _whole(address)
        for problem in feed.all_problems:
            self.problem(*problem)
        if feed.channel.moved_to:
            self.problem("the feed", f"It says that it has moved: {feed.channel.moved_to} may be newer.")
        self.wanted = Wanted(options["audio"] == "copy", options["images"], options["transcripts"])
        self.feed, self.plan = feed, list[tuple[str, str, str]]()
        self.shows = Shows(feed.channel, address, options["show"], others_own_it=not options["i_own_it"])
        self.shows.demand_ours()
        self.show = self.shows.find()
        self.episodes = Episodes(self.shows.source, feed.channel)
        steps = [Step(), *(Step(entry) for entry in reversed(feed.entries))]
        if any(self.wanted):
            steps += [Step(fetched=True), *(Step(entry, fetched=True) for entry in reversed(feed.entries))]
        return steps

    def where(self, item: Step) -> str:
        return item.entry.where if item.entry else f"the show “{self.shows.name}”"

    def around(self, item: Step) -> AbstractContextManager[Any]:
        return nullcontext() if item.fetched and not self.dry_run else super().around(item)

    def take(self, item: Step) -> Outcome:
        if item.fetched:
            return self._fetch(item)
        if item.entry is None:
            show, outcome = self.shows.take()
            self.show = None if self.dry_run and outcome == Outcome.CREATED else show
            if outcome == Outcome.CREATED:
                self.episodes.forget()
            self._plan(item, outcome, self.shows.changed, [])
            point("import_feed.after_show")
            return outcome
        outcome = self.episodes.take(self._show(), item.entry)
        for problem in self.episodes.problems:
            self.problem(item.entry.where, problem)
        self._plan(item, outcome, self.episodes.changed, self.episodes.kept_by_hand)
        point("import_feed.after_episode")
        return outcome

    def _show(self) -> Show:
        """In a dry run it may not be there; then it is made for each episode, and rolled back with it."""
        return self.show or self.shows.take()[0]

    def _fetch(self, item: Step) -> Outcome:
        if self.dry_run or self.show is None:
            return Outcome.UNCHANGED
        changed, problems = fetch(self.show, item.entry, self.episodes.source, self.wanted)
        for problem in problems:
            self.problem(self.where(item), problem)
        return Outcome.UPDATED if changed else Outcome.UNCHANGED

    def _plan(self, item: Step, outcome: Outcome, changed: list[str], left: list[str]) -> None:
        if self.dry_run:
            told = [
                f"{', '.join(changed)}" if changed else "",
                f"edited here: {', '.join(left)}" if left else "",
            ]
            self.plan.append((str(outcome), self.where(item), "; ".join(filter(None, told))))

    def _for_people(self) -> str:
        """A dry run says of each item what would be done; otherwise the last line says where the show is now."""
        planned = getattr(self, "plan", [])
        lines = [f"{outcome:<10} {where}{f' ({why})' if why else ''}" for outcome, where, why in planned]
        show: Show | None = getattr(self, "show", None)
        found = (
            [f"The show is at {show.get_absolute_url()}; other commands call it {show.slug}."] if show else []
        )
        return "\n".join([*lines, super()._for_people(), *found])


def _whole(address: str) -> Feed:
    """The feed with all its pages (RFC 5005). Raises Unreadable."""
    feed = _parsed(address)
    asked, page = {address}, feed.channel.next_page
    guids = {entry.guid for entry in feed.entries}
    while page and "://" in address and page not in asked and _has_room(feed, len(asked)):
        asked.add(page)
        more = _parsed(page)
        feed.entries += [entry for entry in more.entries if entry.guid not in guids]
        guids |= {entry.guid for entry in more.entries}
        feed.problems += more.problems
        page = more.channel.next_page
    if page and page not in asked:
        feed.problems.append(Problem("the feed", f"It goes on at {page}: import the feed by its address."))
    return feed


def _has_room(feed: Feed, pages: int) -> bool:
    """Whether a feed that goes on and on is read any further."""
    return pages < _MOST_PAGES and len(feed.entries) < MOST_ITEMS


def _parsed(address: str) -> Feed:
    data, content_type = _asked(address) if "://" in address else (_opened(address), "")
    try:
        return parsing.parse(data, content_type, address)
    except Refused as error:
        raise Unreadable(f"{address}, line {error.line}", str(error)) from error


def _asked(address: str) -> tuple[bytes, str]:
    try:
        answer = outbound.fetch(address, most_bytes=MOST_BYTES, timeout=_SECONDS, purpose="import")
    except OutboundError as error:
        raise Unreadable(address, str(error)) from error
    if answer.status != 200:
        raise Unreadable(address, f"It answers {answer.status}, and no feed.")
    return answer.body, answer.headers.get("Content-Type", "")


def _opened(address: str) -> bytes:
    try:
        with Path(address).open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise Unreadable(
            address, f"The file cannot be read: {getattr(error, 'strerror', None) or error}."
        ) from error
