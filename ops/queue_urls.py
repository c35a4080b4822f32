"""django-rq's pages, for superusers alone: by themselves they let in all staff, and their JSON knows more than one key."""

from collections.abc import Callable
from functools import wraps

from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django_rq.stats_views import stats_json
from django_rq.urls import get_admin_urlpatterns
from rq.exceptions import NoSuchJobError

# A job, worker or scheduler that RQ does not know (any longer): a bare link must not be a 500.
GONE = (NoSuchJobError, ImproperlyConfigured, ValueError)

type View = Callable[..., HttpResponse]


def superusers_only(view: View) -> View:
    @wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_superuser:
            raise PermissionDenied
        try:
            return view(request, *args, **kwargs)
        except GONE as error:
            raise Http404(str(error)) from error

    return admin.site.admin_view(wrapper)


app_name = "django_rq"
urlpatterns = [
    path("stats.json", superusers_only(stats_json), name="home_json"),
    *get_admin_urlpatterns(view_wrapper=superusers_only),
]
