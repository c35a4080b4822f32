"""What an asset's page says about its uses, and that nothing in use is deleted."""

from typing import Any

from django.contrib.admin.utils import quote
from django.db.models import Model
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from core.editing import OwnRows
from media_pipeline.usage import seen_uses


class ShowsUses[M: Model](OwnRows[M]):
    def is_own(self, request: HttpRequest, obj: Any) -> bool:
        return bool(obj.created_by_id == request.user.pk)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found: Any = super().get_object(request, object_id, from_field)
        if found:
            found.asked_by = request  # `used_in` is given nothing but the row
        return found

    def used_in(self, asset: Any) -> SafeString | str:
        seen, others = seen_uses(asset, self.admin_site, asset.asked_by)
        lines = [format_html("{} ({})", self._link(row), relation) for row, relation in seen]
        shown = [(line,) for line in [*lines, *_hidden(others)]]
        return format_html_join(SafeString("<br>"), "{}", shown) or "Nothing yet."

    used_in.short_description = "used in"  # type: ignore[attr-defined]

    def _link(self, row: Any) -> SafeString:
        """A row that uses an asset, with a link to its form where it has one."""
        name = f"{self.admin_site.name}:{row._meta.app_label}_{row._meta.model_name}_change"
        kind = capfirst(row._meta.verbose_name)
        try:
            return format_html('{}: <a href="{}">{}</a>', kind, reverse(name, args=[quote(row.pk)]), row)
        except NoReverseMatch:
            return format_html("{}: {}", kind, row)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What is shown in a text is protected like what is in a field: the reader would get a hole."""
        gone, counts, lacking, _ = super().get_deleted_objects(objs, request)
        uses = [seen_uses(asset, self.admin_site, request) for asset in objs]
        shown = dict.fromkeys(self._link(row) for seen, _ in uses for row, _ in seen)
        return gone, counts, lacking, [*shown, *_hidden(sum(others for _, others in uses))]


def _hidden(count: int) -> list[str]:
    return [f"{count} that {'is' if count == 1 else 'are'} not yours to see"] if count else []
