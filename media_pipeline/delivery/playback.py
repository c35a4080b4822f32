"""What a player is given: the addresses of a live set's files for one visitor, and others for when those fail."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied

from media_pipeline.delivery import gates, names
from media_pipeline.delivery.choosing import EVERY, ORIGIN, chain
from media_pipeline.delivery.grants import Grant
from media_pipeline.delivery.signing import MINUTES, signed
from media_pipeline.delivery.visitors import Visitor
from media_pipeline.models import Encoding, MediaAsset, Region, Rendition, RenditionSet
from media_pipeline.playing import HLS, Chapter, Playable, Source, Track

_TYPES = {"application/x-mpegurl": HLS}
_PLAYED = (Rendition.Role.MASTER, Rendition.Role.PROGRESSIVE, Rendition.Role.DOWNLOAD)  # best first


@dataclass(frozen=True)
class Choice:
    """The same recording from one place."""

    region: str  # its slug, or "origin"
    check: str  # the signed address of a small object there: whether it answers at all
    sources: tuple[Source, ...]  # best first


@dataclass(frozen=True)
class Playback:
    encoding: Encoding
    visitor: Visitor
    public: bool  # anybody may have it, so the addresses in a page may be the same for all and for ever

    @property
    def set(self) -> RenditionSet:
        assert self.encoding.live is not None
        return self.encoding.live

    @cached_property
    def files(self) -> list[Rendition]:
        """All but the pictures of a storyboard, which alone names them."""
        found = self.set.renditions.delivered().exclude(role=Rendition.Role.SPRITE)
        return list(found.only("set", "role", "name", "key", "bytes", "content_type", "facts"))

    def playable(self, *, title: str, key: str, page: str = "", **more: Any) -> Playable:
        """For `components/player.html`; the arguments are Playable's.

        Where anybody may have the recording it holds nothing that is only for this visitor or ends, so the page
        around it may be kept for hours.
        """
        asset, grant = self.set.asset, str(self.grant())
        subtitles = [file for file in self._in("subtitles") if file.content_type == "text/vtt"]

        def address(file: Rendition) -> str:
            return names.stable(self.encoding, file) if self.public else names.granted(grant, file)

        def first(role: str) -> str:
            return next((address(file) for file in self._in(role)), "")

        return Playable(
            title=title,
            kind="video" if asset.kind == MediaAsset.Kind.VIDEO and self._in("progressive") else "audio",
            sources=tuple(
                Source(address(file), _type(file), f"{address(file)}?download") for file in self._in(*_PLAYED)
            ),
            duration=asset.duration or 0,
            key=key,
            poster=first("poster"),
            width=asset.width,
            height=asset.height,
            tracks=tuple(
                Track(address(f), f.facts.get("language", f.name), f.facts.get("label", f.name))
                for f in subtitles
            ),
            chapters=tuple(Chapter(c["start"], c.get("title") or "") for c in _chapters(self.set)),
            storyboard=first("storyboard"),
            waveform=first("waveform"),
            page=page,
            again=names.again(self.encoding),
            **more,
        )

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """Best first, the origin last; without those that the visitor has named, unless he has named all."""
        regions = chain(self.set, self.visitor.place, self.visitor.without)
        return tuple(self._choice(regions, number) for number in range(len(regions)))

    def _choice(self, regions: list[Region | None], number: int) -> Choice:
        """A link of ours leads to the nearest region that it does not exclude: here, to that of this choice."""
        region = regions[number]
        slugs = [_slug(one) for one in regions]
        without = {EVERY} if region is None else self.visitor.without.difference(slugs) | set(slugs[:number])
        grant = str(self.grant(sorted(without)))
        return Choice(
            region=slugs[number],
            check=signed(min(self.files, key=lambda file: file.bytes), region, MINUTES),
            sources=tuple(Source(names.granted(grant, file), _type(file)) for file in self._in(*_PLAYED)),
        )

    def grant(self, without: Iterable[str] = ()) -> Grant:
        viewer = "" if self.public else self.visitor.viewer
        return Grant.of(self.encoding, viewer, without)

    def _in(self, *roles: str) -> list[Rendition]:
        return [file for role in roles for file in self.files if file.role == role]


def playback(encoding: Encoding, visitor: Visitor) -> Playback:
    """Of an encoding of audio or video that has a live set, read with `live__asset`.

    Raises PermissionDenied if its gate is closed for this visitor.
    """
    if gates.opens(encoding.owner, ""):
        return Playback(encoding, visitor, public=True)
    if gates.opens(encoding.owner, visitor.viewer):
        return Playback(encoding, visitor, public=False)
    raise PermissionDenied(f"{encoding.owner or 'encoding'} is not for {visitor.viewer or 'everybody'}")


def _slug(region: Region | None) -> str:
    return region.slug if region else ORIGIN


def _type(file: Rendition) -> str:
    return _TYPES.get(file.content_type, file.content_type)


def _chapters(found: RenditionSet) -> list[dict[str, Any]]:
    given: list[dict[str, Any]] = found.tags.get("chapters") or found.asset.probe.get("chapters", [])
    return given
