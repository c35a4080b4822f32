"""Django's admin, in the site's dress and behind the site's login (with its second factor)."""

from typing import Any

from allauth.account import views as account_views
from allauth.account.decorators import secure_admin_login
from allauth.account.utils import get_next_redirect_url
from django.contrib import admin
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

_usual_methods = method_decorator(require_http_methods(["GET", "HEAD", "POST"]))


class MastheadAdminSite(admin.AdminSite):
    """One way in and one way out: passwords and sessions are the business of the account pages."""

    site_header = site_title = "Masthead"
    index_title = "Desk"

    @_usual_methods
    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from publishing import desk  # this module is loaded before the models are

        return super().index(request, {**desk.overview(self, request), **(extra_context or {})})

    def get_urls(self) -> Any:
        """Without Django's way to the public page of any row: it asks for no right, and tells addresses before their time."""
        return [url for url in super().get_urls() if getattr(url, "name", None) != "view_on_site"]

    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect(get_next_redirect_url(request) or "admin:index")

    @_usual_methods
    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        return super().app_index(request, app_label, extra_context)

    @_usual_methods
    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.GET.get("term", ""):
            raise BadRequest("A search cannot hold a NUL character.")
        return super().autocomplete_view(request)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return account_views.logout(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_change_password")
