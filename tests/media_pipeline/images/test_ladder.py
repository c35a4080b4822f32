"""What an image becomes: widths and formats, each as its readers need it."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from core.models import Work
from media_pipeline import storage
from media_pipeline.encoding import PROFILES
from media_pipeline.encoding.profiles import ImageProfile
from media_pipeline.images.formats import best
from media_pipeline.images.plan import MOST_PIXELS, rungs
from media_pipeline.images.scaling import Unreadable, scaled
from media_pipeline.models import MediaAsset, Rendition
from media_pipeline.storage import ensure_bucket
from tests.media_pipeline.images.drawing import diagram, encoded, fetched, photograph, run_all, uploaded

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = (480, 960, 1600)


@pytest.fixture(autouse=True)
def _bucket() -> None:
    ensure_bucket()


def named(asset: MediaAsset) -> list[str]:
    return [f"{kind}-{width}" for kind, width, _, _ in asset.ladder]


def address(asset: MediaAsset, name: str) -> str:
    files = {f"{kind}-{width}": key for kind, width, _, key in asset.ladder}
    return asset.url.removesuffix(asset.key) + str(files[name])


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((4000, 3000), [(480, 360), (960, 720), (1600, 1200)]),
        ((1600, 900), [(480, 270), (960, 540), (1600, 900)]),
        ((1200, 800), [(480, 320), (960, 640), (1200, 800)]),
        ((1000, 800), [(480, 384), (960, 768)]),
        ((480, 480), [(480, 480)]),
        ((300, 200), [(300, 200)]),
        ((1, 9000), [(1, 9000)]),
        ((9000, 1), [(480, 1), (960, 1), (1600, 1)]),
        ((3600, 16_383), [(480, 2184), (960, 4369), (1600, 7281)]),
        ((1600, 16_383), [(480, 4915), (960, 9830)]),
    ],
)
def test_the_widths_of_a_ladder(size: tuple[int, int], expected: list[tuple[int, int]]) -> None:
    found = rungs(*size, WIDTHS)
    assert found == expected
    assert all(width <= size[0] and width * height <= MOST_PIXELS for width, height in found[1:])


def test_a_photograph_comes_in_three_formats_and_widths() -> None:
    asset = uploaded(encoded(photograph(), "JPEG", quality=92))
    assert named(asset) == [f"{kind}-{width}" for kind in ("avif", "webp", "jpeg") for width in WIDTHS]
    for kind, width, height, _ in asset.ladder:
        image = fetched(address(asset, f"{kind}-{width}"))
        assert (image.format, image.size) == (kind.upper(), (width, height))
        assert not {"exif", "icc_profile", "xmp", "comment"} & image.info.keys()
        assert not image.getexif()
    sizes = dict(Rendition.objects.values_list("name", "bytes"))
    assert sizes["avif-960"] < sizes["jpeg-960"] / 1.5
    assert {file.role for file in Rendition.objects.all()} == {"image"}
    assert all(file.key.startswith(f"images/{asset.sha256}/") for file in Rendition.objects.all())


def test_it_can_be_read_by_everybody_and_for_good() -> None:
    import urllib.request

    asset = uploaded(encoded(photograph(600, 400), "JPEG"))
    with urllib.request.urlopen(address(asset, "avif-480")) as response:
        assert response.headers["Content-Type"] == "image/avif"
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("colour", [(208, 64, 32), (16, 160, 90), (30, 40, 220), (255, 255, 255), (0, 0, 0)])
def test_colours_stay_what_they_are_in_every_format(colour: tuple[int, int, int]) -> None:
    asset = uploaded(encoded(Image.new("RGB", (500, 400), colour), "JPEG", quality=95))
    for name in named(asset):
        shown = fetched(address(asset, name)).convert("RGB").getpixel((250, 200))
        assert isinstance(shown, tuple)
        assert all(abs(a - b) <= 4 for a, b in zip(shown, colour, strict=True)), (name, shown)


@pytest.mark.soak
def test_a_picture_full_of_detail_stays_light_enough_for_a_phone() -> None:
    profile = ImageProfile("image")
    image = photograph(960, 960, noise=250)
    heavy = ImageProfile("image", phone_bytes=10**9)
    sizes = {each.format: len(each.content) for each in best([image], profile, False, lambda share: None)}
    free = {each.format: len(each.content) for each in best([image], heavy, False, lambda share: None)}
    assert free["avif"] > sizes["avif"]
    assert free["jpeg"] == sizes["jpeg"], "only what phones of today load"


def test_a_diagram_has_no_losses_and_no_avif() -> None:
    drawn = diagram()
    asset = uploaded(encoded(drawn, "PNG"))
    assert {kind for kind, *_ in asset.ladder} == {"webp", "png"}
    for name in ("webp-1400", "png-1400"):
        assert ImageChops.difference(fetched(address(asset, name)).convert("RGB"), drawn).getbbox() is None


def test_a_photograph_saved_as_png_is_a_photograph() -> None:
    asset = uploaded(encoded(photograph(700, 500), "PNG"))
    assert named(asset) == ["avif-480", "avif-700", "webp-480", "webp-700", "jpeg-480", "jpeg-700"]


def test_transparency_is_kept() -> None:
    image = photograph(700, 500).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    asset = uploaded(encoded(image, "PNG"))
    assert {kind for kind, *_ in asset.ladder} == {"avif", "webp", "png"}
    for name in ("avif-700", "webp-700", "png-700"):
        alpha = fetched(address(asset, name)).convert("RGBA").getchannel("A")
        assert ImageStat.Stat(ImageChops.difference(alpha, image.getchannel("A"))).mean[0] < 3


def test_transparency_that_hides_nothing_is_none() -> None:
    asset = uploaded(encoded(photograph(500, 400).convert("RGBA"), "PNG"))
    assert "jpeg-480" in named(asset)


def test_a_wider_file_that_weighs_less_replaces_a_narrower_one() -> None:
    stripes = Image.new("1", (1000, 600))
    for x in range(0, 1000, 2):
        stripes.paste(1, (x, 0, x + 1, 600))
    found = best(
        [stripes.convert("L").resize((733, 440)), stripes.convert("L")],
        ImageProfile("i"),
        True,
        lambda s: None,
    )
    for kind in {each.format for each in found}:
        weights = [len(each.content) for each in found if each.format == kind]
        assert weights == sorted(weights)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_kind_of_pixels_has_a_ladder(mode: str) -> None:
    asset = uploaded(encoded(photograph(520, 300).convert(mode), "PNG"))
    assert asset.ladder
    assert fetched(asset.shared.url).size == (asset.shared.width, asset.shared.height)


def test_an_animation_stays_as_it_is() -> None:
    frames = [Image.new("RGB", (600, 400), (number * 40, 0, 0)) for number in range(5)]
    asset = uploaded(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=200))
    assert asset.ladder == []
    assert asset.encodings.get().live is not None, "and it is not asked for again and again"
    assert asset.as_image().src == asset.url


def test_one_that_cannot_be_read_any_more_is_parked_with_a_sentence() -> None:
    from media_pipeline.images import ingest

    asset = ingest(encoded(photograph(500, 300), "JPEG"), name="x")
    storage.put(asset.key, b"\xff\xd8\xff not a picture", "image/jpeg")
    run_all()
    row = Work.objects.get(kind="media.ladder")
    assert (row.state, row.problem) == (
        "parked",
        "The stored image cannot be read any more. Delete it and upload it again.",
    )
    asset.refresh_from_db()
    assert asset.ladder == []


def test_a_huge_image_is_decoded_once_and_never_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.jpg"
    Image.new("L", (9_000, 6_600), 90).save(path, quality=80)
    told: list[float] = []
    found = scaled(path, [(480, 352), (1600, 1173)], told.append)
    assert [image.size for image in found] == [(480, 352), (1600, 1173)]
    assert told == sorted(told)


def test_what_is_no_image_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(encoded(photograph(500, 300), "JPEG")[:2_000])
    with pytest.raises(Unreadable):
        scaled(path, [(480, 288)], lambda share: None)


def test_the_profile_is_the_one_of_images() -> None:
    assert PROFILES["image"] == ImageProfile("image")
