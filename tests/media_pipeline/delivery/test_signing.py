"""What the storage itself says of signed addresses."""

import base64
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3
from botocore.config import Config
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings as site
from django.core.exceptions import ValidationError

from media_pipeline.checks import cloudfront_keys
from media_pipeline.delivery.signing import signed
from media_pipeline.models import Region, Rendition, RenditionSet
from media_pipeline.regions import buckets, seeding

pytestmark = pytest.mark.django_db


def ask(address: str, method: str = "GET") -> urllib3.BaseHTTPResponse:
    return urllib3.request(method, address, redirect=False, retries=False)


@pytest.fixture
def file(found: RenditionSet) -> Rendition:
    return found.renditions.get(role="download")


@pytest.fixture
def region(frankfurt: Region, file: Rendition) -> Region:
    """With a bucket in which the file is."""
    seeding.make_bucket(frankfurt)
    source = {"Bucket": site.S3_BUCKET, "Key": file.key}
    buckets.client(frankfurt).copy_object(Bucket=frankfurt.bucket, Key=file.key, CopySource=source)
    return frankfurt


def test_an_address_opens_one_file_in_its_region_and_at_the_origin(file: Rendition, region: Region) -> None:
    there, origin = signed(file, region, 60), signed(file, None, 60)
    assert urlsplit(there).path == f"/{region.bucket}/{file.key}"
    assert urlsplit(origin).path == f"/{site.S3_BUCKET}/{file.key}"
    for address in (there, origin):
        answer = ask(address)
        assert (answer.status, len(answer.data)) == (200, file.bytes)
        assert answer.headers["Content-Type"] == "audio/mpeg"


def test_head_has_an_address_of_its_own(file: Rendition) -> None:
    head = signed(file, None, 60, method="HEAD")
    answer = ask(head, "HEAD")
    assert (answer.status, answer.headers["Content-Length"]) == (200, str(file.bytes))
    assert ask(head, "GET").status == 403
    assert ask(signed(file, None, 60), "HEAD").status == 403


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("X-Amz-Expires=60", "X-Amz-Expires=6000"),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
        ("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=host%3Brange"),
        (".mp3?", ".mp3x?"),
        (".mp3?", ".mp?"),
        (".mp3?", "%2F..%2Fother.mp3?"),
        ("/renditions/", "/originals/"),
        ("&X-Amz-Signature", "&response-content-type=text%2Fhtml&X-Amz-Signature"),
    ],
)
def test_an_address_that_was_changed_is_refused(file: Rendition, old: str, new: str) -> None:
    address = signed(file, None, 60)
    assert ask(address).status == 200
    assert old in address
    assert ask(address.replace(old, new)).status == 403


def test_an_address_of_one_file_opens_no_other(found: RenditionSet, file: Rendition, region: Region) -> None:
    other = found.renditions.get(role="subtitles")
    address = signed(file, None, 60)
    assert ask(address.replace(file.key, other.key)).status == 403
    assert ask(address.replace(f"/{site.S3_BUCKET}/", f"/{region.bucket}/")).status == 403


def test_an_address_dies(file: Rendition) -> None:
    address = signed(file, None, 1)
    assert ask(address).status == 200
    time.sleep(2.1)
    assert ask(address).status == 403


def test_the_name_to_keep_it_under_is_signed_with_it(file: Rendition) -> None:
    disposition = "attachment; filename*=utf-8''%C3%84%20%22x%22.mp3"
    for method in ("GET", "HEAD"):
        address = signed(file, None, 60, disposition=disposition, method=method)
        assert parse_qs(urlsplit(address).query)["response-content-disposition"] == [disposition]
        assert ask(address, method).status == 200
        assert ask(address.replace("2522x", "2522y"), method).status == 403


def test_no_signature_needs_the_network(file: Rendition, frankfurt: Region, settings: Any) -> None:
    settings.S3_ENDPOINT_URL = "http://127.0.0.1:9"
    frankfurt.endpoint = "http://127.0.0.1:9"
    assert signed(file, None, 60).startswith(f"http://127.0.0.1:9/{site.S3_BUCKET}/")
    assert signed(file, frankfurt, 60).startswith(f"http://127.0.0.1:9/{frankfurt.bucket}/")


@pytest.mark.parametrize("bucket", ["magazine-oregon", "magazine.oregon"])
@pytest.mark.parametrize("code", ["us-east-1", "us-west-2", "eu-central-1"])
def test_at_aws_the_policy_names_the_host_that_is_signed_for(
    file: Rendition, bucket: str, code: str, settings: Any
) -> None:
    settings.S3_ENDPOINT_URL, settings.S3_CREDENTIALS = "", {"AWS": ("id", "secret")}
    settings.S3_CLIENT = Config(
        signature_version="s3v4",
        s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
    )
    region = Region(bucket=bucket, code=code, credentials="AWS")
    assert signed(file, region, 60).startswith(f"{buckets.host(region)}/")


# --- CloudFront


@pytest.fixture
def key(settings: Any) -> rsa.RSAPrivateKey:
    made = rsa.generate_private_key(65537, 2048)
    settings.CLOUDFRONT_KEY_ID = "K2JCJMDEHXQW5F"
    settings.CLOUDFRONT_PRIVATE_KEY = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made


def test_a_distribution_is_signed_for_with_a_canned_policy(
    file: Rendition, frankfurt: Region, key: rsa.RSAPrivateKey
) -> None:
    frankfurt.distribution = "https://d111.cloudfront.net/"
    address = signed(file, frankfurt, 300, disposition='attachment; filename="a b.mp3"')
    told = parse_qs(urlsplit(address).query)
    resource = address.partition("&Expires")[0]
    assert resource == (
        f"https://d111.cloudfront.net/{file.key}"
        "?response-content-disposition=attachment%3B%20filename%3D%22a%20b.mp3%22"
    )
    [ends], [pair], [signature] = told["Expires"], told["Key-Pair-Id"], told["Signature"]
    assert int(ends) == pytest.approx(time.time() + 300, abs=5)
    assert pair == "K2JCJMDEHXQW5F"
    condition = {"DateLessThan": {"AWS:EpochTime": int(ends)}}
    policy = {"Statement": [{"Resource": resource, "Condition": condition}]}
    plain = base64.b64decode(signature.replace("-", "+").replace("_", "=").replace("~", "/"))
    said = json.dumps(policy, separators=(",", ":")).encode()
    key.public_key().verify(plain, said, PKCS1v15(), SHA1())


def test_a_distribution_without_a_key_is_refused_on_the_desk(frankfurt: Region, settings: Any) -> None:
    frankfurt.distribution = "https://d111.cloudfront.net"
    with pytest.raises(ValidationError, match="CLOUDFRONT_KEY_ID"):
        frankfurt.clean()
    settings.CLOUDFRONT_KEY_ID = "K1"
    frankfurt.clean()


def test_keys_that_do_not_fit_are_told_by_the_check(settings: Any, key: rsa.RSAPrivateKey) -> None:
    assert cloudfront_keys(None) == []
    settings.CLOUDFRONT_KEY_ID = ""
    assert [found.id for found in cloudfront_keys(None)] == ["media_pipeline.E001"]
    settings.CLOUDFRONT_PRIVATE_KEY = b""
    assert cloudfront_keys(None) == []
