"""Who may have a file, from where, and at which address."""

from media_pipeline.delivery.gates import gate
from media_pipeline.delivery.leading import OPEN, refused, way
from media_pipeline.delivery.linking import Address, linked
from media_pipeline.delivery.names import stable
from media_pipeline.delivery.playback import Choice, Playback, playback
from media_pipeline.delivery.policy import media_policy, plays_media
from media_pipeline.delivery.visitors import Visitor

__all__ = [
    "OPEN",
    "Address",
    "Choice",
    "Playback",
    "Visitor",
    "gate",
    "linked",
    "media_policy",
    "playback",
    "plays_media",
    "refused",
    "stable",
    "way",
]
