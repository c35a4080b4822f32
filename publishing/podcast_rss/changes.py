"""When a feed last changed. No column knows: an edit, a removal, a corrected transcript, a person's new name, a moment that came
all change a feed, and most of what is published changes others. So the content itself is compared with what it last was."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import structlog
from redis.exceptions import RedisError

from core import caching

log = structlog.get_logger(__name__)

REMEMBERED = 90 * 24 * 3600  # seconds

_REMEMBER = """
local moment = tonumber(ARGV[2])
local known = redis.call("GET", KEYS[1])
if known then
    local digest, stamp = string.match(known, "^(%S+) (%d+)$")
    if digest == ARGV[1] then return tonumber(stamp) end
    if stamp then moment = math.max(moment, tonumber(stamp) + 1) end
end
redis.call("SET", KEYS[1], ARGV[1] .. " " .. string.format("%d", moment), "EX", ARGV[3])
return moment
"""
"""In one step: two servers that make the old and the new feed at once must not give both the same date. Another content has a
later date than the one before, even within a second."""


def last_change(address: str, document: bytes) -> datetime:
    """Since when the feed at this address says what it says, in whole seconds.

    Never earlier than the change: a reader who was given this date has this content. While nothing is remembered (a
    fresh or unreachable Redis) it is when anything on the site last changed.
    """
    digest = hashlib.blake2b(document, digest_size=16).hexdigest()
    possible = (caching.last_change() or datetime.now(UTC)).replace(microsecond=0)
    name = caching.key(f"feed:{hashlib.blake2b(address.encode(), digest_size=16).hexdigest()}")
    try:
        told: Any = caching.redis().eval(
            _REMEMBER, 1, name, digest, str(int(possible.timestamp())), str(REMEMBERED)
        )
    except RedisError as error:
        log.warning("feed_not_remembered", error=str(error))
        return possible
    return datetime.fromtimestamp(int(told), UTC)
