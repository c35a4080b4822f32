"""Having a transcript made: long work that listens to an episode's recording and attaches what it has understood."""

from pathlib import Path
from typing import Any

from django.db import transaction

from accounts.models import User
from core import work
from core.models import Work
from core.work import Permanent, Run
from episodes import transcripts
from episodes.models import Episode
from episodes.transcripts.speech import transcript_of
from media_pipeline import asr, ffmpeg, storage
from media_pipeline.audio import hearing
from media_pipeline.models import MediaAsset
from media_pipeline.probing import Probe
from media_pipeline.transcripts import Cue, Parsed

WRITE_DOWN = "episodes.write_down"
_EVERY = 30.0  # seconds of the recording between two checkpoints
_RATE = 16_000  # samples of two bytes a second
_OVERTAKEN = (
    "Somebody has changed the transcript meanwhile, so that what was understood is not put in its place."
)


class Refused(Exception):
    """Why it is not made, as a sentence."""


@transaction.atomic
def ask(episode: Episode, *, by: User | None, replace: bool = False) -> None:
    """Have it made. Raises Refused; `replace`: also where somebody has written or corrected one."""
    if sentence := asr.problem():
        raise Refused(sentence)
    if episode.audio is None:
        raise Refused("There is no recording here to listen to: bring the audio first.")
    found = transcript_of(episode)
    if found and not found.machine_made and not replace:
        raise Refused("It has a transcript already, which people have made. Say that it may be replaced.")
    told = {"asset": episode.audio_id, "version": found.version if found else 0, "by": by.pk if by else None}
    work.enqueue(WRITE_DOWN, str(episode.pk), told)


def standing(episode: Episode) -> dict[str, Any]:
    """How far it is: {"state": "" (nobody asked) | waiting | running | failed | done, "percent": 0-100 or None, "problem": ""}."""
    row = Work.objects.filter(kind=WRITE_DOWN, key=str(episode.pk)).first()
    if row is None:
        return {"state": "", "percent": None, "problem": ""}
    names = {Work.State.PARKED: "failed"}
    state = names.get(Work.State(row.state), str(row.state))
    percent = row.checkpoint.get("percent") if state in ("waiting", "running") else None
    return {"state": state, "percent": percent, "problem": row.problem if state != "done" else ""}


def give_up(episode: Episode) -> bool:
    """It is not wanted any more; False if nothing was to be made."""
    row = Work.objects.filter(kind=WRITE_DOWN, key=str(episode.pk)).first()
    return row is not None and work.drop(row.pk)


def write_down(run: Run) -> None:
    """The work itself; it goes on where an earlier try has stopped."""
    asset = MediaAsset.objects.filter(pk=run.payload["asset"]).first()
    episode = Episode.objects.select_related("show").filter(pk=run.key).first()
    if asset is None or episode is None:
        return
    _must_still_fit(run, episode)
    rows = _listen(run, asset, episode.show.language)
    with run.commit():
        fresh = (
            Episode.objects.select_for_update(of=("self",), no_key=True)
            .select_related("show")
            .get(pk=episode.pk)
        )
        _must_still_fit(run, fresh)
        said = Parsed("json", tuple(Cue(start, end, "", text) for start, end, text in rows))
        by = User.objects.filter(pk=run.payload["by"]).first()
        transcripts.attach(fresh, said, name="Written down by a machine", by=by, machine=True)


def _listen(run: Run, asset: MediaAsset, language: str) -> list[list[Any]]:
    """[start, end, text] in milliseconds."""
    rows: list[list[Any]] = list(run.progress.get("rows", []))
    since = rows[-1][1] / 1000 if rows else 0.0
    told = since
    with ffmpeg.workspace(asset.bytes + round(_RATE * 2 * (asset.duration or 0))) as folder:
        for start, end, text in asr.hear(_sound(run, asset, folder), language=language, since=since):
            if text:
                rows.append([round(start * 1000), round(end * 1000), text])
            run.check()
            if end - told >= _EVERY:
                told = end
                run.checkpoint({"rows": rows, "percent": _percent(end, asset.duration)})
    if not rows:
        raise Permanent(
            "Nothing was understood: perhaps nobody speaks in it, or in another language than the show's."
        )
    return rows


def _sound(run: Run, asset: MediaAsset, folder: Path) -> Path:
    """The recording as the machine wants it: one channel, 16 kHz. A stranger's file is opened by our own ffmpeg alone."""
    source, sound, probe = folder / "recording", folder / "sound.wav", Probe.from_json(asset.probe)
    storage.fetch(asset.key, source, run.check)
    filters = ",".join([*hearing.timed(probe), "aformat=sample_rates=16000:channel_layouts=mono"])
    ffmpeg.run(
        [
            *hearing.opened(source, probe),
            "-af",
            filters,
            "-c:a",
            "pcm_s16le",
            "-f",
            "wav",
            ffmpeg.target(sound),
        ],
        limits=hearing.limits(probe.duration),
        tell=lambda progress: run.check(),
    )
    return sound


def _must_still_fit(run: Run, episode: Episode) -> None:
    """Never over what somebody has written since it was asked for, nor beside another recording."""
    if episode.audio_id != run.payload["asset"]:
        raise Permanent("The episode has another recording now. Ask again.")
    found = transcript_of(episode)
    if (found.version if found else 0) != run.payload["version"]:
        raise Permanent(_OVERTAKEN)


def _percent(seconds: float, duration: float | None) -> int | None:
    return min(99, round(100 * seconds / duration)) if duration else None
