from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.widgets import element, page_element
from media_pipeline import library
from media_pipeline.forms import AssetForm, UploadForm
from media_pipeline.models import EDITED, MediaAsset
from media_pipeline.recordings.page import RecordingAdmin
from media_pipeline.regions.admin import RegionAdmin
from media_pipeline.replacing import views as replacing
from media_pipeline.signals import asset_changed
from media_pipeline.uploads import views as uploads
from media_pipeline.used_in import ShowsUses
from media_pipeline.widgets import thumbnail

__all__ = ["MediaAssetAdmin", "RecordingAdmin", "RegionAdmin"]

SHOWN_TO_READERS = {"alt", "decorative", "credit", "focal_x", "focal_y"}


@admin.register(MediaAsset)
class MediaAssetAdmin(ShowsUses[MediaAsset]):
    list_display = ["picture", "name", "alt", "credit", "size", "created_at"]
    list_display_links = ["picture", "name"]
    search_fields = ["name", "alt", "credit"]
    readonly_fields = ["crop", "markdown", "facts", "used_in"]

    change_form_template = "admin/images/change_form.html"

    class Media:
        css = {"all": ["css/admin/recordings.css"]}
        js = [element("focal-point"), page_element("copy-text")]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(
            request, obj, change=change, form=AssetForm if change else UploadForm, **kwargs
        )
        form.request = request
        return form

    def get_fieldsets(self, request: HttpRequest, obj: MediaAsset | None = None) -> Any:
        words = ["alt", "decorative", "credit", "name"]
        focal = ("The point that must survive cropping", {"fields": ["crop", ("focal_x", "focal_y")]})
        if obj is None:
            return [(None, {"fields": ["file", *words]})]
        return [(None, {"fields": words}), focal, ("In texts", {"fields": ["markdown", "used_in", "facts"]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MediaAsset]:
        return super().get_queryset(request).filter(kind=MediaAsset.Kind.IMAGE)

    # --- the list -----------------------------------------------------------------------------------------------

    @admin.display(description="image")
    def picture(self, asset: MediaAsset) -> SafeString:
        return thumbnail(asset, 96)

    @admin.display(description="pixels")
    def size(self, asset: MediaAsset) -> str:
        return f"{asset.width} × {asset.height}"

    # --- one image ----------------------------------------------------------------------------------------------

    @admin.display(description="click on it")
    def crop(self, asset: MediaAsset) -> SafeString:
        return format_html(
            '<focal-point x="id_focal_x" y="id_focal_y">{}</focal-point>', thumbnail(asset, 480)
        )

    @admin.display(description="for Markdown")
    def markdown(self, asset: MediaAsset) -> SafeString:
        """Without words of its own, so that a corrected alternative text reaches every article."""
        return format_html(
            '<copy-text><code>![]({})</code> <button type="button">Copy</button> <span role="status"></span></copy-text><p class="help">{}</p>',
            asset.reference,
            "Words between the brackets replace the alternative text in that place.",
        )

    @admin.display(description="the file")
    def facts(self, asset: MediaAsset) -> SafeString:
        kilobytes = f"{asset.bytes / 1000:,.0f}"
        return format_html(
            '<a href="{}">{} × {} pixels</a>, {} kB, {}',
            asset.url,
            asset.width,
            asset.height,
            kilobytes,
            asset.content_type,
        )

    # --- saving -------------------------------------------------------------------------------------------------

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        made = super().save_form(request, form, change)
        if not change:
            made = form.asset
            made.was_known = form.known
        return made

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change and obj.was_known:
            return
        obj.save(update_fields=EDITED)
        if change and SHOWN_TO_READERS & set(form.changed_data):
            asset_changed.send(sender=MediaAsset, asset=obj)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None if getattr(obj, "was_known", False) else super().log_addition(request, obj, message)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        if obj.was_known and IS_POPUP_VAR not in request.POST:
            messages.info(request, "This image was in the library already. Here it is.")
            return HttpResponseRedirect(
                reverse(f"{self.admin_site.name}:media_pipeline_mediaasset_change", args=[obj.pk])
            )
        return super().response_add(request, obj, post_url_continue)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        if asset := context.get("original"):
            context["replacing"] = replacing.panel(request, asset, self)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        def own(view: Any) -> Any:
            return self.admin_site.admin_view(partial(view, admin=self))

        return [
            path("library/", own(library.library), name="media_pipeline_mediaasset_library"),
            path("upload/", own(library.upload), name="media_pipeline_mediaasset_upload"),
            *uploads.urls(self),
            *replacing.urls(self),
            *super().get_urls(),
        ]
