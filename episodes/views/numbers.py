from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.caching import cacheable


@cacheable()
def download_rules(request: HttpRequest) -> HttpResponse:
    """What a download is, in plain words, for whoever is shown our numbers."""
    return render(request, "episodes/download_rules.html")
