"""One Markdown file as an article or a person, before anything is looked up or written."""

import posixpath
import re
import unicodedata
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from articles.importers import dates, front_matter, shortcodes
from articles.importers.front_matter import Fields
from core.importing import ItemFailed
from core.markdown.rewriting import headings

MOST_TOPICS = 30
_PEOPLE = frozenset({"author", "authors", "people", "person", "persons", "contributors"})
_DATES = ("date", "pubdate", "published", "publishdate", "datepublished")
_TOPICS = ("tags", "categories", "topics")
_STANDFIRST = ("description", "summary", "subtitle", "standfirst", "excerpt")
_HERO = (
    "image",
    "cover",
    "hero",
    "featured_image",
    "featuredimage",
    "featured",
    "banner",
    "thumbnail",
    "images",
)
_CANONICAL = ("canonical", "canonicalurl", "canonical_url")
_HEADING = re.compile(r"^ {0,3}(#|=+[ \t]*$|-+[ \t]*$)", re.MULTILINE)
_GENERIC = frozenset({"articles", "blog", "content", "docs", "drafts", "pages", "posts", "src"})
_NOTHING = ("", "null", "~")
_YES, _NO = ("true", "yes", "1"), ("false", "no", "0")


@dataclass(frozen=True, slots=True)
class Hero:
    """The image at the top, as the file names it."""

    src: str
    alt: str = ""
    caption: str = ""
    credit: str = ""


@dataclass(slots=True)
class Document:
    """`key` is the path below the directory; `address` the one the file had on its old site, `aliases` older ones."""

    key: str
    text: str
    fields: Fields
    title: str = ""
    body: str = ""
    date: datetime | None = None
    is_draft: bool = False
    authors: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    standfirst: str = ""
    hero: Hero | None = None
    series: str = ""
    part: int | None = None
    canonical_url: str = ""
    address: str = ""
    aliases: list[str] = field(default_factory=list)
    slug: str = ""

    @property
    def stem(self) -> str:
        """What the file is called, or its directory if the file is an index: never with a date."""
        return dates.without_date(posixpath.basename(self.page))

    @property
    def page(self) -> str:
        """The key without `.md` and without `/index`: the path that relative links in pretty addresses start from."""
        path = posixpath.splitext(self.key)[0]
        is_index = posixpath.basename(path).lower() in ("index", "_index")
        return posixpath.dirname(path) if is_index else path


def read(key: str, text: str) -> Document:
    """Raises ItemFailed, or MarkdownTooComplex, with a sentence."""
    if len(key) > 500 or not _storable(key):
        raise ItemFailed("The file's path is too long or not UTF-8.")
    fields, body = front_matter.split(text)
    document = Document(key, text, fields, body=shortcodes.replace(body))
    _read_title(document)
    document.address = _path(_word(fields, "path", "url", "permalink"))
    document.aliases = [
        path for alias in _words(fields, "aliases", "alias", "redirect_from") if (path := _path(alias))
    ]
    document.slug = posixpath.basename(_word(fields, "slug").strip("/"))
    _read_date(document)
    _read_people_and_topics(document)
    _read_rest(document)
    return document


def is_person(document: Document, directory: str, authors: Set[str]) -> bool:
    """Whether the file is about a person: it names one and has neither date nor author, and either lies in a
    directory called for people (`authors`, `_people`, `my_blog_authors`; the imported directory counts), or has the
    name, or the file name, of somebody (case folded, in `authors`) who wrote one of the articles.
    """
    if not _word(document.fields, "title", "name") or document.date or document.authors:
        return False
    folders = [directory, *document.key.split("/")[:-1]]
    words = {word for folder in folders for word in re.split(r"[^a-z]+", folder.lower())}
    return bool(words & _PEOPLE) or not authors.isdisjoint(
        {document.title.casefold(), document.stem.casefold()}
    )


def _read_title(document: Document) -> None:
    """From front matter, else the first h1 or a heading that opens the text, else the file's name."""
    title = one_line(_word(document.fields, "title", "name"))
    found = headings(document.body) if _HEADING.search(document.body) else []
    first = next((h for h in found if h.level == 1), found[0] if found and found[0].opens else None)
    written = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", one_line(first.text)) if first else ""
    document.title = title or written or _readable(document.stem)
    if first and _same(written, document.title):
        document.body = document.body[: first.start] + document.body[first.end :]
    document.body = document.body.strip("\n")


def _read_date(document: Document) -> None:
    fields = document.fields
    written = next(
        (_word(fields, name) for name in _DATES if _word(fields, name).lower() not in ("", *_YES, *_NO)), ""
    )
    document.date = dates.read(written) if written else dates.in_path(document.address, document.key)
    # Jekyll says `published: false`
    is_hidden = _word(fields, "draft").lower() in _YES or _word(fields, "published").lower() in _NO
    document.is_draft = is_hidden or "_drafts" in document.key.split("/")


def _read_people_and_topics(document: Document) -> None:
    extra, taxonomies = _mapping(document.fields, "extra"), _mapping(document.fields, "taxonomies")
    places = (document.fields, taxonomies, extra)
    names = next((found for place in places if (found := _names(place))), [])
    document.authors = _once(names)
    topics = [topic for place in places for name in _TOPICS for topic in _split(place.get(name))]
    directory = posixpath.dirname(document.page).split("/")[0]
    if not document.fields and directory.strip("_").lower() not in _GENERIC:
        topics.append(directory)  # a file without front matter is about the directory it lies in
    document.topics = _once(one_line(topic)[:80].strip() for topic in topics)[:MOST_TOPICS]


def _read_rest(document: Document) -> None:
    fields = document.fields
    standfirst = one_line(_word(fields, *_STANDFIRST))
    document.standfirst = "" if _same(standfirst, document.title) else standfirst
    document.hero = _hero(fields) or _hero(_mapping(fields, "extra"))
    document.canonical_url = _word(fields, *_CANONICAL)
    series = _words(fields, "series") or _words(_mapping(fields, "taxonomies"), "series")
    document.series = one_line(series[0])[:160] if series else ""
    part = _word(fields, "part", "series_order", "series_part")
    document.part = int(part) if document.series and re.fullmatch(r"[0-9]{1,4}", part) else None


def _names(place: Fields) -> list[str]:
    """A text is one person, whatever is in it; a list is several."""
    for name in ("authors", "author"):
        value = place.get(name)
        people = value if isinstance(value, list) else [value]
        written = [
            str(p.get("name", "")) if isinstance(p, dict) else p for p in people if p not in (None, *_NOTHING)
        ]
        if any(not isinstance(person, str) for person in written):
            raise ItemFailed(f"“{name}” must be a name or a list of names.")
        if names := [clean for person in written if (clean := person_name(person))]:
            return names
    return []


def person_name(written: str) -> str:
    """`Tim Head <timhead>` is Tim Head: what stands in angle brackets is an address, and none of the readers' business."""
    return one_line(re.sub(r"\s*<[^<>]*>\s*$", "", written))[:200].strip()


def _hero(fields: Fields) -> Hero | None:
    for resource in fields.get("resources") or ():
        name = str(resource.get("name", "")).lower() if isinstance(resource, dict) else ""
        if name.startswith(("featured", "cover", "hero", "header")):
            more = _mapping(resource, "params") or resource
            return Hero(
                _word(resource, "src"), _word(more, "alt", "description"), credit=_word(more, "credit")
            )
    for name in _HERO:
        value = fields.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, dict):
            src = _word(value, "src", "image", "path", "url")
            hero = Hero(src, _word(value, "alt"), _word(value, "caption"), _word(value, "credit"))
        else:
            hero = Hero(
                _word(fields, name) if isinstance(value, str) else "",
                _word(fields, f"{name}_alt", "image_alt"),
            )
        if hero.src:
            return hero
    return None


def _word(fields: Fields, *names: str) -> str:
    """The first of the fields that holds a text."""
    for name in names:
        value = fields.get(name)
        value = value[0] if isinstance(value, list) and len(value) == 1 else value
        if isinstance(value, str) and value.strip() not in _NOTHING:
            return value.strip()
    return ""


def _words(fields: Fields, *names: str) -> list[str]:
    values = (fields.get(name) for name in names)
    listed = (value if isinstance(value, list) else [value] for value in values if value)
    return [word.strip() for words in listed for word in words if isinstance(word, str) and word.strip()]


def _split(value: Any) -> list[str]:
    """A list, or a text with commas."""
    words = (
        value
        if isinstance(value, list)
        else str(value or "").split(",")
        if not isinstance(value, dict)
        else []
    )
    return [word for word in words if isinstance(word, str)]


def _mapping(fields: Fields, name: str) -> Fields:
    value = fields.get(name)
    return {str(key).lower(): inner for key, inner in value.items()} if isinstance(value, dict) else {}


def _path(written: str) -> str:
    """An old address as `/2017/04/27/x`; empty for none, for a pattern, and for what no address of a page can be."""
    try:
        path = unquote(urlsplit(written).path).strip("/") if written else ""
    except ValueError:
        return ""
    trailing = "/" if written.endswith("/") else ""
    usable = path and len(path) < 490 and ":" not in path and ".." not in path and path.isprintable()
    return f"/{path}{trailing}" if usable else ""


def _once(words: Iterable[str]) -> list[str]:
    seen: dict[str, str] = {}
    for word in words:
        if word:
            seen.setdefault(word.casefold(), word)
    return list(seen.values())


def one_line(text: str) -> str:
    """Composed characters, single spaces, no control characters."""
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") else c for c in text)
    return " ".join(unicodedata.normalize("NFC", plain).split())


def _same(heading: str, title: str) -> bool:
    return re.sub(r"[\W_]+", "", heading.casefold()) == re.sub(r"[\W_]+", "", title.casefold())


def _readable(stem: str) -> str:
    words = one_line(re.sub(r"[-_]+", " ", stem))
    return words[:1].upper() + words[1:] if words else "Untitled"


def _storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
