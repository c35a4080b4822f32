from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from publishing.models import Publication

_known: tuple[bytes, Publication] | None = None


def publication(request: HttpRequest) -> dict[str, object]:
    """`publication` in every template: the site settings, read when first used."""
    return {"publication": SimpleLazyObject(lambda: publication_of(request))}


def publication_of(request: HttpRequest) -> Publication:
    """The site settings; read once a process and generation of cached pages, as whatever changes them changes that."""
    global _known
    generation = getattr(request, "generation", None)
    if generation is None:
        return Publication.current()
    if _known is None or _known[0] != generation:
        _known = (generation, Publication.current())
        _ = _known[1].all_links
    return _known[1]
