"""Staff need a second factor in production: without one the admin sends them to set it up."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


class StaffMFAMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.STAFF_MFA_REQUIRED and request.path.startswith(reverse("admin:index")) and lacks_second_factor(request):
            messages.warning(request, "The admin needs a second factor. Set up an authenticator app first.")
            return redirect("mfa_activate_totp")
        return self.get_response(request)


def lacks_second_factor(request: HttpRequest) -> bool:
    user = request.user
    if not (user.is_authenticated and user.is_staff):
        return False
    return not Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
