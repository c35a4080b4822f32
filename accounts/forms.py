from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as allauth_forms
from allauth.mfa.models import Authenticator
from django import forms
from django.core.cache import cache

from accounts.models import User
from core.generics import ModelForm


class OnlyOnce:
    """allauth remembers a used code for one period; with its tolerance a code lives longer than that (RFC 6238, 5.2)."""

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP:
            lifetime = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
            if not cache.add(f"allauth:used:{self.user.pk}:{normalize_user_code(code)}", 1, timeout=lifetime):
                raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(OnlyOnce, allauth_forms.AuthenticateForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(OnlyOnce, allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    pass


class NameForm(ModelForm[User]):
    class Meta:
        model = User
        fields = ["name"]
        labels = {"name": "Your name"}
        help_texts = {"name": "How we address you. What readers see is your byline, not this."}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def clean_name(self) -> str:
        """One line of visible characters."""
        return tidy_name(self.cleaned_data["name"])


def tidy_name(name: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())
