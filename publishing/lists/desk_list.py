"""The list of every kind of content: its filters, saved searches, actions, file and copies."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from accounts.staff import signed_in_user
from core.generics import ModelAdmin
from publishing.desk.rows import heavy_fields, list_path
from publishing.lists import actions, csv_export, duplicates, saved_searches
from publishing.lists.actions import BULK
from publishing.lists.filters import DESK_FILTERS
from publishing.models import Publishable
from publishing.steps.publication_views import get_content
from publishing.workflow import TRANSITIONS

if TYPE_CHECKING:
    from publishing.publishable_admin import PublishableAdmin


class DeskChangeList(ChangeList):
    """Without the long texts, which no list shows."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        return rows.defer(*heavy_fields(self.model))


def _bulk_action(bulk: actions.BulkAction) -> Callable[..., Any]:
    def act(model_admin: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        return actions.bulk(model_admin, request, rows, bulk)

    act.__name__ = bulk.name
    described: Callable[..., Any] = admin.action(description=bulk.label)(act)
    return described


@admin.action(description="Duplicate", permissions=["add"])
def duplicate(model_admin: Any, request: HttpRequest, rows: QuerySet[Any]) -> None:
    actions.copy(model_admin, request, rows)


@admin.action(description="Export as CSV")
def export(model_admin: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponseBase:
    return csv_export.as_file(model_admin, rows)


class DeskList[P: Publishable](ModelAdmin[P]):
    """A kind gives `export_row(content)`, and with `exported` the relations that it needs for that."""

    change_list_template: ClassVar[Any] = "admin/desk/change_list.html"
    list_filter: ClassVar[Any] = DESK_FILTERS
    actions: Any = [*(_bulk_action(bulk) for bulk in BULK.values()), duplicate, export]
    exported: ClassVar[tuple[str, ...]] = ()

    def export_row(self, content: P) -> dict[str, Any]:
        """More columns of `csv_export.COLUMNS`: section, bylines, topics."""
        return {}

    def for_export(self, rows: QuerySet[P]) -> QuerySet[P]:
        return rows.prefetch_related(*self.exported)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return DeskChangeList

    def get_actions(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> Any:
        """Without the steps for which they have no right on any content of this kind."""
        actions = super().get_actions(request, action_location=action_location)
        if "delete_selected" in actions:  # last: the first one is soon chosen by mistake
            actions["delete_selected"] = actions.pop("delete_selected")
        return {
            name: action
            for name, action in actions.items()
            if name not in BULK
            or request.user.has_perm(self.model.right(TRANSITIONS[BULK[name].action].right))
        }

    def response_action(
        self,
        request: HttpRequest,
        queryset: QuerySet[P],
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> Any:
        for number in request.POST.getlist(ACTION_CHECKBOX_NAME):
            if not number.isascii() or not number.isdecimal() or len(number) > 18:
                raise BadRequest("What is selected is named by its number.")
        return super().response_action(request, queryset, action_location=action_location)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        kept = saved_searches.kept_of(self._ours, request.GET.urlencode())
        extra = {
            "chips": saved_searches.chips(self._ours, request),
            "kept": kept,
            "kind": self.model.kind,
            "export_url": list_path(self._ours).removesuffix("/") + f"/export/?{kept}",
        }
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        views: list[Any] = [("export/", csv_export.export, "export"), ("<int:object_id>/copy/", copy, "copy")]
        own = [
            path(where, self.admin_site.admin_view(partial(view, admin=self)), name=f"{name}_{last}")
            for where, view, last in views
        ]
        return own + super().get_urls()

    @property
    def _ours(self) -> "PublishableAdmin[Any]":
        """What it is part of."""
        return self  # type: ignore[return-value]


@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest, object_id: int, *, admin: "PublishableAdmin[Any]") -> HttpResponse:
    """GET asks, POST makes a draft of their own that begins as this ends."""
    content = get_content(admin, request, object_id)
    if not admin.has_add_permission(request) or not admin.has_view_permission(request, content):
        raise PermissionDenied
    if request.method == "POST":
        made = duplicates.duplicate(content, signed_in_user(request))
        admin.log_addition(request, made, f"A copy of “{content.title}”.")
        messages.success(request, format_html("This is a draft of yours, made from “{}”.", content.title))
        return HttpResponseRedirect(admin.address("change", made))
    context = {
        **admin.admin_site.each_context(request),
        "title": "Duplicate",
        "opts": admin.opts,
        "content": content,
        "change_url": admin.address("change", content),
        "list_url": list_path(admin),
    }
    return TemplateResponse(request, "admin/desk/copy.html", context)
