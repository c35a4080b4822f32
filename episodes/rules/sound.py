"""What is heard and seen, and what is said in it."""

from collections.abc import Iterator
from typing import Any

from episodes.models import Episode
from episodes.rules.shared import KINDS
from episodes.transcripts.speech import transcript_of
from media_pipeline.models import Encoding, RenditionSet
from media_pipeline.recordings.standing import WORDS
from media_pipeline.regions import wanted
from publishing.linter import Checked, Level, Problem, rule


@rule("audio-missing", Level.ERROR, field="audio", kinds=KINDS)
def no_audio(text: Checked) -> Iterator[Problem]:
    """Nothing to hear."""
    if not text.content.audio_id and not text.content.linked_url:
        yield Problem("There is no audio.", "Drop the recording on the form, or choose one of the library.")


@rule("audio-not-ready", Level.ERROR, field="audio", kinds=KINDS)
def audio_not_ready(text: Checked) -> Iterator[Problem]:
    """Audio of which the files are not made."""
    episode = text.content
    if episode.audio_id and episode.encoding is None:
        yield _not_ready(episode, "podcast", episode.audio_id, "audio")


@rule("video-not-ready", Level.ERROR, field="video", kinds=KINDS)
def video_not_ready(text: Checked) -> Iterator[Problem]:
    """Video of which the files are not made."""
    episode = text.content
    if episode.video_id and episode.video_encoding is None:
        yield _not_ready(episode, "video", episode.video_id, "video")


@rule("audio-not-spread", Level.ERROR, field="audio", kinds=KINDS)
def audio_not_spread(text: Checked) -> Iterator[Problem]:
    """Audio that is not yet verified in more than half of the regions: with fewer, one outage would make listeners wait.

    Audio that an import left at another host is not ours to spread.
    """
    encoding: Encoding | None = text.content.encoding if text.content.audio_id else None
    if encoding is None or encoding.live is None:
        return
    verified, enabled = wanted.coverage(encoding.live)
    if 2 * verified <= enabled and enabled:
        yield Problem(
            f"The audio is verified in {verified} of {enabled} regions; it takes more than half of them.",
            "Wait a moment: copies are on their way. If it lasts, look at the regions' page.",
            excerpt="regions",
        )


@rule("transcript-missing", Level.ERROR, field="transcript_waived", kinds=KINDS)
def no_transcript(text: Checked) -> Iterator[Problem]:
    """No transcript, and no word about why not. Whoever moves in with hundreds of episodes is not told of each."""
    episode = text.content
    moved_in = episode.linked_url or episode.kept.get("transcripts")
    if episode.transcript_waived.strip() or moved_in:
        return
    if not episode.show_id or transcript_of(episode) is None:
        yield Problem(
            "There is no transcript: whoever cannot hear it has nothing, and no search finds what is said.",
            "Attach one, have one made, or say why there will be none.",
        )


def _not_ready(episode: Episode, profile: str, asset: int, name: str) -> Problem:
    sets = RenditionSet.objects.filter(
        asset=asset, wanted_by__owner=episode.owner, wanted_by__profile=profile
    )
    row: Any = sets.with_state().first() if episode.pk else None
    if row is None:
        return Problem(f"The {name} is not made yet.", "Save the episode; it begins then.", excerpt=name)
    if row.state == "parked":
        words = f"The {name} could not be made: {row.work_problem}"
        return Problem(
            words, "Bring another file, or have it tried again on the recording's page.", excerpt=name
        )
    percent = row.progress.get("percent")
    far = f" ({percent} %)" if percent is not None else ""
    state = WORDS[row.state].lower()
    return Problem(f"The {name} is not ready: {state}{far}.", "Wait until it is.", excerpt=name)
