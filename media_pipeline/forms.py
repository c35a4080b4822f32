"""Uploading an image, and what is said about it afterwards."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.http import HttpRequest

from accounts.staff import signed_in_user
from core.generics import ModelForm
from media_pipeline.images import ImageRefused, StorageUnavailable, ingest, known
from media_pipeline.images.reencoding import MAX_BYTES
from media_pipeline.models import MediaAsset


class AssetForm(ModelForm[MediaAsset]):
    class Meta:
        model = MediaAsset
        fields = ["alt", "decorative", "credit", "name", "focal_x", "focal_y"]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not values.get("alt") and not values.get("decorative") and "alt" not in self.errors:
            self.add_error("alt", "Say what the image shows, or tick that it is decorative.")
        return values


class UploadForm(AssetForm):
    """Makes the asset while it validates, as only then it is known whether the file is an image.

    `asset` is the result; `known` is True if the same file was there before, which then stays as it was.
    """

    file = forms.FileField(
        label="Image file",
        help_text="JPEG, PNG, WebP, AVIF or GIF. Position and camera data are removed.",
        widget=forms.ClearableFileInput(
            attrs={"accept": "image/jpeg,image/png,image/webp,image/avif,image/gif"}
        ),
    )
    request: HttpRequest
    asset: MediaAsset
    known = False

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if "file" in values:
            data = values["file"].read(MAX_BYTES + 1)
            self.known = known(data) is not None
            if self.known:
                self.errors.clear()
            if not self.errors:
                self._ingest(data, values)
        return values

    def _ingest(self, data: bytes, values: dict[str, Any]) -> None:
        words = {name: values.get(name, "") for name in ("alt", "credit")}
        name = values.get("name") or PurePath(values["file"].name).stem
        try:
            self.asset = ingest(data, name=name, created_by=signed_in_user(self.request), **words)
        except (ImageRefused, StorageUnavailable) as error:
            self.add_error("file", str(error))
            return
        if not self.known:
            self.asset.decorative = values.get("decorative", False)
