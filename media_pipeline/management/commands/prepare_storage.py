import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from media_pipeline.models import Region
from media_pipeline.regions import seeding
from media_pipeline.storage import StorageUnavailable, cors, ensure_bucket, takes_uploads


class Command(BaseCommand):
    help = (
        "Make the origin's bucket, in which images are readable by everybody, the regions that the settings name and "
        "their private buckets, where they do not exist yet. Safe to run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self._origin()
        self._seed()
        for bucket in seeding.make_buckets(Region.objects.enabled()):
            self._tell(bucket)

    def _origin(self) -> None:
        try:
            made = ensure_bucket()
            ready = made or takes_uploads()
        except StorageUnavailable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The bucket {settings.S3_BUCKET} {'was made' if made else 'is there'}.")
        if not ready:
            self.stdout.write(
                f"Its CORS rules do not let pages of {settings.SITE_URL} send anything, so uploads from a browser will "
                f"fail. An existing bucket is left alone; add what is missing of\n{json.dumps(cors(), indent=2)}"
            )

    def _seed(self) -> None:
        try:
            for region in seeding.seed():
                self.stdout.write(f"The region {region} is new.")
        except seeding.Nonsense as error:
            self._warn(f"No region was added. {error}")

    def _tell(self, bucket: seeding.Bucket) -> None:
        if bucket.problem:
            self._warn(f"{bucket.region} is not ready. {bucket.problem} Then run this again.")
        else:
            if bucket.made:
                seeding.fill(bucket.region)
            how = "was made" if bucket.made else "is there"
            self.stdout.write(f"{bucket.region}: the bucket {bucket.region.bucket} {how}.")

    def _warn(self, sentence: str) -> None:
        self.stderr.write(self.style.WARNING(sentence))
