"""Where regions come from: rows that the settings name, and a private bucket for each."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.utils import timezone

from core.models import Work
from media_pipeline.models import Region
from media_pipeline.regions import buckets, seeding, wanted
from tests import factories
from tests.harness.servers import free_port
from tests.storage import changed_storage

pytestmark = pytest.mark.django_db

OSLO = {"name": "Oslo", "latitude": 59.9, "longitude": 10.7, "bucket": "test-oslo"}


@pytest.fixture(autouse=True)
def _no_buckets_are_left() -> Iterator[None]:
    """A bucket of an earlier test would be taken for one that the site has always had."""
    _remove_buckets()
    yield
    _remove_buckets()


def _remove_buckets() -> None:
    client = buckets.origin()
    for bucket in client.list_buckets(Prefix=f"{project.S3_BUCKET}-")["Buckets"]:
        for found in client.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
            client.delete_object(Bucket=bucket["Name"], Key=found["Key"])
        client.delete_bucket(Bucket=bucket["Name"])


def prepare() -> tuple[list[str], list[str]]:
    """The lines that the command says, and those in which it warns."""
    out, err = io.StringIO(), io.StringIO()
    call_command("prepare_storage", stdout=out, stderr=err)
    return out.getvalue().splitlines(), err.getvalue().splitlines()


def test_a_site_that_names_none_gets_eight(settings: Any) -> None:
    settings.MEDIA_REGIONS = None
    assert len(seeding.seed()) == 8
    made = {region.slug: region for region in Region.objects.all()}
    assert sorted(made) == [
        "cape-town",
        "frankfurt",
        "mumbai",
        "ohio",
        "oregon",
        "sao-paulo",
        "sydney",
        "tokyo",
    ]
    assert made["sao-paulo"].name == "São Paulo"
    assert made["sao-paulo"].bucket == f"{settings.S3_BUCKET}-sao-paulo"
    assert made["sydney"].latitude < 0 < made["sydney"].longitude
    assert made["oregon"].longitude < -100
    assert made["tokyo"].code == settings.S3_REGION  # the service of the tests is in one place
    assert seeding.seed() == []


def test_at_aws_each_of_the_eight_is_where_it_says(settings: Any) -> None:
    settings.MEDIA_REGIONS, settings.S3_ENDPOINT_URL = None, ""
    codes = {region.slug: region.code for region in seeding.seed()}
    assert codes["frankfurt"] == "eu-central-1"
    assert codes["sydney"] == "ap-southeast-2"
    assert len(set(codes.values())) == 8


def test_a_site_that_wants_none_gets_none(settings: Any) -> None:
    settings.MEDIA_REGIONS = []
    assert seeding.seed() == []
    assert not Region.objects.exists()


def test_a_row_that_is_there_is_never_changed(settings: Any) -> None:
    factories.region("oslo", name="Our Oslo", weight=0.5, enabled=False)
    settings.MEDIA_REGIONS = [OSLO | {"weight": 3}, OSLO | {"name": "Bergen", "bucket": "test-bergen"}]
    assert [region.slug for region in seeding.seed()] == ["bergen"]
    oslo = Region.objects.get(slug="oslo")
    assert (oslo.name, oslo.weight, oslo.enabled) == ("Our Oslo", 0.5, False)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"latitude": 159}, "latitude: Ensure this value is less than or equal to 90"),
        ({"latitude": "north"}, "latitude: “north” value must be a float"),
        ({"longitude": float("nan")}, "finite numbers"),
        ({"bucket": "No_Such"}, "bucket: A bucket's name"),
        ({"code": "eu central"}, "code: No storage calls a place like that"),
        ({"credentials": "EU"}, "S3_CREDENTIALS does not name these keys"),
        ({"regoin": "x"}, "It says regoin, which no region has"),
        ({"name": "!"}, "slug: This field cannot be blank"),
    ],
)
def test_nonsense_is_said_of_its_entry_and_nothing_is_made(
    settings: Any, wrong: dict[str, Any], sentence: str
) -> None:
    settings.MEDIA_REGIONS = [OSLO, OSLO | {"name": "Bergen", "bucket": "test-bergen"} | wrong]
    with pytest.raises(seeding.Nonsense) as refused:
        seeding.seed()
    assert str(refused.value).startswith(f"MEDIA_REGIONS, entry 2 ({settings.MEDIA_REGIONS[1]['name']}): ")
    assert sentence in str(refused.value)
    assert not Region.objects.exists()


def test_the_buckets_are_private_and_read_by_pages_of_any_site(settings: Any) -> None:
    region = factories.region("frankfurt")
    assert prepare()[0][1:] == [f"Frankfurt: the bucket {region.bucket} was made."]
    client = buckets.client(region)
    assert client.get_bucket_cors(Bucket=region.bucket)["CORSRules"][0]["AllowedOrigins"] == ["*"]
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        client.get_bucket_policy(Bucket=region.bucket)
    assert prepare()[0][1:] == [f"Frankfurt: the bucket {region.bucket} is there."]


def test_rules_that_a_killed_run_did_not_make_are_made(settings: Any) -> None:
    region = factories.region("frankfurt")
    client = buckets.client(region)
    client.create_bucket(Bucket=region.bucket)
    assert seeding.make_bucket(region) == seeding.Bucket(region)
    assert client.get_bucket_cors(Bucket=region.bucket)["CORSRules"]


def test_what_lay_in_a_bucket_that_was_lost_is_copied_again() -> None:
    region = factories.region("frankfurt")
    factories.recording()
    prepare()
    wanted.agree()
    region.copies.update(state="verified", etag="x", verified_at=timezone.now())
    Work.objects.all().delete()
    prepare()
    assert region.copies.verified().count() == 2
    buckets.client(region).delete_bucket(Bucket=region.bucket)
    prepare()
    assert region.copies.verified().count() == 0
    assert wanted.due(region).count() == 2
    assert [work.key for work in Work.objects.filter(kind=wanted.SYNC)] == [str(region.pk)]


def test_a_region_elsewhere_is_made_there(settings: Any) -> None:
    region = factories.region("milan", code="eu-south-1")
    assert seeding.make_bucket(region).made
    assert buckets.client(region).get_bucket_location(Bucket=region.bucket)["LocationConstraint"] == (
        "eu-south-1"
    )


def test_one_region_that_refuses_does_not_stop_the_others(settings: Any) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    factories.region("cape-town", endpoint=nobody)
    factories.region("lima", credentials="GONE")
    tokyo = factories.region("tokyo")
    factories.region("zurich", enabled=False)
    said, warned = prepare()
    assert said[1:] == [f"Tokyo: the bucket {tokyo.bucket} was made."]
    assert len(warned) == 2
    assert warned[0].startswith(f"Cape Town is not ready. {nobody} does not answer as it should")
    assert warned[1].startswith("Lima is not ready. S3_CREDENTIALS does not name GONE any more")


def test_nonsense_in_the_setting_is_a_warning_and_what_is_there_is_prepared(settings: Any) -> None:
    settings.MEDIA_REGIONS = [OSLO | {"latitude": 100}]
    tokyo = factories.region("tokyo")
    said, warned = prepare()
    assert said[1:] == [f"Tokyo: the bucket {tokyo.bucket} was made."]
    assert warned[0].startswith("No region was added. MEDIA_REGIONS, entry 1 (Oslo): latitude:")


def test_without_the_origin_it_ends_with_a_sentence() -> None:
    with (
        changed_storage(endpoint_url=f"http://127.0.0.1:{free_port()}"),
        pytest.raises(CommandError, match="does not answer as it should"),
    ):
        prepare()
