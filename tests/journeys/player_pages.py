"""Pages of the tests alone, with a player on them: one as readers get it, one in the admin."""

from dataclasses import replace

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from config.urls import *  # noqa: F403
from config.urls import urlpatterns as pages_of_the_site
from media_pipeline.delivery import plays_media
from media_pipeline.playing import Playable, moment

SHOWN: dict[str, Playable] = {}  # by name; what a test wants to see

_READERS = """{% extends "base.html" %}{% block title %}Player{% endblock %}
{% block main %}<div class="width"><h1>A page with a player</h1>{% include "components/player.html" %}
<form><label>Words <input name="words"></label></form></div>{% endblock %}"""
_EDITORS = """{% extends "admin/base_site.html" %}
{% block content %}{% include "components/player.html" %}{% endblock %}"""


@plays_media
def readers_page(request: HttpRequest, name: str) -> HttpResponse:
    return _page(request, _READERS, name)


def editors_page(request: HttpRequest, name: str) -> HttpResponse:
    return _page(request, _EDITORS, name, **admin.site.each_context(request), title="Preview")


def _page(request: HttpRequest, source: str, name: str, **context: object) -> HttpResponse:
    playable = replace(SHOWN[name], start=moment(request.GET.get("t", "")) or 0)
    template = engines["django"].from_string(source)
    return HttpResponse(template.render({"playable": playable, **context}, request))


urlpatterns = [
    path("player/<name>/", readers_page),
    path("admin/player/<name>/", editors_page),
    *pages_of_the_site,
]
