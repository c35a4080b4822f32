from episodes.admin.episodes import EpisodeAdmin
from episodes.admin.live import LiveRecordingAdmin
from episodes.admin.numbers import DownloadCountAdmin
from episodes.admin.seasons import SeasonAdmin
from episodes.admin.shows import ShowAdmin
from episodes.admin.tokens import FeedTokenAdmin

__all__ = [
    "DownloadCountAdmin",
    "EpisodeAdmin",
    "FeedTokenAdmin",
    "LiveRecordingAdmin",
    "SeasonAdmin",
    "ShowAdmin",
]
