from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.timezone import get_current_timezone_name
from django.views.decorators.http import require_http_methods

from core.editing import DeskAdmin
from core.widgets import element
from pages import front_form, timed_slots
from pages.models import FrontPageSlot, StaticPage
from publishing.publishable_admin import PublishableAdmin


@admin.register(StaticPage)
class StaticPageAdmin(PublishableAdmin[StaticPage]):
    list_display = ["name", "slug", "state", "published"]
    search_fields = ["name", "slug", "summary"]
    fieldsets = [
        (None, {"fields": ["name", "body"], "classes": ["writing"]}),
        ("Small print", {"fields": ["summary", "slug"]}),
    ]

    def page(self, content: StaticPage) -> tuple[str, dict[str, Any]]:
        return "pages/static_page.html", {"static_page": content}


@admin.register(FrontPageSlot)
class FrontPageAdmin(DeskAdmin[FrontPageSlot]):
    """One page instead of a list of rows: the front page is composed as a whole."""

    def get_urls(self) -> list[URLPattern]:
        compose = self.admin_site.admin_view(self.compose)
        return [path("", compose, name="pages_frontpageslot_changelist")]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def compose(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        data = request.POST or None
        slots: Any = front_form.Slots(data, initial=front_form.current())
        timed = timed_slots.timed_slots(data)
        if request.method == "POST" and all([slots.is_valid(), timed.is_valid()]):
            front_form.save(slots, timed)
            self.message_user(request, "The front page is as you see it here.")
            return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": "Front page",
            "slots": slots,
            "timed": timed,
            "over": timed_slots.over(),
            "leading": timed_slots.leading(),
            "time_zone": get_current_timezone_name(),
            "places": front_form.PLACES,
            "opts": self.opts,
            "media": self.media + slots.media + timed.media,
        }
        return TemplateResponse(request, "admin/pages/front_page.html", context)

    class Media:
        js = [element("sortable-rows")]
