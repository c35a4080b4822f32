"""The switch between the regions and the origin."""

import json
import threading
from io import StringIO
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import urllib3
from django.conf import settings as site
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from structlog.testing import capture_logs

from media_pipeline.delivery import gates
from media_pipeline.delivery.switching import switch
from media_pipeline.models import OriginSwitch, Region, RegionCopy, Rendition, RenditionSet
from media_pipeline.regions import buckets, seeding
from tests import factories


def told(*words: str) -> str:
    out = StringIO()
    call_command("media_origin", *words, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_it_says_how_things_stand_and_since_when() -> None:
    factories.region("frankfurt")
    factories.region("tokyo", enabled=False)
    assert told("status") == "Everything is served from the regions.\n1 of 1 regions in use are up.\n"
    told("fallback", "--reason", "Frankfurt burns")
    [row] = OriginSwitch.objects.all()
    at = f"{row.at:%Y-%m-%d %H:%M:%S} UTC"
    assert f"Everything is served from the origin since {at} (Frankfurt burns)." in told("status")
    assert json.loads(told("status", "--json")) == {
        "mode": "fallback",
        "since": row.at.isoformat(),
        "reason": "Frankfurt burns",
        "enabled": 1,
        "up": 1,
    }


@pytest.mark.django_db
def test_what_stands_so_already_stays_as_it_is() -> None:
    told("primary")
    assert not OriginSwitch.objects.exists()
    with capture_logs() as logs:
        told("fallback")
        told("fallback")
    assert [(line["event"], line["mode"]) for line in logs] == [("media_origin", "fallback")]
    told("primary")
    told("primary")
    assert [row.mode for row in OriginSwitch.objects.order_by("pk")] == ["fallback", "primary"]
    with pytest.raises(CommandError):
        told("elsewhere")


@pytest.fixture
def served(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> RenditionSet:
    """A public set whose files really are in a region."""
    monkeypatch.setitem(gates.GATES, "everybody", lambda key, viewer: True)
    found, region = factories.stored(owner="everybody:1"), factories.region("frankfurt")
    seeding.make_bucket(region)
    for file in Rendition.objects.delivered().filter(set=found):
        source = {"Bucket": site.S3_BUCKET, "Key": file.key}
        buckets.client(region).copy_object(Bucket=region.bucket, Key=file.key, CopySource=source)
        RegionCopy.objects.create(
            region=region, key=file.key, bytes=file.bytes, sha256=file.sha256, state="verified"
        )
    return found


def test_ten_flips_while_many_play_are_heard_by_nobody(served: RenditionSet) -> None:
    number, asking = served.live_for.get().pk, threading.Event()
    asking.set()
    wrong: list[Any] = []
    places: set[str] = set()
    http = urllib3.PoolManager(maxsize=8)

    def play() -> None:
        try:
            client = Client()
            while asking.is_set():
                for location in (_by_choice(client, number), _by_name(client, number)):
                    places.add(urlsplit(location).path.split("/")[1])
                    status = http.request("GET", location, retries=False).status
                    if status != 200:
                        wrong.append((status, location))
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    before = _by_name(Client(), number)
    players = [threading.Thread(target=play) for _ in range(4)]
    for player in players:
        player.start()
    for flip in range(10):
        switch("primary" if flip % 2 else "fallback")
        threading.Event().wait(0.3)
    asking.clear()
    for player in players:
        player.join(30)
    assert wrong == []
    assert places == {site.S3_BUCKET, Region.objects.get().bucket}
    assert OriginSwitch.objects.count() == 10
    assert http.request("GET", before, retries=False).status == 200, "what was signed before still opens"


def _by_choice(client: Client, number: int) -> str:
    """All the way from the JSON down to the sound."""
    told = client.get(f"/media/{number}/playback.json").json()["choices"][0]
    where: str = told["sources"][0]["url"]
    for _ in ("the master names a playlist", "which names the sound"):
        where = urljoin(where, client.get(where).content.decode().split()[-1])
    return _location(client, where)


def _by_name(client: Client, number: int) -> str:
    return _location(client, f"/media/{number}/download.mp3")


def _location(client: Client, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 302, (answer.status_code, answer.content)
    return answer["Location"]
