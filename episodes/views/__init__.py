from episodes.views.episode import embed, episode, oembed
from episodes.views.files import chapters_file, episode_file, private_file, transcript_file
from episodes.views.live import live_calendar, live_recording, live_wish
from episodes.views.numbers import download_rules
from episodes.views.own_feeds import own_feed_rotation, own_feeds
from episodes.views.shows import season, show, shows
from episodes.views.transcripts import transcript, transcripts

__all__ = [
    "chapters_file",
    "download_rules",
    "embed",
    "episode",
    "episode_file",
    "live_calendar",
    "live_recording",
    "live_wish",
    "oembed",
    "own_feed_rotation",
    "own_feeds",
    "private_file",
    "season",
    "show",
    "shows",
    "transcript",
    "transcript_file",
    "transcripts",
]
