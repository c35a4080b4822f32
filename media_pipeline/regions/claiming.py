"""Who copies which rows: claims that die with whoever holds them, and what became of them, in one statement for many.

A claim is known by the moment at which it ends: what is written for a row whose claim somebody else has taken over
since changes nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from core.faults import point
from media_pipeline.models import Region
from media_pipeline.regions.copying import LARGE, Thing

HELD = timedelta(minutes=2)  # without a sign of life
SOONEST, LATEST = 10, 1800  # seconds between two tries


def claim(region: Region, number: int, *, large: bool) -> list[Thing]:
    """So many rows to copy, the newest first: of the large ones, or of the others."""
    rows = _run(_CLAIM.format(size=">" if large else "<="), [region.pk, LARGE, number, HELD])
    return [Thing(*row) for row in sorted(rows, reverse=True)]


def renew(things: Sequence[Thing]) -> None:
    """A sign of life of those that are still being copied; what somebody else has taken is theirs."""
    ends = dict(_run(_RENEW, [HELD, *_known(things)]))
    for thing in things:
        thing.claimed_until = ends.get(thing.id, thing.claimed_until)


def verified(things: Sequence[Thing], etags: Sequence[str]) -> int:
    """They are there, and this is what the region calls them. How many were still ours."""
    if not things:
        return 0
    point("sync.before_verified")
    done = len(_run(_VERIFIED, [*_known(things), list(etags)]))
    point("sync.after_verified")
    return done


def failed(rows: Sequence[tuple[Thing, str, bool]]) -> None:
    """With the sentence why, and whether they are there and not as they should be; tried again, later each time."""
    if rows:
        things, problems, wrong = zip(*rows, strict=True)
        sentences = [problem.replace("\0", "")[:2000] for problem in problems]
        _run(_FAILED, [SOONEST, LATEST, *_known(things), sentences, list(wrong)])


def give_back(things: Sequence[Thing]) -> None:
    """Nobody copies them any more: somebody else may at once."""
    if things:
        _run(_GIVE_BACK, [*_known(things)])


def claim_unwanted(region: Region, number: int, grace: timedelta, held: timedelta) -> list[Thing]:
    """So many rows whose objects are to go. From now on nothing is said to be there."""
    return [Thing(*row) for row in _run(_CLAIM_UNWANTED, [region.pk, grace, number, held])]


def forget(things: Sequence[Thing]) -> None:
    """Their objects are gone. A row that is wanted again since stays, and is missing."""
    if things:
        _run(_FORGET, [*_known(things)])
        give_back(things)


def _known(things: Iterable[Thing]) -> tuple[list[int], list[datetime]]:
    return [thing.id for thing in things], [thing.claimed_until for thing in things]


_CLAIM = """
    WITH chosen AS MATERIALIZED (
        SELECT id FROM media_pipeline_regioncopy
        WHERE region_id = %s AND state <> 'verified' AND unwanted_at IS NULL AND bytes {size} %s
            AND (claimed_until IS NULL OR claimed_until < statement_timestamp())
            AND next_try_at <= statement_timestamp()
        ORDER BY id DESC LIMIT %s FOR UPDATE SKIP LOCKED
    )
    UPDATE media_pipeline_regioncopy copy SET claimed_until = statement_timestamp() + %s
    FROM chosen WHERE copy.id = chosen.id
    RETURNING copy.id, copy.key, copy.bytes, copy.sha256, copy.state = 'wrong', copy.claimed_until
"""

_RENEW = """
    UPDATE media_pipeline_regioncopy copy
    SET claimed_until = statement_timestamp() + %s
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS ours(id, until)
    WHERE copy.id = ours.id AND copy.claimed_until = ours.until
    RETURNING copy.id, copy.claimed_until
"""

_VERIFIED = """
    UPDATE media_pipeline_regioncopy copy
    SET state = 'verified', etag = ours.etag, verified_at = statement_timestamp(), claimed_until = NULL, tries = 0, problem = ''
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS ours(id, until, etag)
    WHERE copy.id = ours.id AND copy.claimed_until = ours.until
    RETURNING copy.id
"""

_FAILED = """
    UPDATE media_pipeline_regioncopy copy
    SET state = CASE WHEN ours.wrong THEN 'wrong' ELSE copy.state END, problem = ours.problem, claimed_until = NULL,
        tries = tries + 1,
        next_try_at = statement_timestamp()
            + make_interval(secs => least(%s * power(2, least(tries, 20)), %s) * (0.75 + random() / 2))
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::boolean[]) AS ours(id, until, problem, wrong)
    WHERE copy.id = ours.id AND copy.claimed_until = ours.until
    RETURNING copy.id
"""

_GIVE_BACK = """
    UPDATE media_pipeline_regioncopy copy
    SET claimed_until = NULL
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS ours(id, until)
    WHERE copy.id = ours.id AND copy.claimed_until = ours.until
    RETURNING copy.id
"""

_CLAIM_UNWANTED = """
    WITH chosen AS MATERIALIZED (
        SELECT id FROM media_pipeline_regioncopy
        WHERE region_id = %s AND unwanted_at < statement_timestamp() - %s
            AND (claimed_until IS NULL OR claimed_until < statement_timestamp())
            AND next_try_at <= statement_timestamp()
        ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    )
    UPDATE media_pipeline_regioncopy copy SET claimed_until = statement_timestamp() + %s, state = 'missing', etag = ''
    FROM chosen WHERE copy.id = chosen.id
    RETURNING copy.id, copy.key, copy.bytes, copy.sha256, copy.state = 'wrong', copy.claimed_until
"""

_FORGET = """
    DELETE FROM media_pipeline_regioncopy copy
    USING unnest(%s::bigint[], %s::timestamptz[]) AS ours(id, until)
    WHERE copy.id = ours.id AND copy.claimed_until = ours.until AND copy.unwanted_at IS NOT NULL
    RETURNING copy.id
"""


def _run(sql: str, given: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        found: list[Any] = cursor.fetchall()
    return found
