"""What a link of ours carries: which files, for whom, not from where, until when. Signed, so that nobody else makes one.

It opens nothing by itself: the gate is asked again at each link. It lives as long as playing takes, as Chromium reads a
playlist once and asks for the last of its segments hours later.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.core.signing import BadSignature, Signer

from media_pipeline.models import Encoding

LEAST, MOST = 15 * 60, 6 * 3600  # seconds
_SIGNER = Signer(salt="media_pipeline.delivery", sep=".")


@dataclass(frozen=True)
class Grant:
    encoding: int
    set: int  # of renditions: somebody who watches stays with it while another one goes live
    viewer: str
    without: tuple[str, ...]  # slugs of regions, "*" for all of them
    until: int  # seconds since 1970

    @classmethod
    def of(cls, encoding: Encoding, viewer: str, without: Iterable[str] = ()) -> Self:
        """For the live set of an encoding, read with its asset."""
        found = encoding.live
        assert found is not None
        until = int(time.time()) + lifetime(found.asset.duration)
        return cls(encoding.pk, found.pk, viewer, tuple(without), until)

    def __str__(self) -> str:
        """For one segment of a path."""
        told = [self.encoding, self.set, self.viewer, list(self.without), self.until]
        return _SIGNER.sign_object(told)

    @classmethod
    def read(cls, signed: str) -> Self:
        """Raises BadSignature if it is not ours or not alive any more."""
        try:
            encoding, found, viewer, without, until = _SIGNER.unsign_object(signed)
        except ValueError as error:
            raise BadSignature("another release wrote it") from error
        if until <= time.time():
            raise BadSignature("its time is over")
        return cls(encoding, found, viewer, tuple(without), until)


def lifetime(duration: float | None) -> int:
    """Seconds for which a grant lives: the whole of a recording with pauses, within bounds."""
    return int(min(max((duration or 0) * 1.5, LEAST), MOST))
