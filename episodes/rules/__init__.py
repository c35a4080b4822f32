"""What an episode needs beside its notes. What podcast apps demand is in `publishing.podcast_check.limits`."""

from episodes.rules import addresses, audience, looks, moments, naming, people, sound

__all__ = ["addresses", "audience", "looks", "moments", "naming", "people", "sound"]
