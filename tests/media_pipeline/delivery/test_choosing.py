"""From where a set is served, and from where it is not."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import timezone

from media_pipeline.delivery import Visitor, choosing
from media_pipeline.delivery.switching import switch
from media_pipeline.models import Region, RegionCopy, Rendition, RenditionSet
from media_pipeline.regions.seeding import seed
from tests import factories
from tests.media_pipeline.delivery.conftest import Held

pytestmark = pytest.mark.django_db

BERLIN, OSAKA = (52.5, 13.4), (34.7, 135.5)


def chain(found: RenditionSet, place: Any = BERLIN, without: Any = ()) -> list[str]:
    return [region.slug if region else "origin" for region in choosing.chain(found, place, without)]


@pytest.fixture
def three(found: RenditionSet, frankfurt: Region, tokyo: Region, ohio: Region, held: Held) -> RenditionSet:
    held(found, frankfurt, tokyo, ohio)
    return found


TABLE = [
    ("24.48.0.1", "ohio"),  # Canada
    ("8.8.8.8", "ohio"),  # the United States, as far as the country tells
    ("189.203.1.1", "ohio"),  # Mexico
    ("200.160.2.3", "sao-paulo"),  # Brazil
    ("190.2.1.1", "sao-paulo"),  # Argentina
    ("193.99.144.80", "frankfurt"),  # Germany
    ("212.58.244.20", "frankfurt"),  # the United Kingdom
    ("::ffff:193.99.144.80", "frankfurt"),
    ("2a00:1450:4001::1", "frankfurt"),  # Ireland
    ("41.206.1.1", "frankfurt"),  # Nigeria
    ("196.25.1.1", "cape-town"),  # South Africa
    ("117.239.0.1", "mumbai"),  # India
    ("2405:200::1", "mumbai"),  # India
    ("202.12.27.33", "tokyo"),  # Japan
    ("2001:200::1", "tokyo"),  # Japan
    ("1.1.1.1", "sydney"),  # Australia
    ("202.36.174.1", "sydney"),  # New Zealand
]


@pytest.fixture
def eight(settings: Any, found: RenditionSet, held: Held) -> RenditionSet:
    settings.MEDIA_REGIONS = None
    held(found, *seed())
    return found


@pytest.mark.parametrize(("address", "expected"), TABLE)
def test_the_nearest_of_the_eight(address: str, expected: str, eight: RenditionSet) -> None:
    spoofed = {"X-Forwarded-For": "9.9.9.9", "CF-IPCountry": "JP", "CloudFront-Viewer-Latitude": "35"}
    request = RequestFactory().get("/", REMOTE_ADDR=address, headers=spoofed)
    slugs = chain(eight, Visitor(request).place)
    assert slugs[0] == expected
    assert (len(slugs), slugs[-1]) == (4, "origin")


def test_who_is_told_apart_within_a_country_by_a_trusted_header(settings: Any, eight: RenditionSet) -> None:
    settings.GEO_POSITION_HEADERS = ["X-North", "X-East"]
    request = RequestFactory().get("/", headers={"X-North": "47.6", "X-East": "-122.3"})
    assert chain(eight, Visitor(request).place)[0] == "oregon"


def test_nearest_first_and_the_origin_last(three: RenditionSet) -> None:
    assert chain(three) == ["frankfurt", "ohio", "tokyo", "origin"]
    assert chain(three, OSAKA) == ["tokyo", "frankfurt", "ohio", "origin"]


def test_weight_counts_as_nearness_and_none_is_the_last_resort(
    three: RenditionSet, frankfurt: Region, tokyo: Region
) -> None:
    Region.objects.filter(pk=tokyo.pk).update(weight=40)
    assert chain(three)[:2] == ["tokyo", "frankfurt"]
    Region.objects.filter(pk=frankfurt.pk).update(weight=0)
    assert chain(three) == ["tokyo", "ohio", "frankfurt", "origin"]


def test_who_is_nowhere_is_taken_to_be_where_most_are(three: RenditionSet, tokyo: Region) -> None:
    assert chain(three, None) == ["frankfurt", "ohio", "tokyo", "origin"]
    Region.objects.filter(pk=tokyo.pk).update(weight=10)
    assert chain(three, None)[0] == "tokyo"


def test_what_has_failed_somebody_is_left_out_until_all_have(three: RenditionSet) -> None:
    assert chain(three, without={"frankfurt", "nowhere"}) == ["ohio", "tokyo", "origin"]
    assert chain(three, without={"frankfurt", "ohio", "tokyo"}) == ["origin"]
    assert chain(three, without={"origin", "ohio"}) == ["frankfurt", "tokyo"]
    everywhere = {"frankfurt", "ohio", "tokyo", "origin"}
    assert chain(three, without=everywhere) == ["frankfurt", "ohio", "tokyo", "origin"]
    assert chain(three, without={choosing.EVERY}) == ["origin"]


def test_at_most_three_regions_are_offered(found: RenditionSet, held: Held) -> None:
    held(found, *[factories.region(f"region-{number}") for number in range(6)])
    assert len(chain(found)) == 4


@pytest.mark.parametrize("role", ["playlist", "audio", "subtitles", "download"])
@pytest.mark.parametrize("state", ["missing", "wrong"])
def test_a_region_that_lacks_one_file_is_not_chosen(
    found: RenditionSet, frankfurt: Region, ohio: Region, held: Held, role: str, state: str
) -> None:
    held(found, ohio)
    held(found, frankfurt, lacking=(role,), state=state)
    assert chain(found) == ["ohio", "origin"]
    RegionCopy.objects.update(state="verified")
    assert chain(found) == ["frankfurt", "ohio", "origin"]
    lost = Rendition.objects.get(set=found, role=role)
    RegionCopy.objects.filter(region=frankfurt, key=lost.key).delete()
    assert chain(found) == ["ohio", "origin"]


def test_what_is_only_worked_with_need_not_be_there(
    found: RenditionSet, frankfurt: Region, held: Held
) -> None:
    held(found, frankfurt)
    assert not RegionCopy.objects.filter(key__in=found.renditions.filter(role="bare").values("key")).exists()
    assert chain(found) == ["frankfurt", "origin"]


def test_another_set_that_is_there_says_nothing_of_this_one(
    found: RenditionSet, frankfurt: Region, held: Held
) -> None:
    held(factories.stored(), frankfurt)
    assert chain(found) == ["origin"]


def test_what_is_switched_off_or_down_serves_nobody_from_that_moment(
    three: RenditionSet, frankfurt: Region, ohio: Region
) -> None:
    Region.objects.filter(pk=frankfurt.pk).update(enabled=False)
    assert chain(three) == ["ohio", "tokyo", "origin"]
    Region.objects.filter(pk=ohio.pk).update(down_since=timezone.now() - timedelta(seconds=1))
    assert chain(three) == ["tokyo", "origin"]


def test_a_distribution_whose_addresses_nobody_can_sign_serves_nobody(
    three: RenditionSet, frankfurt: Region, settings: Any
) -> None:
    Region.objects.filter(pk=frankfurt.pk).update(distribution="https://d1.cloudfront.net")
    assert chain(three) == ["ohio", "tokyo", "origin"]
    settings.CLOUDFRONT_KEY_ID = "K1"
    assert chain(three)[0] == "frankfurt"


def test_a_region_whose_keys_the_settings_no_longer_name_serves_nobody(
    three: RenditionSet, frankfurt: Region, settings: Any
) -> None:
    Region.objects.filter(pk=frankfurt.pk).update(credentials="EU")
    assert chain(three) == ["ohio", "tokyo", "origin"]
    settings.S3_CREDENTIALS = settings.S3_CREDENTIALS | {"EU": ("id", "secret")}
    assert chain(three)[0] == "frankfurt"


def test_one_switch_sends_everybody_to_the_origin_and_back(three: RenditionSet) -> None:
    assert [switch("fallback"), chain(three)] == [True, ["origin"]]
    assert [switch("fallback"), chain(three)] == [False, ["origin"]]
    assert [switch("primary"), len(chain(three))] == [True, 4]


@pytest.mark.parametrize("many", [1, 8])
def test_one_question_to_the_database(
    found: RenditionSet, held: Held, many: int, django_assert_num_queries: Any
) -> None:
    held(found, *[factories.region(f"region-{number}") for number in range(many)])
    with django_assert_num_queries(1):
        choosing.chain(found, BERLIN)
