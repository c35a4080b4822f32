import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from core.work import Permanent, Resources, Transient
from media_pipeline import captioning, terminal, transcripts, uploads
from media_pipeline.encoding import PROFILES
from media_pipeline.following import Stopped, follow
from media_pipeline.models import MediaAsset, Upload
from media_pipeline.probing import Refused
from media_pipeline.probing.sniffing import recognise

CAPTIONS = (".vtt", ".srt")
PAUSE = 5.0  # seconds between two looks; a file that has changed since the last is still being written

type Seen = tuple[int, float]  # bytes, time of the last change; of a recording and its captions together


class Command(BaseCommand):
    help = (
        "Bring every audio and video file below a directory into the media library and wait until all is ready: a "
        "course's or a show's folder. What is there already is passed over. Captions beside a file (lecture.vtt, "
        "lecture.de.srt) become its captions."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", metavar="DIR", type=Path)
        parser.add_argument(
            "--profile", choices=sorted(PROFILES), help="what to make; each kind's own by default"
        )
        parser.add_argument(
            "--watch", action="store_true", help="go on looking for what is new or changed, until Ctrl-C"
        )

    def handle(self, *args: Any, directory: Path, watch: bool, **options: Any) -> None:
        if not directory.is_dir():
            raise CommandError(f"There is no directory {directory}.")
        self.console = Console(file=self.stdout)  # type: ignore[arg-type]  # it has a file's methods
        self.profile = options["profile"] or ""
        self.root = directory
        try:
            found = looks(directory)
            failed = self.bring_all(list(found))
            if watch:
                self.watch(directory, found)
        except Stopped:
            raise CommandError(
                "Stopped. What was begun goes on when a worker takes it.", returncode=130
            ) from None
        if failed:
            raise CommandError(f"{failed} could not be brought in.")

    def watch(self, directory: Path, taken: dict[Path, Seen]) -> None:
        """A file is taken when it was the same at two looks, so that none is read half copied."""
        before = looks(directory)
        self.stdout.write(f"Watching {directory}; Ctrl-C ends it.")
        try:
            while True:
                time.sleep(PAUSE)
                now = looks(directory)
                settled = [path for path, seen in now.items() if before.get(path) == seen != taken.get(path)]
                if settled:
                    self.bring_all(settled)
                    taken |= {path: now[path] for path in settled}
                before = now
        except KeyboardInterrupt:
            self.stdout.write("")

    def bring_all(self, paths: list[Path]) -> int:
        """How many failed."""
        counts = {"new": 0, "known": 0, "failed": 0}
        for number, path in enumerate(sorted(paths), 1):
            counts[self.bring(path, f"{number}/{len(paths)} {path.relative_to(self.root)}")] += 1
        self.stdout.write("{new} new, {known} known already, {failed} failed.".format(**counts))
        return counts["failed"]

    def bring(self, path: Path, name: str) -> str:
        try:
            with terminal.shown(name, self.console) as tell:
                upload = uploads.bring(path, name=path.name, profile=self.profile)
                known = upload.state == Upload.State.DONE and is_live(upload)
                problem = "" if known else follow(upload, tell)
                captions = self.caption(upload.asset, path) if upload.asset and not problem else 0
                problem = problem or (follow(upload, tell) if captions else "")
        except (Permanent, Resources, Transient, uploads.Refused, OSError, transcripts.Malformed) as error:
            problem = str(error)
        if problem:
            self.stderr.write(f"{name}: {problem}")
            return "failed"
        if not known or captions:
            self.stdout.write(f"{name}: {upload.asset.reference if upload.asset else ''}")
        return "known" if known else "new"

    def caption(self, asset: MediaAsset, path: Path) -> int:
        """Captions that stand beside the file; how many of them are new."""
        changed = 0
        for language, beside in captions_of(path):
            try:
                changed += captioning.caption(asset, language, beside.read_bytes(), name=beside.name)
            except transcripts.Malformed as error:
                raise transcripts.Malformed(error.line, f"{error.sentence} ({beside.name})") from error
        return changed


def captions_of(path: Path) -> list[tuple[str, Path]]:
    """What stands beside a recording as its captions, with the language."""
    alone, named = (path.parent.glob(f"{_literal(path.stem)}{rest}") for rest in (".*", ".*.*"))
    told = [
        (beside.stem.removeprefix(path.stem).lstrip(".") or "en", beside)
        for beside in sorted({*alone, *named})
        if beside.suffix.lower() in CAPTIONS
    ]
    return [(language, beside) for language, beside in told if captioning.LANGUAGE.fullmatch(language)]


def recordings(directory: Path) -> Iterator[Path]:
    """What looks like audio or video by its first bytes, whatever it is called."""
    for path in sorted(directory.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            try:
                recognise(path)
            except (Refused, OSError):
                continue
            yield path


def looks(directory: Path) -> dict[Path, Seen]:
    """Each recording as it is now, with its captions: new ones make it new."""
    found = {}
    for path in recordings(directory):
        with suppress(FileNotFoundError):  # taken away since
            told = [each.stat() for each in (path, *(beside for _, beside in captions_of(path)))]
            found[path] = sum(one.st_size for one in told), max(one.st_mtime for one in told)
    return found


def is_live(upload: Upload) -> bool:
    assert upload.asset
    return not upload.asset.encodings.filter(live=None).exists()


def _literal(stem: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in stem)
