from episodes.models.downloads import CountedUntil, DownloadCount, DownloadEvent
from episodes.models.episodes import (
    Episode,
    EpisodeCredit,
    EpisodeLink,
    EpisodeQuerySet,
    Speaker,
    SponsorSlot,
)
from episodes.models.live import LiveRecording, LiveWish
from episodes.models.shows import Season, Show, ShowCredit, ShowLink

__all__ = [
    "CountedUntil",
    "DownloadCount",
    "DownloadEvent",
    "Episode",
    "EpisodeCredit",
    "EpisodeLink",
    "EpisodeQuerySet",
    "LiveRecording",
    "LiveWish",
    "Season",
    "Show",
    "ShowCredit",
    "ShowLink",
    "Speaker",
    "SponsorSlot",
]
