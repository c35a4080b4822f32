import io
import struct
import threading
import time
import urllib.request
import zlib
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from accounts.models import User
from core import faults
from media_pipeline import images
from media_pipeline.images import ImageRefused, StorageUnavailable, ingest, reencoding
from media_pipeline.images.reencoding import reencode
from media_pipeline.models import MediaAsset
from tests.storage import changed_storage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _bucket() -> None:
    images.ensure_bucket()


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def decoded(picture: reencoding.Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.content))
    image.load()
    return image


def picture(size: tuple[int, int] = (40, 30), colour: str = "#8040c0") -> Image.Image:
    return Image.new("RGB", size, colour)


def two_halves() -> Image.Image:
    """Red on the left, blue on the right: it shows whether it was turned."""
    image = Image.new("RGB", (40, 20), "red")
    image.paste("blue", (20, 0, 40, 20))
    return image


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# --- taken apart and written anew -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "content_type", "extension"),
    [
        ("JPEG", "image/jpeg", "jpg"),
        ("PNG", "image/png", "png"),
        ("GIF", "image/png", "png"),
        ("WEBP", "image/webp", "webp"),
        ("AVIF", "image/webp", "webp"),
    ],
)
def test_each_format_becomes_one_that_every_browser_shows(
    kind: str, content_type: str, extension: str
) -> None:
    result = reencode(encoded(picture(), kind))
    assert (result.content_type, result.extension) == (content_type, extension)
    assert (result.width, result.height) == decoded(result).size == (40, 30)
    red, green, blue = decoded(result).convert("RGB").getpixel((20, 15))  # type: ignore[misc]
    assert abs(red - 0x80) < 12
    assert abs(green - 0x40) < 12
    assert abs(blue - 0xC0) < 12


@pytest.mark.parametrize(
    ("kind", "mode", "content_type"),
    [
        ("WEBP", "RGB", "image/jpeg"),
        ("WEBP", "RGBA", "image/png"),
        ("AVIF", "RGB", "image/jpeg"),
        ("PNG", "RGB", "image/png"),
    ],
)
def test_large_ones_do_not_wait_for_the_webp_encoder(kind: str, mode: str, content_type: str) -> None:
    colour = (200, 30, 30, 0)[: len(mode)]
    options = {"speed": 10} if kind == "AVIF" else {}
    result = reencode(encoded(Image.new(mode, (2_400, 2_000), colour), kind, **options))
    assert (result.content_type, result.width, result.height) == (content_type, 2_400, 2_000)


def test_a_photograph_keeps_its_look_and_loses_its_metadata() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[1] = "N"
    data = encoded(picture(), "JPEG", exif=exif, comment=b"a comment", xmp=b"<x:xmpmeta>private</x:xmpmeta>")
    assert b"Secret Camera" in data
    result = reencode(data)
    assert decoded(result).getexif() == {}
    assert not {"exif", "comment", "xmp", "icc_profile"} & decoded(result).info.keys()
    for secret in (b"Secret Camera", b"a comment", b"private", b"Exif"):
        assert secret not in result.content
    assert b"\xff\xc2" in result.content, "progressive"


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_other_formats_lose_their_metadata_too(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    options: dict[str, Any] = {"exif": exif}
    if kind == "PNG":
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_text("Author", "somebody private", zip=False)
    else:
        options["xmp"] = b"<x:xmpmeta>somebody private</x:xmpmeta>"
    data = encoded(picture(), kind, **options)
    assert b"somebody private" in data
    result = reencode(data)
    assert b"Secret Camera" not in result.content
    assert b"somebody private" not in result.content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_orientation_is_applied(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise: what was left comes on top
    result = reencode(encoded(two_halves(), kind, exif=exif))
    assert (result.width, result.height) == (20, 40)
    red, _, blue = decoded(result).convert("RGB").getpixel((10, 5))  # type: ignore[misc]
    assert red > 200 > 60 > blue


def test_broken_exif_does_not_cost_the_picture() -> None:
    data = encoded(two_halves(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff nonsense")
    assert (reencode(data).width, reencode(data).height) == (40, 20)


def test_a_colour_profile_is_converted_to_srgb() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    assert decoded(reencode(encoded(picture(), "PNG", icc_profile=lab))).info == {}
    assert decoded(reencode(encoded(picture(), "PNG", icc_profile=b"no profile at all"))).info == {}


def test_print_colours_become_screen_colours() -> None:
    result = decoded(reencode(encoded(Image.new("CMYK", (10, 10), (0, 255, 255, 0)), "JPEG")))
    assert result.mode == "RGB"
    red, green, blue = result.getpixel((5, 5))  # type: ignore[misc]
    assert red > 200
    assert max(green, blue) < 80


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    deep = Image.frombytes("I;16", (2, 1), struct.pack("<HH", 0x4000, 0x8000))
    assert list(decoded(reencode(encoded(deep, "PNG"))).tobytes()) == [0x3F, 0x7F]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_survives(mode: str) -> None:
    clear = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    clear.paste((255, 0, 0, 255), (0, 0, 5, 10))
    data = encoded(clear.convert(mode), "PNG", **({"transparency": 0} if mode == "P" else {}))
    result = decoded(reencode(data)).convert("RGBA")
    assert result.getpixel((9, 5))[3] == Image.open(io.BytesIO(data)).convert("RGBA").getpixel((9, 5))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_stays_one(kind: str) -> None:
    frames = [picture(colour=colour) for colour in ("red", "green", "blue")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=[50, 150, 250], loop=0)
    result = reencode(data)
    assert result.content_type == "image/webp"
    moving = decoded(result)
    assert moving.n_frames == 3  # type: ignore[attr-defined]
    assert moving.info["loop"] == 0
    durations = []
    for number in range(3):
        moving.seek(number)
        moving.load()
        durations.append(moving.info["duration"])
    assert durations == [50, 150, 250]


def test_what_is_hidden_behind_the_picture_is_gone() -> None:
    page = b"<html><script>alert(1)</script></html>"
    for kind in ("PNG", "JPEG", "GIF"):
        result = reencode(encoded(picture(), kind) + page)
        assert b"script" not in result.content
    text = PngInfo()
    text.add_text("Comment", page.decode())
    assert b"script" not in reencode(encoded(picture(), "PNG", pnginfo=text)).content


# --- refused --------------------------------------------------------------------------------------------------------

SVG = b"""<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"""


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"just text", "not an image"),
        (b"%PDF-1.7 ...", "not an image"),
        (b"<html><body>hello", "not an image"),
        (SVG, "SVG"),
        (b"\xef\xbb\xbf  <svg onload=alert(1)>", "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100, "HEIC"),
        (encoded(picture(), "BMP"), "not an image"),
        (encoded(picture(), "TIFF"), "not an image"),
        (encoded(picture((400, 300)), "JPEG")[:-500], "ends too early"),
        (encoded(picture((400, 300)), "PNG")[:-60], "early|damaged"),
        (encoded(picture((400, 300)), "WEBP")[:-60], "early|damaged"),
        (encoded(picture((400, 300)), "AVIF")[:-60], "early|damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "not an image|damaged"),
        (b"GIF89a\xff\xff\xff\xff\0\0\0", "too large|damaged"),
        (b"\xff\xd8\xff\xe0" + b"\xff\xda" * 5000, "not an image|damaged"),
    ],
)
def test_refused_with_a_sentence(data: bytes, why: str) -> None:
    with pytest.raises(ImageRefused, match=why) as refusal:
        ingest(data, name="x.png")
    assert str(refusal.value).endswith(".")
    assert not MediaAsset.objects.exists()


@pytest.mark.parametrize(
    "size", [(50_000, 50_000), (20_000, 100), (100, 20_000), (10_000, 9_000), (13_000, 13_000)]
)
def test_a_huge_image_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    begun = time.process_time()
    with pytest.raises(ImageRefused, match="too large"):
        ingest(png_header(*size), name="huge.png")
    assert time.process_time() - begun < 1


def test_a_huge_webp_is_refused_by_its_header() -> None:
    vp8x = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + (16_382).to_bytes(3, "little") * 2
    with pytest.raises(ImageRefused):
        reencode(b"RIFF" + struct.pack("<I", 4 + len(vp8x)) + b"WEBP" + vp8x)


def test_a_large_file_is_not_read_to_its_end() -> None:
    class Endless(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert 0 < size <= reencoding.MAX_BYTES + 1
            return b"\xff\xd8\xff" + b"\0" * (size - 3)

    with pytest.raises(ImageRefused, match="40 MB"):
        ingest(Endless(), name="endless.jpg")


def test_a_jpeg_with_thousands_of_scans_is_refused_undecoded() -> None:
    data = encoded(picture((200, 200)), "JPEG", progressive=True)
    end = data.rindex(b"\xff\xd9")
    scan = data[data.rindex(b"\xff\xda") : end]
    with pytest.raises(ImageRefused, match="damaged"):
        reencode(data[:end] + scan * 5000 + b"\xff\xd9")


def test_an_endless_animation_is_refused() -> None:
    frames = [Image.new("L", (2, 2), number % 256) for number in range(reencoding.MAX_FRAMES + 1)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=20)
    with pytest.raises(ImageRefused, match="video"):
        reencode(data)


def test_a_large_animation_is_refused() -> None:
    size = (5_000, 4_000)
    frames = [Image.new("P", size, number) for number in range(6)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=20)
    with pytest.raises(ImageRefused, match="video"):
        reencode(data)


# --- kept -----------------------------------------------------------------------------------------------------------


def test_an_image_is_stored_and_can_be_read_by_everybody(editor: User) -> None:
    data = encoded(picture(), "JPEG")
    asset = ingest(io.BytesIO(data), name="holiday.jpg", created_by=editor, alt="A beach", credit="Ana")
    assert asset.key.startswith(f"images/{asset.key.split('/')[2][:2]}/")
    assert asset.key.endswith(".jpg")
    assert (asset.width, asset.height, asset.created_by) == (40, 30, editor)
    assert (asset.name, asset.alt, asset.credit) == ("holiday.jpg", "A beach", "Ana")
    with urllib.request.urlopen(asset.url) as response:
        body = response.read()
        assert response.headers["Content-Type"] == asset.content_type == "image/jpeg"
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert len(body) == asset.bytes
    assert body == reencode(data).content


def test_the_same_bytes_are_one_asset_and_what_people_wrote_stays() -> None:
    data = encoded(picture(), "PNG")
    first = ingest(data, name="one.png")
    again = ingest(data, name="two.png", alt="What it shows", credit="Somebody")
    assert (again.pk, again.name, again.alt, again.credit) == (
        first.pk,
        "one.png",
        "What it shows",
        "Somebody",
    )
    MediaAsset.objects.update(alt="Better words")
    third = ingest(data, name="three.png", alt="An importer's words", credit="Somebody else")
    assert (third.pk, third.alt, third.credit) == (first.pk, "Better words", "Somebody")
    assert MediaAsset.objects.count() == 1


def test_what_was_called_decorative_gets_no_words() -> None:
    data = encoded(picture(), "PNG")
    asset = ingest(data, name="line.png")
    MediaAsset.objects.filter(pk=asset.pk).update(decorative=True)
    assert ingest(data, name="line.png", alt="A line").alt == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\photo.jpg", "photo.jpg"),
        ("a\0b\x1b[31m.png", "a b [31m.png"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("صورة.png", "صورة.png"),
        ("x" * 4_000 + ".png", "x" * 200),
        ("/", ""),
        ("\ud800.png", ".png"),
    ],
)
def test_names_are_only_shown(name: str, shown: str) -> None:
    asset = ingest(encoded(picture(), "PNG"), name=name)
    assert asset.name == shown
    assert asset.key.count("/") == 2
    assert ".." not in asset.key


def test_a_crash_after_storing_leaves_no_row_and_is_repaired_by_trying_again() -> None:
    data = encoded(picture(colour="teal"), "PNG")

    def crash() -> None:
        raise KeyboardInterrupt

    faults.arm("images.after_store", crash)
    with pytest.raises(KeyboardInterrupt):
        ingest(data, name="x.png")
    assert not MediaAsset.objects.exists()
    faults.disarm()
    asset = ingest(data, name="x.png")
    assert default_storage.exists(asset.key)


@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_are_one_asset() -> None:
    data = encoded(picture(colour="olive"), "PNG")
    together = threading.Barrier(2)

    def wait_for_the_other() -> None:
        together.wait(10)

    faults.arm("images.after_store", wait_for_the_other)
    found: list[MediaAsset] = []

    def upload() -> None:
        try:
            found.append(ingest(data, name="x.png"))
        finally:
            connection.close()

    threads = [threading.Thread(target=upload) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert {asset.pk for asset in found} == {MediaAsset.objects.get().pk}


def test_storage_that_is_away_is_said_in_seconds_and_leaves_no_row() -> None:
    begun = time.monotonic()
    with (
        changed_storage(endpoint_url="http://127.0.0.1:9"),
        pytest.raises(StorageUnavailable, match="does not answer"),
    ):
        ingest(encoded(picture(), "PNG"), name="x.png")
    assert time.monotonic() - begun < 20
    assert not MediaAsset.objects.exists()


def test_a_missing_bucket_is_said_with_what_to_do() -> None:
    with changed_storage(bucket_name="nowhere"), pytest.raises(StorageUnavailable, match="prepare_storage"):
        ingest(encoded(picture(), "PNG"), name="x.png")


def test_the_bucket_is_made_once(capsys: pytest.CaptureFixture[str]) -> None:
    with override_settings(S3_BUCKET="made-by-a-test"):
        call_command("prepare_storage")
        call_command("prepare_storage")
        assert capsys.readouterr().out == (
            "The bucket made-by-a-test was made.\nThe bucket made-by-a-test is there.\n"
        )
    client = default_storage.connection.meta.client  # type: ignore[attr-defined]
    rules = client.get_bucket_cors(Bucket="made-by-a-test")["CORSRules"]
    assert rules[0]["AllowedMethods"] == ["GET", "HEAD"]
    client.delete_bucket(Bucket="made-by-a-test")
