"""The media pipeline beside plain ffmpeg with the same settings, and how good what comes out looks.

    .venv/bin/python benchmarks/media.py [--rounds 3] [--seconds 12] [--only video|audio] [--data ../shared/data/media]

One line a source: processor seconds (ours with all that belongs to it: database, storage, posters, measuring, checking)
and wall time beside one ffmpeg command that makes the same rungs and the same sound at once, and beside a process for
each; medians of interleaved rounds. Then a table of the rungs: bit rates, and VMAF against the source, scaled up to it.

There is no film of 1080 lines among the data. "mosaic" is 1920 x 1080 pixels of real films side by side, each pixel as
it was filmed: nothing is scaled, and six films move more than one.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import surroundings  # noqa: E402

_NICE = ["nice", "-n", "10"]  # as our runner does
_MOSAIC = (
    ("real/bigbuckbunny_720p_5s.mp4", "", "0_0"),
    ("ugly/vp9_opus.webm", "", "1280_0"),
    ("parser_suites/music-metadata/sample_640x360.mov", "", "1280_360"),
    ("parser_suites/music-metadata/big-buck-bunny_trailer-short.vp8.webm", "", "0_720"),
    ("real/bbb_480p_30s_5.1.mp4", ",crop=640:360", "640_720"),
    ("real/screencast_vim_1704x960_60fps.mp4", ",crop=640:360:0:200", "1280_720"),
)


@dataclass
class Cost:
    cpu: float  # seconds
    wall: float


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=float, default=12, help="of the mosaic")
    options.add_argument("--only", choices=["video", "audio"])
    options.add_argument("--sources", nargs="*", default=["mosaic", "bbb", "screencast"])
    options.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/media")
    chosen = options.parse_args()
    surroundings.with_servers("media-benchmark")
    if chosen.only != "audio":
        with tempfile.TemporaryDirectory() as folder:
            video(chosen, Path(folder))
    if chosen.only != "video":
        from benchmarks import media_audio

        media_audio.main(["--rounds", str(chosen.rounds)])


def video(chosen: argparse.Namespace, folder: Path) -> None:
    sources = {
        "mosaic": lambda: mosaic(chosen.data, folder, chosen.seconds),
        "bbb": lambda: chosen.data / "real/bbb_480p_30s_5.1.mp4",
        "screencast": lambda: chosen.data / "real/screencast_vim_1704x960_60fps.mp4",
    }
    tables = []
    print(
        "| source | CPU s: ours | one command | one a rung | ours / one command | ours / one a rung | wall / one command |"
    )
    print("|---|---|---|---|---|---|---|", flush=True)
    for name in chosen.sources:
        source = sources[name]()
        ours, kept = compare(name, source, chosen.rounds, folder)
        print(ours, flush=True)
        tables += quality(name, source, kept, folder)
    if "mosaic" in chosen.sources:
        print("\n| compliant mosaic: CPU s copied | encoded | copied / encoded | wall |\n|---|---|---|---|")
        print(copying(compliant(folder / "mosaic.mp4", folder), chosen.rounds), flush=True)
    print("\n| source | file | pixels | average kbit/s | peak kbit/s | VMAF |\n|---|---|---|---|---|---|")
    print("\n".join(tables), flush=True)


def compare(name: str, source: Path, rounds: int, folder: Path) -> tuple[str, list[Any]]:
    """A row of the first table, and the renditions of the last round."""
    uploads: list[Any] = []
    ways: dict[str, Callable[[], Any]] = {
        "ours": lambda: pipeline(uploads.pop()),
        "one": lambda: one_command(source, folder),
        "each": lambda: one_a_rung(source, folder),
    }
    costs: dict[str, list[Cost]] = {way: [] for way in ways}
    kept: list[Any] = []
    for number in range(rounds):
        for way in list(ways)[number % 3 :] + list(ways)[: number % 3]:
            if way == "ours":
                uploads.append(uploaded(source))
            cost, made = measured(ways[way])
            costs[way].append(cost)
            kept = made if way == "ours" else kept
    cpu = {way: statistics.median(cost.cpu for cost in costs[way]) for way in ways}
    wall = statistics.median(a.wall / b.wall for a, b in zip(costs["ours"], costs["one"], strict=True))
    ratios = [
        statistics.median(a.cpu / b.cpu for a, b in zip(costs["ours"], costs[other], strict=True))
        for other in ("one", "each")
    ]
    row = f"| {name} | {cpu['ours']:.1f} | {cpu['one']:.1f} | {cpu['each']:.1f} | {ratios[0]:.3f} | {ratios[1]:.3f} | {wall:.2f} |"
    return row, kept


def copying(source: Path, rounds: int) -> str:
    """What of the encoder's time is left when the source is its own top rung: a row of the second table."""
    costs: dict[bool, list[Cost]] = {True: [], False: []}
    for number in range(rounds):
        for copy in (True, False) if number % 2 else (False, True):
            asset = uploaded(source)
            with profile(copy):
                cost, made = measured(lambda asset=asset: pipeline(asset))  # type: ignore[misc]
            if any(file.facts.get("copied") for file in made) != copy:
                sys.exit("The source was not copied, or was where it should not be.")
            costs[copy].append(cost)
    copied, encoded = (statistics.median(cost.cpu for cost in costs[copy]) for copy in (True, False))
    pairs = list(zip(costs[True], costs[False], strict=True))
    cpu, wall = (
        statistics.median(getattr(a, of) / getattr(b, of) for a, b in pairs) for of in ("cpu", "wall")
    )
    return f"| {copied:.1f} | {encoded:.1f} | {cpu:.3f} | {wall:.2f} |"


@contextmanager
def profile(copy: bool) -> Iterator[None]:
    """The profile, with or without its leave to copy."""
    from dataclasses import replace

    from media_pipeline.encoding.profiles import PROFILES, VideoProfile

    usual = PROFILES["video"]
    assert isinstance(usual, VideoProfile)
    PROFILES["video"] = replace(usual, copy=copy)
    try:
        yield
    finally:
        PROFILES["video"] = usual


def compliant(film: Path, folder: Path) -> Path:
    """The same film as somebody would bring it who has encoded it well: a key frame every two seconds, few enough bits."""
    path = folder / "compliant.mp4"
    picture = ["-c:v", "libx264", "-preset", "medium", "-crf", "24", "-maxrate", "4300k", "-bufsize", "4300k"]
    _ffmpeg(["-i", str(film), *picture, "-r", "25", "-g", "50", "-c:a", "copy", str(path)])
    return path


def measured(call: Callable[[], Any]) -> tuple[Cost, Any]:
    began, before = time.monotonic(), _cpu()
    made = call()
    return Cost(_cpu() - before, time.monotonic() - began), made


def pipeline(asset: Any) -> list[Any]:
    """From the wish to the live set, by the very code that a worker runs."""
    from core import work
    from core.models import Work
    from media_pipeline.encoding import request

    encoding = request(asset, "video")
    work.run(Work.objects.get(kind="media.encode").pk)
    encoding.refresh_from_db()
    if not encoding.live:
        sys.exit(f"{asset.name}: {Work.objects.get(kind='media.encode').problem}")
    return list(encoding.live.renditions.all())


def uploaded(source: Path) -> Any:
    """The only asset there is, as a finished upload leaves it."""
    import hashlib

    from core.models import Work
    from media_pipeline import storage
    from media_pipeline.encoding.tidying import original_key
    from media_pipeline.models import Encoding, MediaAsset

    Encoding.objects.all().delete()
    MediaAsset.objects.all().delete()
    Work.objects.all().delete()
    sha256, probe = hashlib.sha256(source.read_bytes()).hexdigest(), _probe(source)
    storage.put_file(original_key(sha256), source, "video/mp4")
    return MediaAsset.objects.create(
        kind="video",
        sha256=sha256,
        key=original_key(sha256),
        content_type="video/mp4",
        bytes=source.stat().st_size,
        duration=probe.duration,
        probe=probe.to_json(),
        name=source.name,
    )


def one_command(source: Path, folder: Path) -> None:
    """The same decode, cascade, encoders and sound in a single ffmpeg."""
    arguments = _rungs(source, folder)
    _ffmpeg([*arguments, *_sound(source, folder)])


def one_a_rung(source: Path, folder: Path) -> None:
    from dataclasses import replace

    made = _ladder(source)
    for output in made.outputs:
        alone = replace(output, step=1)
        _ffmpeg(
            _rungs(
                source,
                folder,
                replace(made, rate=output.rate, outputs=(alone,), progressive=made.progressive),
            )
        )
    if sound := _sound(source, folder):
        _ffmpeg([*_input(source), *sound])


def quality(name: str, source: Path, kept: list[Any], folder: Path) -> list[str]:
    from media_pipeline import storage

    rows = []
    for file in kept:
        if file.role in ("video", "progressive"):
            path = folder / f"{name}-{file.role}-{file.name}.mp4"
            storage.fetch(file.key, path)
            score = vmaf(path, source, file)
            peak = f"{file.facts['peak'] / 1000:,.0f}" if "peak" in file.facts else ""
            what = file.name if file.role == "video" else "MP4 with sound"
            rows.append(
                f"| {name} | {what} | {file.width} x {file.height} | {file.facts['bitrate'] / 1000:,.0f} | {peak} | {score:.1f} |"
            )
    return rows


def vmaf(path: Path, source: Path, file: Any) -> float:
    """The mean over every third frame, at the source's size."""
    film = _probe(source).video
    assert film is not None
    size = f"scale={film.width}:{film.height}:flags=bicubic,format=yuv420p,settb=1/90000,setpts=N"
    rate = _probe(path).video.frame_rate  # type: ignore[union-attr]
    log = path.with_suffix(".json")
    pair = f"[0:v]{size}[made];[1:v]fps={rate},{size}[film];[made][film]libvmaf=n_threads=2:n_subsample=3:log_fmt=json:log_path={log}"
    _ffmpeg(["-i", str(path), "-i", str(source), "-lavfi", pair, "-f", "null", "-"])
    return float(json.loads(log.read_text())["pooled_metrics"]["vmaf"]["mean"])


def mosaic(data: Path, folder: Path, seconds: float) -> Path:
    path = folder / "mosaic.mp4"
    inputs = [part for name, _, _ in _MOSAIC for part in ("-stream_loop", "-1", "-i", str(data / name))]
    tiles = [f"[{n}:v:0]fps=25{crop},setsar=1,format=yuv420p[t{n}]" for n, (_, crop, _) in enumerate(_MOSAIC)]
    names = "".join(f"[t{n}]" for n in range(len(_MOSAIC)))
    stacked = f"{names}xstack=inputs={len(_MOSAIC)}:layout={'|'.join(place for _, _, place in _MOSAIC)}[v]"
    sound = ["-map", "4:a", "-c:a", "aac", "-b:a", "256k"]
    picture = ["-map", "[v]", "-c:v", "libx264", "-preset", "veryfast", "-crf", "8"]
    _ffmpeg(
        [
            *inputs,
            "-filter_complex",
            ";".join([*tiles, stacked]),
            *picture,
            *sound,
            "-t",
            str(seconds),
            str(path),
        ]
    )
    return path


def _rungs(source: Path, folder: Path, made: Any = None) -> list[str]:
    from media_pipeline.encoding import PROFILES
    from media_pipeline.video import argv

    threads = os.process_cpu_count() or 1
    arguments = argv.ladder(
        source, _probe(source), made or _ladder(source), PROFILES["video"], folder, threads
    )  # type: ignore[arg-type]
    return [argument for argument in arguments if argument != "-an"]


def _sound(source: Path, folder: Path) -> list[str]:
    from media_pipeline.encoding import PROFILES
    from media_pipeline.video import argv

    probe = _probe(source)
    if not probe.audio:
        return []
    filters = ["aformat=channel_layouts=stereo", "volume=1dB,alimiter=limit=0.76:level=0"]
    arguments = argv.sound(source, probe, filters, _ladder(source).segment, PROFILES["video"], folder)  # type: ignore[arg-type]
    return arguments[arguments.index("-i") + 2 :]


def _input(source: Path) -> list[str]:
    return ["-copyts", "-i", str(source)]


def _ladder(source: Path) -> Any:
    from media_pipeline.encoding import PROFILES
    from media_pipeline.video.geometry import ladder

    return ladder(_probe(source).video, PROFILES["video"])  # type: ignore[arg-type]


_probes: dict[Path, Any] = {}


def _probe(path: Path) -> Any:
    from media_pipeline import probing

    if path not in _probes:
        _probes[path] = probing.probe(path)
    return _probes[path]


def _ffmpeg(arguments: list[str]) -> None:
    from media_pipeline import ffmpeg

    subprocess.run(
        [*_NICE, str(ffmpeg.binary()), "-nostdin", "-loglevel", "error", "-y", *arguments], check=True
    )


def _cpu() -> float:
    """Seconds of this process and of the children that have ended. The storage's and the database's processes are not in it."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main()
