"""Plain full-text search over everything published."""

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import F
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.models import IndexEntry, IndexEntryQuerySet

CONFIG = "masthead_en"
_BEGIN, _END = (
    "\ue000",
    "\ue001",
)  # private use: ts_headline does not escape, so no tags are put in before escaping
_PLAIN = dict.fromkeys(map(ord, _BEGIN + _END))


def find(query: str) -> IndexEntryQuerySet:
    """Live entries that match, best first; each has `snippet`, plain text for `highlight`. Words, "phrases", -without, or."""
    wanted = SearchQuery(_storable(query), config=CONFIG, search_type="websearch")
    snippet = SearchHeadline(
        "body",
        wanted,
        config=CONFIG,
        start_sel=_BEGIN,
        stop_sel=_END,
        max_words=36,
        min_words=18,
        max_fragments=1,
    )
    return (
        IndexEntry.objects.live()
        .filter(vector=wanted)
        .select_related("image")
        .annotate(rank=SearchRank(F("vector"), wanted, normalization=1), snippet=snippet)
        .defer("body", "body_html")
        .order_by("-rank", "-published_at", "-id")
    )


def highlight(snippet: str) -> SafeString:
    """The snippet as HTML: escaped, its matches in <mark>, an ellipsis where it breaks into or off a sentence."""
    words = snippet.translate(_PLAIN).strip()
    before = "… " if words[:1].islower() else ""
    after = " …" if words[-1:].isalnum() or words.endswith((",", ";", ":")) else ""
    marked = escape(snippet.strip()).replace(_BEGIN, "<mark>").replace(_END, "</mark>")
    return mark_safe(f"{before}{marked}{after}")  # noqa: S308


def _storable(query: str) -> str:
    """Without lone surrogates, which PostgreSQL cannot hold."""
    return query.encode("utf-8", "ignore").decode()
