"""Addresses on this site: what a reader who follows them finds now. A fixed number of queries for any number of them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import islice
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db.models import Q
from django.urls import Resolver404, ResolverMatch, resolve

from core.markdown import addresses
from media_pipeline.models import MediaAsset
from people.models import Person
from publishing.models import KINDS, Publishable, Redirect, Topic

MOST = 1_000
"""So many different addresses are looked up in one text."""


class Reach(Enum):
    THERE = "there"
    MOVED = "moved"
    """A redirect leads on."""
    HIDDEN = "hidden"
    """Something is there, and readers may not see it."""
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Target:
    """`detail` is the new path of what has moved, and the state ("draft", "scheduled", …) of what is hidden."""

    reach: Reach
    detail: str = ""


type Existing = Callable[[Collection[str]], Iterable[str]]
"""(slugs) -> those that readers find something under."""

LOOKUPS: dict[str, Existing] = {}
"""URL name -> what is there. Kinds of content need none; apps above add theirs."""
_PARTS: dict[str, str] = {}
"""URL name -> what the part of the address is called that is looked up, where that is not `slug`."""


def address(*url_names: str, part: str = "slug") -> Callable[[Existing], Existing]:
    """Register how to look up the slugs of addresses with these URL names."""

    def register(existing: Existing) -> Existing:
        LOOKUPS.update(dict.fromkeys(url_names, existing))
        _PARTS.update(dict.fromkeys(url_names, part))
        return existing

    return register


@address("topic", "topic_feed")
def _topics(slugs: Collection[str]) -> Iterable[str]:
    return Topic.objects.filter(slug__in=slugs).values_list("slug", flat=True)


@address("person", "person_feed")
def _people(slugs: Collection[str]) -> Iterable[str]:
    return Person.objects.filter(slug__in=slugs).values_list("slug", flat=True)


def look_up(content: Publishable, written: Iterable[str]) -> dict[str, Target]:
    """What the addresses lead to, by the address as it was written. Those that lead elsewhere are left out."""
    base = _own_address(content)
    paths = {href: path for href in dict.fromkeys(written) if (path := path_of(href, base)) is not None}
    found: dict[str, Target] = {base: Target(Reach.THERE)}
    wanted = list(islice((path for path in dict.fromkeys(paths.values()) if path not in found), MOST))
    found |= _files(wanted)
    found |= _pages([path for path in wanted if path not in found])
    return {href: found[path] for href, path in paths.items() if path in found}


def path_of(href: str, base: str) -> str | None:
    """The path on this site that an address names; None for other hosts, other schemes and places within the page."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    if (
        parts.scheme not in ("", "http", "https")
        or addresses.is_outside(href)
        or not (parts.path or parts.netloc)
    ):
        return None
    if addresses.origin(href) and addresses.origin(href) == addresses.origin(settings.MEDIA_URL):
        return href.partition("?")[0].partition("#")[0]
    return unquote(urlsplit(urljoin(base, href)).path) or "/"


def _own_address(content: Publishable) -> str:
    return (content if content.slug else type(content)(slug="slug")).get_absolute_url()


def _files(paths: list[str]) -> dict[str, Target]:
    media = {
        path: path.removeprefix(settings.MEDIA_URL) for path in paths if path.startswith(settings.MEDIA_URL)
    }
    stored = (
        set(MediaAsset.objects.filter(key__in=media.values()).values_list("key", flat=True))
        if media
        else set()
    )
    static = {
        path: path.removeprefix(settings.STATIC_URL) for path in paths if path.startswith(settings.STATIC_URL)
    }
    there = {path: key in stored for path, key in media.items()}
    there |= {path: bool(finders.find(name)) for path, name in static.items()}
    return {path: Target(Reach.THERE if exists else Reach.GONE) for path, exists in there.items()}


def _pages(paths: list[str]) -> dict[str, Target]:
    matches = {path: _match(path) for path in paths}
    asked: dict[str, set[str]] = defaultdict(set)
    for match in matches.values():
        if match and match.url_name in _known_names():
            asked[match.url_name].add(_slug(match))
    answers = {name: _states(name, slugs) for name, slugs in asked.items()}
    found: dict[str, Target] = {}
    for path, match in matches.items():
        if match and (match.url_name not in answers):
            found[path] = Target(Reach.THERE)
        elif match and (target := answers[str(match.url_name)].get(_slug(match))):
            found[path] = target
    away = [path for path in paths if found.get(path, _GONE).reach in (Reach.GONE, Reach.HIDDEN)]
    return dict.fromkeys(paths, _GONE) | found | _moved(away)


_GONE = Target(Reach.GONE)


def _match(path: str) -> ResolverMatch | None:
    """Django adds the slash at the end that somebody forgot."""
    for spelling in (path, f"{path}/"):
        try:
            return resolve(spelling)
        except Resolver404:
            continue
    return None


def _slug(match: ResolverMatch) -> str:
    slug: str = match.kwargs[_PARTS.get(str(match.url_name), "slug")]
    return slug


@cache
def _kinds_by_name() -> dict[str, type[Publishable]]:
    return {str(resolve(model(slug="slug").get_absolute_url()).url_name): model for model in KINDS.values()}


def _known_names() -> set[str]:
    return {*_kinds_by_name(), *LOOKUPS}


def _states(url_name: str, slugs: Collection[str]) -> dict[str, Target]:
    model = _kinds_by_name().get(url_name)
    if model is None:
        return dict.fromkeys(LOOKUPS[url_name](slugs), Target(Reach.THERE))
    rows = model._default_manager.filter(slug__in=slugs).with_state()  # type: ignore[attr-defined]
    return {slug: _target(state) for slug, state in rows.values_list("slug", "state")}


def _target(state: str) -> Target:
    return Target(Reach.THERE) if state == "live" else Target(Reach.HIDDEN, state)


def _moved(paths: list[str]) -> dict[str, Target]:
    """What `publishing.redirects` would answer for these."""
    spellings = {
        path: {path, path.rstrip("/"), f"{path}/"} for path in paths if len(path) <= 500 and "\0" not in path
    }
    if not spellings:
        return {}
    rows = Redirect.objects.filter(path__in=set().union(*spellings.values()))
    known = {row.path: row for row in rows}
    live = _live_addresses({row.item_id for row in known.values() if row.item_id})
    found = {}
    for path, alike in spellings.items():
        for row in (known[spelling] for spelling in sorted(alike) if spelling in known):
            new = row.target_path or live.get(row.item_id or 0)
            if new and new != path:
                found[path] = Target(Reach.MOVED, new)
    return found


def _live_addresses(items: set[int]) -> dict[int, str]:
    return {
        content.item_id: content.get_absolute_url()
        for model in KINDS.values()
        for content in model._default_manager.filter(Q(item__in=items)).live().only("slug", "item")  # type: ignore[attr-defined]
        if items
    }
