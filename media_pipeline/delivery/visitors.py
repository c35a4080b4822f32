"""Who asks, where on earth they are, and which regions have failed them."""

import math
import re
from functools import cached_property

import iptocc
from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest

from accounts.mfa import missing_step
from core.clients import address_of
from media_pipeline.delivery.countries import CENTRES

type Place = tuple[float, float]  # degrees north, degrees east

_DEGREES = re.compile(r"-?\d{1,3}(\.\d{1,20})?", re.ASCII)
_CODE = re.compile(r"[A-Z]{2}", re.ASCII)
_SLUG = re.compile(r"[\w-]{1,40}", re.ASCII)
_MOST = 20  # regions that somebody may name


class Visitor:
    """What is known of who asks. Each part is looked up when it is needed, so that public answers touch no session."""

    def __init__(self, request: HttpRequest, viewer: str | None = None) -> None:
        """`viewer`: for who is known otherwise than by a session."""
        self.request = request
        self._viewer = viewer

    @cached_property
    def viewer(self) -> str:
        """ "" is anybody. Staff who still owe their second factor are nobody here, as on the desk."""
        if self._viewer is not None:
            return self._viewer
        user = self.request.user
        if not user.is_authenticated or (settings.STAFF_MFA_REQUIRED and missing_step(self.request)):
            return ""
        return f"user:{user.pk}"

    @cached_property
    def place(self) -> Place | None:
        """By the headers that the settings trust, else by the country of the address; None if nothing tells."""
        return _position(self.request) or _country(self.request) or _by_address(self.request)

    @cached_property
    def country(self) -> str:
        """ISO 3166-1, two capitals, by the same trust; "" if nothing tells."""
        name = settings.GEO_COUNTRY_HEADER
        told = self.request.headers.get(name, "").upper() if name else ""
        if _CODE.fullmatch(told):
            return told
        address = address_of(self.request)
        return (iptocc.country_code(str(address)) or "") if address else ""

    @cached_property
    def without(self) -> frozenset[str]:
        """The regions, by slug, that have failed them: `?not=frankfurt&not=origin`."""
        try:
            told = self.request.GET.getlist("not")
        except TooManyFieldsSent:
            return frozenset()
        return frozenset(name for name in told[:_MOST] if _SLUG.fullmatch(name))


def _position(request: HttpRequest) -> Place | None:
    values = [request.headers.get(name, "") for name in settings.GEO_POSITION_HEADERS]
    if len(values) != 2 or not all(map(_DEGREES.fullmatch, values)):
        return None
    north, east = map(float, values)
    return (north, east) if abs(north) <= 90 and abs(east) <= 180 else None


def _country(request: HttpRequest) -> Place | None:
    name = settings.GEO_COUNTRY_HEADER
    return CENTRES.get(request.headers.get(name, "").upper()) if name else None


def _by_address(request: HttpRequest) -> Place | None:
    address = address_of(request)
    return CENTRES.get(iptocc.country_code(str(address)) or "") if address else None


def kilometres(one: Place, other: Place) -> float:
    """The great circle between two places (haversine)."""
    north, east, its_north, its_east = map(math.radians, (*one, *other))
    across = math.sin((its_north - north) / 2) ** 2
    along = math.cos(north) * math.cos(its_north) * math.sin((its_east - east) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(min(across + along, 1)))
