"""Chapters as apps read them (https://github.com/Podcastindex-org/podcast-namespace, chapters/jsonChapters.md, 1.2)."""

import json

from core.feeds import clean
from core.links import absolute
from core.markdown import inline_text
from episodes.models import Episode
from publishing.podcast_check.limits import CHAPTERS_TYPE as TYPE

__all__ = ["TYPE", "written"]


def written(episode: Episode) -> str | None:
    """JSON, ascending and within the recording; None if there are no chapters."""
    end = episode.seconds or float("inf")
    chapters = [chapter for chapter in episode.chapter_list if chapter.seconds < end]
    if not chapters:
        return None
    marks = [
        {"startTime": round(chapter.seconds, 3), "title": clean(chapter.title)}
        | ({"url": chapter.url} if chapter.url else {})
        for chapter in chapters
    ]
    return json.dumps(
        {
            "version": "1.2.0",
            "title": inline_text(clean(episode.title)),
            "podcastName": episode.show.name,
            "fileName": absolute(episode.get_absolute_url()),
            "chapters": marks,
        },
        ensure_ascii=False,
    )
