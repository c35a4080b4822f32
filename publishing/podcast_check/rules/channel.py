"""What a show says of itself."""

from collections.abc import Iterator

from core.xml import Element
from publishing.podcast_check import limits, values
from publishing.podcast_check.feed import ATOM, ITUNES, PODCAST, Feed
from publishing.podcast_check.findings import Level
from publishing.podcast_check.table import CHANNEL, Check, Spot, at, rule


def _needs(name: str, namespace: str = "") -> Check:
    """The element with a text."""

    def check(channel: Element, feed: Feed) -> Iterator[Spot]:
        found = channel.first(name, namespace)
        if found is None or not found.text.strip():
            yield at(found or channel)

    return check


rule(
    "title-missing",
    Level.ERROR,
    CHANNEL,
    "The show has no title.",
    "Add <title> with the show's name and nothing else.",
)(_needs("title"))
rule(
    "link-missing",
    Level.ERROR,
    CHANNEL,
    "Nothing leads to the show's own page.",
    "Add <link> with the address of its page.",
)(_needs("link"))
rule(
    "description-missing",
    Level.ERROR,
    CHANNEL,
    "The show has no description.",
    "Add <description>: what it is about, for whom, how often.",
)(_needs("description"))
rule(
    "language-missing",
    Level.ERROR,
    CHANNEL,
    "The show does not say in which language it is.",
    "Add <language>, such as en or pt-BR.",
)(_needs("language"))
rule(
    "explicit-missing",
    Level.ERROR,
    CHANNEL,
    "The show does not say whether it is for adults.",
    "Add <itunes:explicit>false</itunes:explicit>, or true.",
)(_needs("explicit", ITUNES))
rule(
    "author-missing",
    Level.INFO,
    CHANNEL,
    "Nobody is named as who makes the show.",
    "Add <itunes:author>.",
)(_needs("author", ITUNES))
rule(
    "copyright-missing",
    Level.INFO,
    CHANNEL,
    "The show does not say whose it is.",
    "Add <copyright>.",
)(_needs("copyright"))
rule(
    "guid-of-show-missing",
    Level.WARNING,
    CHANNEL,
    "The show has no podcast:guid, so that nothing tells it is the same one after a move.",
    "Add <podcast:guid>: UUIDv5 of the first address of the feed, never changed.",
)(_needs("guid", PODCAST))
rule(
    "build-date-missing",
    Level.INFO,
    CHANNEL,
    "The feed does not say when it changed last.",
    "Add <lastBuildDate>.",
)(_needs("lastBuildDate"))
rule(
    "generator-missing",
    Level.INFO,
    CHANNEL,
    "The feed does not say what programme wrote it, which helps when something is wrong.",
    "Add <generator>.",
)(_needs("generator"))
rule(
    "locked-missing",
    Level.INFO,
    CHANNEL,
    "The show does not say whether another host may take it over.",
    "Add <podcast:locked>yes</podcast:locked>.",
)(_needs("locked", PODCAST))


@rule(
    "self-link-missing",
    Level.ERROR,
    CHANNEL,
    "The feed does not say where it lives.",
    'Add <atom:link rel="self" href="…" type="application/rss+xml"/>.',
)
def self_link(channel: Element, feed: Feed) -> Iterator[Spot]:
    if not feed.own_address:
        yield at(channel)


@rule(
    "owner-missing",
    Level.INFO,
    CHANNEL,
    "Directories cannot write to anybody: there is no owner with an e-mail address.",
    "Add <itunes:owner> with itunes:name and itunes:email.",
)
def no_owner(channel: Element, feed: Feed) -> Iterator[Spot]:
    owner = channel.first("owner", ITUNES)
    if not feed.is_blocked and not (owner and owner.text_of("email", ITUNES)):
        yield at(owner or channel)


@rule(
    "owner-email",
    Level.WARNING,
    "channel/itunes:owner",
    "“{email}” is no e-mail address, so no directory can confirm the show.",
    "Write the bare address, as in owner@example.org.",
)
def owner_email(owner: Element, feed: Feed) -> Iterator[Spot]:
    email = owner.text_of("email", ITUNES)
    if email and not values.EMAIL.fullmatch(email):
        yield at(owner.first("email", ITUNES) or owner, email=email)


@rule(
    "owner-in-private-feed",
    Level.WARNING,
    "channel/itunes:owner",
    "A feed that directories should leave alone shows its owner's e-mail address.",
    "Leave itunes:owner out of private feeds.",
)
def owner_in_private_feed(owner: Element, feed: Feed) -> Iterator[Spot]:
    if feed.is_blocked and owner.text_of("email", ITUNES):
        yield at(owner)


@rule(
    "language-unknown",
    Level.ERROR,
    "channel/language",
    "“{language}” is no language tag.",
    "Write it as in en, de or pt-BR (BCP 47).",
)
def language(element: Element, feed: Feed) -> Iterator[Spot]:
    tag = element.text.strip()
    if tag and not values.LANGUAGE.fullmatch(tag):
        yield at(element, language=tag)


@rule(
    "type-unknown",
    Level.ERROR,
    "channel/itunes:type",
    "“{type}” is no type of a show.",
    "Write episodic or serial.",
)
def show_type(element: Element, feed: Feed) -> Iterator[Spot]:
    if element.text.strip() not in limits.SHOW_TYPES:
        yield at(element, type=element.text)


@rule(
    "serial-without-numbers",
    Level.WARNING,
    "channel/itunes:type",
    "The show is serial, and {count} of its episodes have no itunes:episode: apps do not know their order.",
    "Number the full episodes, or call the show episodic.",
)
def serial_without_numbers(element: Element, feed: Feed) -> Iterator[Spot]:
    full = [item for item in feed.items if (item.text_of("episodeType", ITUNES) or "full") == "full"]
    lacking = [item for item in full if not item.text_of("episode", ITUNES)]
    if feed.is_serial and lacking:
        yield at(element, count=len(lacking))


@rule(
    "never-says-yes",
    Level.WARNING,
    "channel|item/itunes:block",
    "itunes:block says “{value}”, which hides nothing: only Yes means anything.",
    "Write Yes, or leave the element out.",
)
def block(element: Element, feed: Feed) -> Iterator[Spot]:
    if element.text.strip().lower() not in ("yes", "no"):
        yield at(element, value=element.text)


@rule(
    "complete-unknown",
    Level.WARNING,
    "channel/itunes:complete",
    "itunes:complete says “{value}”, and only Yes means anything.",
    "Write Yes when there will never be another episode; else leave it out.",
)
def complete(element: Element, feed: Feed) -> Iterator[Spot]:
    if element.text.strip().lower() not in ("yes", "no"):
        yield at(element, value=element.text)


@rule(
    "moved-to-itself",
    Level.WARNING,
    "channel/itunes:new-feed-url",
    "The feed says it has moved to where it is.",
    "Keep itunes:new-feed-url to the old address, which redirects.",
)
def moved_to_itself(element: Element, feed: Feed) -> Iterator[Spot]:
    if feed.own_address and element.text.strip() == feed.own_address:
        yield at(element)


@rule(
    "image-incomplete",
    Level.WARNING,
    "channel/image",
    "The RSS image has no {missing}.",
    "Give it url, title and link.",
)
def rss_image(image: Element, feed: Feed) -> Iterator[Spot]:
    missing = [name for name in ("url", "title", "link") if not image.text_of(name)]
    if missing:
        yield at(image, missing=" and no ".join(missing))


@rule(
    "said-twice",
    Level.WARNING,
    CHANNEL,
    "There is a second {name}; apps do not agree on which one counts.",
    "Leave one.",
)
def said_twice(channel: Element, feed: Feed) -> Iterator[Spot]:
    once = {("", "title"), ("", "description"), ("", "language"), ("", "link"), (PODCAST, "guid")}
    once |= {(ITUNES, name) for name in ("image", "explicit", "author", "type", "owner")}
    seen = set()
    for child in channel.children:
        key = (child.namespace, child.name)
        if key in once and key in seen:
            yield at(child, name=f"{'itunes:' if child.namespace == ITUNES else ''}{child.name}")
        seen.add(key)


@rule(
    "hub-without-address",
    Level.INFO,
    "channel/atom:link",
    "The link to a hub has no address.",
    "Name the hub, or leave the link out.",
)
def hub(link: Element, feed: Feed) -> Iterator[Spot]:
    if link.namespace == ATOM and link.get("rel") == "hub" and not link.get("href"):
        yield at(link)
