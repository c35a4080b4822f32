"""From an asset to its renditions: what is made (profiles, plans), how far it is, and which set is live."""

from media_pipeline.encoding.profiles import PROFILES, default_profile
from media_pipeline.encoding.sets import cancel, forget, request, retry, retry_or_request

__all__ = ["PROFILES", "cancel", "default_profile", "forget", "request", "retry", "retry_or_request"]
