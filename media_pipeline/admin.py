from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import quote
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from core.editing import OwnRows
from core.widgets import element
from media_pipeline import library
from media_pipeline.forms import AssetForm, UploadForm
from media_pipeline.models import MediaAsset
from media_pipeline.signals import asset_changed
from media_pipeline.usage import seen_uses
from media_pipeline.widgets import thumbnail

SHOWN_TO_READERS = {"alt", "decorative", "credit", "focal_x", "focal_y"}


@admin.register(MediaAsset)
class MediaAssetAdmin(OwnRows[MediaAsset]):
    list_display = ["picture", "name", "alt", "credit", "size", "created_at"]
    list_display_links = ["picture", "name"]
    search_fields = ["name", "alt", "credit"]
    readonly_fields = ["crop", "markdown", "facts", "used_in"]

    class Media:
        js = [element("focal-point"), element("copy-text")]

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

    def is_own(self, request: HttpRequest, obj: MediaAsset) -> bool:
        return obj.created_by_id == request.user.pk

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
            '<copy-text><code>![]({})</code></copy-text><p class="help">{}</p>',
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

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found: Any = super().get_object(request, object_id, from_field)
        if found:
            found.asked_by = request  # `used_in` is given nothing but the row
        return found

    @admin.display(description="used in")
    def used_in(self, asset: Any) -> SafeString | str:
        seen, others = seen_uses(asset, self.admin_site, asset.asked_by)
        lines = [format_html("{} ({})", self._link(row), relation) for row, relation in seen]
        return (
            format_html_join(SafeString("<br>"), "{}", [(line,) for line in [*lines, *_hidden(others)]])
            or "Nothing yet."
        )

    def _link(self, row: Any) -> SafeString:
        """A row that uses an image, with a link to its form where it has one."""
        name = f"{self.admin_site.name}:{row._meta.app_label}_{row._meta.model_name}_change"
        kind = capfirst(row._meta.verbose_name)
        try:
            return format_html('{}: <a href="{}">{}</a>', kind, reverse(name, args=[quote(row.pk)]), row)
        except NoReverseMatch:
            return format_html("{}: {}", kind, row)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """An image in a text is protected like one in a field: the reader would get a hole."""
        gone, counts, lacking, _ = super().get_deleted_objects(objs, request)
        uses = [seen_uses(asset, self.admin_site, request) for asset in objs]
        shown = dict.fromkeys(self._link(row) for seen, _ in uses for row, _ in seen)
        return gone, counts, lacking, [*shown, *_hidden(sum(others for _, others in uses))]

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
        super().save_model(request, obj, form, change)
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

    def get_urls(self) -> list[URLPattern]:
        def own(view: Any) -> Any:
            return self.admin_site.admin_view(partial(view, admin=self))

        return [
            path("library/", own(library.library), name="media_pipeline_mediaasset_library"),
            path("upload/", own(library.upload), name="media_pipeline_mediaasset_upload"),
            *super().get_urls(),
        ]


def _hidden(count: int) -> list[str]:
    return [f"{count} that {'is' if count == 1 else 'are'} not yours to see"] if count else []
