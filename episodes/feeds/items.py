"""An episode as an item of a feed."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache
from html import escape

from django.urls import reverse

from core.feeds import clean
from core.links import absolute
from core.markdown import inline_text
from episodes.chapters import chapters_of
from episodes.feeds.gathering import Gathered, Link, Made, Named, Sponsor, encoding_of
from episodes.models import Episode, Show, ShowCredit
from media_pipeline.delivery import stable
from media_pipeline.models import MediaAsset, Rendition
from people.models import Person
from publishing import podcast_rss as rss
from publishing.podcast_check.limits import LARGEST_ARTWORK, SMALLEST_ARTWORK

type PrivateFile = Callable[[Episode, str], str]

_EXTENSIONS = {"audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/x-m4a": "m4a", "video/mp4": "mp4"}
SUPPORT = "Support the show"
_TRANSCRIPTS = (("vtt", "text/vtt"), ("srt", "application/x-subrip"), ("json", "application/json"))


@dataclass(slots=True)
class Items:
    """The items of gathered episodes: for everybody, or for one member, whose files are at addresses of their own."""

    found: Gathered
    private_file: PrivateFile | None = None
    of_many_shows: bool = False
    hosts: dict[int, list[rss.Person]] = field(default_factory=dict)  # by show

    def made(self) -> list[rss.Item]:
        """In their order; what has nothing to hear yet is left out."""
        items = (self._item(episode) for episode in self.found.episodes)
        return [item for item in items if item]

    def _item(self, episode: Episode) -> rss.Item | None:
        show, files = episode.show, self.found.files.get(episode.pk, [])
        heard = _heard(files)
        moment = episode.published_at if self.private_file else episode.aired
        if moment is None or not (heard or episode.linked_url):
            return None
        season = episode.season
        return rss.Item(
            title=inline_text(clean(episode.title)),
            guid=episode.guid,
            file=self._enclosure(episode, heard),
            published=moment,
            link=_page(episode),
            summary=inline_text(clean(episode.standfirst)),
            notes=notes(
                episode.body_html, self.found.links.get(episode.pk), self.found.sponsors.get(episode.pk)
            ),
            seconds=heard.seconds if heard else episode.linked_seconds or 0,
            image=self._image(episode),
            explicit=episode.is_explicit,
            number=episode.display_number,
            season=season.number if season else None,
            season_name=season.name if season else "",
            type=episode.type,
            show=_source(show) if self.of_many_shows else None,
            author=show.author_line if self.of_many_shows else "",
            persons=self._persons(episode),
            transcripts=list(self._transcripts(episode)),
            chapters=self._chapters(episode),
            soundbites=[
                rss.Soundbite(bite.seconds, bite.length, bite.title) for bite in episode.soundbite_list
            ],
            alternates=list(self._alternates(episode, files)),
            funding=funding(episode.funding_url, episode.funding_label),
            license=rss.License(episode.license) if episode.license else None,
            extras=(*episode.kept.get("alternate", ()), *episode.kept.get("more", ())),
        )

    def _persons(self, episode: Episode) -> list[rss.Person]:
        """The list replaces the channel's: so the show's hosts stand in it again, unless it names hosts of its own."""
        own = self.found.credits.get(episode.pk, [])
        if not own:
            return []
        alone = any("host" in credit.role.lower() for credit in own)
        return [*([] if alone else self._hosts(episode.show)), *map(_named, own)]

    def _hosts(self, show: Show) -> list[rss.Person]:
        if show.pk not in self.hosts:
            self.hosts[show.pk] = [person(credit) for credit in show.hosts]
        return self.hosts[show.pk]

    def _enclosure(self, episode: Episode, heard: Made | None) -> rss.File:
        """What is at another host keeps the address that its old feed named; a member's goes by way of us all the same."""
        if heard:
            return rss.File(self._address(episode, heard.name), heard.type, heard.bytes)
        kind = episode.linked_type or "audio/mpeg"
        extension = _EXTENSIONS.get(kind) if self.private_file else None
        url = self._address(episode, extension) if extension else episode.linked_url
        return rss.File(url, kind, episode.linked_bytes)

    def _address(self, episode: Episode, extension: str) -> str:
        if self.private_file:
            return absolute(self.private_file(episode, extension))
        return f"{absolute(_files())}{episode.item.guid}.{extension}"

    def _beside(self, episode: Episode, name: str, extension: str) -> str:
        """Of chapters and transcripts: public with the episode, and then the same address for all."""
        if self.private_file and not is_public(episode):
            return absolute(self.private_file(episode, extension))
        return f"{absolute(_files())}{episode.item.guid}/{name}"

    def _image(self, episode: Episode) -> rss.Picture | None:
        if episode.artwork:
            return picture(episode.artwork)
        if kept := episode.kept.get("image"):
            return rss.Picture(kept)
        return show_picture(episode.show) if self.of_many_shows else None

    def _transcripts(self, episode: Episode) -> Iterator[rss.Transcript]:
        spoken = self.found.spoken.get(episode.pk)
        if spoken is None:
            for kept in episode.kept.get("transcripts", ()):
                yield rss.Transcript(kept["url"], kept["type"], kept.get("language", ""), kept.get("rel", ""))
            return
        for extension, kind in _TRANSCRIPTS:
            if spoken.timed or extension == "json":
                rel = "captions" if spoken.timed else ""
                url = self._beside(episode, f"transcript.{extension}", extension)
                yield rss.Transcript(url, kind, spoken.language, rel, spoken.version)
        page = self._beside(episode, "transcript.html", "html")
        yield rss.Transcript(page, "text/html", spoken.language)

    def _chapters(self, episode: Episode) -> rss.Chapters | None:
        if chapters_of(episode.chapters.partition("\n")[0]) or episode.chapter_list:
            return rss.Chapters(self._beside(episode, "chapters.json", "chapters"))
        kept = episode.kept.get("chapters")
        return rss.Chapters(kept["url"], kept.get("type") or rss.Chapters("").type) if kept else None

    def _alternates(self, episode: Episode, files: Iterable[Made]) -> Iterator[rss.Alternate]:
        for made in files:
            if _is_heard(made) and made.name == "m4a":
                file = rss.File(self._address(episode, "m4a"), made.type, made.bytes)
                yield rss.Alternate(file, "AAC", made.bits, 0, made.sha256)
            elif made.role == Rendition.Role.PROGRESSIVE:
                file = rss.File(self._address(episode, "mp4"), made.type, made.bytes)
                yield rss.Alternate(file, "Video", made.bits, made.height, made.sha256)
            elif made.role == Rendition.Role.MASTER and made.profile == "video" and not self.private_file:
                stream = rss.File(absolute(stable(*encoding_of(made))), "application/x-mpegURL")
                yield rss.Alternate(stream, "Video stream")


def is_public(episode: Episode) -> bool:
    """Of one that is live."""
    return not episode.for_members and (episode.public_at is None or episode.public_at <= datetime.now(UTC))


def notes(html: str, links: Iterable[Link] | None, sponsors: Iterable[Sponsor] | None) -> str:
    """The show notes with what belongs to them, as HTML. Whoever paid is named, as the law asks."""
    if links:
        html += (
            f"<h3>Links</h3><ul>{''.join(f'<li>{_link(link.url, link.label)}</li>' for link in links)}</ul>"
        )
    if sponsors:
        html += f"<h3>Sponsors</h3><ul>{''.join(map(_sponsor, sponsors))}</ul>"
    return html


def _link(url: str, text: str, more: str = "") -> str:
    return f'<a href="{escape(url)}"{more}>{escape(text)}</a>'


def _sponsor(made: Sponsor) -> str:
    who = _link(made.url, made.name, ' rel="sponsored"') if made.url else escape(made.name)
    return f"<li>{who}: {escape(made.text)}</li>" if made.text else f"<li>{who}</li>"


def _heard(files: Iterable[Made]) -> Made | None:
    """The MP3, which every app plays."""
    return next((made for made in files if _is_heard(made) and made.name == "mp3"), None)


def _is_heard(made: Made) -> bool:
    """What the addresses of its audio lead to (`files.listening`): a film has its sound as a file, too, which is another."""
    return made.role == Rendition.Role.DOWNLOAD and made.profile == "podcast"


@cache
def _files() -> str:
    """What stands before a guid in the path of each file. To ask for each would take a fifth of the time."""
    nobody = uuid.UUID(int=0)
    return reverse("chapters_file", args=[nobody]).partition(str(nobody))[0]


def _page(episode: Episode) -> str:
    return f"{absolute(_show_page(episode.show.slug))}{episode.slug}/"


@lru_cache(maxsize=100)
def _show_page(slug: str) -> str:
    return reverse("show", args=[slug])


def funding(url: str, label: str) -> rss.Funding | None:
    return rss.Funding(url, label or SUPPORT) if url else None


def person(credit: ShowCredit) -> rss.Person:
    somebody = credit.person
    href = credit.href or absolute(_person_page(somebody.slug))
    return rss.Person(somebody.name, credit.role, href, credit.img or _portrait(somebody))


def _named(credit: Named) -> rss.Person:
    href = credit.href or absolute(_person_page(credit.slug))
    return rss.Person(credit.name, credit.role, href, credit.img or credit.portrait)


@lru_cache(maxsize=1000)
def _person_page(slug: str) -> str:
    return reverse("person", args=[slug])


def _portrait(somebody: Person) -> str:
    return somebody.portrait.shared.url if somebody.portrait else ""


def picture(asset: MediaAsset) -> rss.Picture:
    """Artwork at the size that apps ask for: the image itself, or the smallest of its ladder that is large enough."""
    if asset.width <= LARGEST_ARTWORK and asset.content_type in ("image/jpeg", "image/png"):
        return rss.Picture(asset.url, asset.width, asset.height, asset.content_type, asset.alt)
    for kind, width, height, key in asset.ladder:
        if kind in ("jpeg", "png") and width >= SMALLEST_ARTWORK:
            url = asset.url.removesuffix(asset.key) + key
            return rss.Picture(url, width, height, f"image/{kind}", asset.alt)
    return rss.Picture(asset.url, asset.width, asset.height, asset.content_type, asset.alt)


def show_picture(show: Show) -> rss.Picture | None:
    kept = show.kept.get("image")
    return picture(show.artwork) if show.artwork else rss.Picture(kept) if kept else None


def _source(show: Show) -> rss.Remote:
    return rss.Remote(str(show.podcast_guid), absolute(show.feed_path), show.name)
