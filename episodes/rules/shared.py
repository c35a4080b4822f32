"""What several of these files need."""

from episodes.models import Episode, Show
from publishing.linter import Checked

KINDS = (Episode.kind,)


def show_of(text: Checked) -> Show | None:
    """A new episode may belong to none yet."""
    return text.content.show if text.content.show_id else None
