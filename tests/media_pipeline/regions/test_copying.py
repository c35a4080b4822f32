"""One object into one region: by the storage itself, through us, in parts; and proof that it is the same."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from media_pipeline.models import Region, Rendition
from media_pipeline.regions import buckets, copying
from media_pipeline.regions.copying import Away, Different, NotCopied, Origin, Thing, copy
from media_pipeline.storage import StorageUnavailable
from tests import factories
from tests.harness.moody import Moody
from tests.harness.servers import BlackHole
from tests.media_pipeline.regions import places

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> Region:
    return places.place()


@pytest.fixture
def file() -> Rendition:
    return factories.stored().renditions.get(role="download")


def thing(file: Rendition, *, sha256: str = "", doubted: bool = False) -> Thing:
    return Thing(1, file.key, file.bytes, sha256 or file.sha256, doubted, datetime.now(UTC))


def large(size: int = 12 * 1024**2) -> Rendition:
    """An object that came to the origin in parts."""
    content = b"%d" % size + bytes(range(256)) * (size // 256)
    return factories.stored_file(factories.stored(), "video", "720p", "mp4", content, "video/mp4")


def head(region: Region, key: str) -> Any:
    return buckets.client(region).head_object(Bucket=region.bucket, Key=key)


def asked_of(line: Moody) -> Region:
    """A region at another storage, which cannot read the origin's bucket: everything goes through us."""
    return places.place("tokyo", endpoint=line.url)


def test_the_storage_copies_by_itself(region: Region, file: Rendition) -> None:
    etag = copy(region, thing(file), Origin())
    told = head(region, file.key)
    assert places.lying(region) == {file.key: places.at_origin(file.key)}
    assert told["ETag"].strip('"') == etag
    assert told["ContentType"] == "audio/mpeg"
    assert told["CacheControl"] == "private, max-age=31536000, immutable"


def test_the_origin_is_asked_once_for_all_regions(file: Rendition, settings: Any) -> None:
    regions = [places.place(slug) for slug in ("ohio", "tokyo")]
    origin = Origin()
    with Moody(settings.S3_ENDPOINT_URL) as line:
        settings.S3_ENDPOINT_URL = line.url
        for region in regions:
            copy(region, thing(file), origin)
        assert line.asked == 3  # two copies, one question


def test_what_the_origin_keeps_in_parts_is_read_back(region: Region) -> None:
    film = large()
    etag = copy(region, thing(film), Origin())
    assert "-" in etag
    assert len(places.lying(region)[film.key]) == film.bytes


def test_a_copy_of_parts_that_is_not_the_same_is_found(region: Region) -> None:
    film = large()
    with pytest.raises(Different, match="is not what was encoded"):
        copy(region, thing(film, sha256="0" * 64), Origin())


def test_what_was_wrong_once_is_proven_by_its_bytes(region: Region, file: Rendition) -> None:
    """The origin's own object is rotten: its ETag and its size agree with those of the copy."""
    places.rot_at_origin(file.key)
    copy(region, thing(file), Origin())
    with pytest.raises(Different, match="is not what was encoded"):
        copy(region, thing(file, doubted=True), Origin())


def test_through_us_nothing_changes_on_the_way(file: Rendition) -> None:
    with Moody(settings.S3_ENDPOINT_URL) as line:
        region = asked_of(line)
        copy(region, thing(file), Origin())
        told = head(region, file.key)
    assert len(places.lying(region)[file.key]) == file.bytes
    assert told["ContentType"] == "audio/mpeg"
    assert told["CacheControl"] == "private, max-age=31536000, immutable"


def test_a_film_goes_through_us_in_parts() -> None:
    film = large()
    with Moody(settings.S3_ENDPOINT_URL) as line:
        region = asked_of(line)
        copy(region, thing(film), Origin())
        told = head(region, film.key)
    assert (told["ContentLength"], told["ContentType"]) == (film.bytes, "video/mp4")
    assert places.lying(region)[film.key] == places.at_origin(film.key)


def test_a_film_arrives_although_parts_of_it_fail() -> None:
    film = large()
    with Moody(settings.S3_ENDPOINT_URL) as line:
        region = asked_of(line)
        line.failing = 0.3
        copy(region, thing(film), Origin())
        assert line.failed
    assert places.read(region.bucket, film.key) == places.at_origin(film.key)


def test_rotten_bytes_are_not_passed_on(file: Rendition) -> None:
    places.rot_at_origin(file.key)
    with Moody(settings.S3_ENDPOINT_URL) as line:
        region = asked_of(line)
        with pytest.raises(NotCopied, match="the origin’s bytes are not those that were encoded"):
            copy(region, thing(file), Origin())
    assert places.lying(region) == {}


def test_more_than_one_request_may_copy_is_copied_in_parts(region: Region, monkeypatch) -> None:
    film = large()
    monkeypatch.setattr(copying, "WHOLE", 8 * 1024**2)
    monkeypatch.setattr(copying, "PART", 5 * 1024**2)
    etag = copy(region, thing(film), Origin())
    told = head(region, film.key)
    assert etag.endswith("-3")
    assert told["ContentType"] == "video/mp4"
    assert told["CacheControl"] == "private, max-age=31536000, immutable"
    assert places.lying(region)[film.key] == places.at_origin(film.key)


@pytest.mark.parametrize("operation", ["CopyObject", "UploadPartCopy"])
def test_what_the_storage_may_not_copy_by_itself_goes_through_us(
    region: Region, operation: str, monkeypatch
) -> None:
    if operation == "UploadPartCopy":
        monkeypatch.setattr(copying, "WHOLE", 8 * 1024**2)
        monkeypatch.setattr(copying, "PART", 5 * 1024**2)
    film = large()
    refusal = {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
    refused = []

    def refuse(**kwargs: Any) -> Any:
        refused.append(operation)
        return SimpleNamespace(status_code=403), refusal

    events, name = buckets.client(region, buckets.FILMS).meta.events, f"before-call.s3.{operation}"
    events.register(name, refuse)
    try:
        copy(region, thing(film), Origin())
    finally:
        events.unregister(name, refuse)
    assert refused
    assert places.lying(region)[film.key] == places.at_origin(film.key)


@pytest.mark.parametrize("parts", [False, True])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_the_origin_has_lost_is_said_in_a_sentence(
    file: Rendition, elsewhere: bool, parts: bool, monkeypatch
) -> None:
    if parts:
        monkeypatch.setattr(copying, "WHOLE", 1)
    places.remove_from_origin(file.key)
    with Moody(settings.S3_ENDPOINT_URL) as line:
        region = asked_of(line) if elsewhere else places.place()
        with pytest.raises(NotCopied, match=f"The origin has no {file.key}"):
            copy(region, thing(file), Origin())


def test_without_a_bucket_there_is_no_region(file: Rendition) -> None:
    region = factories.region("nowhere")
    with pytest.raises(Away, match=f"The bucket {region.bucket} does not exist") as raised:
        copy(region, thing(file), Origin())
    assert raised.value.weight == 9
    with pytest.raises(Away, match="does not exist"):
        copying.greet(region)


def test_a_storage_that_fails_is_away(file: Rendition) -> None:
    with Moody(settings.S3_ENDPOINT_URL) as line:
        region = asked_of(line)
        line.failing = 1
        with pytest.raises(Away) as raised:
            copy(region, thing(file), Origin())
    assert raised.value.weight == 1


def test_keys_that_nobody_knows_any_more_shut_a_region(file: Rendition) -> None:
    region = factories.region(credentials="EU")
    with pytest.raises(Away, match="S3_CREDENTIALS does not name EU"):
        copy(region, thing(file), Origin())


def test_an_origin_that_is_away_is_not_the_regions_fault(file: Rendition, settings: Any) -> None:
    region = places.place(endpoint=settings.S3_ENDPOINT_URL)
    with Moody(settings.S3_ENDPOINT_URL, failing=1) as line:
        settings.S3_ENDPOINT_URL = line.url
        with pytest.raises(StorageUnavailable) as raised:
            copy(region, thing(file), Origin())
    assert not isinstance(raised.value, Away)


def test_a_dark_region_is_noticed_within_seconds() -> None:
    with BlackHole() as hole:
        region = factories.region(endpoint=f"http://127.0.0.1:{hole.port}")
        began = datetime.now(UTC)
        with pytest.raises(Away):
            copying.greet(region)
    assert (datetime.now(UTC) - began).total_seconds() < 4


@pytest.mark.parametrize("endpoint", ["", "itself"])
def test_the_origins_own_bucket_is_no_region(endpoint: str) -> None:
    where = settings.S3_ENDPOINT_URL if endpoint else ""
    region = factories.region(bucket=settings.S3_BUCKET, endpoint=where)
    with pytest.raises(Away, match="is the origin’s own"):
        copying.greet(region)
