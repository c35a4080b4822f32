"""allauth's decisions that differ here, and its words for tired people."""

from typing import Any
from urllib.parse import urlsplit

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from allauth.mfa.adapter import DefaultMFAAdapter
from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.http import HttpRequest
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User
from core.clients import client_address
from core.links import absolute

log = structlog.get_logger(__name__)

TOO_OFTEN = {"too_many_login_attempts", "rate_limited"}


class MailNotSent(ImmediateHttpResponse):  # type: ignore[misc]
    """The mail server did not take it. Left alone, the person gets a page that says so."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is switched off.",
        "duplicate_email": "This is your address already.",
        "email_password_mismatch": "This e-mail address and this password do not belong together. "
        "Try again, or let us e-mail you a code.",
        "email_taken": "This address belongs to another account.",
        "enter_current_password": "This is not your current password.",
        "incorrect_code": "This is not the code from our newest mail to you. An older code no longer works.",
        "incorrect_password": "This is not your password.",
        "rate_limited": "Too many attempts. Wait a minute, then try again.",
        "same_as_current": "This is your address already.",
        "too_many_login_attempts": "Three wrong codes: this one no longer works. Start again for a new one.",
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def is_safe_url(self, url: str) -> bool:
        """Only this site's own addresses, whatever other hosts it answers to."""
        site = urlsplit(settings.SITE_URL)
        return (
            url.isprintable()
            and not url.startswith("//")
            and url_has_allowed_host_and_scheme(
                url, allowed_hosts={site.netloc}, require_https=site.scheme == "https"
            )
        )

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Too often is no mistake in a form: the answer is 429, the same for known and unknown addresses."""
        if code in TOO_OFTEN:
            raise ImmediateHttpResponse(respond_429(current.request))
        error: ValidationError = super().validation_error(code, *args)
        return error

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Whoever has a second factor shows it; a password alone must not be able to take it off."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"].startswith("mfa")] or methods

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return absolute(path.replace("UID-KEY", key))

    def send_account_already_exists_mail(self, email: str) -> None:
        User().set_password(get_random_string(12))  # takes as long as making the account would have taken
        self.send_mail("account/email/account_already_exists", email, {})

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Raises MailNotSent. Links are made from SITE_URL: what the request says of itself builds none."""
        try:
            self.render_mail(template_prefix, email, context | {"email": email}).send()
        except (OSError, AnymailError) as error:
            log.error("account_mail_not_sent", template=template_prefix, error=str(error))
            raise MailNotSent(render(current.request, "account/mail_not_sent.html", status=503)) from error

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """The text as it is written, and the same in simple HTML."""
        site = {"site_url": settings.SITE_URL, "site_host": urlsplit(settings.SITE_URL).netloc}
        message = super().render_mail(template_prefix, email, site | context, headers)
        assert isinstance(message, EmailMultiAlternatives)
        paragraphs = [paragraph.strip() for paragraph in str(message.body).split("\n\n")]
        html = render_to_string("account/email/message.html", context | {"paragraphs": paragraphs})
        message.attach_alternative(html, "text/html")
        return message

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """What it tells of has happened, so a mail server that is away (which is logged) does not undo it."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except MailNotSent:
            return


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right, or it has just run out. Try the one your app shows now.",
        "unverified_email": "Verify your e-mail address first.",
    }
