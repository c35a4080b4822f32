from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.editing import DeskAdmin
from core.widgets import SearchSelect, element
from media_pipeline.models import MediaAsset


class ImageSelect(SearchSelect):
    """A search by name, with the chosen image under it and a button that opens the library."""

    class Media:
        js = [element("image-picker"), element("image-field")]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<image-field library="{}" upload="{}">{}{}</image-field>',
            reverse("admin:media_pipeline_mediaasset_library"),
            reverse("admin:media_pipeline_mediaasset_upload"),
            super().render(name, value, attrs, renderer),
            self.thumbnail(value),
        )

    def thumbnail(self, value: Any) -> SafeString | str:
        asset = MediaAsset.objects.filter(pk=value).first() if str(value or "").isdecimal() else None
        return thumbnail(asset) if asset else ""


class PicksImages[M: Model](DeskAdmin[M]):
    """Fields that point at an image show it."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is MediaAsset:
            kwargs["widget"] = ImageSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def thumbnail(asset: MediaAsset, side: int = 160) -> SafeString:
    """A small picture that fits a square of `side` pixels; its size is known before it is loaded."""
    scale = side / max(asset.width, asset.height, 1)
    return format_html(
        '<img class="thumbnail" src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
        asset.address_for(side),
        asset.alt,
        max(1, round(asset.width * scale)),
        max(1, round(asset.height * scale)),
    )
