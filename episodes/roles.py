from accounts.models import FeedToken
from episodes.models import (
    DownloadCount,
    DownloadEvent,
    Episode,
    EpisodeCredit,
    EpisodeLink,
    LiveRecording,
    Season,
    Show,
    ShowCredit,
    ShowLink,
    SponsorSlot,
)
from publishing.roles import EVERYTHING, declare, declare_kind

declare_kind(Episode)
declare(EpisodeCredit, author=EVERYTHING)
declare(EpisodeLink, author=EVERYTHING)
declare(SponsorSlot, author=EVERYTHING)
declare(Show, author="view", editor="change", publisher="add delete")
declare(ShowCredit, editor=EVERYTHING)
declare(ShowLink, editor=EVERYTHING)
declare(Season, author="view", editor="add change delete")
declare(LiveRecording, author="view", editor="add change delete", publisher="see_wishes")
declare(FeedToken, editor="view", publisher="change")
declare(DownloadCount, editor="view")
declare(DownloadEvent, administrator="view")
