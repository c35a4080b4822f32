"""`<picture>`: which file a browser may choose, and how wide it is told that the picture stands."""

import re

import pytest

from core import pictures
from core.feeds import absolute_html
from core.markdown import render
from core.pictures import Image, Source
from core.places import PLACES, sizes
from tests.core.html_safety import problems

AT = "https://media.example/"


def files(kind: str, *widths: int) -> tuple[tuple[str, int], ...]:
    return tuple((f"{AT}{width}.{kind}", width) for width in widths)


PLAIN = Image(f"{AT}cat.jpg", 2400, 1600, "A cat", "Jo", "focal-x-50 focal-y-20")
LADDER = Image(
    f"{AT}1600.jpg",
    2400,
    1600,
    "A cat",
    "Jo",
    "focal-x-50 focal-y-20",
    sources=(
        Source("image/avif", files("avif", 480, 960, 1600)),
        Source("image/webp", files("webp", 480, 960, 1600)),
        Source("image/jpeg", files("jpg", 480, 960, 1600)),
    ),
)


def test_without_a_ladder_it_is_a_plain_image() -> None:
    assert pictures.picture(PLAIN, "hero", alt="A cat", first=True) == (
        f'<img src="{AT}cat.jpg" alt="A cat" width="2400" height="1600" class="focal-x-50 focal-y-20"'
        ' fetchpriority="high" decoding="async">'
    )
    assert pictures.preload(PLAIN, "hero") == (
        f'<link rel="preload" as="image" href="{AT}cat.jpg" fetchpriority="high">'
    )


def test_the_best_format_comes_first_and_the_image_itself_is_for_everybody() -> None:
    html = pictures.picture(LADDER, "full", alt='A "cat"')
    srcset = "{0}480.{1} 480w, {0}960.{1} 960w, {0}1600.{1} 1600w"
    assert html == (
        f'<picture><source type="image/avif" srcset="{srcset.format(AT, "avif")}" sizes="100vw">'
        f'<source type="image/webp" srcset="{srcset.format(AT, "webp")}" sizes="100vw">'
        f'<img src="{AT}1600.jpg" srcset="{srcset.format(AT, "jpg")}" sizes="100vw" alt="A &quot;cat&quot;"'
        ' width="2400" height="1600" class="focal-x-50 focal-y-20" loading="lazy" decoding="async"></picture>'
    )


def test_what_is_asked_for_early_is_what_the_picture_will_want() -> None:
    link, html = pictures.preload(LADDER, "hero"), pictures.picture(LADDER, "hero", alt="", first=True)
    first = re.search(r'<source type="(.+?)" srcset="(.+?)" sizes="(.+?)">', html)
    wanted = re.search(r' type="(.+?)" imagesrcset="(.+?)" imagesizes="(.+?)" fetchpriority="high">$', link)
    assert first
    assert wanted
    assert first.groups() == wanted.groups()
    assert "href" not in link, "a browser without the format would load two"
    assert 'fetchpriority="high"' in html
    assert "lazy" not in html


def test_a_small_place_does_not_name_large_files() -> None:
    html = pictures.picture(LADDER, "author", alt="")
    assert f"{AT}480.avif 480w" in html
    assert "960" not in html
    wide = Image(f"{AT}x.jpg", 700, 500, "", "", sources=(Source("image/avif", files("avif", 700)),) * 2)
    assert "700w" in pictures.picture(wide, "author", alt=""), "the only one there is"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("size", [(1600, 1000), (800, 1200), (3000, 200), (40, 3000)])
def test_sizes_are_well_formed(place: str, size: tuple[int, int]) -> None:
    said = sizes(place, *size)
    assert said.count("(") == said.count(")")
    length = r"(?:[\d.]+(?:rem|vw)|(?:min|calc)\(.+\))"
    *conditional, last = re.split(r", (?=\(m[ai][xn]-width)|, (?=calc|min|[\d.]+(?:rem|vw)$)", said)
    assert all(re.fullmatch(rf"\(m[ai][xn]-.+?\) {length}", each) for each in conditional), said
    assert re.fullmatch(length, last), said


def test_a_picture_that_fills_a_box_is_as_wide_as_the_box_makes_it() -> None:
    assert sizes("author", 1000, 1000) == "5.5rem"
    assert sizes("author", 2000, 1000) == "calc(5.5rem * 2.00)", "its sides are cut off"
    assert sizes("author", 1000, 2000) == "5.5rem"


def test_a_picture_in_a_text_is_not_enlarged_and_not_higher_than_the_window() -> None:
    assert sizes("text", 300, 600) == (
        "(min-width: 48rem) min(41.25rem, 300px, 90svh * 0.500), min(100vw - 2.5rem, 300px, 90svh * 0.500)"
    )


# In texts


def test_figures_have_the_sizes_of_their_place() -> None:
    for title, place in (("A cat", "text"), ("{wide} A cat", "wide"), ("{full}", "full")):
        html = render(f'![](asset:1 "{title}")', {"asset:1": LADDER}).html
        assert html.count(f'sizes="{sizes(place, 2400, 1600)}"') == 3
        assert html.count("<source ") == 2
        assert problems(html) == []


def test_a_picture_within_a_line_and_a_linked_one_have_their_ladder_too() -> None:
    for source in ("See ![](asset:1) here", "[![](asset:1)](https://cats.example/)", "<img src='asset:1'>"):
        assert "<picture><source " in render(source, {"asset:1": LADDER}).html


@pytest.mark.parametrize(
    "source",
    [
        "<picture><source srcset='https://evil.example/a.avif'><img src='asset:1'></picture>",
        "<img src='asset:1' srcset='https://evil.example/a.jpg 1w' sizes='1px'>",
        "<picture><source srcset='asset:1' type='image/avif' media='all' onerror='x()'></picture>",
    ],
)
def test_authors_choose_no_files_of_their_own(source: str) -> None:
    html = render(source, {"asset:1": LADDER}).html
    assert "evil" not in html
    assert "onerror" not in html
    assert 'media="' not in html
    assert html.count("<source ") == 2 * html.count("<img ")


def test_a_ladder_changes_no_words() -> None:
    source = "A line.\n\n![](asset:1 'Caption')\n\nAnother."
    plain, laddered = (render(source, {"asset:1": image}) for image in (PLAIN, LADDER))
    assert (laddered.text, laddered.words) == (plain.text, plain.words)


# In feeds


def test_feeds_get_one_file_a_picture() -> None:
    html = render('![](asset:1 "Caption")\n\n`<source a> srcset="x"`', {"asset:1": LADDER}).html
    feed = absolute_html(html, "https://magazine.example/a/")
    assert f'<figure class="figure"><img src="{AT}1600.jpg" alt="A cat" width="2400"' in feed
    assert "avif" not in feed
    assert "<picture" not in feed
    assert feed.count("srcset") == 1, "what the author wrote about"
