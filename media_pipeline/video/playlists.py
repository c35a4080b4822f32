"""The text of HLS playlists (RFC 8216). Pure; everything lies in one directory."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from media_pipeline.video.segments import Segments

CONTENT_TYPE = "application/vnd.apple.mpegurl"
_SOUND, _WORDS = "sound", "subtitles"


@dataclass(frozen=True)
class Variant:
    playlist: str  # a file's name, as everywhere here
    segments: Segments
    codecs: str
    width: int
    height: int
    rate: Fraction


@dataclass(frozen=True)
class Sound:
    playlist: str
    segments: Segments
    codecs: str


@dataclass(frozen=True)
class Words:
    playlist: str
    language: str  # BCP 47
    label: str


def media(file: str, segments: Segments, target: int) -> str:
    """The playlist of one file with byte ranges. `target` is the same for all of a film (RFC 8216, 6.2.4)."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{target}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{file}",BYTERANGE="{segments.head}@0"',
    ]
    for (seconds, size), at in zip(segments.pieces, segments.offsets(), strict=True):
        lines += [f"#EXTINF:{seconds:.6f},", f"#EXT-X-BYTERANGE:{size}@{at}", file]
    return _text([*lines, "#EXT-X-ENDLIST"])


def subtitles(file: str, duration: float) -> str:
    """One WebVTT file is one segment as long as the film."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(1, ceil(duration))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
    ]
    return _text([*lines, "#EXT-X-PLAYLIST-TYPE:VOD", f"#EXTINF:{duration:.6f},", file, "#EXT-X-ENDLIST"])


def master(variants: list[Variant], sound: Sound | None, words: list[Words]) -> str:
    """The smallest first: players begin with the first that they find."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if sound:
        lines.append(
            _rendition(
                "AUDIO", _SOUND, "Sound", sound.playlist, DEFAULT="YES", AUTOSELECT="YES", CHANNELS='"2"'
            )
        )
    for each in words:
        tongue = {"LANGUAGE": f'"{each.language}"', "DEFAULT": "NO", "AUTOSELECT": "YES"}
        lines.append(_rendition("SUBTITLES", _WORDS, each.label, each.playlist, **tongue))
    for variant in sorted(variants, key=lambda each: each.width * each.height):
        lines += [_stream(variant, sound, bool(words)), variant.playlist]
    return _text(lines)


def _stream(variant: Variant, sound: Sound | None, words: bool) -> str:
    heard = (sound.segments.peak, sound.segments.average) if sound else (0, 0)
    codecs = f"{variant.codecs},{sound.codecs}" if sound else variant.codecs
    attributes = {
        "BANDWIDTH": variant.segments.peak + heard[0],
        "AVERAGE-BANDWIDTH": variant.segments.average + heard[1],
        "CODECS": f'"{codecs}"',
        "RESOLUTION": f"{variant.width}x{variant.height}",
        "FRAME-RATE": f"{float(variant.rate):.3f}",
        "VIDEO-RANGE": "SDR",
        **({"AUDIO": f'"{_SOUND}"'} if sound else {}),
        **({"SUBTITLES": f'"{_WORDS}"'} if words else {}),
        "CLOSED-CAPTIONS": "NONE",
    }
    return "#EXT-X-STREAM-INF:" + _attributes(attributes)


def _rendition(kind: str, group: str, name: str, playlist: str, **more: object) -> str:
    told: dict[str, object] = {
        "TYPE": kind,
        "GROUP-ID": f'"{group}"',
        "NAME": f'"{_quoted(name)}"',
        **more,
        "URI": f'"{playlist}"',
    }
    return "#EXT-X-MEDIA:" + _attributes(told)


def _attributes(attributes: dict[str, object]) -> str:
    return ",".join(f"{name}={value}" for name, value in attributes.items())


def _quoted(text: str) -> str:
    """A quoted string knows no escapes (RFC 8216, 4.2)."""
    return " ".join(text.replace('"', "'").split())


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
