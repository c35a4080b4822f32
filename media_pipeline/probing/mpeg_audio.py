"""Finding frames of MPEG audio (ISO 11172-3, 13818-3) and of AAC in ADTS (ISO 13818-7) among bytes.

A single frame header is only eleven or twelve bits that anything may hold by chance; a chain of frames is not.
"""

from collections.abc import Callable

_CHAIN = 4  # frames that must follow each other where nothing else says that this is sound
_RATES = (44_100, 48_000, 32_000)
_BITRATES = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


def find(data: bytes, *, sure: bool) -> str | None:
    """ "mp3" (any layer) or "aac", if frames are found. `sure`: something else said so, two frames are enough."""
    at = data.find(b"\xff")
    while at >= 0:
        needed = 2 if sure or at == 0 else _CHAIN
        for name, length in (("mp3", _mpeg), ("aac", _adts)):
            if _chained(data, at, length, needed):
                return name
        at = data.find(b"\xff", at + 1)
    return None


def _chained(data: bytes, at: int, length: Callable[[bytes], int], needed: int) -> bool:
    """Whether `needed` frames follow each other; fewer are enough where the bytes end with the last of them."""
    for count in range(needed):
        size = length(data[at : at + 6])
        if not size:
            return count > 0 and at >= len(data)
        at += size
    return True


def _mpeg(header: bytes) -> int:
    """Bytes of the frame that begins with it; 0 if none does."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    bitrate, rate = header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or layer == 4 or bitrate in (0, 15) or rate == 3:
        return 0
    hertz = _RATES[rate] >> {3: 0, 2: 1, 0: 2}[version]
    bits = 1000 * _BITRATES[1 if version == 3 else 2, layer][bitrate - 1]
    padding = header[2] >> 1 & 1
    if layer == 1:
        return (12 * bits // hertz + padding) * 4
    samples = 72 if layer == 3 and version != 3 else 144
    return samples * bits // hertz + padding


def _adts(header: bytes) -> int:
    if len(header) < 6 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
        return 0
    size = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return size if size > 7 else 0
