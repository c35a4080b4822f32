import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from media_pipeline.storage import StorageUnavailable, cors, ensure_bucket, takes_uploads


class Command(BaseCommand):
    help = "Make the bucket for images, readable by everybody, if it does not exist yet. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
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
