"""Who may have a file, from where, and at which address."""

from media_pipeline.delivery.gates import gate
from media_pipeline.delivery.linking import Address, linked
from media_pipeline.delivery.names import stable
from media_pipeline.delivery.playback import Choice, Playback, playback
from media_pipeline.delivery.policy import plays_media
from media_pipeline.delivery.visitors import Visitor

__all__ = ["Address", "Choice", "Playback", "Visitor", "gate", "linked", "playback", "plays_media", "stable"]
