"""The pieces of an HLS file: how long each is and how many bytes it has. They stand one behind the other, after the header."""

import re
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Self

from core.work import Permanent

_MAP = re.compile(r'#EXT-X-MAP:URI="[^"]*",BYTERANGE="(\d+)@0"')
_PIECE = re.compile(r"#EXTINF:([\d.]+),[^\n]*\n#EXT-X-BYTERANGE:(\d+)@(\d+)")


@dataclass(frozen=True)
class Segments:
    head: int  # bytes of the header
    pieces: tuple[tuple[float, int], ...]  # seconds, bytes

    @classmethod
    def written(cls, playlist: Path) -> Self:
        """As ffmpeg has written them down. Raises Permanent if they leave gaps."""
        text = playlist.read_text()
        head = _MAP.search(text)
        found = [(float(seconds), int(size), int(at)) for seconds, size, at in _PIECE.findall(text)]
        if head is None or not found or "#EXT-X-ENDLIST" not in text:
            raise Permanent(f"The converter left no whole playlist of {playlist.stem}.")
        segments = cls(int(head[1]), tuple((seconds, size) for seconds, size, _ in found))
        if segments.offsets() != [at for _, _, at in found]:
            raise Permanent(f"The segments of {playlist.stem} do not follow one another.")
        return segments

    @classmethod
    def of(cls, facts: dict[str, Any]) -> Self:
        """Out of a rendition's facts."""
        return cls(facts["head"], tuple((seconds, size) for seconds, size in facts["segments"]))

    def facts(self) -> dict[str, Any]:
        return {"head": self.head, "segments": [list(piece) for piece in self.pieces]}

    def offsets(self) -> list[int]:
        """Where each begins, in bytes."""
        return list(accumulate((size for _, size in self.pieces[:-1]), initial=self.head))

    def starts(self) -> list[float]:
        """When each begins, in seconds."""
        return list(accumulate((seconds for seconds, _ in self.pieces[:-1]), initial=0.0))

    @property
    def bytes(self) -> int:
        return self.head + sum(size for _, size in self.pieces)

    @property
    def seconds(self) -> float:
        return sum(seconds for seconds, _ in self.pieces)

    @property
    def target(self) -> int:
        """EXT-X-TARGETDURATION: no segment is longer when rounded (RFC 8216, 4.3.3.1)."""
        return max(1, *(round(seconds) for seconds, _ in self.pieces))

    @property
    def average(self) -> int:
        """Bits a second."""
        return round(8 * sum(size for _, size in self.pieces) / self.seconds)

    @property
    def peak(self) -> int:
        """Bits a second of the heaviest piece; a last one of less than half the usual length says nothing."""
        telling = [(seconds, size) for seconds, size in self.pieces if seconds >= self.target / 2]
        return max(round(8 * size / seconds) for seconds, size in telling or self.pieces)
