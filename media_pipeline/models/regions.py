from typing import Self

from botocore.exceptions import InvalidRegionError
from botocore.utils import validate_region_name
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from media_pipeline.models.renditions import Rendition, RenditionSet

_bucket_name = RegexValidator(
    r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", "A bucket's name: 3 to 63 of a-z, 0-9, dots and dashes."
)


class RegionQuerySet(models.QuerySet["Region"]):
    def enabled(self) -> Self:
        return self.filter(enabled=True)

    def serving(self) -> Self:
        """Enabled, and as far as the last probes know up."""
        return self.enabled().filter(down_since=None)

    def holding(self, found: RenditionSet) -> Self:
        """In which every file of the set has been verified."""
        there = RegionCopy.objects.filter(
            region=OuterRef(OuterRef("pk")), key=OuterRef("key"), state=RegionCopy.State.VERIFIED
        )
        return self.exclude(Exists(Rendition.objects.delivered().filter(set=found).exclude(Exists(there))))


class Region(models.Model):
    """A place with a bucket of its own, from which those near it are served.

    `failures` to `problem` belong to the probes, which may write them at any moment; people write the rest.
    """

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(
        max_length=40,
        unique=True,
        help_text="Its short name in commands, logs and answers. It stays as it is.",
    )
    latitude = models.FloatField(
        validators=[MinValueValidator(-90), MaxValueValidator(90)], help_text="degrees north"
    )
    longitude = models.FloatField(
        validators=[MinValueValidator(-180), MaxValueValidator(180)], help_text="degrees east"
    )
    bucket = models.CharField(max_length=63, validators=[_bucket_name])
    code = models.CharField(
        "service's code",
        max_length=40,
        default="us-east-1",
        help_text="How the storage calls the place: eu-central-1.",
    )
    endpoint = models.URLField(
        blank=True, help_text="The storage's address, if it is not the service that the origin is at."
    )
    credentials = models.CharField(
        max_length=20,
        blank=True,
        help_text="Which keys: EU means S3_EU_ACCESS_KEY_ID and S3_EU_SECRET_ACCESS_KEY. Empty: those of the origin.",
    )
    distribution = models.URLField(
        blank=True, help_text="A CloudFront distribution in front of the bucket: https://d111.cloudfront.net"
    )
    weight = models.FloatField(
        default=1,
        db_default=1,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="2 makes it count as half as far, 0.5 as twice as far; 0 is used only when all others are out.",
    )
    enabled = models.BooleanField(
        default=True, db_default=True, help_text="Without it nobody is served from here, from this moment on."
    )
    failures = models.PositiveIntegerField(default=0, db_default=0, editable=False, help_text="in a row")
    down_since = models.DateTimeField(null=True, editable=False)
    probed_at = models.DateTimeField(null=True, editable=False)
    problem = models.TextField(blank=True, default="", db_default="", editable=False)

    objects = RegionQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["endpoint", "bucket"], name="region_one_a_bucket")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.endpoint = self.endpoint.rstrip("/")  # one bucket is one region, however it is written
        if self.credentials and self.credentials not in settings.S3_CREDENTIALS:
            known = ", ".join(filter(None, settings.S3_CREDENTIALS)) or "none"
            raise ValidationError(
                {"credentials": f"S3_CREDENTIALS does not name these keys; it names: {known}."}
            )
        try:
            validate_region_name(self.code)
        except InvalidRegionError:
            raise ValidationError({"code": "No storage calls a place like that: eu-central-1."}) from None
        if self.bucket == settings.S3_BUCKET:
            raise ValidationError({"bucket": "That is the origin itself: a region has a bucket of its own."})
        if self.slug == "origin":
            raise ValidationError({"slug": "The origin is called so wherever regions are named."})
        if self.distribution and not settings.CLOUDFRONT_KEY_ID:
            raise ValidationError(
                {"distribution": "Its addresses cannot be signed without CLOUDFRONT_KEY_ID."}
            )


class RegionCopyQuerySet(models.QuerySet["RegionCopy"]):
    def wanted(self) -> Self:
        return self.filter(unwanted_at=None)

    def verified(self) -> Self:
        return self.filter(state=RegionCopy.State.VERIFIED)

    def unfinished(self) -> Self:
        """Wanted, and missing or wrong."""
        return self.wanted().exclude(state=RegionCopy.State.VERIFIED)


class RegionCopy(models.Model):
    """That one object of the origin should be in a region, and what is known of it there.

    A region serves a set only while all of the set's files are `verified`. A row whose key no set needs any more is
    `unwanted_at`; its object goes after a time of grace, and the row with it.
    """

    class State(models.TextChoices):
        MISSING = "missing"  # not copied yet, or gone
        WRONG = "wrong"  # there, and not what it should be
        VERIFIED = "verified"

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="copies")
    key = models.CharField(max_length=200)
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.MISSING, db_default=State.MISSING)
    etag = models.CharField(
        max_length=100,
        blank=True,
        default="",
        db_default="",
        help_text="What the region called these bytes when they were verified.",
    )
    verified_at = models.DateTimeField(null=True, help_text="Last seen there as it should be.")
    unwanted_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(
        null=True, help_text="Somebody is copying it; taken over afterwards."
    )
    next_try_at = models.DateTimeField(db_default=Now())
    tries = models.PositiveIntegerField(default=0, db_default=0, help_text="that failed, in a row")
    problem = models.TextField(blank=True, default="", db_default="")

    objects = RegionCopyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["key", "region"], name="region_copy_one_a_key")]
        indexes = [
            models.Index(
                fields=["region", "next_try_at"],
                name="region_copy_to_do",
                condition=~Q(state="verified") | Q(unwanted_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} in {self.region}"


class OriginSwitch(models.Model):
    """Where everything is served from since `at`; the newest row is the present, no row means the regions."""

    class Mode(models.TextChoices):
        PRIMARY = "primary", "the regions"
        FALLBACK = "fallback", "the origin"

    mode = models.CharField(max_length=10, choices=Mode)
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.mode} since {self.at}"
