"""Which cached pages are current. `core.page_cache` is the middleware that serves them.

A page is served only if it was rendered in the current *generation*, a random token. Publishing anything changes the
token in PostgreSQL in the same transaction (`bump`) and in Redis as soon as that has committed; the clock repeats `push`,
so a Redis that was away learns it too. A page begun before a change carries the old token and is never served.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, cast

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django_redis import get_redis_connection
from redis import Redis
from redis.exceptions import RedisError

from core.faults import point
from core.models import Generation

log = structlog.get_logger(__name__)

LIFETIME = 600  # seconds a page is kept at most; bounds what a bump that never reached Redis could cost
PAUSE = 2.0  # seconds between two pushes while much changes
_deadlines: list[tuple[type[Model], str]] = []

type View = Callable[..., HttpResponse]


@dataclass(slots=True)
class _Pushes:
    """Of a block in which much changes: when Redis was told last (monotonic), and whether it is still to be told."""

    last: float = 0.0
    owed: bool = False


_pushes: ContextVar[_Pushes | None] = ContextVar("pushes", default=None)


def cacheable(max_age: int = 0) -> Callable[[View], View]:
    """Mark a view's answer as the same for everybody: kept whole, with an ETag, for browsers and proxies to revalidate.

    `max_age` is for how many seconds they need not even ask. Such a view answers GET and HEAD alone.
    """
    control = f"max-age={max_age}, stale-while-revalidate=60" if max_age else "max-age=0, must-revalidate"

    def decorate(view: View) -> View:
        @csrf_exempt  # it never accepts a POST, and its 405 should not hide behind a 403
        @require_safe
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response = view(request, *args, **kwargs)
            if response.status_code == 200:
                response.headers.setdefault("Cache-Control", f"public, {control}")
                response.cacheable = True  # type: ignore[attr-defined]
            return response

        return wrapper

    return decorate


def register_deadline(model: type[Model], column: str) -> None:
    """Tell the cache of a column whose moments change pages by themselves (a publication, an expiry).

    No kept page outlives the next of them, so it needs no worker to come true. All columns are asked in one query.
    """
    if (model, column) not in _deadlines:
        _deadlines.append((model, column))


def lifetime(age: float) -> float:
    """Seconds for which a page that was begun `age` seconds ago stays true from now on, by the database's clock.

    What has changed since it was begun counts: such a page is not kept.
    """
    if not _deadlines:
        return LIFETIME
    with connection.cursor() as cursor:
        cursor.execute(_next_moment(), [age] * len(_deadlines))
        (wait,) = cursor.fetchone()
    return max(0.001, min(LIFETIME, LIFETIME if wait is None else float(wait)))


def _next_moment() -> str:
    """SQL for the seconds until the next moment of all columns; an index makes each of them one look."""
    quote = connection.ops.quote_name
    columns = [(quote(model._meta.db_table), quote(column)) for model, column in _deadlines]
    moments = " UNION ALL ".join(
        f"(SELECT {column} AS moment FROM {table} WHERE {column} > statement_timestamp() - make_interval(secs => %s) ORDER BY 1 LIMIT 1)"  # noqa: S608
        for table, column in columns
    )
    return f"SELECT extract(epoch FROM min(moment) - statement_timestamp()) FROM ({moments}) AS moments"  # noqa: S608


def last_change() -> datetime | None:
    """When anything that readers see last changed, by an edit or because a moment came; None if nothing ever did."""
    with connection.cursor() as cursor:
        cursor.execute(_last_moment())
        (moment,) = cursor.fetchone()
    return cast("datetime | None", moment)


def _last_moment() -> str:
    """SQL for the newest of the last bump and the last moment of each column that is over."""
    quote = connection.ops.quote_name
    columns = [(quote(model._meta.db_table), quote(column)) for model, column in _deadlines]
    moments = "".join(
        f" UNION ALL (SELECT {column} FROM {table} WHERE {column} <= statement_timestamp() ORDER BY 1 DESC LIMIT 1)"  # noqa: S608
        for table, column in columns
    )
    bumped = f"SELECT changed_at AS moment FROM {quote(Generation._meta.db_table)}"  # noqa: S608
    return f"SELECT max(moment) FROM ({bumped}{moments}) AS moments"  # noqa: S608


def bump() -> None:
    """Make every cached page stale with the current transaction; readers see the change with their next request."""
    new = {"token": uuid.uuid4(), "changed_at": Now()}
    if not Generation.objects.filter(id=1).update(**new):
        Generation.objects.update_or_create(id=1, defaults=new)
    transaction.on_commit(_push_soon, robust=True)


@contextmanager
def pushing_seldom() -> Iterator[None]:
    """For a long row of changes, each in a transaction of its own: Redis is told every PAUSE seconds, and at the end.

    Whoever is killed inside owes a push, which the clock makes.
    """
    pushes = _Pushes()
    before = _pushes.set(pushes)
    try:
        yield
    finally:
        _pushes.reset(before)
        if pushes.owed:
            push()


def _push_soon() -> None:
    pushes = _pushes.get()
    if pushes is None:
        push()
    elif time.monotonic() - pushes.last < PAUSE:
        pushes.owed = True
    else:
        push()
        pushes.last, pushes.owed = time.monotonic(), False


def push() -> bool:
    """Tell Redis the current token; False if it could not be told (the clock tries again).

    Two pushes may overtake each other: each looks again after writing, so the last one to write wrote the truth.
    """
    point("caching.before_push")
    told = None
    try:
        while told != (token := current_token()):
            redis().set(key("generation"), token)
            told = token
    except RedisError as error:
        log.warning("page_cache_not_told", error=str(error))
        return False
    return True


def current_token() -> bytes:
    """The generation of record, from PostgreSQL."""
    row, _ = Generation.objects.get_or_create(id=1)
    return row.token.hex.encode()


def redis() -> Redis:
    connection: Redis = get_redis_connection("default")
    return connection


def key(name: str) -> str:
    return f"{settings.CACHES['default']['KEY_PREFIX']}:page:{name}"
