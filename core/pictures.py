"""Pictures in HTML: `<picture>` with a file for each screen, or a plain `<img>` where there is only one."""

from dataclasses import dataclass
from html import escape

from core.places import PLACES, sizes


@dataclass(frozen=True, slots=True)
class Source:
    """One format of a picture: `type` is its media type, `files` are (address, width in pixels), narrowest first."""

    type: str
    files: tuple[tuple[str, int], ...]

    def srcset(self, most: int) -> str:
        """Up to the first file that has `most` pixels."""
        wanted = [
            file for place, file in enumerate(self.files) if not place or self.files[place - 1][1] < most
        ]
        return ", ".join(f"{address} {width}w" for address, width in wanted)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture ready to be shown: `width` and `height` in pixels, `credit` as plain text.

    `src` is a file that every browser knows; `sources` have the same picture, best format first, in a ladder of
    widths. The last of them is for the `<img>` itself.
    """

    src: str
    width: int
    height: int
    alt: str
    credit: str
    focal_class: str = ""
    decorative: bool = False
    sources: tuple[Source, ...] = ()

    @property
    def addresses(self) -> set[str]:
        return {self.src, *(address for source in self.sources for address, _ in source.files)}


def picture(image: Image, place: str, *, alt: str, first: bool = False) -> str:
    """The picture as HTML, for one of the places of `core.places`. `first`: what readers see first is not lazy."""
    attributes = {"src": image.src} | _choice(image, image.sources[-1:], place)
    attributes |= {"alt": alt, "width": str(image.width), "height": str(image.height)}
    if image.focal_class:
        attributes["class"] = image.focal_class
    img = tag(
        "img",
        attributes | ({"fetchpriority": "high"} if first else {"loading": "lazy"}) | {"decoding": "async"},
    )
    others = "".join(
        tag("source", {"type": source.type} | _choice(image, (source,), place))
        for source in image.sources[:-1]
    )
    return f"<picture>{others}{img}</picture>" if others else img


def preload(image: Image, place: str) -> str:
    """A `<link>` for the head, so that the first picture is asked for before the style. Browsers without the format pass it."""
    attributes = {"rel": "preload", "as": "image", "href": image.src}
    if image.sources:
        best = image.sources[0]
        chosen = _choice(image, (best,), place)
        attributes = {"rel": "preload", "as": "image", "type": best.type}
        attributes |= {"imagesrcset": chosen["srcset"], "imagesizes": chosen["sizes"]}
    return tag("link", attributes | {"fetchpriority": "high"})


def tag(name: str, attributes: dict[str, str]) -> str:
    written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>"


def _choice(image: Image, sources: tuple[Source, ...], place: str) -> dict[str, str]:
    most = PLACES[place].most
    return {
        key: value
        for source in sources
        for key, value in (
            ("srcset", source.srcset(most)),
            ("sizes", sizes(place, image.width, image.height)),
        )
    }
