"""The way to one whole file for whoever asks now; that they may have it is asked before."""

from collections.abc import Collection

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from media_pipeline.delivery import signing
from media_pipeline.delivery.choosing import chain
from media_pipeline.delivery.grants import LEAST, lifetime
from media_pipeline.delivery.visitors import Visitor
from media_pipeline.images import display_name
from media_pipeline.models import Rendition

OPEN = {"Access-Control-Allow-Origin": "*", "Referrer-Policy": "no-referrer"}
WHOLE = (Rendition.Role.PROGRESSIVE, Rendition.Role.DOWNLOAD)


def way(
    file: Rendition,
    visitor: Visitor,
    *,
    viewer: str = "",
    without: Collection[str] = (),
) -> str:
    """The signed address of a file, read with `set__asset`, in the region nearest to the visitor. No storage is asked.

    It lives for as long as the recording is listened to, for a `viewer` who has been let in for 15 minutes. `?download`
    has it kept under a name instead of shown.
    """
    region = chain(file.set, visitor.place, without)[0]
    method = visitor.request.method or "GET"
    disposition = _disposition(file) if "download" in visitor.request.GET else ""
    return signing.signed(file, region, _seconds(file, viewer), disposition=disposition, method=method)


def _seconds(file: Rendition, viewer: str) -> int:
    """A whole file's way is asked for once: browsers and apps seek in it for as long as they play it."""
    if file.role not in WHOLE:
        return signing.MINUTES
    return LEAST if viewer else lifetime(file.set.asset.duration)


def _disposition(file: Rendition) -> str:
    title = display_name(str(file.set.tags.get("title") or "")) or f"recording-{file.set.asset_id}"
    return content_disposition_header(True, f"{title}.{file.key.rpartition('.')[2]}") or ""


def refused(sentence: str, status: int = 403) -> HttpResponse:
    """A short text, as nobody reads what a player is answered."""
    headers = OPEN | {"Cache-Control": "no-store"}
    return HttpResponse(sentence, status=status, content_type="text/plain", headers=headers)
