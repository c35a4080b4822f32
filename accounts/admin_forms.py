from typing import Any

from django import forms
from django.contrib.auth.forms import ReadOnlyPasswordHashField
from django.core.exceptions import ValidationError

from accounts import superusers
from accounts.addresses import is_taken
from accounts.forms import tidy_name
from accounts.models import User
from core.generics import ModelForm

LAST_SUPERUSER = "This is the last superuser. Make somebody else one first, or nobody can run the site."


class UserForm(ModelForm[User]):
    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if is_taken(email, by_other_than=self.instance):
            raise ValidationError("Another account uses this address.")
        return email

    def clean_name(self) -> str:
        return tidy_name(self.cleaned_data["name"])


class UserAddForm(UserForm):
    invite = forms.BooleanField(
        label="Send an invitation",
        required=False,
        initial=True,
        help_text="A mail with a link to choose a password. Without it they can still sign in with an e-mailed code.",
    )

    class Meta:
        model = User
        fields = ["email", "name"]

    def save(self, commit: bool = True) -> User:
        self.instance.set_unusable_password()
        return super().save(commit)


class UserChangeForm(UserForm):
    password = ReadOnlyPasswordHashField(help_text="Nobody can see it. You can set another one here.")

    class Meta:
        model = User
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kept = all(cleaned.get(right, True) for right in ("is_active", "is_staff", "is_superuser"))
        if self.instance.is_superuser and not kept and superusers.are_all_among([self.instance.pk]):
            raise ValidationError(LAST_SUPERUSER)
        return cleaned
