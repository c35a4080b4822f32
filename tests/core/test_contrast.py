"""Contrast of the colour tokens (WCAG 2.2, 1.4.3 and 1.4.11), computed from the style sheet, in both themes, for every hue."""

import math
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from core.markdown.colours import BACKGROUND, MARKED, PALETTE

SOURCE = Path(settings.BASE_DIR, "static/css/tokens.css").read_text()
NORMAL = SOURCE.partition("@media (prefers-contrast: more)")[0]
THEMES = ("light", "dark")
HUES = range(360)

TEXT = 4.5
SHAPE = 3.0
READ_ON_PAGE = ["text", "ink", "soft", "muted", "accent", "accent-strong", "danger", "good", "warning"]
PAIRS = [
    *[(name, "page", TEXT) for name in READ_ON_PAGE],
    *[(name, "sunk", TEXT) for name in READ_ON_PAGE],
    ("ink", "accent-wash", TEXT),
    ("text", "mark", TEXT),
    ("soft", "mark", TEXT),
    ("page", "ink", TEXT),
    ("page", "accent", TEXT),
    ("edge", "page", SHAPE),
    ("focus", "page", SHAPE),
    ("focus", "sunk", SHAPE),
    ("accent-mark", "page", SHAPE),
]

type Rgb = tuple[float, float, float]


@cache
def declared() -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+):\s*([^;]+);", NORMAL))


def colour(name: str, theme: str, hue: int) -> Rgb:
    """The token as linear sRGB."""
    value = declared()[name]
    while match := re.fullmatch(r"var\(--([a-z0-9-]+)\)", value):
        value = declared()[match[1]]
    pair = re.fullmatch(
        r"light-dark\(oklch\(([^()]*(?:\(--hue\))?)\), oklch\(([^()]*(?:\(--hue\))?)\)\)", value
    )
    assert pair, f"--{name}: {value}"
    lightness, chroma, angle = pair[1 + THEMES.index(theme)].replace("var(--hue)", str(hue)).split()
    return linear_srgb(float(lightness.rstrip("%")) / 100, float(chroma), math.radians(float(angle)))


def linear_srgb(lightness: float, chroma: float, angle: float) -> Rgb:
    """https://www.w3.org/TR/css-color-4/#color-conversion-code, clipped into sRGB as browsers do."""
    a, b = chroma * math.cos(angle), chroma * math.sin(angle)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return clip(red), clip(green), clip(blue)


def clip(channel: float) -> float:
    return min(1.0, max(0.0, channel))


def from_hex(code: str) -> Rgb:
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return decoded(red), decoded(green), decoded(blue)


def decoded(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def contrast(one: Rgb, other: Rgb) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(rgb: Rgb) -> float:
    red, green, blue = rgb
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_formula_knows_black_on_white_and_a_published_example():
    assert contrast(from_hex("#000000"), from_hex("#ffffff")) == pytest.approx(21)
    assert contrast(from_hex("#767676"), from_hex("#ffffff")) == pytest.approx(4.54, abs=0.01)


def test_oklch_becomes_the_srgb_that_browsers_show():
    for shown, expected in zip(
        linear_srgb(0.628, 0.2577, math.radians(29.23)), from_hex("#ff0000"), strict=True
    ):
        assert shown == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_tokens_can_be_told_apart_at_every_hue(theme, front, back, least):
    ratios = {
        hue: contrast(colour(f"color-{front}", theme, hue), colour(f"color-{back}", theme, hue))
        for hue in HUES
    }
    worst = min(ratios, key=lambda hue: ratios[hue])
    assert ratios[worst] >= least, f"{front} on {back}, {theme}, hue {worst}: {ratios[worst]:.2f}"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("background", [BACKGROUND, MARKED], ids=["listing", "marked line"])
def test_code_can_be_read(theme, background):
    ratios = {
        role: contrast(from_hex(code), from_hex(background[theme])) for role, code in PALETTE[theme].items()
    }
    assert {role: ratio for role, ratio in ratios.items() if ratio < TEXT} == {}


def test_steps_of_the_two_ladders_have_the_same_lightness():
    """An accent can stand wherever a grey of its step can."""
    for step in (4, 6, 7, 8):
        grey, accent = (
            [float(value) for value in re.findall(r"oklch\(([\d.]+)%", declared()[f"{ladder}-{step}"])]
            for ladder in ("gray", "hue")
        )
        assert grey == pytest.approx(accent, abs=4), step
