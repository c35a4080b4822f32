from typing import Any

import allauth.account.admin
import allauth.mfa.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts import mfa, superusers
from accounts.adapter import MailNotSent
from accounts.addresses import vouch
from accounts.admin_forms import LAST_SUPERUSER, UserAddForm, UserChangeForm
from accounts.invitations import invite
from accounts.models import User
from core.editing import StrictPages

admin.site.unregister(
    [EmailAddress, Authenticator, Group]
)  # an address is edited with its user; secrets never

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


class SecondFactorFilter(admin.SimpleListFilter):
    title = "second factor"
    parameter_name = "second_factor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return (
            queryset.filter(Q(second_factor=self.value() == "yes"))
            if self.value() in ("yes", "no")
            else queryset
        )


@admin.register(User)
class UserAdmin(StrictPages, DjangoUserAdmin):  # type: ignore[type-arg]
    """Whoever may change users may change readers. Staff, and what they may do, are for superusers alone."""

    form = UserChangeForm
    add_form = UserAddForm
    add_form_template = None
    add_fieldsets = [(None, {"fields": ["email", "name", "invite"]})]
    fieldsets = [
        (None, {"fields": ["email", "name", "password", "is_active"]}),
        ("What they may do", {"fields": RIGHTS}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]
    list_display = ["email", "name", "is_staff", "has_second_factor", "is_active", "last_login"]
    list_filter = ["is_staff", "is_superuser", "is_active", SecondFactorFilter, "groups"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    actions = ["send_invitation", "reset_second_factor"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        factors = Authenticator.objects.filter(mfa.IS_SECOND_FACTOR, user=OuterRef("pk"))
        users: QuerySet[User] = super().get_queryset(request)
        return users.annotate(second_factor=Exists(factors))

    @admin.display(boolean=True, description="second factor", ordering="second_factor")
    def has_second_factor(self, user: User) -> bool:
        return bool(user.second_factor)  # type: ignore[attr-defined]

    # --- who may do what ----------------------------------------------------------------------------------------

    def has_superuser_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and self.is_for(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self.is_for(request, obj)

    def is_for(self, request: HttpRequest, user: User | None) -> bool:
        """Whoever could change the e-mail address of staff could sign in as them."""
        return (
            user is None or not (user.is_staff or user.is_superuser) or self.has_superuser_permission(request)
        )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        rights = [] if self.has_superuser_permission(request) else RIGHTS
        return [*super().get_readonly_fields(request, obj), *rights]

    # --- saving and deleting ------------------------------------------------------------------------------------

    def save_model(
        self, request: HttpRequest, obj: User, form: UserAddForm | UserChangeForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if not change or "email" in form.changed_data:
            vouch(obj)
        if form.cleaned_data.get("invite"):
            transaction.on_commit(lambda: self.send_invitation(request, User.objects.filter(pk=obj.pk)))

    @transaction.atomic
    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        to_delete, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        if superusers.are_all_among([user.pk for user in objs]):
            protected = [*protected, LAST_SUPERUSER]
        return to_delete, counts, perms_needed, protected

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        if superusers.are_all_among([user.pk for user in queryset]):
            raise PermissionDenied(LAST_SUPERUSER)
        super().delete_queryset(request, queryset)

    # --- actions ------------------------------------------------------------------------------------------------

    @admin.action(permissions=["superuser"], description="Send an invitation to choose a password")
    def send_invitation(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset.filter(is_active=True):
            try:
                invite(user)
            except MailNotSent:
                self.message_user(request, f"The mail to {user.email} could not be sent.", messages.ERROR)
            else:
                self.message_user(request, f"An invitation is on its way to {user.email}.")

    @admin.action(permissions=["superuser"], description="Reset the second factor (a lost phone)")
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        if request.POST.get("confirmed") != "yes":
            context = self.admin_site.each_context(request) | {
                "title": "Reset the second factor?",
                "users": queryset,
                "opts": self.opts,
                "action_checkbox_name": ACTION_CHECKBOX_NAME,
            }
            return TemplateResponse(request, "admin/accounts/user/reset_second_factor.html", context)
        for user in queryset:
            self._reset(request, user)
        return None

    def _reset(self, request: HttpRequest, user: User) -> None:
        try:
            done = mfa.reset(user)
        except MailNotSent:
            self.message_user(
                request, f"Reset for {user.email}, but the mail to them could not be sent.", messages.WARNING
            )
            done = True
        else:
            said = f"Reset for {user.email}." if done else f"No second factor to reset: {user.email}."
            self.message_user(request, said, messages.SUCCESS if done else messages.WARNING)
        if done:
            self.log_change(request, user, "Reset the second factor.")


@admin.register(Group)
class GroupAdmin(StrictPages, DjangoGroupAdmin):
    """A group gives rights, so only superusers touch one."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser and super().has_delete_permission(request, obj)
