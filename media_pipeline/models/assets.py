from typing import NamedTuple

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Now

from core.pictures import Image, Source

EDITED = ("name", "alt", "decorative", "credit", "focal_x", "focal_y")
"""The columns that people write; the others belong to the pipeline, which may write them at the same moment."""


class Shared(NamedTuple):
    """An absolute address, and its pixels."""

    url: str
    width: int
    height: int


class MediaAsset(models.Model):
    """A file that somebody brought, once it is whole, known and in the storage.

    `sha256` is that of the bytes that were brought (hex), so that the same bytes are one asset. `key` names the object:
    of an image its pixels written anew, of audio and video the very bytes, kept and never served to readers. What is
    made of it - a ladder of widths, an MP3, HLS - stands in its rendition sets.
    """

    class Kind(models.TextChoices):
        IMAGE = "image"
        AUDIO = "audio"
        VIDEO = "video"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.IMAGE, editable=False)
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    key = models.CharField(max_length=120, editable=False)
    content_type = models.CharField(max_length=40, editable=False)
    bytes = models.PositiveBigIntegerField(editable=False)
    width = models.PositiveIntegerField(editable=False, default=0, db_default=0, help_text="pixels, as shown")
    height = models.PositiveIntegerField(
        editable=False, default=0, db_default=0, help_text="pixels, as shown"
    )
    duration = models.FloatField(editable=False, null=True, help_text="seconds")
    probe = models.JSONField(
        editable=False, default=dict, db_default={}, help_text="`probing.Probe`, of audio and video."
    )
    ladder = models.JSONField(
        editable=False,
        default=list,
        db_default=[],
        help_text="Of an image: its live renditions, as [[format, width, height, key], …].",
    )
    name = models.CharField(
        max_length=200,
        blank=True,
        help_text="To find it again. Readers never see it; the file's own name is a start.",
    )
    alt = models.CharField(
        "alternative text",
        max_length=400,
        blank=True,
        help_text="What somebody who cannot see the image should know. One sentence, no “image of”.",
    )
    decorative = models.BooleanField(
        default=False,
        help_text="Tick only if the image says nothing that the text does not; screen readers skip it.",
    )
    credit = models.CharField(
        max_length=200, blank=True, help_text="Who made it, and the licence if there is one."
    )
    focal_x = models.PositiveSmallIntegerField(
        default=50,
        validators=[MaxValueValidator(100)],
        help_text="The point that must survive cropping: % from the left.",
    )
    focal_y = models.PositiveSmallIntegerField(
        default=50, validators=[MaxValueValidator(100)], help_text="% from the top."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "image"
        default_permissions = ("add", "change", "delete", "view", "edit_all")

    def __str__(self) -> str:
        return self.name or self.key

    @property
    def reference(self) -> str:
        """How Markdown names this asset: `![alt](asset:42)`."""
        return f"asset:{self.pk}"

    @property
    def url(self) -> str:
        return settings.MEDIA_URL + self.key

    @property
    def focal_class(self) -> str:
        """A class of the generated stylesheet, in steps of five per cent."""
        return f"focal-x-{round(self.focal_x / 5) * 5} focal-y-{round(self.focal_y / 5) * 5}"

    def address_for(self, pixels: int) -> str:
        """Of an image: the file that every browser shows and that is at least so wide, if there is one."""
        known = self.sources[-1].files if self.ladder else ()
        return next(
            (address for address, width in known if width >= pixels), known[-1][0] if known else self.url
        )

    @property
    def sources(self) -> tuple[Source, ...]:
        """Of an image: its ladder, best format first."""
        formats: dict[str, list[tuple[str, int]]] = {}
        for kind, width, _, key in self.ladder:
            formats.setdefault(f"image/{kind}", []).append((settings.MEDIA_URL + key, width))
        return tuple(Source(kind, tuple(files)) for kind, files in formats.items())

    @property
    def shared(self) -> "Shared":
        """Of an image: the file for feeds, link previews and search engines, a JPEG or PNG of a sensible width."""
        for _, width, height, key in reversed(self.ladder):
            return Shared(settings.MEDIA_URL + key, width, height)
        return Shared(self.url, self.width, self.height)

    def as_image(self) -> Image:
        return Image(
            src=self.shared.url,
            width=self.width,
            height=self.height,
            alt="" if self.decorative else self.alt,
            credit=self.credit,
            focal_class=self.focal_class,
            decorative=self.decorative,
            sources=self.sources,
        )


class Recordings(models.Manager[MediaAsset]):
    def get_queryset(self) -> models.QuerySet[MediaAsset]:
        return super().get_queryset().exclude(kind=MediaAsset.Kind.IMAGE)


class Recording(MediaAsset):
    """Audio and video, as the desk shows them."""

    objects = Recordings()  # type: ignore[misc, assignment]  # narrower than the images' on purpose

    class Meta:
        proxy = True
        ordering = ["-created_at", "-id"]
        default_permissions = ("add", "change", "delete", "view", "edit_all")
