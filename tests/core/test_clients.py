from typing import Any

import pytest
from django.test import RequestFactory

from core.clients import client_address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "peer", "expected"),
    [
        (0, None, "192.0.2.1", "192.0.2.1"),
        (0, "198.51.100.9", "192.0.2.1", "192.0.2.1"),  # nobody of ours wrote that
        (1, "198.51.100.9", "10.0.0.1", "198.51.100.9"),
        (
            1,
            "203.0.113.66, 198.51.100.9",
            "10.0.0.1",
            "198.51.100.9",
        ),  # the left one is the client's own claim
        (2, "203.0.113.66, 198.51.100.9, 10.0.0.2", "10.0.0.1", "198.51.100.9"),
        (2, "198.51.100.9", "10.0.0.1", "10.0.0.1"),  # it did not come through both
        (1, "", "10.0.0.1", "10.0.0.1"),
        (1, "<script>", "10.0.0.1", "10.0.0.1"),
        (1, "198.51.100.9:4711", "10.0.0.1", "198.51.100.9"),
        (0, None, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "[2001:db8:1:2::99]:4711", "10.0.0.1", "2001:db8:1:2::/64"),
        (1, "::ffff:198.51.100.9", "10.0.0.1", "198.51.100.9"),
        (0, None, "", "unknown"),
    ],
)
def test_client_address(settings, proxies: int, forwarded: str | None, peer: str, expected: str) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    more: Any = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **more)) == expected
