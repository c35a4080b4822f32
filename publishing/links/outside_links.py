"""Which other sites our texts link to: a row for each address, for `publishing.links.link_checks` to ask."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from core import outbound, work
from core.clock import database_now
from core.markdown import MarkdownTooComplex, addresses
from core.markdown.reading import read
from core.work import Run
from publishing.models import KINDS, MAX_URL, Body, Item, OutsideLink, Publishable, Revision, digest_of

COLLECT = "publishing.collect_links"
EVERYTHING = "all"
KEPT = timedelta(days=7)  # what an editor takes out and puts back keeps its history
_AT_ONCE = 50  # texts between two checkpoints


def address_of(href: str) -> str | None:
    """What is asked to check a link as it was written; None if it leads to no other site."""
    if not addresses.is_outside(href):
        return None
    url = href.partition("#")[0]
    url = f"https:{url}" if url.startswith("//") else url
    return url if len(url) <= MAX_URL else None


def collect_soon(content: Publishable, *texts: str) -> None:
    """After a text was saved: parsing it is a worker's business."""
    if any("//" in text for text in texts):
        work.enqueue(COLLECT, str(content.item_id))


def collect_everything() -> None:
    """The clock's part, each day: finds what was saved past the desk, and forgets what nobody links to any more."""
    work.enqueue(COLLECT, EVERYTHING)


def collect(run: Run) -> None:
    if run.key == EVERYTHING:
        _collect_all(run)
        return
    item = Item.objects.filter(pk=int(run.key)).first()
    content = item.content() if item else None
    if content:
        _register(_links_of(content))


def _collect_all(run: Run) -> None:
    began = run.progress.get("began") or database_now().isoformat()
    done: dict[str, int] = run.progress.get("done", {})
    for kind, model in KINDS.items():
        while contents := _next_contents(model, done.get(kind, 0)):
            _register({url for content in contents for url in _links_of(content)})
            done = {**done, kind: contents[-1].pk}
            run.checkpoint({"began": began, "done": done})
    OutsideLink.objects.filter(seen_at__lt=datetime.fromisoformat(began) - KEPT).delete()


def _next_contents(model: type[Publishable], after: int) -> list[Publishable]:
    if not issubclass(model, Body):
        return []
    open_to_editors = [Publishable.Status.DRAFT, Publishable.Status.PUBLISHED]
    rows: Any = model._default_manager.filter(status__in=open_to_editors, pk__gt=after)
    return list(rows.order_by("pk")[:_AT_ONCE])


def _links_of(content: Publishable) -> set[str]:
    return {url for text in _texts_of(content) for url in _links_in(text)}


def _texts_of(content: Publishable) -> Iterator[str]:
    """What readers get, and what waits to take its place."""
    if not isinstance(content, Body):
        return
    yield content.body
    if content.has_edits_waiting:
        waiting = Revision.objects.filter(item_id=content.item_id, number=content.version).first()
        yield waiting.snapshot["fields"].get("body", "") if waiting else ""


def _links_in(text: str) -> Iterator[str]:
    try:
        links = read(text).links if "//" in text else []
    except MarkdownTooComplex:
        return  # it cannot be shown either, and the linter says so
    for link in links:
        if url := address_of(link.href):
            yield url


def _register(urls: Iterable[str]) -> None:
    """In one order everywhere, so that two who register the same do not wait for each other in a circle."""
    rows = sorted((OutsideLink(digest=digest_of(url), url=url, host=_host(url)) for url in urls), key=_digest)
    if not rows:
        return
    OutsideLink.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["digest"], update_fields=["seen_at"]
    )


def _digest(row: OutsideLink) -> str:
    return row.digest


def _host(url: str) -> str:
    try:
        return outbound.target(url).host
    except outbound.Refused:
        return (urlsplit(url).hostname or "")[:255]
