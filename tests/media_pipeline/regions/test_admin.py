"""The regions on the desk: what is seen of them, how they are added, taken out and removed, and by whom."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core.models import Work
from media_pipeline.models import Region, RegionCopy
from media_pipeline.regions import buckets, health, seeding, wanted
from tests import factories
from tests.harness.servers import free_port

pytestmark = pytest.mark.django_db

LIST = "/admin/media_pipeline/region/"
NINTH = {
    "name": "Oslo",
    "slug": "oslo",
    "latitude": "59.9",
    "longitude": "10.7",
    "bucket": f"{project.S3_BUCKET}-oslo",
    "code": "us-east-1",
    "weight": "1",
    "enabled": "on",
}


@pytest.fixture
def desk(chief: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(chief)


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def page(name: str, *arguments: Any) -> str:
    return reverse(f"admin:media_pipeline_region_{name}", args=arguments)


def act(client: Client, action: str, *regions: Region, **more: str) -> str:
    chosen = {"action": action, "_selected_action": [region.pk for region in regions]}
    return text(client.post(LIST, chosen | more, follow=True))


def works(kind: str) -> list[str]:
    return list(Work.objects.filter(kind=kind).order_by("key").values_list("key", flat=True))


# --- the list -------------------------------------------------------------------------------------------------------


def test_the_list_says_in_words_how_each_stands(desk: Client, django_assert_num_queries: Any) -> None:
    factories.recording()
    now = timezone.now()
    factories.region("serving", probed_at=now)
    factories.region("reserve", weight=0, probed_at=now)
    factories.region("down", down_since=now, failures=2, problem="Nobody answers <there>.")
    factories.region("off", enabled=False)
    factories.region("shaky", failures=1, problem="Late.", probed_at=now)
    factories.region("behind", distribution="https://d1.cloudfront.net")
    wanted.agree()
    RegionCopy.objects.filter(region__slug="serving").update(state="verified", verified_at=now)
    with django_assert_num_queries(8):
        answer = desk.get(LIST)
    seen = text(answer)
    for words in (
        "Answers 2 of 2 20",
        "In reserve Its weight is 0",
        "Nobody answers &lt;there&gt;. 0 of 2 ( 2 missing )",
        "Disabled Nobody is served from here. is not kept up to date",
        "Answers The last answer was a failure. Late.",
        "Not used It is behind CloudFront, and CLOUDFRONT_KEY_ID is not set.",
        "50.1° N, 8.7° E",
        "Where the copies are",
    ):
        assert words in seen
    assert re.search(r"Down since \d+ \w+, \d\d:\d\d", seen)


def test_an_empty_list_says_how_to_get_regions(desk: Client) -> None:
    assert "manage.py prepare_storage" in text(desk.get(LIST))


def test_an_editor_looks_and_changes_nothing(editor: User, signed_in: Callable[[User], Client]) -> None:
    region, client = factories.region(), signed_in(editor)
    assert "Frankfurt" in text(client.get(LIST))
    assert client.get(page("change", region.pk)).status_code == 200
    act(client, "disable", region, confirmed="1")
    act(client, "sync_now", region)
    assert client.post(page("change", region.pk), NINTH).status_code == 403
    assert client.post(page("add"), NINTH).status_code == 403
    assert client.post(page("delete", region.pk), {"post": "yes"}).status_code == 403
    assert Region.objects.filter(enabled=True, name="Frankfurt").count() == 1
    assert works(wanted.SYNC) == []


# --- adding and changing --------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_ninth_region_gets_its_bucket_and_is_filled(desk: Client) -> None:
    factories.recording()
    answer = desk.post(page("add"), NINTH, follow=True)
    assert "it is being filled." in text(answer)
    made = Region.objects.get()
    assert (made.slug, made.enabled, made.weight) == ("oslo", True, 1)
    buckets.client(made).head_bucket(Bucket=made.bucket)
    assert made.copies.count() == 2
    assert works(wanted.SYNC) == [str(made.pk)]
    buckets.client(made).delete_bucket(Bucket=made.bucket)


@pytest.mark.django_db(transaction=True)
def test_a_bucket_that_cannot_be_made_is_a_warning(desk: Client) -> None:
    sent = NINTH | {"endpoint": f"http://127.0.0.1:{free_port()}"}
    assert "It cannot be filled yet. http://127.0.0.1" in text(desk.post(page("add"), sent, follow=True))
    assert Region.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"latitude": "91"}, "less than or equal to 90"),
        ({"weight": "-1"}, "greater than or equal to 0"),
        ({"weight": "nan"}, "Enter a number"),
        ({"bucket": "UPPER"}, "A bucket&#x27;s name"),
        ({"bucket": project.S3_BUCKET}, "That is the origin itself"),
        ({"credentials": "EU"}, "S3_CREDENTIALS does not name these keys"),
        ({"endpoint": "ftp://x"}, "Enter a valid URL"),
    ],
)
def test_nonsense_is_refused_where_it_stands(desk: Client, wrong: dict[str, str], sentence: str) -> None:
    assert sentence in desk.post(page("add"), NINTH | wrong).content.decode()
    assert not Region.objects.exists()


def test_a_bucket_is_one_region_however_its_address_is_written(desk: Client) -> None:
    factories.region(endpoint="https://s3.example", bucket="far")
    sent = NINTH | {"endpoint": "https://s3.example/", "bucket": "far"}
    assert "already exists" in desk.post(page("add"), sent).content.decode()
    assert Region.objects.count() == 1


def test_its_short_name_and_its_bucket_stay_as_they_are(desk: Client) -> None:
    region = factories.region()
    sent = NINTH | {"endpoint": "https://s3.example", "weight": "2"}
    assert desk.post(page("change", region.pk), sent).status_code == 302
    now = Region.objects.get()
    assert (now.name, now.weight) == ("Oslo", 2)
    assert (now.slug, now.bucket, now.endpoint) == ("frankfurt", region.bucket, "")


def test_a_form_changes_only_what_somebody_has_changed(desk: Client) -> None:
    """Meanwhile somebody else has doubled the weight, and the probes have taken it out."""
    region = factories.region()
    form = desk.get(page("change", region.pk)).content.decode()
    inputs = {
        name: next(iter(re.findall(r'value="([^"]*)"', tag)), "")
        for tag, name in re.findall(r'(<input[^>]*name="([^"]+)"[^>]*>)', form)
    }
    Region.objects.update(weight=2)
    health.note(region.pk, "gone")
    health.note(region.pk, "gone")
    assert desk.post(page("change", region.pk), inputs | {"name": "Main"}).status_code == 302
    now = Region.objects.get()
    assert (now.name, now.weight, now.failures, now.problem) == ("Main", 2, 2, "gone")
    assert now.down_since is not None


# --- actions --------------------------------------------------------------------------------------------------------


def test_disabling_says_first_what_it_means(desk: Client) -> None:
    region = factories.region()
    factories.recording()
    wanted.agree()
    RegionCopy.objects.update(state="verified")
    assert "No other region serves at the moment" in act(desk, "disable", region)
    tokyo = factories.region("tokyo")
    said = act(desk, "disable", region)
    assert "1 recording is complete nowhere else yet and will be served from the origin" in said
    assert "1 other region serves." in said
    assert Region.objects.enabled().count() == 2
    assert "Every recording that is complete there" in act(desk, "disable", tokyo)


def test_disabled_is_out_of_service_at_once_and_enabled_is_filled_again(desk: Client, chief: User) -> None:
    region = factories.region()
    assert "Nobody is served from it from now on" in act(desk, "disable", region, confirmed="1")
    assert not Region.objects.serving().exists()
    assert "disabled already" in act(desk, "disable", region, confirmed="1")
    factories.recording()
    wanted.reconcile()
    assert not RegionCopy.objects.exists()
    assert "Frankfurt is enabled" in act(desk, "enable", region)
    assert Region.objects.serving().get().copies.count() == 2
    assert works(wanted.SYNC) == [str(region.pk)]
    assert works(health.PROBE) == ["all"]
    told = LogEntry.objects.filter(user=chief).order_by("pk").values_list("change_message", flat=True)
    assert list(told) == ["Disabled.", "Enabled."]


def test_it_is_disabled_from_its_own_page_too(desk: Client) -> None:
    region = factories.region()
    chosen = {"CHANGE_FORM-action": "disable", "_selected_action": region.pk, "index": "0"}
    asked = desk.post(page("change", region.pk), chosen)
    assert "Disable Frankfurt?" in text(asked)


def test_asking_tells_at_once_who_answers(desk: Client) -> None:
    alive, dead = factories.region(), factories.region("tokyo", bucket="never-made-by-anybody")
    seeding.make_bucket(alive)
    said = act(desk, "probe_now", alive, dead)
    assert "Frankfurt answers." in said
    assert "Tokyo does not answer as it should. The bucket never-made-by-anybody does not exist" in said
    assert list(Region.objects.serving()) == [alive]


@pytest.mark.parametrize(("action", "kind"), [("sync_now", wanted.SYNC), ("verify_now", wanted.AUDIT)])
def test_a_worker_is_asked_for_those_that_are_enabled(desk: Client, action: str, kind: str) -> None:
    region, off = factories.region(), factories.region("off", enabled=False)
    said = act(desk, action, region, off)
    assert "Left alone, as it is disabled: Off." in said
    assert works(kind) == [str(region.pk)]


# --- removing -------------------------------------------------------------------------------------------------------


def test_removing_a_region_leaves_its_objects_alone(desk: Client) -> None:
    region = factories.region()
    factories.recording()
    wanted.agree()
    seeding.make_bucket(region)
    client = buckets.client(region)
    client.put_object(Bucket=region.bucket, Key="a", Body=b"b")
    question = text(desk.get(page("delete", region.pk)))
    assert f"The objects in the bucket {region.bucket} are left alone" in question
    assert "the next manage.py prepare_storage brings it back" in question
    assert "renditions/" not in question
    assert desk.post(page("delete", region.pk), {"post": "yes"}).status_code == 302
    assert not Region.objects.exists()
    assert not RegionCopy.objects.exists()
    assert client.get_object(Bucket=region.bucket, Key="a")["Body"].read() == b"b"
    client.delete_object(Bucket=region.bucket, Key="a")


def test_several_are_not_removed_at_once(desk: Client) -> None:
    region = factories.region()
    act(desk, "delete_selected", region, post="yes")
    assert Region.objects.exists()
