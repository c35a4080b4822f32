"""django-rq's pages, for superusers alone: by themselves they let in all staff, and their JSON knows more than one key."""

from collections.abc import Callable
from functools import wraps

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django_rq.stats_views import stats_json
from django_rq.urls import get_admin_urlpatterns

type View = Callable[..., HttpResponse]


def superusers_only(view: View) -> View:
    @wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_superuser:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return admin.site.admin_view(wrapper)


app_name = "django_rq"
urlpatterns = [
    path("stats.json", superusers_only(stats_json), name="home_json"),
    *get_admin_urlpatterns(view_wrapper=superusers_only),
]
