from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from core.paging import page_of
from search.finding import find

LONGEST = 200  # characters


@csrf_exempt
@gzip_page  # nothing secret stands on it
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "")
    if len(query) > LONGEST:
        raise BadRequest(f"A search is at most {LONGEST} characters long.")
    if "\0" in query:
        raise BadRequest("A search cannot hold a NUL character.")
    query = query.strip()
    page = page_of(request, find(query)) if query else None
    response = render(request, "search/search.html", {"query": query, "page": page})
    patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
    return response
