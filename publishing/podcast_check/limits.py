"""What podcast apps and directories allow, in one place: for the checker, the linter of episodes and the feeds' writer.

Sources: Apple's requirements (podcasters.apple.com/support), the podcast namespace (podcastindex.org/namespace/1.0), PSP-1.
"""

MOST_FEED_BYTES = 20 * 1024 * 1024
MOST_TEXT_BYTES = 4000  # of a show's or an episode's description
MOST_SUMMARY = 4000  # characters of itunes:summary
MOST_VALUE = 255  # characters of any other value
MOST_PODCAST_TEXT = 128  # characters of a text in the podcast namespace
MOST_TXT = 4000  # characters of podcast:txt
MOST_EPISODE_DISPLAY = 32  # characters of podcast:episode's display

SMALLEST_ARTWORK = 1400  # pixels a side
LARGEST_ARTWORK = 3000
ADVISED_ARTWORK = 3000
HEAVY_ARTWORK = 512 * 1024  # bytes: above that, apps on phones wait
ARTWORK_TYPES = {"image/jpeg": ("jpg", "jpeg"), "image/png": ("png",)}

SHORTEST_SOUNDBITE = 15  # seconds
LONGEST_SOUNDBITE = 120

LEAST_BYTES_A_SECOND = 500  # of audio that anybody publishes: 4 kbit/s

ENCLOSURE_TYPES = {
    "mp3": ("audio/mpeg",),
    "m4a": ("audio/mp4", "audio/x-m4a", "audio/aac"),
    "mp4": ("video/mp4", "audio/mp4"),
    "m4v": ("video/x-m4v", "video/mp4"),
    "mov": ("video/quicktime",),
    "pdf": ("application/pdf",),
}
"""What Apple plays: the extension of an enclosure's path, and the media types that fit it, the best first."""

TRANSCRIPT_TYPES = (
    "text/vtt",
    "application/x-subrip",
    "application/json",
    "text/html",
    "text/plain",
    "application/srt",
)
TIMED_TRANSCRIPTS = ("text/vtt", "application/x-subrip", "application/srt", "application/json")
CHAPTERS_TYPE = "application/json+chapters"

EPISODE_TYPES = ("full", "trailer", "bonus")
SHOW_TYPES = ("episodic", "serial")
LIVE_STATES = ("pending", "live", "ended")
_MEDIA = (
    "podcast",
    "music",
    "video",
    "film",
    "audiobook",
    "newsletter",
    "blog",
    "publisher",
    "course",
    "mixed",
)
MEDIA = (*_MEDIA, *(f"{medium}L" for medium in _MEDIA))
"""podcast:medium; with an L it is a list of others' items."""
