from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from media_pipeline.storage import StorageUnavailable, ensure_bucket


class Command(BaseCommand):
    help = "Make the bucket for images, readable by everybody, if it does not exist yet. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = ensure_bucket()
        except StorageUnavailable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The bucket {settings.S3_BUCKET} {'was made' if made else 'is there'}.")
