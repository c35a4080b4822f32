from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from publishing.models import Publication


def publication(request: HttpRequest) -> dict[str, object]:
    """`publication` in every template: the site settings, read when first used."""
    return {"publication": SimpleLazyObject(Publication.current)}
