"""All that is found out about an opened file, before any judgement."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from media_pipeline.demuxer import streams, words
from media_pipeline.demuxer.extent import duration, extent
from media_pipeline.demuxer.opening import opened
from media_pipeline.demuxer.record import Cover, Probe

LARGEST_COVER = 10 * 1024 * 1024
_TYPES = {
    "mjpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "bmp": "image/bmp",
}
_ENCRYPTED = frozenset({"encv", "enca", "drms", "drmi", "drmt"})


def facts(path: Path, format: str) -> dict[str, Any]:
    """{"probe": Probe, "extent": Extent, "streams": [[type, codec, is a still]], "encrypted": bool}, or {"unreadable": why}."""
    try:
        with opened(path, format) as container:
            return _facts(container, path, format)
    except FFmpegError as error:
        if isinstance(error, MemoryError):
            raise
        return {"unreadable": str(error.strerror)}


def cover(path: Path, format: str, stream: int) -> bytes:
    with opened(path, format) as container:
        return _picture(container, container.streams[stream])


def _facts(container: InputContainer, path: Path, format: str) -> dict[str, Any]:
    film = streams.moving(container)
    cover, notes = _cover(container)
    chapters, count = words.chapters(container)
    if count > len(chapters):
        notes.append(f"Only the first {len(chapters):,} of {count:,} chapters were kept.")
    reach = extent(container, path, format)  # the last thing: it reads the file
    probe = Probe(
        format=format,
        kind="video" if film else "audio",
        bytes=container.size or 0,
        duration=duration(reach),
        start=(container.start_time or 0) / av.time_base,
        bit_rate=max(0, container.bit_rate),
        video=streams.video(film) if film else None,
        audio=tuple(streams.audio(each) for each in container.streams.audio if streams.usable(each)),
        subtitles=tuple(
            streams.subtitle(each) for each in container.streams.subtitles if streams.usable(each)
        ),
        chapters=chapters,
        tags=words.tags(container),
        cover=cover,
        notes=tuple(notes),
    )
    return {
        "probe": probe.to_json(),
        "extent": asdict(reach),
        "streams": [[each.type, _codec(each), _is_picture(each)] for each in container.streams],
        "encrypted": any(_encrypted(each) for each in container.streams),
    }


def _codec(stream: Stream) -> str:
    return stream.codec_context.codec.canonical_name if streams.usable(stream) else ""


def _is_picture(stream: Stream) -> bool:
    return bool(stream.disposition & (Disposition.attached_pic | Disposition.still_image))


def _encrypted(stream: Stream) -> bool:
    if not streams.usable(stream):
        return False
    try:
        tag = stream.codec_context.codec_tag
    except UnicodeDecodeError:  # four bytes that are no letters
        tag = ""
    return tag in _ENCRYPTED or "encryption_info" in stream.codec_context.coded_side_data


def _cover(container: InputContainer) -> tuple[Cover | None, list[str]]:
    pictures = [
        stream
        for stream in container.streams.video
        if stream.disposition & Disposition.attached_pic
        and not stream.disposition & Disposition.timed_thumbnails
    ]
    front = [stream for stream in pictures if "front" in stream.metadata.get("comment", "").lower()]
    for stream in [*front, *pictures][:1]:
        size = len(_picture(container, stream))
        if size > LARGEST_COVER:
            return None, [f"The cover picture was left out: it has {size / 1e6:,.0f} MB."]
        return _described(stream, size), []
    return None, []


def _described(stream: VideoStream, size: int) -> Cover | None:
    content_type = _TYPES.get(_codec(stream))
    if not size or not content_type:
        return None
    context = stream.codec_context
    return Cover(
        index=stream.index,
        content_type=content_type,
        bytes=size,
        width=context.width,
        height=context.height,
    )


def _picture(container: InputContainer, stream: Stream) -> bytes:
    for packet in container.demux(stream):
        return bytes(packet)
    return b""
