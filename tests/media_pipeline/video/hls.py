"""Reads a set of HLS files as a player would, and complains where a player would stumble. Knows nothing of how they are made."""

import io
import re
from dataclasses import dataclass
from pathlib import Path

import av

_ATTRIBUTE = re.compile(r'([A-Z-]+)=("[^"]*"|[^,]*)')


@dataclass
class Media:
    file: Path
    head: bytes
    pieces: list[tuple[float, float, bytes]]  # start, seconds, bytes
    target: int

    @property
    def starts(self) -> list[float]:
        return [start for start, _, _ in self.pieces]

    @property
    def seconds(self) -> float:
        return sum(seconds for _, seconds, _ in self.pieces)

    def rates(self) -> list[float]:
        return [8 * len(data) / seconds for _, seconds, data in self.pieces]


@dataclass
class Variant:
    told: dict[str, str]
    media: Media


@dataclass
class Master:
    variants: list[Variant]
    sound: Media | None
    subtitles: dict[str, str]  # language: text


def attributes(line: str) -> dict[str, str]:
    return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(line.partition(":")[2])}


def master(path: Path) -> Master:
    """Follow everything that a master names; all lies in its folder."""
    lines = path.read_text().splitlines()
    assert lines[0] == "#EXTM3U"
    assert "#EXT-X-INDEPENDENT-SEGMENTS" in lines
    told = [attributes(line) for line in lines if line.startswith("#EXT-X-MEDIA:")]
    sounds = [media(path.parent / each["URI"]) for each in told if each["TYPE"] == "AUDIO"]
    words = {
        each["LANGUAGE"]: _words(path.parent / each["URI"]) for each in told if each["TYPE"] == "SUBTITLES"
    }
    variants = [
        Variant(attributes(line), media(path.parent / lines[number + 1]))
        for number, line in enumerate(lines)
        if line.startswith("#EXT-X-STREAM-INF:")
    ]
    groups = {each["GROUP-ID"] for each in told}
    for variant in variants:
        assert {variant.told[kind] for kind in ("AUDIO", "SUBTITLES") if kind in variant.told} == groups
    return Master(variants, next(iter(sounds), None), words)


def media(path: Path) -> Media:
    """Every byte range lies in the file, behind the one before; no segment is longer than the target."""
    text = path.read_text()
    assert text.startswith("#EXTM3U\n")
    assert text.endswith("#EXT-X-ENDLIST\n")
    target = int(re.search(r"TARGETDURATION:(\d+)", text)[1])  # type: ignore[index]
    name, size, at = re.search(r'#EXT-X-MAP:URI="([^"]+)",BYTERANGE="(\d+)@(\d+)"', text).groups()  # type: ignore[union-attr]
    data = (path.parent / name).read_bytes()
    head, end, clock = data[int(at) : int(at) + int(size)], int(at) + int(size), 0.0
    pieces = []
    found = re.findall(r"#EXTINF:([\d.]+),\n#EXT-X-BYTERANGE:(\d+)@(\d+)\n(\S+)\n", text)
    for seconds, length, offset, file in found:
        assert (file, int(offset)) == (name, end)
        end += int(length)
        assert round(float(seconds)) <= target
        pieces.append((clock, float(seconds), data[int(offset) : end]))
        clock += float(seconds)
    assert end == len(data)
    assert text.count("#EXTINF") == len(found)
    return Media(path.parent / name, head, pieces, target)


def frames(found: Media, number: int) -> list[av.VideoFrame]:
    """One segment alone, decoded behind the header: that it can be is what independent segments means."""
    data = found.head + found.pieces[number][2]
    with av.open(io.BytesIO(data), mode="r", format="mov") as container:
        assert next(packet for packet in container.demux() if packet.size).is_keyframe
    with av.open(io.BytesIO(data), mode="r", format="mov") as container:
        return list(container.decode(container.streams.video[0]))


def _words(path: Path) -> str:
    text = path.read_text()
    file = next(line for line in text.splitlines() if not line.startswith("#"))
    return (path.parent / file).read_text()


def check(found: Master, duration: float) -> None:
    """What holds of every set: cut at the same moments into 4 to 6 seconds, the whole of it, and no more bits than told."""
    first = found.variants[0].media
    for variant in found.variants:
        pieces = variant.media.pieces
        assert len(pieces) == len(first.pieces)
        assert all(abs(a - b) < 0.002 for a, b in zip(variant.media.starts, first.starts, strict=True))
        assert all(3.999 <= seconds <= 6 for _, seconds, _ in pieces[:-1])
        assert abs(variant.media.seconds - duration) <= 0.1
        whole = 8 * sum(len(data) for _, _, data in pieces) / variant.media.seconds
        heard = found.sound.rates() if found.sound else [0.0]
        assert (
            int(variant.told["BANDWIDTH"])
            >= max(variant.media.rates()[: max(1, len(pieces) - 1)]) + max(heard[:-1] or heard) - 2
        )
        assert int(variant.told["AVERAGE-BANDWIDTH"]) >= whole - 2
    if found.sound:
        assert abs(found.sound.seconds - duration) <= 0.1
        assert all(3.95 <= seconds <= 6 for _, seconds, _ in found.sound.pieces[:-1])
