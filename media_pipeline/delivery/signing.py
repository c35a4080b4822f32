"""Addresses that the storage itself opens, for minutes: S3's (Signature Version 4) or CloudFront's. No network is needed."""

import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import cast
from urllib.parse import quote

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

from media_pipeline.models import Region, Rendition
from media_pipeline.regions import buckets

MINUTES = 5 * 60  # seconds that a signed address lives


def signed(
    file: Rendition,
    region: Region | None,
    seconds: int,
    *,
    disposition: str = "",
    method: str = "GET",
) -> str:
    """The address of one file in a region (None: at the origin), dead after `seconds`, for GET or for HEAD alone.

    `disposition`: the Content-Disposition that it is answered with.
    """
    if region and region.distribution:
        return _by_cloudfront(region, file.key, seconds, disposition)
    client = buckets.client(region) if region else buckets.origin()
    what = {"Bucket": region.bucket if region else settings.S3_BUCKET, "Key": file.key}
    if disposition:
        what["ResponseContentDisposition"] = disposition
    call = "head_object" if method == "HEAD" else "get_object"
    return cast(str, client.generate_presigned_url(call, Params=what, ExpiresIn=seconds))


def _by_cloudfront(region: Region, key: str, seconds: int, disposition: str) -> str:
    """With a canned policy; its methods are the distribution's."""
    asked = f"?response-content-disposition={quote(disposition, safe='')}" if disposition else ""
    ends = datetime.fromtimestamp(time.time() + seconds, UTC)
    signer = _cloudfront(settings.CLOUDFRONT_KEY_ID, settings.CLOUDFRONT_PRIVATE_KEY)
    url = f"{region.distribution.rstrip('/')}/{quote(key)}{asked}"
    return signer.generate_presigned_url(url, date_less_than=ends)


@lru_cache(maxsize=4)
def _cloudfront(key_id: str, pem: bytes) -> CloudFrontSigner:
    key = cast(RSAPrivateKey, load_pem_private_key(pem, password=None))
    return CloudFrontSigner(key_id, lambda message: key.sign(message, PKCS1v15(), SHA1()))  # noqa: S303
