"""What ffmpeg is told, after its input. Pure: records in, arguments out."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil
from pathlib import Path

from media_pipeline.audio import hearing
from media_pipeline.encoding.profiles import VideoProfile
from media_pipeline.ffmpeg import source, target
from media_pipeline.probing import Probe
from media_pipeline.video import picture
from media_pipeline.video.geometry import Ladder, Output

SAMPLE_RATE = 48_000
_LEAST = Fraction(1)  # seconds: every key frame begins a piece
_RARELY = 8  # seconds, more than lie between two cuts
_LIT = "signalstats,metadata=mode=select:key=lavfi.signalstats.YAVG:value=40:function=greater"  # 16 is black
_ALONE = (
    "-map_metadata",
    "-1",
    "-map_chapters",
    "-1",
    "-fflags",
    "+bitexact",
)  # no places, no names of programs


def ladder(
    original: Path,
    probe: Probe,
    made: Ladder,
    profile: VideoProfile,
    folder: Path,
    threads: int,
    cuts: Sequence[Fraction] = (),
) -> list[str]:
    """One decode, a cascade, and a file with a playlist a rung: `720p.mp4`, `720p.m3u8`.

    With `cuts` (seconds) the first rung is the picture as it is, a fragment a key frame, without a playlist; the pieces of
    the others begin there.
    """
    encoded = replace(made, outputs=made.outputs[1:]) if cuts else made
    arguments = [
        *source(original, probe.format, "-copyts", "-an", "-sn", "-dn"),
        *("-filter_complex", picture.graph(probe, encoded, held=not cuts)),
    ]
    for number, output in enumerate(encoded.outputs):
        many = threads if number == 0 else 1  # the first is most of the work, the others run beside it
        arguments += [
            "-map",
            f"[v{number}]",
            *_x264(output, made, profile, probe.duration),
            *_keys(output, cuts),
            "-threads",
            str(many),
        ]
        arguments += [
            *_ALONE,
            "-flags:v",
            "+bitexact+cgop",
            *_hls(folder, output.name, _LEAST if cuts else made.segment * Fraction(9, 10)),
        ]
    return [*arguments, *_copied(probe, folder / f"{made.outputs[0].name}.mp4")] if cuts else arguments


def sound(
    original: Path,
    probe: Probe,
    filters: Sequence[str],
    seconds: Fraction,
    profile: VideoProfile,
    folder: Path,
) -> list[str]:
    """The sound, filtered to stereo and levelled, from 0 to the very end of the film: `sound.mp4`, `sound.m3u8`.

    `seconds` is the length of a segment.
    """
    chain = [
        f"asetpts=PTS-{probe.start:.6f}/TB",
        f"aresample={SAMPLE_RATE}:async=1:first_pts=0",
        *filters,
        f"apad=whole_dur={probe.duration:.6f}",
        f"atrim=end={probe.duration:.6f}",
    ]
    return [
        *source(original, probe.format, "-copyts", "-vn", "-sn", "-dn"),
        *("-map", f"0:{hearing.sound_of(probe).index}", "-af", ",".join(chain)),
        *("-c:a", "aac", "-b:a", str(profile.audio), "-ar", str(SAMPLE_RATE), "-ac", "2"),
        *(*_ALONE, "-flags:a", "+bitexact"),
        *_hls(folder, "sound", seconds),
    ]


def whole(parts: Sequence[Path], out: Path) -> list[str]:
    """The streams of finished files in one MP4 whose index comes first; nothing is encoded."""
    arguments = [argument for part in parts for argument in source(part, "mov")]
    maps = [argument for number in range(len(parts)) for argument in ("-map", str(number))]
    return [*arguments, *maps, "-c", "copy", *_ALONE, "-movflags", "+faststart", "-f", "mp4", target(out)]


def sprites(
    rung: Path, every: int, size: tuple[int, int], columns: int, rows: int, folder: Path
) -> list[str]:
    """Every `every`th key frame of a rung, in sheets: `sprite-1.jpg` and on."""
    width, height = size
    jpeg = "out_range=pc:out_color_matrix=bt601,format=yuvj420p"
    filters = f"select='not(mod(n,{every}))',scale={width}:{height}:{jpeg},tile={columns}x{rows}"
    return [
        *source(rung, "mov", "-skip_frame", "nokey"),
        *("-vf", filters, "-fps_mode", "passthrough", *_ALONE, "-flags:v", "+bitexact", "-q:v", "5"),
        *("-f", "image2", target(folder / "sprite-%d.jpg")),
    ]


def poster(rung: Path, out: Path, *, lit: bool) -> list[str]:
    """The most typical of the first key frames of a rung; `lit`: not out of those that are black, which may leave none."""
    chosen = [
        *([_LIT] if lit else []),
        "thumbnail=n=15",
        "scale=out_range=pc:out_color_matrix=bt601",
        "format=yuvj420p",
    ]
    return [
        *source(rung, "mov", "-skip_frame", "nokey", "-t", "60"),
        *("-vf", ",".join(chosen), "-frames:v", "1", *_ALONE, "-flags:v", "+bitexact"),
        *("-q:v", "3", "-f", "image2", "-update", "1", target(out)),
    ]


def most(output: Output, made: Ladder, profile: VideoProfile, duration: float) -> tuple[int, int]:
    """The bit rate that x264 may take, and its buffer (bits). The MP4's rung leaves room for the sound and for the index,
    and for the buffer that a short film may use up."""
    if output != made.progressive:
        return output.most, 2 * output.most
    left = 0.985 * profile.progressive_most - 1.03 * profile.audio
    rate = min(output.most, round(left / (1 + 0.9 / max(duration, 1))))
    return rate, rate


def _x264(output: Output, made: Ladder, profile: VideoProfile, duration: float) -> list[str]:
    rate, buffer = most(output, made, profile, duration)
    return [
        *(
            "-c:v",
            "libx264",
            "-preset",
            profile.preset,
            "-profile:v",
            output.profile,
            "-crf",
            str(profile.crf),
        ),
        *("-maxrate", str(rate), "-bufsize", str(buffer)),
    ]


def _keys(output: Output, cuts: Sequence[Fraction]) -> list[str]:
    """Key frames where they are asked for, and nowhere else."""
    gop = ceil(_RARELY * output.rate) if cuts else output.gop
    forced = ["-force_key_frames", ",".join(f"{float(cut):.6f}" for cut in cuts)] if cuts else []
    return ["-g", str(gop), "-keyint_min", str(gop), "-sc_threshold", "0", *forced]


def _copied(probe: Probe, path: Path) -> list[str]:
    """The header as ffmpeg writes it for HLS; that muxer itself would count its pieces, and cut some too early."""
    flags = "+frag_keyframe+delay_moov+default_base_moof+skip_trailer"
    return [
        *("-map", f"0:{picture.film(probe).index}", "-c:v", "copy", "-tag:v", "avc1"),
        *(*_ALONE, "-map_metadata:s:v", "-1", "-avoid_negative_ts", "disabled"),
        *("-movflags", flags, "-f", "mp4", target(path)),
    ]


def _hls(folder: Path, name: str, seconds: Fraction) -> list[str]:
    return [
        *(
            "-avoid_negative_ts",
            "disabled",
        ),  # sound and picture begin at 0: an edit list skips what decoders need before
        *(
            "-f",
            "hls",
            "-hls_time",
            f"{float(seconds):.6f}",
            "-hls_list_size",
            "0",
            "-hls_playlist_type",
            "vod",
        ),
        *("-hls_segment_type", "fmp4", "-hls_flags", "single_file"),
        *("-hls_segment_filename", target(folder / f"{name}.mp4"), target(folder / f"{name}.m3u8")),
    ]
