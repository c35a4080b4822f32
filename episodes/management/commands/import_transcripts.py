import hashlib
import os
from argparse import ArgumentParser
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.text import slugify

from core.faults import point
from core.importing import ImportCommand, ItemFailed, Outcome, Unreadable, printable
from episodes.importers.matching import FORMATS, Known, Match, Matcher, significant, version
from episodes.importers.spoken import parsed
from episodes.models import Episode, Show
from episodes.transcripts import attach
from episodes.transcripts.speech import transcript_of
from media_pipeline.transcripts import Malformed, Parsed
from media_pipeline.transcripts.source import MAX_BYTES
from publishing.models import ImportRecord

_PASSED_OVER = frozenset({"show_notes", "show-notes", "shownotes", "notes", "shows", "node_modules"})
_NO_TRANSCRIPTS = frozenset({"readme", "license", "licence", "changelog", "contributing", "index"})


@dataclass(slots=True)
class Found:
    """The files for one episode, the best first; or a file for none, and why."""

    keys: list[str]
    match: Match | None = None
    why: str = ""
    remarks: list[str] = field(default_factory=list)


class Command(ImportCommand[Found]):
    help = (
        "Attach a directory of transcripts to the episodes of a show. Files are matched by guid, number or title; what "
        "fits no episode, or several, is reported and left alone. Run it again: what was corrected here stays."
    )

    def add_input(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", metavar="DIR")
        parser.add_argument("--show", metavar="SLUG", required=True)

    def read(self, **options: Any) -> list[Found]:
        self.root = Path(options["directory"])
        if not self.root.is_dir():
            raise Unreadable(options["directory"], "There is no such directory.")
        show = Show.objects.filter(slug=options["show"]).first()
        if show is None:
            there = ", ".join(Show.objects.values_list("slug", flat=True)) or "none yet"
            raise Unreadable(f"--show {options['show']}", f"There is no such show. There are: {there}.")
        self.matcher, self.told = Matcher.of(show.name, _known(show)), list[str]()
        keys = self._keys()
        if not keys:
            raise Unreadable(options["directory"], "There are no transcripts in this directory.")
        return self._grouped(keys)

    def where(self, item: Found) -> str:
        return item.keys[0]

    def take(self, item: Found) -> Outcome:
        if item.match is None:
            raise ItemFailed(item.why)
        for remark in item.remarks:
            self.problem(item.keys[0], remark)
        known, sure, how = item.match
        episode = Episode.objects.select_related("show", "transcript").get(pk=known.pk)
        key, found = self._readable(item)
        outcome = self._attach(episode, key, found)
        number = f"{known.number} " if known.number else ""
        self.told.append(f"{outcome:<10} {key} -> {number}“{known.title}” ({sure}, {how})")
        point("import_transcripts.after_file")
        return outcome

    def _readable(self, item: Found) -> tuple[str, Parsed]:
        """The best file that can be read."""
        for place, key in enumerate(item.keys):
            try:
                return key, self._parsed(key)
            except (Malformed, ItemFailed) as error:
                if place == len(item.keys) - 1:
                    raise ItemFailed(str(error)) from error
                self.problem(key, f"{error} {item.keys[place + 1]} was taken instead.")
        raise ItemFailed("There is no file.")

    def _attach(self, episode: Episode, key: str, found: Parsed) -> Outcome:
        """What was corrected here, or came by another way, is left alone."""
        record = ImportRecord.objects.filter(item=episode.item_id).first()
        record = record or ImportRecord(source="transcripts", key=str(episode.item.guid), item=episode.item)
        before = transcript_of(episode)
        if before and record.digests.get("transcript") != before.digest:
            if self._says(before.cues, found):
                return Outcome.UNCHANGED
            raise ItemFailed(
                "The episode has a transcript that no import has brought, or that was corrected here: it stays."
            )
        if before and record.digests.get("spoken") == _digest(found):
            return Outcome.UNCHANGED
        attach(episode, found, name=Path(key).name, by=None)
        episode.refresh_from_db()
        now = transcript_of(episode)
        record.digests |= {"transcript": now.digest if now else "", "spoken": _digest(found)}
        record.save()
        return Outcome.UPDATED if before else Outcome.CREATED

    def _says(self, cues: list[list[Any]], found: Parsed) -> bool:
        return [list(row) for row in cues] == [
            [cue.start, cue.end, cue.speaker, cue.text] for cue in found.cues
        ]

    def _keys(self) -> list[str]:
        keys = []
        for directory, below, names in os.walk(self.root):
            for notes in sorted(_PASSED_OVER & set(below)):
                self.problem(
                    Path(directory, notes).relative_to(self.root).as_posix(),
                    "Show notes are no transcripts: passed over.",
                )
            below[:] = sorted(name for name in below if name not in _PASSED_OVER and not name.startswith("."))
            for name in sorted(names):
                stem, _, ending = name.rpartition(".")
                if (
                    ending.lower() in FORMATS
                    and stem
                    and not stem.startswith(".")
                    and stem.lower() not in _NO_TRANSCRIPTS
                ):
                    keys.append(Path(directory, name).relative_to(self.root).as_posix())
        return keys

    def _grouped(self, keys: list[str]) -> list[Found]:
        groups: defaultdict[int, list[tuple[str, Match]]] = defaultdict(list)
        orphans = []
        for key in keys:
            match = self._match(key)
            if isinstance(match, str):
                orphans.append(Found([key], why=f"Orphan: {match}"))
            else:
                groups[match.episode.pk].append((key, match))
        return [*(self._chosen(group) for group in groups.values()), *orphans]

    def _match(self, key: str) -> Match | str:
        """By its name; what that does not tell, the title in it may."""
        match = self.matcher.match(key)
        if not isinstance(match, str):
            return match
        try:
            title = self._parsed(key).title
        except (Malformed, ItemFailed):
            return match
        return self.matcher.match(key, title) if title else match

    def _chosen(self, group: list[tuple[str, Match]]) -> Found:
        """Of several files for one episode the surest, then the fullest format, then the newest version."""
        ordered = sorted(group, key=lambda one: (one[1].sure, _rank(one[0]), -version(one[0]), one[0]))
        keys = [key for key, _ in ordered]
        return Found(keys, ordered[0][1], remarks=self._doubles(keys))

    def _doubles(self, keys: list[str]) -> list[str]:
        """Two files of one format are a double; a VTT beside a text is the same in two forms."""
        formats: defaultdict[int, list[str]] = defaultdict(list)
        for key in keys:
            formats[_rank(key)].append(key)
        remarks = []
        for same in formats.values():
            taken = same[0]
            for other in same[1:]:
                alike = self._bytes(taken).split() == self._bytes(other).split()
                what = (
                    "says the same: a double" if alike else "is for the same episode, and says something else"
                )
                kept = f"{keys[0]} was taken" if taken != keys[0] else "this one was taken"
                remarks.append(f"{printable(other)} {what}; {kept}.")
        return remarks

    def _bytes(self, key: str) -> bytes:
        """At most one byte more than a transcript may have. Nothing outside of the directory is read."""
        path = (self.root / key).resolve()
        if not path.is_relative_to(self.root.resolve()) or not path.is_file():
            raise ItemFailed("The file is a link that leads out of the directory, or not a plain file.")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)

    def _parsed(self, key: str) -> Parsed:
        return parsed(self._bytes(key), key, "text/html" if key.endswith(".html") else "")

    def _for_people(self) -> str:
        return "\n".join([*map(printable, getattr(self, "told", [])), super()._for_people()])


def _known(show: Show) -> list[Known]:
    return [
        _as_known(episode) for episode in show.episodes.defer("body", "body_html", "body_headings", "kept")
    ]


def _as_known(episode: Episode) -> Known:
    words = significant(slugify(f"{episode.title} {episode.standfirst} {episode.body_text[:20_000]}"))
    return Known(episode.pk, episode.guid, episode.display_number, episode.title, episode.slug, words)


def _rank(key: str) -> int:
    return FORMATS.index(key.rpartition(".")[2].lower())


def _digest(found: Parsed) -> str:
    return hashlib.sha256(repr(found.cues).encode()).hexdigest()[:20]
