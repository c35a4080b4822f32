"""From a wish to files in the storage, by the rows and the workers that the site has."""

import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from core import faults, work
from core.models import Work
from media_pipeline import images, probing, storage
from media_pipeline.encoding import request
from media_pipeline.encoding.tidying import original_key
from media_pipeline.models import Encoding, MediaAsset, Rendition
from media_pipeline.storage import ensure_bucket
from tests.media_pipeline.audio.bench import asset_of
from tests.media_pipeline.audio.conftest import MEDIA

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asset() -> MediaAsset:
    ensure_bucket()
    path = MEDIA / "speech/human_asterisk/auth-incorrect.wav"
    found = asset_of(path, probing.probe(path))
    found.pk, found.key, found.content_type = None, original_key(found.sha256), "audio/x-wav"
    storage.put_file(found.key, path, found.content_type)
    found.save()
    return found


@pytest.fixture
def steps() -> Iterator[list[str]]:
    """The names of the steps that really ran."""
    ran: list[str] = []
    for name in ("measure", "encode", "preview", "tag"):
        faults.arm(f"encode.after_{name}", partial(ran.append, name))
    yield ran
    faults.disarm()


def run_all() -> None:
    for row in Work.objects.due().order_by("pk"):
        work.run(row.pk)


def live(encoding: Encoding) -> dict[str, Rendition]:
    encoding.refresh_from_db()
    assert encoding.live, Work.objects.filter(kind="media.encode").values_list("problem", flat=True)
    return {f"{file.role} {file.name}": file for file in encoding.live.renditions.all()}


def fetched(file: Rendition, folder: Path) -> Path:
    path = folder / file.key.rpartition("/")[2]
    storage.fetch(file.key, path)
    return path


def test_a_wish_becomes_files_and_new_tags_encode_nothing_again(
    asset: MediaAsset, steps: list[str], tmp_path: Path
) -> None:
    plain = live_after(request(asset, "podcast"))
    assert steps == ["measure", "encode", "preview", "tag"]
    assert sorted(plain) == [
        "bare m4a",
        "bare mp3",
        "download m4a",
        "download mp3",
        "preview mp3",
        "waveform json",
    ]
    steps.clear()
    picture = io.BytesIO()
    Image.radial_gradient("L").resize((2000, 1500)).save(picture, "JPEG")
    cover = images.ingest(picture.getvalue(), name="cover.jpg")
    tags = {"title": "Episode", "number": 7, "cover": cover.pk, "chapters": [{"start": 1, "title": "One"}]}
    owned = live_after(request(asset, "podcast", owner="episode:7", tags=tags))
    assert steps == ["tag"]
    assert owned["bare mp3"].key == plain["bare mp3"].key
    for name in ("mp3", "m4a"):
        path = fetched(owned[f"download {name}"], tmp_path)
        found = probing.probe(path)
        assert (found.tags.title, found.tags.track) == ("Episode", "7")
        assert [chapter.title for chapter in found.chapters] == ["One"]
        assert found.cover is not None
        assert (found.cover.width, found.cover.height) == (1400, 1050)
        assert found.cover.bytes <= 400_000
    assert live(Encoding.objects.get(asset=asset, owner=""))["download mp3"].key == plain["download mp3"].key


def live_after(encoding: Encoding) -> dict[str, Rendition]:
    run_all()
    return live(encoding)


def test_a_cover_that_is_gone_is_told_at_once(asset: MediaAsset) -> None:
    with pytest.raises(work.Permanent, match="image 999999, does not exist"):
        request(asset, "podcast", tags={"cover": 999_999})
    assert not Encoding.objects.filter(asset=asset).exists()
