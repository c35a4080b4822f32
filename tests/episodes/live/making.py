"""What the tests of live recordings share."""

import re
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from episodes.models import LiveRecording, Show
from tests import factories

SOON = timedelta(hours=3)
Status = LiveRecording.Status


def recording(of: Show | None = None, **fields: Any) -> LiveRecording:
    values: dict[str, Any] = {"title": "An evening with readers", "starts_at": timezone.now() + SOON}
    return LiveRecording.objects.create(show=of or factories.show("Show", slug="show"), **values | fields)


def page(of: LiveRecording) -> str:
    response = Client().get(of.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def state(of: LiveRecording) -> str:
    found = re.search(r'<p class="live-state" role="status"><strong[^>]*>(.*?)</strong>', page(of))
    assert found
    return found[1]
