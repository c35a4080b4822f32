"""Asks other sites whether what we link to is still there: rarely, slowly, and one request at a time.

Who answers "not you" (401, 403, 429 …) says nothing about the page. A page is dead at once when it is certainly gone, and
after failures on several days when the trouble may pass.
"""

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.db.models.functions import Greatest, Now

from core import outbound, work
from core.clock import database_now
from core.outbound import Response, fetch
from core.work import Run
from publishing.models import OutsideLink

State = OutsideLink.State

CHECK, DUE = "publishing.check_links", "due"
PAUSE = 1.0  # seconds between an answer of a host and the next question to it
RUN_SECONDS = 30  # then others may have the worker
ASK_SECONDS = 20
CLAIM = timedelta(minutes=2)  # longer than asking takes
WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
LONGEST = timedelta(days=28)
TRIES, TRIED_FOR = 3, timedelta(days=2)  # trouble that lasts so long does not pass

_GONE = (404, 410)
_BUSY = (429, 503)
_HEAD_IS_ENOUGH = (401, *_BUSY)  # a second question would be answered alike, or makes it worse


class Sense(Enum):
    """What an answer means for a reader who follows the link."""

    GOOD = "good"
    UNCLEAR = "unclear"
    TROUBLE = "trouble"
    """It may pass."""
    NO_HOST = "no host"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Verdict:
    sense: Sense
    problem: str = ""
    status: int | None = None
    final_url: str = ""
    leave_alone: timedelta = timedelta()
    """How long the host wants to be left alone."""


class Pace:
    """Lets no host be asked twice within PAUSE. A run before this one may have ended just now, so the first waits too."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._answered: dict[str, float] = {}
        self._asking = ""

    def wait(self, host: str) -> None:
        self.answered()
        time.sleep(max(0.0, self._answered.get(host, self._began) + PAUSE - time.monotonic()))
        self._asking = host

    def answered(self) -> None:
        if self._asking:
            self._answered[self._asking] = time.monotonic()
            self._asking = ""

    def resting(self) -> list[str]:
        now = time.monotonic()
        return [host for host, answered in self._answered.items() if answered + PAUSE > now]


def check_due() -> None:
    """The clock's part."""
    if OutsideLink.objects.due().exists():
        work.enqueue(CHECK, DUE)


def check(run: Run) -> None:
    """Ask for what is due, for at most RUN_SECONDS; the rest is left to another run."""
    pace, end = Pace(), time.monotonic() + RUN_SECONDS
    while time.monotonic() < end:
        run.check()
        resting = pace.resting()
        if link := _claim(run, resting):
            _record(link, _ask(link.url, pace))
        elif resting:
            time.sleep(PAUSE / 4)
        else:
            return
    work.enqueue(CHECK, DUE)


def _claim(run: Run, resting: list[str]) -> OutsideLink | None:
    """The next link of a host that nobody is asking just now, not even an orphan of this work."""
    with run.commit():
        busy = OutsideLink.objects.filter(claimed_until__gt=Now()).values("host")
        free = OutsideLink.objects.due().exclude(host__in=busy).exclude(host__in=resting)
        link = free.order_by("next_check_at", "pk").first()
        if link:
            link.claimed_until = database_now() + CLAIM
            link.save(update_fields=["claimed_until"])
        return link


def _ask(url: str, pace: Pace) -> Verdict:
    try:
        answer = _fetch(url, "HEAD", pace)
        if answer.status >= 400 and answer.status not in _HEAD_IS_ENOUGH:  # many know only GET
            answer = _fetch(url, "GET", pace)
    except outbound.OutboundError as error:
        return _verdict_on_failure(error)
    finally:
        pace.answered()
    return _verdict(url, answer)


def _fetch(url: str, method: str, pace: Pace) -> Response:
    return fetch(
        url,
        method=method,
        timeout=ASK_SECONDS,
        want_body=False,
        purpose="linkcheck",
        before_each=pace.wait,
    )


def _verdict_on_failure(error: outbound.OutboundError) -> Verdict:
    senses = {outbound.NoSuchHost: Sense.NO_HOST, outbound.Refused: Sense.UNCLEAR}
    return Verdict(senses.get(type(error), Sense.TROUBLE), str(error)[:300])


def _verdict(url: str, answer: Response) -> Verdict:
    status = answer.status
    if status < 400:
        return Verdict(Sense.GOOD, "", status, _moved_for_good(url, answer))
    if status in _GONE:
        return Verdict(Sense.GONE, f"The page is not there any more (the answer is {status}).", status)
    wish = timedelta(seconds=min(answer.retry_after or 0, LONGEST.total_seconds()))
    busy = status == 429 or (status == 503 and wish)
    leave_alone = max(wish, timedelta(minutes=1)) if busy else timedelta()
    if status < 500:
        return Verdict(
            Sense.UNCLEAR, f"The site does not tell us (the answer is {status}).", status, "", leave_alone
        )
    return Verdict(Sense.TROUBLE, f"The site has trouble (the answer is {status}).", status, "", leave_alone)


def _moved_for_good(url: str, answer: Response) -> str:
    """Where the permanent redirects at the beginning lead; "" if there are none."""
    final = ""
    for hop in answer.hops:
        if hop.status not in (301, 308):
            break
        final = hop.url
    return "" if final == url else final


def _record(link: OutsideLink, verdict: Verdict) -> None:
    """Only while the claim is still ours: it says so even where the work was given to somebody else meanwhile."""
    now = database_now()
    columns, spacing = _outcome(link, verdict, now)
    OutsideLink.objects.filter(pk=link.pk, claimed_until=link.claimed_until).update(
        status=verdict.status,
        problem=verdict.problem,
        final_url=verdict.final_url,
        checked_at=now,
        claimed_until=None,
        next_check_at=now + verdict.leave_alone + _about(spacing),  # so that the host's others come first
        **columns,
    )
    if verdict.leave_alone:
        others = OutsideLink.objects.filter(host=link.host).exclude(pk=link.pk)
        others.update(next_check_at=Greatest("next_check_at", now + verdict.leave_alone))


def _outcome(link: OutsideLink, verdict: Verdict, now: datetime) -> tuple[dict[str, Any], timedelta]:
    """What becomes of it, and how long it is left alone."""
    if verdict.sense in (Sense.GOOD, Sense.UNCLEAR):
        state = State.GOOD if verdict.sense is Sense.GOOD else State.UNCLEAR
        return {"state": state, "failures": 0, "first_failed_at": None}, WEEK
    failures, began = link.failures + 1, link.first_failed_at or now
    dead = _is_dead(link, verdict, failures, now - began)
    columns = {
        "state": State.DEAD if dead else State.FAILING,
        "failures": min(failures, 1000),
        "first_failed_at": began,
    }
    soon = verdict.sense is Sense.NO_HOST and not dead
    return columns, HOUR if soon else min(DAY * 2 ** min(failures - 1, 10), LONGEST)


def _is_dead(link: OutsideLink, verdict: Verdict, failures: int, failing_for: timedelta) -> bool:
    if verdict.sense is Sense.GONE:
        return True  # HEAD and GET have both said so
    if verdict.sense is Sense.NO_HOST and link.problem == verdict.problem:
        return True
    return link.state == State.DEAD or (failures >= TRIES and failing_for >= TRIED_FOR)


def _about(time_between: timedelta) -> timedelta:
    """A little longer, so that what was saved together is not asked for together."""
    return time_between * random.uniform(1, 1.15)  # noqa: S311
