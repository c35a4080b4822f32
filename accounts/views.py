from typing import cast

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import NameForm
from accounts.mfa import IS_SECOND_FACTOR
from accounts.middleware import SIGNED_IN_COOKIE, forget_signed_in
from accounts.models import User


@require_safe
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Everything about one's own login, on one page."""
    second_factor = Authenticator.objects.filter(IS_SECOND_FACTOR, user=request.user).first()
    return render(request, "accounts/account.html", {"second_factor": second_factor})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def account_name(request: HttpRequest) -> HttpResponse:
    form = NameForm(request.POST or None, instance=cast("User", request.user))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your name is saved.")
        return redirect("account")
    return render(request, "accounts/account_name.html", {"form": form})


@require_safe
def corner(request: HttpRequest) -> HttpResponse:
    """The signed-in person's links, for the header of pages that are the same for everybody; 204 for anonymous readers."""
    if request.user.is_authenticated:
        return render(request, "accounts/corner.html")
    response = HttpResponse(status=204)
    if SIGNED_IN_COOKIE in request.COOKIES:
        forget_signed_in(response)
    return response
