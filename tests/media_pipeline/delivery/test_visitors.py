"""Where somebody is: by what the settings trust, and by nothing else."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory

from accounts.models import User
from media_pipeline.delivery import Visitor
from media_pipeline.delivery.visitors import Place, kilometres

POSITION = ["CloudFront-Viewer-Latitude", "CloudFront-Viewer-Longitude"]
GERMANY: Place = (51, 10)
AMERICA: Place = (39, -94)


def asked(address: str = "8.8.8.8", query: str = "", **headers: str) -> HttpRequest:
    request = RequestFactory().get(f"/{query}", REMOTE_ADDR=address)
    request.META |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    return request


def at(north: str, east: str) -> dict[str, str]:
    return {"cloudfront_viewer_latitude": north, "cloudfront_viewer_longitude": east}


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("8.8.8.8", AMERICA),
        ("::ffff:8.8.8.8", AMERICA),
        ("[2001:4860:4860::8888]:4711", AMERICA),
        ("193.99.144.80", GERMANY),
        ("10.0.0.1", None),
        ("::1", None),
        ("not an address", None),
        ("", None),
    ],
)
def test_an_address_tells_a_country(address: str, place: Any) -> None:
    assert Visitor(asked(address)).place == place


def test_headers_say_nothing_where_no_setting_names_them() -> None:
    spoofed = asked(**at("50", "8"), cf_ipcountry="DE", x_forwarded_for="193.99.144.80")
    assert Visitor(spoofed).place == AMERICA


def test_of_forwarded_addresses_the_one_counts_that_our_proxy_has_seen(settings: Any) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    assert Visitor(asked("10.0.0.1", x_forwarded_for="8.8.8.8, 193.99.144.80")).place == GERMANY


def test_a_trusted_header_names_the_place_or_the_country(settings: Any) -> None:
    settings.GEO_POSITION_HEADERS, settings.GEO_COUNTRY_HEADER = POSITION, "CF-IPCountry"
    assert Visitor(asked(**at("-33.87", "151.2"), cf_ipcountry="DE")).place == (-33.87, 151.2)
    assert Visitor(asked(cf_ipcountry="de")).place == GERMANY
    assert Visitor(asked()).place == AMERICA


@pytest.mark.parametrize(
    ("north", "east"),
    [
        ("NaN", "8"),
        ("inf", "8"),
        ("91", "8"),
        ("50", "-180.1"),
        ("50", ""),
        ("", "8"),
        ("5_0", "8"),
        ("٥٠", "8"),
        ("50,1", "8"),
        ("1e1", "8"),
        ("50\r\n", "8"),
        ("0" * 4000, "8"),
    ],
)
def test_nonsense_about_the_position_leaves_the_country(settings: Any, north: str, east: str) -> None:
    settings.GEO_POSITION_HEADERS, settings.GEO_COUNTRY_HEADER = POSITION, "CF-IPCountry"
    assert Visitor(asked(**at(north, east), cf_ipcountry="DE")).place == GERMANY


@pytest.mark.parametrize("country", ["XX", "T1", "", "D", "DEU", "Đ€", "D" * 4000, "\x00"])
def test_nonsense_about_the_country_leaves_the_address(settings: Any, country: str) -> None:
    settings.GEO_COUNTRY_HEADER = "CF-IPCountry"
    assert Visitor(asked(cf_ipcountry=country)).place == AMERICA


@pytest.mark.parametrize(
    ("query", "without"),
    [
        ("?not=frankfurt&not=tokyo", {"frankfurt", "tokyo"}),
        ("?not=frankfurt&not=%00&not=../a&not=&not=" + "x" * 4000, {"frankfurt"}),
        ("?" + "&".join(f"not=r{number}" for number in range(10_000)), set()),
        ("?" + "&".join(f"not=r{number}" for number in range(500)), {f"r{number}" for number in range(20)}),
        ("", set()),
    ],
)
def test_who_names_nonsense_names_nothing(query: str, without: set[str]) -> None:
    assert Visitor(asked(query=query)).without == without


def test_a_viewer_is_whoever_has_signed_in(reader: User) -> None:
    request = asked()
    request.user = AnonymousUser()
    assert Visitor(request).viewer == ""
    request.user = reader
    assert Visitor(request).viewer == f"user:{reader.pk}"
    assert Visitor(request, viewer="feed:81").viewer == "feed:81"


def test_staff_without_their_second_factor_are_nobody(settings: Any, author: User, reader: User) -> None:
    settings.STAFF_MFA_REQUIRED = True
    request = asked()
    request.user = author
    assert Visitor(request).viewer == ""
    request.user = reader
    assert Visitor(request).viewer == f"user:{reader.pk}"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((52.52, 13.40), (48.86, 2.35), 878),
        ((40.71, -74.01), (-33.87, 151.21), 15_988),
        ((0, 179.5), (0, -179.5), 111),
        ((0, 0), (0, 180), 20_015),
        ((90, 0), (90, 77), 0),
    ],
)
def test_the_way_is_the_great_circle(one: Any, other: Any, expected: float) -> None:
    assert kilometres(one, other) == pytest.approx(expected, rel=0.003, abs=0.5)
