"""What a podcast episode costs, beside plain LAME and plain AAC of the same ffmpeg on the same recording.

    .venv/bin/python benchmarks/media_audio.py [FILE] [--minutes 10] [--rounds 3]

CPU seconds of everything, our own process included; rounds are interleaved, each figure is the median of its rounds.
Without FILE it takes people speaking, with music behind some of them, out of the development data.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import surroundings  # noqa: E402

AIM = 1.5


def main(arguments: list[str] | None = None) -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("file", nargs="?", type=Path)
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args(arguments)
    surroundings.settings_alone()
    with tempfile.TemporaryDirectory() as directory:
        path = chosen.file or recording(Path(directory), chosen.minutes)
        report(measured(path, max(3, chosen.rounds), Path(directory)))


def recording(folder: Path, minutes: float) -> Path:
    """Stereo at 44.1 kHz, uncompressed, as it comes from an editor."""
    from media_pipeline import ffmpeg
    from tests.shared import DATA

    voices = sorted((DATA / "media/speech/human_asterisk").glob("*.wav"))
    music = DATA / "media/real/bbb_480p_30s_5.1.mp4"
    (folder / "voices.txt").write_text("".join(f"file '{path}'\n" for path in voices))
    path = folder / "recording.wav"
    stereo = "aresample=44100,aformat=channel_layouts=stereo"
    mixed = f"[0:a]{stereo}[a];[1:a]{stereo},volume=0.3[b];[a][b]amix=inputs=2:normalize=0"
    voice = ["-stream_loop", "-1", "-f", "concat", "-safe", "0", "-i", str(folder / "voices.txt")]
    behind = ["-stream_loop", "-1", "-i", str(music)]
    ending = ["-filter_complex", mixed, "-t", str(minutes * 60), "-c:a", "pcm_s16le", str(path)]
    subprocess.run([ffmpeg.binary(), "-v", "error", "-y", *voice, *behind, *ending], check=True)
    return path


def measured(path: Path, rounds: int, folder: Path) -> dict[str, float]:
    """CPU seconds of each contender: the medians."""
    contenders = {
        "lame": lambda checks: plain(path, folder, "mp3"),
        "aac": lambda checks: plain(path, folder, "m4a"),
        "mp3": lambda checks: ours(path, folder, ("mp3",)),
        "both": lambda checks: ours(path, folder, ("mp3", "m4a")),
    }
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, run in contenders.items():
            with checking() as checks:
                before = used()
                run(checks)
                found.setdefault(name, []).append(used() - before)
            found.setdefault(f"{name}, checks", []).append(sum(checks))
    return {name: statistics.median(values) for name, values in found.items()}


def plain(path: Path, folder: Path, name: str) -> None:
    from media_pipeline import ffmpeg, probing
    from media_pipeline.audio.formats import FORMATS
    from media_pipeline.encoding.profiles import PROFILES

    format, profile, probe = FORMATS[name], PROFILES["podcast"], probing.probe(path)
    rate = str(profile.stereo_mp3 if probe.audio[0].channels > 1 else profile.mono_mp3)
    source = ffmpeg.source(path, probe.format, "-vn")
    ffmpeg.run(
        [*source, *format.encoder, "-b:a", rate, *format.muxer, ffmpeg.target(folder / f"plain.{name}")]
    )


def ours(path: Path, folder: Path, formats: tuple[str, ...]) -> None:
    from media_pipeline.encoding import profiles
    from tests.media_pipeline.audio.bench import make

    profile: Any = replace(profiles.PROFILES["podcast"], name="benchmark", formats=formats)  # type: ignore[type-var]
    profiles.PROFILES["benchmark"] = profile
    with tempfile.TemporaryDirectory(dir=folder) as root:
        make(path, Path(root), {"title": "A recording", "artist": "Somebody"}, profile="benchmark")


@contextmanager
def checking() -> Iterator[list[float]]:
    """The CPU seconds of each check of an output, as they come: listening to it again, reading it again."""
    from media_pipeline.audio import measuring, verifying

    seconds: list[float] = []

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            before = used()
            try:
                return function(*arguments, **options)
            finally:
                seconds.append(used() - before)

        return run

    kept = measuring.output, verifying.check_tagged
    measuring.output, verifying.check_tagged = timed(kept[0]), timed(kept[1])
    try:
        yield seconds
    finally:
        measuring.output, verifying.check_tagged = kept


def used() -> float:
    """CPU seconds of this process and of its children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def report(cpu: dict[str, float]) -> None:
    mp3, both, lame, aac = cpu["mp3"], cpu["both"], cpu["lame"], cpu["aac"]
    rows = [
        ("MP3: measured, levelled, waveform, clip, tags", mp3 - cpu["mp3, checks"], lame, "LAME"),
        ("the same, and every output checked", mp3, lame, "LAME"),
        ("MP3 and M4A", both - cpu["both, checks"], lame + aac, "LAME, then AAC"),
        ("the same, and every output checked", both, lame + aac, "LAME, then AAC"),
    ]
    print(f"aim: {AIM} x LAME\n\n| what | CPU s | plain | CPU s | ratio |\n|---|---|---|---|---|")
    for what, ours_, theirs, name in rows:
        print(f"| {what} | {ours_:.2f} | {name} | {theirs:.2f} | {ours_ / theirs:.2f} |")


if __name__ == "__main__":
    main()
