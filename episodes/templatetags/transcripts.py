"""{% load transcripts %}"""

from collections.abc import Sequence

from django import template

from episodes.chapters import Chapter
from episodes.transcripts import paragraphs
from episodes.transcripts.speech import Line

register = template.Library()


@register.filter
def sections(lines: list[Line], chapters: Sequence[Chapter] = ()) -> list[paragraphs.Section]:
    """`lines|sections:episode.chapter_list`: see episodes.transcripts.paragraphs."""
    return paragraphs.sections(lines, chapters or ())
