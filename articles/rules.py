"""What an article needs beside its text."""

import re
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import parse_qsl, urlsplit

from articles.models import Article, Section, Series
from core.markdown.reading import Passage
from publishing.linter import Checked, Level, Problem, rule
from publishing.linter.inside import address
from publishing.linter.rules.images import says_nothing

KINDS = (Article.kind,)
LONGEST_HEADLINE = 80
LONGEST_STANDFIRST = 250
HERO_WIDTH = 1600
SMALLEST_HERO = 800

_DISCLOSES = re.compile(
    r"""
    \bthis\s+(?:article|post|story|piece|page|episode|video|review)\s+(?:is|was|has\s+been)\s+
        (?:kindly\s+|generously\s+)?(?:sponsored|paid\s+for)
    | \b(?:paid\s+(?:partnership|promotion|placement)|sponsored\s+(?:content|post|article|story)|advertorial)\b
    | \b(?:contains?|are|is\s+an?|includes?|uses?|with)\s+affiliate\s+links?\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HINTS = re.compile(r"\bsponsored\s+by\b|\bin\s+partnership\s+with\b|\baffiliate\s+links?\b", re.IGNORECASE)
# What programmes add to links to count whom they pay; `ref` alone is a branch on GitHub more often than money
_AFFILIATE = frozenset(
    {"aff", "aff_id", "affid", "affiliate", "affiliate_id", "irclickid", "awinaffid", "afftrack"}
)
_AMAZON = re.compile(r"(?:^|\.)(?:amazon\.[a-z.]{2,6}|amzn\.to)$")
_COUNTED = frozenset({"ref", "referral", "referral_code", "via"})
_SHOPS_REF = re.compile(r"[A-Za-z][\w-]{2,40}")


@address("section", "section_feed")
def _sections(slugs: Collection[str]) -> Iterable[str]:
    return Section.objects.filter(slug__in=slugs).values_list("slug", flat=True)


@address("series")
def _series(slugs: Collection[str]) -> Iterable[str]:
    """A series nothing is published of is a 404."""
    live = Article.objects.live().values("series")
    return Series.objects.filter(slug__in=slugs, pk__in=live).values_list("slug", flat=True)


@rule("headline-missing", Level.ERROR, field="headline", kinds=KINDS)
def no_headline(text: Checked) -> Iterator[Problem]:
    """No headline."""
    if not text.plain("headline").strip():
        yield Problem("There is no headline: readers need something to click on.", "Write one.")


@rule("headline-long", Level.WARNING, field="headline", kinds=KINDS)
def long_headline(text: Checked) -> Iterator[Problem]:
    """A headline that lists and search engines cut."""
    length = len(text.plain("headline"))
    if length > LONGEST_HEADLINE:
        yield Problem(
            f"The headline has {length} characters; lists and search engines cut it.",
            f"Say it in {LONGEST_HEADLINE}; the standfirst holds the rest.",
        )


@rule("standfirst-missing", Level.WARNING, field="standfirst", kinds=KINDS)
def no_standfirst(text: Checked) -> Iterator[Problem]:
    """No standfirst."""
    if not text.plain("standfirst").strip():
        yield Problem(
            "There is no standfirst: lists and search engines show the headline alone.",
            "Say in one or two sentences what the reader will know at the end.",
        )


@rule("standfirst-long", Level.WARNING, field="standfirst", kinds=KINDS)
def long_standfirst(text: Checked) -> Iterator[Problem]:
    """A standfirst that is a paragraph."""
    length = len(text.plain("standfirst"))
    if length > LONGEST_STANDFIRST:
        yield Problem(
            f"The standfirst has {length} characters; it is read at a glance, and search engines show 160.",
            f"Keep to one or two sentences, {LONGEST_STANDFIRST} characters, with what matters first.",
        )


@rule("section-missing", Level.WARNING, field="section", kinds=KINDS)
def no_section(text: Checked) -> Iterator[Problem]:
    """No section."""
    if text.content.section_id is None:
        yield Problem("It belongs to no section, so no section's page shows it.", "Choose one.")


@rule("byline-missing", Level.WARNING, field="bylines", kinds=KINDS)
def no_byline(text: Checked) -> Iterator[Problem]:
    """Nobody is named as its author."""
    if text.is_saved and not text.content.bylines.exists():
        yield Problem("It has no byline: readers want to know who says so.", "Add whoever wrote it.")


@rule("hero-missing", Level.INFO, field="hero", kinds=KINDS)
def no_hero(text: Checked) -> Iterator[Problem]:
    """No picture at the top."""
    if text.content.hero is None:
        yield Problem(
            "There is no picture at the top; lists and shared links show words alone.",
            "Choose one if there is one that tells something.",
        )


@rule("hero-alt", Level.ERROR, field="hero", kinds=KINDS)
def mute_hero(text: Checked) -> Iterator[Problem]:
    """A picture at the top that says nothing to those who do not see it."""
    hero = text.content.hero
    if hero and not hero.decorative and (not hero.alt.strip() or says_nothing(hero.alt)):
        yield Problem(
            "Nothing says what the picture at the top shows.",
            "Describe it with the image in the library, or mark it there as decorative.",
            excerpt=f"{hero.reference} {hero.alt}".strip(),
        )


@rule("hero-credit", Level.WARNING, field="hero", kinds=KINDS)
def uncredited_hero(text: Checked) -> Iterator[Problem]:
    """A picture at the top without credit."""
    hero = text.content.hero
    if hero and not hero.credit.strip():
        yield Problem(
            "Nobody is credited for the picture at the top.",
            "Say with the image in the library who made it, and the licence if there is one.",
            excerpt=hero.reference,
        )


@rule("hero-small", Level.WARNING, field="hero", kinds=KINDS)
def small_hero(text: Checked) -> Iterator[Problem]:
    """A picture at the top that looks soft on a large screen."""
    hero = text.content.hero
    if hero and SMALLEST_HERO <= hero.width < HERO_WIDTH:
        yield Problem(
            f"The picture at the top is {hero.width} pixels wide; on a large screen it looks soft.",
            f"Upload one of at least {HERO_WIDTH} pixels.",
            excerpt=hero.reference,
        )


@rule("hero-tiny", Level.ERROR, field="hero", kinds=KINDS)
def tiny_hero(text: Checked) -> Iterator[Problem]:
    """A picture at the top that is too small even for a phone."""
    hero = text.content.hero
    if hero and hero.width < SMALLEST_HERO:
        yield Problem(
            f"The picture at the top is {hero.width} pixels wide, too few even for a phone.",
            f"Upload one of at least {HERO_WIDTH} pixels, or put this one into the text.",
            excerpt=hero.reference,
        )


@rule("sponsorship-undisclosed", Level.ERROR, field="sponsored", kinds=KINDS)
def undisclosed(text: Checked) -> Iterator[Problem]:
    """The text says that somebody pays for it, or its links do, and readers are not told."""
    if text.content.sponsored:
        return
    for field, passage in _prose(text):
        for match in _DISCLOSES.finditer(passage.text):
            yield _undisclosed(passage.around(*match.span()), passage.line_at(match.start()), field)
    for link in text.links:
        if _earns(link.href):
            yield _undisclosed(link.href, link.line, "body")


@rule("sponsorship-likely", Level.WARNING, field="sponsored", kinds=KINDS)
def likely(text: Checked) -> Iterator[Problem]:
    """Words or links that often mean that somebody pays."""
    if text.content.sponsored:
        return
    places = [
        (field, passage.around(*match.span()), passage.line_at(match.start()))
        for field, passage in _prose(text)
        if not _DISCLOSES.search(passage.text)
        for match in _HINTS.finditer(passage.text)
    ]
    places += [("body", link.href, link.line) for link in text.links if _is_counted(link.href)]
    for field, excerpt, line in places:
        yield Problem(
            "This may be paid for, and “sponsored” is not ticked.",
            "If somebody pays for the article or for clicks in it, tick “sponsored” and name them. If not, leave it.",
            excerpt=excerpt,
            line=line,
            field=field,
        )


@rule("sponsor-unnamed", Level.ERROR, field="sponsor", kinds=KINDS)
def nobody_named(text: Checked) -> Iterator[Problem]:
    """Marked as sponsored without saying by whom."""
    if text.content.sponsored and not text.content.sponsor.strip():
        yield Problem(
            "It is marked as sponsored, and nobody is named.", "Say who paid, as readers should see it."
        )


@rule("sponsor-without-mark", Level.ERROR, field="sponsored", kinds=KINDS)
def sponsor_without_mark(text: Checked) -> Iterator[Problem]:
    """A sponsor is named, and the article is not marked."""
    if text.content.sponsor.strip() and not text.content.sponsored:
        yield Problem(
            f"“{text.content.sponsor}” is named as its sponsor, and readers are not told.",
            "Tick “sponsored”, or take the name out.",
        )


def _undisclosed(excerpt: str, line: int, field: str) -> Problem:
    return Problem(
        "Somebody pays for this or for clicks in it, and “sponsored” is not ticked.",
        "Tick “sponsored” and name who pays; or take it out of the text.",
        excerpt=excerpt,
        line=line,
        field=field,
    )


def _prose(text: Checked) -> Iterator[tuple[str, Passage]]:
    yield "standfirst", Passage(text.plain("standfirst"), 1)
    for passage in text.passages:
        yield "body", passage


def _earns(href: str) -> bool:
    """Whether a programme pays for clicks on this link."""
    host, parameters = _query(href)
    is_shop = bool(_AMAZON.search(host))
    return bool(parameters.keys() & _AFFILIATE) or (is_shop and bool(parameters.get("tag")))


def _is_counted(href: str) -> bool:
    """Whether the link names whoever sent the reader: an agreement, or a habit."""
    host, parameters = _query(href)
    named = any(_SHOPS_REF.fullmatch(parameters.get(name, "")) for name in _COUNTED)
    return named and not host.endswith(
        ("github.com", "gitlab.com", "githubusercontent.com", "x.com", "twitter.com")
    )


def _query(href: str) -> tuple[str, dict[str, str]]:
    try:
        parts = urlsplit(href)
        pairs = parse_qsl(parts.query, max_num_fields=50)
        return (parts.hostname or "").lower(), {name.lower(): value for name, value in pairs}
    except ValueError:
        return "", {}
