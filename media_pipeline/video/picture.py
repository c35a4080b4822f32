"""The filters that make one upright, progressive, evenly timed 8-bit picture of any source, and a cascade of it. Pure."""

from dataclasses import dataclass

from media_pipeline.probing import Probe, Video
from media_pipeline.video.geometry import Ladder, Output

_SD = 576  # lines; what is untagged and not larger was meant for BT.601, as browsers assume too
_HDR_TO_SDR = (
    "zscale=transfer=linear:npl=203",  # the white of ITU-R BT.2408
    "format=gbrpf32le",
    "zscale=primaries=bt709",
    "tonemap=tonemap=mobius:param=0.3:desat=0:peak=5",
    "zscale=transfer=bt709:matrix=bt709:range=tv",
)
_TRANSFERS = (
    "bt709",
    "smpte170m",
    "gamma22",
    "gamma28",
    "iec61966-2-1",
    "iec61966-2-4",
    "bt2020-10",
    "bt2020-12",
)


@dataclass(frozen=True)
class Colours:
    """H.273 by ffmpeg's names, as they are written into the file."""

    matrix: str
    primaries: str
    transfer: str


BT709 = Colours("bt709", "bt709", "bt709")
_BT601 = {
    "smpte170m": Colours("smpte170m", "smpte170m", "smpte170m"),
    "bt470bg": Colours("bt470bg", "bt470bg", "smpte170m"),
}


def colours(video: Video) -> Colours:
    """Of what is made. Numbers that every player knows are kept; the rest becomes BT.709."""
    if converted(video) or video.matrix == "gbr":
        return BT709
    matrix = video.matrix
    if matrix == "unknown":
        sd = min(video.coded_width, video.coded_height) <= _SD
        matrix = ("bt470bg" if video.coded_height == _SD else "smpte170m") if sd else "bt709"
    return _BT601.get(matrix, BT709)


def converted(video: Video) -> bool:
    """Its colours have to be calculated anew: HDR, wide gamut, rare matrices."""
    plain = video.matrix in ("unknown", "bt709", "smpte170m", "bt470bg", "gbr")
    return video.hdr or not plain or video.primaries.startswith(("bt2020", "smpte43"))


def faithful(video: Video) -> bool:
    """What is made of it has the colours that are written into it, or that players assume where nothing is written."""
    wanted = colours(video)
    same = (
        video.matrix in ("unknown", wanted.matrix),
        video.primaries in ("unknown", wanted.primaries),
        video.transfer in ("unknown", "bt709", "smpte170m"),  # both are the same curve
        video.color_range != "pc",
    )
    return all(same) and not converted(video)


def upright(probe: Probe, width: int, height: int, rate: str = "") -> str:
    """From the source to a picture of this size; `rate`: at constant times from 0 on. ffmpeg itself has turned it."""
    video = film(probe)
    return ",".join(
        [
            *(["bwdif=mode=send_frame:deint=all"] if video.interlaced else []),
            *([f"setpts=PTS-{probe.start:.6f}/TB", f"fps={rate}:start_time=0"] if rate else []),
            *_sized(video, width, height),
            "format=yuv420p",
            "setsar=1",
            _tagged(colours(video)),
        ]
    )


def graph(probe: Probe, ladder: Ladder, *, held: bool = True) -> str:
    """A filtergraph with one decoded input and an output `[v0]`, `[v1]` … a rung, each scaled from the one before.

    `held`: the last picture stays for as long as there is sound.
    """
    first, *rest = ladder.outputs
    video = film(probe)
    chain = [
        f"[0:{video.index}]{upright(probe, first.width, first.height, str(ladder.rate))}{_held(probe) if held else ''}{_thinned(1, first)}"
    ]
    for number, (before, output) in enumerate(zip(ladder.outputs, rest, strict=False)):
        chain[-1] += f",split[v{number}][s{number}]"
        smaller = f"scale={output.width}:{output.height}:flags=lanczos,setsar=1"
        chain.append(
            f"[s{number}]{_thinned(before.step, output).lstrip(',')}{',' * (before.step != output.step)}{smaller}"
        )
    chain[-1] += f"[v{len(rest)}]"
    return ";".join(chain)


def _held(probe: Probe) -> str:
    video = film(probe)
    if video.duration is not None and video.start - probe.start + video.duration > probe.duration - 0.04:
        return ""
    return f",tpad=stop=-1:stop_mode=clone,trim=end={probe.duration:.6f}"


def _thinned(before: int, output: Output) -> str:
    return f",framestep={output.step // before}" if output.step != before else ""


def _sized(video: Video, width: int, height: int) -> list[str]:
    ranges = f"in_range={'pc' if video.color_range == 'pc' else 'tv'}:out_range=tv"
    if not converted(video):
        matrices = ":out_color_matrix=bt709" if video.matrix == "gbr" else ""
        return [f"scale={width}:{height}:flags=lanczos:{ranges}{matrices}"]
    known = f"setparams=color_primaries={_primaries(video)}:color_trc={_transfer(video)}:colorspace={_matrix(video)}"
    deep = f"scale={width}:{height}:flags=lanczos"
    anew = _HDR_TO_SDR if video.hdr else ("zscale=primaries=bt709:transfer=bt709:matrix=bt709:range=tv",)
    return [deep, "format=yuv420p10le", known, *anew]


def _matrix(video: Video) -> str:
    return "bt2020nc" if video.matrix in ("unknown", "ycgco", "gbr", "ictcp") else video.matrix


def _primaries(video: Video) -> str:
    return "bt2020" if video.primaries == "unknown" else video.primaries


def _transfer(video: Video) -> str:
    return video.transfer if video.hdr or video.transfer in _TRANSFERS else "bt709"


def _tagged(kept: Colours) -> str:
    return f"setparams=range=tv:color_primaries={kept.primaries}:color_trc={kept.transfer}:colorspace={kept.matrix}"


def film(probe: Probe) -> Video:
    if probe.video is None:
        raise ValueError("there is no film in it")
    return probe.video
