"""Members' own feeds on the desk: who has one, whether its address went round, an end to it, and a new one."""

from datetime import timedelta
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import feed_tokens
from accounts.models import FeedToken, FeedTokenUse, User
from core.editing import DeskAdmin
from core.links import absolute
from episodes.access import scope, show_of
from episodes.models import Show

MANY = 6  # networks of one person on one day that are worth a look: home, work, phone, train …
_WEEK = timedelta(days=7)
EVERYWHERE = [admin.ActionLocation.CHANGE_LIST, admin.ActionLocation.CHANGE_FORM]


class IssueForm(forms.Form):
    """Of somebody with a login; an address that they had for the show ends."""

    person = forms.EmailField(label="Their e-mail address", help_text="Of somebody who has an account here.")
    show = forms.ModelChoiceField(Show.objects.order_by("name"), empty_label=None)

    def clean_person(self) -> User:
        found = User.objects.filter(email__iexact=self.cleaned_data["person"], is_active=True).first()
        if found is None:
            raise forms.ValidationError("Nobody has an account with this address.")
        return found


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("over", "Over")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[FeedToken]) -> QuerySet[FeedToken]:
        if self.value() not in ("open", "over"):
            return queryset
        return queryset.filter(revoked_at__isnull=self.value() == "open")


class ShowFilter(admin.SimpleListFilter):
    title = "show"
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(pk), name) for pk, name in Show.objects.order_by("name").values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[FeedToken]) -> QuerySet[FeedToken]:
        value = self.value() or ""
        return queryset.filter(scope=scope(int(value))) if value.isdecimal() else queryset


@admin.action(description="Revoke", permissions=["change"], location=EVERYWHERE)
def revoke(model_admin: Any, request: HttpRequest, queryset: QuerySet[FeedToken]) -> HttpResponse | None:
    """Says what it means first, and asks why."""
    open_ones = list(queryset.filter(revoked_at=None).select_related("user"))
    if not open_ones:
        messages.info(request, "Nothing has changed: what you chose was over already.")
        return None
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:200]
    if "confirmed" not in request.POST or not reason:
        context = {
            **model_admin.admin_site.each_context(request),
            "title": "Revoke",
            "opts": model_admin.opts,
            "tokens": open_ones,
            "is_empty": "confirmed" in request.POST,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/episodes/revoke_feed.html", context)
    for token in open_ones:
        if feed_tokens.revoke(token.user, token.scope, reason=reason):
            model_admin.log_change(request, token, f"Revoked: {reason}")
            messages.success(request, f"The feed of {token.user} is over. Its audio stops within 15 minutes.")
    return None


@admin.register(FeedToken)
class FeedTokenAdmin(DeskAdmin[FeedToken]):
    """Nothing of a token can be edited: it is issued, and it is revoked."""

    list_display = ["person", "show", "ends_in", "state", "last_used", "networks"]
    list_filter = [StateFilter, ShowFilter]
    search_fields = ["user__email", "user__name"]
    list_select_related = ["user"]
    actions = [revoke]
    change_list_template = "admin/episodes/feeds.html"
    fieldsets = [(None, {"fields": ["person", "show", "ends_in", "state", "made", "last_used", "by_day"]})]
    readonly_fields = ["person", "show", "ends_in", "state", "made", "last_used", "by_day"]

    class Media:
        css = {"all": ["css/admin/numbers.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[FeedToken]:
        """Each with `most`: from how many networks it was used on the busiest day of the last seven."""
        days = FeedTokenUse.objects.filter(token=OuterRef("pk"), day__gt=timezone.now().date() - _WEEK)
        busiest = days.values("day").annotate(count=Count("pk")).order_by("-count").values("count")[:1]
        return super().get_queryset(request).annotate(most=Coalesce(Subquery(busiest), 0))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found: Any = super().get_changelist_instance(request)
        self._name(found.result_list)
        return found

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found: Any = super().get_object(request, object_id, from_field)
        if found:
            self._name([found])
        return found

    def _name(self, tokens: Any) -> None:
        shows = Show.objects.in_bulk([show_of(token) or 0 for token in tokens])
        for token in tokens:
            token.of_show = shows.get(show_of(token) or 0)

    @admin.display(description="person", ordering="user__email")
    def person(self, token: FeedToken) -> str:
        return token.user.email

    @admin.display(description="show", ordering="scope")
    def show(self, token: Any) -> str:
        return str(token.of_show or token.scope)

    @admin.display(description="ends in")
    def ends_in(self, token: FeedToken) -> str:
        return format_html("<code>…{}</code>", token.hint)

    @admin.display(description="state", ordering="revoked_at")
    def state(self, token: FeedToken) -> str:
        if token.revoked_at is None:
            return "Open" if token.user.is_active else "Closed with the account"
        return f"Over since {timezone.localtime(token.revoked_at):%-d %B %Y}. {token.reason}"

    @admin.display(description="made")
    def made(self, token: FeedToken) -> str:
        return f"{timezone.localtime(token.created_at):%-d %B %Y, %H:%M}"

    @admin.display(description="last used", ordering="seen_at")
    def last_used(self, token: FeedToken) -> str:
        return f"{timezone.localtime(token.seen_at):%-d %B %Y, %H:%M}" if token.seen_at else "never"

    @admin.display(description="networks", ordering="most")
    def networks(self, token: Any) -> str:
        if token.most < MANY:
            return str(token.most)
        return format_html('<strong class="many">{} <span>unusual</span></strong>', token.most)

    @admin.display(description="networks a day")
    def by_day(self, token: FeedToken) -> Any:
        days = token.uses.values("day").annotate(count=Count("pk")).order_by("-day")
        lines = [(f"{row['day']:%-d %B %Y}", row["count"]) for row in days]
        return format_html_join("", "{}: {}<br>", lines) or "Not used in the last 90 days."

    # --- what can be done ---------------------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: FeedToken | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        may = {"may_issue": self.has_change_permission(request)}
        return super().changelist_view(request, may | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        nothing_to_save = {"show_save": False, "show_save_and_continue": False}
        return super().change_view(request, object_id, form_url, nothing_to_save | (extra_context or {}))

    def get_urls(self) -> list[URLPattern]:
        issue = self.admin_site.admin_view(never_cache(partial(issue_feed, admin=self)))
        return [path("issue/", issue, name="accounts_feedtoken_issue"), *super().get_urls()]


@require_http_methods(["GET", "HEAD", "POST"])
def issue_feed(request: HttpRequest, *, admin: FeedTokenAdmin) -> HttpResponse:
    """A feed for a person. Its address stands in this answer alone."""
    if not admin.has_change_permission(request):
        raise PermissionDenied
    form = IssueForm(request.POST or None)
    context = {
        **admin.admin_site.each_context(request),
        "title": "A feed for a person",
        "opts": admin.opts,
        "form": form,
    }
    if request.method == "POST" and form.is_valid():
        person, show = form.cleaned_data["person"], form.cleaned_data["show"]
        secret = feed_tokens.issue(person, scope(show))
        token = FeedToken.objects.get(user=person, scope=scope(show), revoked_at=None)
        admin.log_addition(request, token, "Issued.")
        context |= {"person": person, "show": show}
        context["address"] = absolute(reverse("private_feed", args=[secret]))
    return TemplateResponse(request, "admin/episodes/issue_feed.html", context)
