"""The two files that are made of every recording, and how ffmpeg is asked for them."""

from dataclasses import dataclass

from media_pipeline.encoding.profiles import AudioProfile


@dataclass(frozen=True, slots=True)
class Format:
    name: str  # of the rendition; the suffix too
    content_type: str
    codecs: str  # RFC 6381
    codec: str  # as the probe calls it
    demuxer: str
    encoder: tuple[str, ...]
    muxer: tuple[str, ...]
    trim: float = 0  # dB that the encoder takes away and that are given back


MP3 = Format(
    name="mp3",
    content_type="audio/mpeg",
    codecs="mp3",
    codec="mp3",
    demuxer="mp3",
    encoder=("-c:a", "libmp3lame"),
    # The Info header (Xing's, of a constant bit rate) tells players the exact length and what padding to leave out
    muxer=("-write_xing", "1", "-f", "mp3"),
    trim=0.45,  # LAME scales by 0.95
)
M4A = Format(
    name="m4a",
    content_type="audio/mp4",
    codecs="mp4a.40.2",
    codec="aac",
    demuxer="mov",
    # From 64 kbit/s on it is no worse than `twoloop` by ffmpeg's own words, and takes half of the time
    encoder=("-c:a", "aac", "-aac_coder", "fast"),
    muxer=("-movflags", "+faststart", "-f", "ipod"),
)
FORMATS = {format.name: format for format in (MP3, M4A)}


def bitrate(format: Format, profile: AudioProfile, channels: int) -> int:
    """bit/s"""
    if format is MP3:
        return profile.mono_mp3 if channels == 1 else profile.stereo_mp3
    return profile.mono_m4a if channels == 1 else profile.stereo_m4a
