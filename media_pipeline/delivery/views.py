"""What players ask. Refusals are short texts and no way to a login, as nobody reads what a player is answered."""

from collections.abc import Collection
from functools import partial
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature
from django.db import DatabaseError
from django.db.models import Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from media_pipeline.delivery import gates, names, signing
from media_pipeline.delivery.grants import Grant
from media_pipeline.delivery.leading import OPEN, refused, way
from media_pipeline.delivery.linking import Address, linked
from media_pipeline.delivery.playback import Choice
from media_pipeline.delivery.playback import playback as opened
from media_pipeline.delivery.visitors import Visitor
from media_pipeline.models import Encoding, MediaAsset, Rendition
from media_pipeline.regions import health

log = structlog.get_logger(__name__)

KEPT = signing.MINUTES - 60  # seconds for which a browser may go on using an answer
_HEADERS = OPEN | {"Cache-Control": f"private, max-age={KEPT}"}


@csrf_exempt  # so that a POST is told that it is none of the methods
@require_safe
def playback(request: HttpRequest, pk: int) -> HttpResponse:
    """From where an encoding may be played now, best first: JSON as `_told` writes it."""
    visitor = Visitor(request)
    try:
        found = opened(_encoding(pk), visitor)
    except PermissionDenied:
        return refused("This recording is not open to you.")
    _tell(visitor.without)
    return JsonResponse(
        {"choices": [_told(choice) for choice in found.choices]},
        headers=OPEN | {"Cache-Control": "private, no-store"},
    )


def _tell(failed: Collection[str]) -> None:
    """Have the regions looked at that somebody names; who watches needs no database that can be written to."""
    try:
        if failed:
            health.suspect(failed)
    except DatabaseError as error:
        log.warning("region_not_suspected", regions=sorted(failed), error=str(error))


def _told(choice: Choice) -> dict[str, object]:
    sources = [{"url": source.url, "type": source.type} for source in choice.sources]
    return {"region": choice.region, "check": choice.check, "sources": sources}


@csrf_exempt  # so that a POST is told that it is none of the methods
@require_safe
def file(request: HttpRequest, pk: int, stem: str, extension: str) -> HttpResponse:
    """A file of what is live, at an address that stays. `?download` has it kept under a name instead of shown."""
    encoding, visitor = _encoding(pk), Visitor(request)
    try:
        found = opened(encoding, visitor)
    except PermissionDenied:
        return refused("This recording is not open to you.")
    wanted = names.named(found.set, f"{stem}.{extension}")
    if wanted is None:
        raise Http404("no such file")
    grant = found.grant()
    return _given(request, wanted, grant, partial(names.granted, str(grant)))


@csrf_exempt  # so that a POST is told that it is none of the methods
@require_safe
def play(request: HttpRequest, grant: str, file_pk: int, extension: str) -> HttpResponse:
    """A file of a set by a grant; of a set that another one has replaced meanwhile, too, while it is there."""
    try:
        told = Grant.read(grant)
    except BadSignature:
        return refused("This link is not valid any more. Load the page again.")
    owner = Encoding.objects.filter(pk=told.encoding).values("owner")
    files = Rendition.objects.delivered().select_related("set").annotate(owner=Subquery(owner))
    wanted: Any = get_object_or_404(files, pk=file_pk, set=told.set, key__endswith=f".{extension}")
    if wanted.owner is None:
        raise Http404("the encoding is gone")
    if not gates.opens(wanted.owner, told.viewer):
        return refused("This recording is not open to you any more.")
    return _given(request, wanted, told, names.beside)


def _encoding(pk: int) -> Encoding:
    """Of audio or video, with as much of what is live as is needed here."""
    found = Encoding.objects.select_related("live__asset").exclude(live__asset__kind=MediaAsset.Kind.IMAGE)
    few = found.only("owner", "live__tags", "live__asset__duration")
    return get_object_or_404(few, pk=pk, live__isnull=False)


def _given(request: HttpRequest, file: Rendition, grant: Grant, address: Address) -> HttpResponse:
    """The file's text, if it names others, or the way to where it is."""
    if file.text:
        return HttpResponse(linked(file, address), content_type=file.content_type, headers=_HEADERS)
    there = way(file, Visitor(request), viewer=grant.viewer, without=grant.without)
    return HttpResponseRedirect(there, headers=_HEADERS)
