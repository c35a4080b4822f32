import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from media_pipeline import terminal
from media_pipeline.models import Region
from media_pipeline.regions import auditing, wanted
from media_pipeline.regions.copying import NotCopied
from media_pipeline.regions.removing import remove
from media_pipeline.regions.syncing import Done, Tell, sync
from media_pipeline.regions.wanted import Standing
from media_pipeline.storage import StorageUnavailable

PAUSE = 10.0  # seconds between two looks of --watch


class Command(BaseCommand):
    help = (
        "Copy what the regions lack, and wait until it is there: only what is missing or wrong. Safe to run beside the "
        "workers, to stop, and to run again. What no recording needs any more goes after a day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--watch", action="store_true", help="look again every 10 seconds, until Ctrl-C")
        parser.add_argument(
            "--verify",
            action="store_true",
            help="first compare the regions' buckets with what is said to be there; with --status, only that",
        )
        parser.add_argument(
            "--status", action="store_true", help="only say how things stand; the storage is not asked"
        )
        parser.add_argument(
            "--json",
            action="store_true",
            help="one JSON object; with --watch one whenever something has changed",
        )

    def handle(self, *args: Any, watch: bool, verify: bool, status: bool, **options: Any) -> None:
        self.json = options["json"]
        self.said: list[Standing] | None = None
        self.console = Console(file=self.stderr if self.json else self.stdout)  # type: ignore[arg-type]  # they have a file's methods
        try:
            problems = self.look(verify=verify, repair=not status)
            while watch:
                time.sleep(PAUSE)
                problems = self.look(verify=False, repair=not status)
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. What is not copied yet is copied by the workers, or by the next run.",
                returncode=130,
            ) from None
        if problems:
            raise CommandError("\n".join(problems))

    def look(self, *, verify: bool, repair: bool) -> list[str]:
        """One look at all regions; a sentence for each thing that is left undone."""
        regions, done = list(Region.objects.enabled()), Done()
        problems: dict[int, str] = {}
        if verify:
            problems |= self.verify(regions)
        if repair:
            wanted.agree()
            done = self.copy([region for region in regions if region.pk not in problems])
            problems |= done.away | self.remove(
                [region for region in regions if region.pk not in problems and region.pk not in done.away]
            )
        standing = wanted.status()
        if standing != self.said or done.objects:
            self.say(standing, done, repaired=repair)
            self.said = standing
        return self.undone(regions, problems, standing) if repair or verify else []

    def verify(self, regions: list[Region]) -> dict[int, str]:
        problems = {}
        for region in regions:
            try:
                found = auditing.verify(region)
            except (StorageUnavailable, NotCopied) as error:
                problems[region.pk] = str(error)
                continue
            if found.wrong or found.missing or found.strays:
                self.console.print(
                    f"{region}: {found.wrong} wrong, {found.missing} gone, {found.strays} that nobody wants.",
                    highlight=False,
                )
        return problems

    def copy(self, regions: list[Region]) -> Done:
        todo = [one for one in wanted.status() if one.pk in {region.pk for region in regions}]
        objects, size = sum(one.missing + one.wrong for one in todo), sum(one.left for one in todo)
        began = time.monotonic()
        with terminal.shown(f"{len(regions)} regions", self.console) as show:

            def tell(done: Done) -> None:
                speed = done.bytes / 1e6 / max(time.monotonic() - began, 0.1)
                words = (
                    f"{done.objects:,} of {objects:,} objects, {done.bytes / 1e6:,.1f} of {size / 1e6:,.1f} MB, "
                    f"{speed:,.1f} MB/s{''.join(f', {name} is away' for name in _names(regions, done))}"
                )
                show(words, 100 * (done.bytes / size if size else 1))

            return self.copy_all(regions, tell)

    def copy_all(self, regions: list[Region], tell: Tell) -> Done:
        """Until nothing is left that may be tried now; what others copy meanwhile is waited for."""
        done = Done()
        while True:
            done = sync(regions, tell=tell, done=done)
            regions = [region for region in regions if region.pk not in done.away]
            if not wanted.others_copy(regions):
                return done
            time.sleep(0.5)

    def remove(self, regions: list[Region]) -> dict[int, str]:
        problems = {}
        for region in regions:
            try:
                if count := remove(region):
                    self.console.print(f"{region}: {count} that nobody wants removed.", highlight=False)
            except (StorageUnavailable, NotCopied) as error:
                problems[region.pk] = str(error)
        return problems

    def say(self, standing: list[Standing], done: Done, *, repaired: bool) -> None:
        if self.json:
            told: dict[str, Any] = {"regions": [one.to_json() for one in standing]}
            if repaired:
                told["copied"] = {"objects": done.objects, "bytes": done.bytes}
            self.stdout.write(json.dumps(told))
            return
        for one in standing:
            self.stdout.write(
                f"{one.name}: {one.objects:,} objects, {one.missing:,} missing, {one.wrong:,} wrong, "
                f"{one.bytes / 1e6:,.1f} MB there"
            )
        if not standing:
            self.stdout.write("There are no regions.")
        if repaired:
            self.stdout.write(f"{done.objects:,} objects copied, {done.bytes / 1e6:,.1f} MB.")

    def undone(self, regions: list[Region], problems: dict[int, str], standing: list[Standing]) -> list[str]:
        left = {one.pk: one.missing + one.wrong for one in standing}
        sentences = []
        for region in regions:
            why = problems.get(region.pk) or _why(region)
            if region.pk in problems or left.get(region.pk):
                sentences.append(f"{region}: {_lacking(left.get(region.pk, 0))} {why}")
        return sentences


def _names(regions: list[Region], done: Done) -> list[str]:
    return [region.name for region in regions if region.pk in done.away]


def _lacking(number: int) -> str:
    return "One object is not there." if number == 1 else f"{number:,} objects are not there."


def _why(region: Region) -> str:
    """What most of those that are left say of themselves."""
    said = region.copies.unfinished().exclude(problem="").order_by("-tries", "pk")
    return said.values_list("problem", flat=True).first() or "Somebody else copies them now."
