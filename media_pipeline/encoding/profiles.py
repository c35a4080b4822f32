"""The named encodes, as data. A profile is added by adding it here; a changed one makes new sets.

Bit rates are bit/s, lengths seconds, loudness LUFS, true peaks dBTP.
"""

from dataclasses import dataclass

from media_pipeline.models import MediaAsset

AUDIO, VIDEO, IMAGE = MediaAsset.Kind.AUDIO, MediaAsset.Kind.VIDEO, MediaAsset.Kind.IMAGE


@dataclass(frozen=True)
class AudioProfile:
    """Files to download and subscribe to, with tags, a waveform and a clip to try."""

    name: str
    kinds: tuple[str, ...] = (AUDIO, VIDEO)
    formats: tuple[str, ...] = ("mp3", "m4a")
    stereo_mp3: int = 128_000
    mono_mp3: int = 80_000
    stereo_m4a: int = 128_000
    mono_m4a: int = 64_000
    sample_rate: int = 44_100
    stereo_loudness: float = -16
    mono_loudness: float = -19
    true_peak: float = -1
    peaks: int = 1_800  # values of the waveform, whatever the length
    preview: float = 60  # seconds


@dataclass(frozen=True)
class Rung:
    """One size of a ladder, by its shorter side in pixels; `bitrate` is the average that video may take, `most` its peak."""

    height: int
    bitrate: int
    most: int
    profile: str = "high"


@dataclass(frozen=True)
class VideoProfile:
    """HLS with a rung a size, one MP4 for old phones and offline, audio alone, a poster and a storyboard."""

    name: str
    rungs: tuple[Rung, ...]
    kinds: tuple[str, ...] = (VIDEO,)
    preset: str = "faster"
    crf: int = 21
    segment: float = 4
    copy: bool = True  # a source that is right already is its own top rung
    most_fps: float = 60
    small_fps: float = 30  # of the MP4's rung and those below
    progressive: int = 480  # the rung that becomes the MP4
    progressive_most: int = 1_500_000  # with its audio
    audio: int = 128_000
    loudness: float = -16
    true_peak: float = -1
    thumbnail_every: float = 10
    thumbnail_width: int = 160


@dataclass(frozen=True)
class ImageProfile:
    """Widths that never exceed the image's own, each in every format."""

    name: str
    kinds: tuple[str, ...] = (IMAGE,)
    widths: tuple[int, ...] = (480, 960, 1600)
    avif: int = 60  # qualities, 0 to 100
    webp: int = 78
    jpeg: int = 80
    phone_width: int = 960  # the widest that phones load, by what our pages tell them
    phone_bytes: int = 120_000  # that it may weigh; quality is given up for it


PROFILES: dict[str, AudioProfile | VideoProfile | ImageProfile] = {
    profile.name: profile
    for profile in (
        AudioProfile("podcast"),
        VideoProfile(
            "video",
            rungs=(
                Rung(1080, 4_500_000, 6_000_000),
                Rung(720, 2_500_000, 3_400_000),
                Rung(480, 1_150_000, 1_600_000),
                Rung(360, 650_000, 900_000),
                Rung(240, 300_000, 420_000),
            ),
        ),
        ImageProfile("image"),
    )
}

_OF_A_KIND = {AUDIO: "podcast", VIDEO: "video", IMAGE: "image"}


def default_profile(kind: str) -> str:
    return _OF_A_KIND[MediaAsset.Kind(kind)]
