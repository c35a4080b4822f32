"""Pictures in the text: what they say to those who do not see them, whether they are there, and whether they are large enough."""

import re
from collections.abc import Iterator

from core.markdown import addresses
from core.markdown.reading import Picture
from publishing.linter.checked import Checked
from publishing.linter.findings import Level, Problem
from publishing.linter.inside import Reach
from publishing.linter.registry import rule

TEXT_WIDTH = 660
"""Pixels: `--measure` of tokens.css at its widest, 33 x 20 px."""
WIDE_WIDTH = 1232
"""Pixels: `--wide` of tokens.css, 77rem."""

_BREAKOUT = re.compile(r"\{(wide|full)\}")
_FILE = re.compile(r"[^\s/]{1,200}\.(?:png|jpe?g|gif|webp|svg|avif|heic|bmp|tiff?)", re.IGNORECASE)
_CAMERA = re.compile(
    r"(?:IMG|DSC[NF]?|PXL|DJI|GOPR|MVIMG|Screen ?shot|Bildschirmfoto)[-_ ]?\d[\w .:-]{0,60}", re.IGNORECASE
)
_PLACEHOLDER = re.compile(
    r"(?:an? )?(?:alt(?: ?text)?|figure|fig\.?|gif|image|img|photo|pic|picture|png|screen ?shot|untitled)"
    r"(?: description)?[-_ .]{0,2}\d{0,4}",
    re.IGNORECASE,
)


def says_nothing(alt: str) -> bool:
    """Whether an alternative text is the file's name or a word that any picture could have."""
    return any(pattern.fullmatch(alt.strip()) for pattern in (_FILE, _CAMERA, _PLACEHOLDER))


@rule("image-alt", Level.ERROR)
def missing_alt(text: Checked) -> Iterator[Problem]:
    """A picture without alternative text that is not marked decorative."""
    for picture in text.pictures:
        if _is_shown(picture, text) and not _is_decorative(picture, text) and not _alt(picture, text):
            yield Problem(
                "A picture has no alternative text: to those who do not see it, it is not there.",
                "Say in one sentence what it shows, in the square brackets or with the image in the library; "
                "if it says nothing that the text does not, mark the image as decorative there.",
                excerpt=picture.src,
                line=picture.line,
            )


@rule("image-alt-file-name", Level.ERROR)
def alt_that_says_nothing(text: Checked) -> Iterator[Problem]:
    """Alternative text that is a file's name or just says “image”."""
    for picture in text.pictures:
        alt = _alt(picture, text)
        if not _is_decorative(picture, text) and says_nothing(alt):
            yield Problem(
                f"The alternative text “{alt}” does not say what the picture shows.",
                "Describe it as you would on the telephone, in one sentence.",
                excerpt=f"![{alt}]({picture.src})",
                line=picture.line,
            )


@rule("image-missing", Level.ERROR)
def missing_image(text: Checked) -> Iterator[Problem]:
    """A picture that is neither in the library nor a file of this site."""
    for picture in text.pictures:
        if not addresses.is_outside(picture.src) and not _is_there(picture, text):
            yield Problem(
                f"There is no picture “{picture.src}”: readers get a note that it is not available.",
                "Upload it and put the reference that the library gives (asset:12) in its place, or take it out.",
                excerpt=picture.src,
                line=picture.line,
            )


@rule("image-outside", Level.WARNING)
def outside_image(text: Checked) -> Iterator[Problem]:
    """A picture of another host, which readers get as a link."""
    for picture in text.pictures:
        if addresses.is_outside(picture.src):
            yield Problem(
                "A picture lies on another site. It is not loaded from there: readers get a link in its place.",
                "If you may use it, upload it to the library and show it from there, with its credit.",
                excerpt=picture.src,
                line=picture.line,
            )


@rule("image-narrow", Level.INFO)
def narrow_image(text: Checked) -> Iterator[Problem]:
    """A picture of the library that is narrower than the column of text."""
    for picture in text.pictures:
        asset = text.assets.get(picture.src)
        if asset and asset.width < TEXT_WIDTH and not _BREAKOUT.match(picture.title):
            yield Problem(
                f"A picture is {asset.width} pixels wide and the column of text {TEXT_WIDTH}: it is shown small.",
                "Upload a larger version if there is one.",
                excerpt=picture.src,
                line=picture.line,
            )


@rule("image-narrow-breakout", Level.WARNING)
def narrow_breakout(text: Checked) -> Iterator[Problem]:
    """A picture marked {wide} or {full} that has to be enlarged for its place."""
    for picture in text.pictures:
        asset = text.assets.get(picture.src)
        if asset and asset.width < WIDE_WIDTH and _BREAKOUT.match(picture.title):
            yield Problem(
                f"A picture that breaks out of the column is {asset.width} pixels wide; it is enlarged to at "
                f"least {WIDE_WIDTH} and looks soft.",
                "Upload a larger version, or take {wide} or {full} away.",
                excerpt=picture.src,
                line=picture.line,
            )


def _alt(picture: Picture, text: Checked) -> str:
    """As the renderer chooses it: what stands in the text, or what the library says."""
    asset = text.assets.get(picture.src)
    return picture.alt or (asset.alt.strip() if asset and not asset.decorative else "")


def _is_decorative(picture: Picture, text: Checked) -> bool:
    asset = text.assets.get(picture.src)
    return bool(asset and asset.decorative and not picture.alt)


def _is_shown(picture: Picture, text: Checked) -> bool:
    return addresses.is_outside(picture.src) or _is_there(picture, text)


def _is_there(picture: Picture, text: Checked) -> bool:
    if picture.src in text.assets:
        return True
    target = text.inside.get(picture.src)
    return addresses.is_own_file(picture.src) and (target is None or target.reach is Reach.THERE)
