from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from core.outbound import OutboundError
from core.work import Permanent, Resources, Transient
from media_pipeline import terminal, uploads
from media_pipeline.encoding import PROFILES, default_profile
from media_pipeline.fetching import NotThere, fetched
from media_pipeline.following import Stopped, follow
from media_pipeline.models import MediaAsset, Upload

KINDS = [str(kind) for kind in MediaAsset.Kind]
_PROBLEMS = (NotThere, OutboundError, Permanent, Resources, Transient, uploads.Refused, OSError)


class Command(BaseCommand):
    help = (
        "Bring files into the media library: paths, http(s) addresses, s3://bucket/key. Waits until everything that is "
        "made of them is ready, and does that work itself if no worker takes it. The same bytes are one asset."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("places", nargs="+", metavar="PATH|URL|s3://…")
        parser.add_argument("--kind", choices=KINDS, help="make what this kind is made into by default")
        parser.add_argument(
            "--profile", choices=sorted(PROFILES), help="what to make of it; the kind's own by default"
        )
        parser.add_argument("--no-wait", action="store_true", help="leave the work to the workers")

    def handle(self, *args: Any, places: list[str], **options: Any) -> None:
        self.console = Console(file=self.stdout)  # type: ignore[arg-type]  # it has a file's methods
        profile = options["profile"] or (default_profile(options["kind"]) if options["kind"] else "")
        failed = 0
        for place in places:
            try:
                failed += not self.bring(place, profile, wait=not options["no_wait"])
            except Stopped:
                raise CommandError(
                    "Stopped waiting. What was begun goes on when a worker takes it.", returncode=130
                ) from None
        if failed:
            raise CommandError(f"{failed} of {len(places)} could not be brought in.")

    def bring(self, place: str, profile: str, *, wait: bool) -> bool:
        try:
            with fetched(place) as (path, name):
                upload = self.send(path, name, profile)
        except _PROBLEMS as error:
            self.stderr.write(f"{place}: {error}")
            return False
        if not wait:
            self.stdout.write(f"{name}: sent; a worker goes on with it.")
            return True
        with terminal.shown(name, self.console) as tell:
            problem = follow(upload, tell)
        if problem:
            self.stderr.write(f"{place}: {problem}")
        else:
            self.stdout.write(f"{name}: {described(upload)}")
        return not problem

    def send(self, path: Any, name: str, profile: str) -> Upload:
        size = max(path.stat().st_size, 1)
        sent = 0
        with terminal.shown(name, self.console) as tell:

            def told(more: int) -> None:
                nonlocal sent
                sent += more
                tell("sending", 100 * sent / size)

            return uploads.bring(path, name=name, profile=profile, tell=told)


def described(upload: Upload) -> str:
    """`asset:12, video, 0:30, 14 files of 9.1 MB`."""
    asset = upload.asset
    assert asset
    sets = asset.sets.filter(live_for__isnull=False).distinct().prefetch_related("renditions")
    files = [file for found in sets for file in found.renditions.all()]
    size = sum(file.bytes for file in files) / 1e6
    return f"{asset.reference}, {asset.get_kind_display().lower()}, {len(files)} files of {size:,.1f} MB"
