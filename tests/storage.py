"""The S3 of the tests: as it is, and as it is on a bad day."""

from typing import Any

from django.conf import settings
from django.test import override_settings


def changed_storage(**options: Any) -> override_settings:
    """The default storage with other options: another bucket, an endpoint where nobody listens."""
    storages: Any = settings.STORAGES
    default = storages["default"]
    changed = default | {"OPTIONS": default["OPTIONS"] | options}
    return override_settings(STORAGES=storages | {"default": changed})
