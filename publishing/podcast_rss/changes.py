"""When a feed last changed. No column knows: an edit, a removal, a corrected transcript, a person's new name, a moment that came
all change a feed, and most of what is published changes others. So the content itself is compared with what it last was."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import cast

import structlog
from redis.exceptions import RedisError

from core import caching

log = structlog.get_logger(__name__)

REMEMBERED = 90 * 24 * 3600  # seconds


def last_change(address: str, document: bytes) -> datetime:
    """Since when the feed at this address says what it says, in whole seconds.

    Never earlier than the change: a reader who was given this date has this content. While nothing is remembered (a
    fresh or unreachable Redis) it is when anything on the site last changed.
    """
    digest = hashlib.blake2b(document, digest_size=16).hexdigest()
    possible = (caching.last_change() or datetime.now(UTC)).replace(microsecond=0)
    name = caching.key(f"feed:{hashlib.blake2b(address.encode(), digest_size=16).hexdigest()}")
    try:
        known = cast("bytes | None", caching.redis().get(name))
        if known:
            before, _, stamp = known.decode().partition(" ")
            moment = datetime.fromtimestamp(int(stamp), UTC)
            if before == digest:
                return moment
            possible = max(possible, moment + timedelta(seconds=1))  # two changes in a second have two dates
        caching.redis().set(name, f"{digest} {int(possible.timestamp())}", ex=REMEMBERED)
    except RedisError as error:
        log.warning("feed_not_remembered", error=str(error))
    return possible
