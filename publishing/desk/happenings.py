"""What happens to content at a time: for the desk's list of what is scheduled, and for the calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, Window
from django.utils.timezone import localtime

from accounts.models import User
from core.markdown import inline_text
from publishing.desk.questions import is_in_hand
from publishing.desk.rows import rows_of
from publishing.models import Publishable

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin


@dataclass(frozen=True, slots=True)
class Source:
    """A column that says when something happens."""

    name: str
    column: str
    words: str
    rows: Q
    is_day: bool = False


_PUBLISHED = Q(status=Publishable.Status.PUBLISHED)
LIVE = Source("live", "published_at", "goes live", _PUBLISHED)
EDITS = Source("edits", "edits_at", "edits go live", _PUBLISHED)
EXPIRY = Source("expiry", "expires_at", "comes off the site", _PUBLISHED)
DUE = Source("due", "due_on", "due", is_in_hand(), is_day=True)
BY_ITSELF = (LIVE, EDITS, EXPIRY)
EVERYTHING = (LIVE, EDITS, EXPIRY, DUE)


@dataclass(frozen=True, slots=True)
class Happening:
    """`at` is a time (aware) or, of what is due, a day."""

    name: str
    what: str
    at: Any
    title: str
    url: str

    @property
    def day(self) -> date:
        """In the site's time zone."""
        return localtime(self.at).date() if isinstance(self.at, datetime) else self.at

    @property
    def time(self) -> datetime | None:
        return localtime(self.at) if isinstance(self.at, datetime) else None

    @property
    def order(self) -> tuple[date, bool, float, str]:
        return self.day, self.time is not None, self.time.timestamp() if self.time else 0, self.title


def between(
    admins: "Iterable[PublishableAdmin[Any]]",
    user: User,
    start: datetime,
    end: datetime,
    sources: Iterable[Source],
    most: int,
) -> tuple[list[Happening], int]:
    """What happens from `start` to before `end` (aware), in order - at most `most` of a source - and how much there is."""
    found, total = [], 0
    for admin in admins:
        for source in sources:
            contents = list(_rows(admin, user, source, start, end)[:most])
            total += contents[0].total if contents else 0
            found += [_happening(admin, source, content) for content in contents]
    return sorted(found, key=lambda happening: happening.order), total


def _rows(admin: Any, user: User, source: Source, start: datetime, end: datetime) -> Any:
    first, last = (localtime(start).date(), localtime(end).date()) if source.is_day else (start, end)
    span = {f"{source.column}__gte": first, f"{source.column}__lt": last}
    rows = rows_of(admin, user).filter(source.rows, **span)
    return rows.annotate(total=Window(Count("*"))).order_by(F(source.column), "pk")


def _happening(admin: Any, source: Source, content: Any) -> Happening:
    words = "went live" if source is LIVE and content.state != "scheduled" else source.words
    if source is EXPIRY and content.state == "expired":
        words = "came off the site"
    page = "publication" if source is not LIVE or content.state == "scheduled" else "change"
    title = inline_text(content.title) or "Without a headline"
    return Happening(source.name, words, getattr(content, source.column), title, admin.address(page, content))
