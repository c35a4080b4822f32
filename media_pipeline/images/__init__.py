"""Images: how they come in, and the ladder of widths and formats that readers get."""

from media_pipeline.images.ingest import check, display_name, ingest, known
from media_pipeline.images.reencoding import ImageRefused
from media_pipeline.storage import StorageUnavailable, ensure_bucket

__all__ = ["ImageRefused", "StorageUnavailable", "check", "display_name", "ensure_bucket", "ingest", "known"]
