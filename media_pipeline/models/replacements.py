from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from media_pipeline.models.assets import MediaAsset


class ReplacementQuerySet(models.QuerySet["Replacement"]):
    def open(self) -> Self:
        return self.filter(done_at=None, stopped_at=None)

    def done(self) -> Self:
        return self.filter(done_at__isnull=False)


class Replacement(models.Model):
    """Somebody's wish that an asset shows the file of another one; afterwards `other` has the former file.

    It is open until all that is wanted of `asset` is made of `other`, too; then the two exchange their files.
    """

    asset = models.ForeignKey(MediaAsset, on_delete=models.CASCADE, related_name="replacements")
    other = models.ForeignKey(MediaAsset, on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True, default="", db_default="", help_text="Why not, for a person.")

    objects = ReplacementQuerySet.as_manager()

    class Meta:
        default_permissions = ()  # those of the asset hold
        constraints = [
            models.UniqueConstraint(
                fields=["asset"], condition=Q(done_at=None, stopped_at=None), name="replacement_one_open"
            ),
            models.CheckConstraint(condition=~Q(asset=F("other")), name="replacement_by_another"),
        ]

    def __str__(self) -> str:
        return f"{self.other} for {self.asset}"
