"""What goes wrong with a region's bucket, in sentences for whoever looks after the site."""

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from media_pipeline.models import Region
from media_pipeline.storage import MISSING, REFUSED, code_of

# KeyError: keys that the settings no longer name; ValueError: an address that none can be
PROBLEMS = (BotoCoreError, ClientError, KeyError, ValueError)


def sentence(region: Region, error: Exception) -> str:
    """What has happened and what to do."""
    if region.credentials not in settings.S3_CREDENTIALS:
        return f"S3_CREDENTIALS does not name {region.credentials} any more: name it, or change the region’s keys."
    where = region.endpoint or settings.S3_ENDPOINT_URL or f"S3 in {region.code}"
    if code_of(error) in MISSING:
        return f"The bucket {region.bucket} does not exist at {where}: run `manage.py prepare_storage`."
    if code_of(error) in REFUSED:
        start = f"S3_{region.credentials}_" if region.credentials else "S3_"
        names = f"{start}ACCESS_KEY_ID, {start}SECRET_ACCESS_KEY"
        return (
            f"{where} refuses our keys: check {names} and what they may do with the bucket {region.bucket}."
        )
    if code_of(error) in ("BucketAlreadyExists", "IllegalLocationConstraintException"):
        return f"The bucket {region.bucket} cannot be made at {where}: {error}"
    return f"{where} does not answer as it should: {error}"


def misplaced(region: Region, place: str) -> str:
    """A sentence if AWS says that the bucket is at another place: boto3 would find it, a signed address would not."""
    elsewhere = region.endpoint or settings.S3_ENDPOINT_URL
    if elsewhere or not place or place == region.code:
        return ""
    return f"The bucket {region.bucket} is in {place}: say so in the region’s code, or no signed address is right."
