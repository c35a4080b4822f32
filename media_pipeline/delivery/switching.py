"""The one switch for all: from the regions, or from the origin alone."""

import structlog

from accounts.models import User
from media_pipeline.models import OriginSwitch

log = structlog.get_logger(__name__)

PRIMARY = OriginSwitch.Mode.PRIMARY


def present() -> OriginSwitch:
    """The newest row; without any, one that is not stored."""
    return OriginSwitch.objects.first() or OriginSwitch(mode=PRIMARY)


def switch(mode: str, *, by: User | None = None, reason: str = "") -> bool:
    """From the very next request on. False if it stood so already."""
    if present().mode == mode:
        return False
    OriginSwitch.objects.create(mode=mode, by=by, reason=reason)
    log.warning("media_origin", mode=mode, by=by.pk if by else None, reason=reason)
    return True
