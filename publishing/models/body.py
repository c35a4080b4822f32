import re
from collections.abc import Collection
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models

from core.markdown import RENDERER_VERSION, Image, MarkdownTooComplex, image_references, render
from media_pipeline.models import MediaAsset

RENDERED = ("body_html", "body_text", "body_headings", "body_words", "body_renderer")
_REFERENCE = re.compile(r"asset:([0-9]{1,18})")


class Body(models.Model):
    """Abstract: a Markdown text and what it was rendered to when it was saved."""

    body = models.TextField(
        blank=True,
        help_text="Markdown. Start sections with ##; images are ![what it shows](asset:12 “caption”).",
    )
    body_html = models.TextField(blank=True, editable=False)
    body_text = models.TextField(blank=True, editable=False)
    body_headings = models.JSONField(default=list, editable=False)
    body_words = models.PositiveIntegerField(default=0, editable=False)
    body_renderer = models.PositiveSmallIntegerField(default=0, editable=False)
    images = models.ManyToManyField(MediaAsset, editable=False, related_name="+")

    _stored: str | None = None  # the text that the database has, while that is known
    _rendered: str | None = None  # the text that body_html shows

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Render the text if its HTML is not up to date, and remember which images it shows."""
        fields: Collection[str] | None = kwargs.get("update_fields")
        if "body" in self.get_deferred_fields() or (fields is not None and "body" not in fields):
            super().save(*args, **kwargs)
            return
        new = self._state.adding
        if self._rendered != self.body:
            self.render_body()
        if fields is not None:
            kwargs["update_fields"] = {*fields, *RENDERED}
        super().save(*args, **kwargs)
        if self._stored != self.body:
            if not new or "asset:" in self.body:
                self.link_images()
            self._stored = self.body

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        content = super().from_db(*args, **kwargs)
        loaded = content.__dict__
        content._stored = loaded.get("body")
        content._rendered = loaded.get("body") if loaded.get("body_renderer") == RENDERER_VERSION else None
        return content

    def clean(self) -> None:
        super().clean()
        try:
            self.render_body()
        except MarkdownTooComplex as error:
            raise ValidationError({"body": str(error)}) from error

    def render_body(self) -> None:
        rendered = render(self.body, asset_images(self._references()))
        self.body_html, self.body_text = rendered.html, rendered.text
        self.body_words, self.body_renderer = rendered.words, rendered.version
        self.body_headings = [{"level": h.level, "id": h.id, "text": h.text} for h in rendered.headings]
        self._rendered = self.body

    def rerender(self) -> None:
        """Render the stored text anew, and save nothing else."""
        self.render_body()
        self.save(update_fields=RENDERED)

    def link_images(self) -> None:
        """After saving: remember which images the text shows."""
        self.images.set(_images(self._references()))

    def _references(self) -> list[str]:
        return image_references(self.body) if "asset:" in self.body else []

    @property
    def reading_minutes(self) -> int:
        """At 230 words a minute, at least one."""
        return max(1, round(self.body_words / 230))


def asset_images(references: list[str]) -> dict[str, Image]:
    """The images behind `asset:12`, `asset:13` …, for the renderer; what does not exist is left out."""
    return {asset.reference: asset.as_image() for asset in _images(references)}


def _images(references: list[str]) -> models.QuerySet[MediaAsset]:
    return MediaAsset.objects.filter(pk__in=asset_ids(references), kind=MediaAsset.Kind.IMAGE)


def asset_ids(references: list[str]) -> list[int]:
    """`asset:12` is 12; what is no reference is left out, as is a number that no row can have."""
    return [int(match[1]) for reference in references if (match := _REFERENCE.fullmatch(reference))]
