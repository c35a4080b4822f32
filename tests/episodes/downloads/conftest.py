from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from episodes.models import DownloadEvent, Episode
from media_pipeline.models import Rendition
from tests import factories

OVERCAST = "Overcast/3.0 (+http://overcast.fm/; iOS podcast app)"
HEAD, MINUTE, SIZE = 40_000, 960_000, 9_640_000  # ten minutes at 128 kbit/s, and a cover before them

type Ask = Callable[..., list[int]]


@pytest.fixture
def episode(db: None) -> Episode:
    """Ten minutes of sound behind 40,000 bytes of tags."""
    made = factories.episode("What was heard", audio=False)
    ready = factories.sounding(made, seconds=600, size=SIZE).live
    assert ready is not None
    for name in ("mp3", "m4a"):
        told = {"set": ready, "step": "e", "role": "bare", "name": name, "bytes": SIZE - HEAD}
        Rendition.objects.create(
            **told, key=f"bare/{made.pk}.{name}", sha256="0" * 64, content_type="audio/mpeg"
        )
    return made


@pytest.fixture
def ask(client: Client) -> Ask:
    """Ask for a file as an app does, at a moment; returns the numbers of the events that were noted."""

    def asked(
        of: Episode,
        at: str,
        address: str = "192.0.2.1",
        agent: str = OVERCAST,
        wanted: str = "",
        method: str = "GET",
        path: str = "",
        extension: str = "mp3",
        **more: str,
    ) -> list[int]:
        headers = {"user-agent": agent} | ({"range": wanted} if wanted else {})
        last = DownloadEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        path = path or f"/episodes/files/{of.item.guid}.{extension}"
        answer = client.generic(method, path, headers=headers, REMOTE_ADDR=address, **more)  # type: ignore[arg-type]
        assert answer.status_code == 302, answer.content
        new = DownloadEvent.objects.filter(pk__gt=last)
        new.update(at=datetime.fromisoformat(at).replace(tzinfo=UTC))
        return list(new.values_list("pk", flat=True))

    return asked
