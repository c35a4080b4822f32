from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Now

from core.markdown import Image


class MediaAsset(models.Model):
    """An uploaded file after it was taken apart and written anew: no metadata, a key that is a hash, a known size.

    `sha256` is that of the bytes that were uploaded (hex), so that the same upload is one asset; `key` names the bytes
    that are served.
    """

    class Kind(models.TextChoices):
        IMAGE = "image"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.IMAGE, editable=False)
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    key = models.CharField(max_length=120, editable=False)
    content_type = models.CharField(max_length=40, editable=False)
    bytes = models.PositiveBigIntegerField(editable=False)
    width = models.PositiveIntegerField(editable=False, help_text="pixels")
    height = models.PositiveIntegerField(editable=False, help_text="pixels")
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

    def as_image(self) -> Image:
        return Image(
            src=self.url,
            width=self.width,
            height=self.height,
            alt="" if self.decorative else self.alt,
            credit=self.credit,
            focal_class=self.focal_class,
            decorative=self.decorative,
        )
