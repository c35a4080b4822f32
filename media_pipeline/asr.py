"""Writing down what is said, by a machine: faster-whisper, which comes with the extra `asr`. Nothing else imports it.

The model (ASR_MODEL) is fetched from its hub when it is used first, and kept by huggingface_hub where it keeps all of them.
"""

from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings

from core.work import Permanent, Transient

MISSING = (
    "This site cannot write down what is said: the program for it is not installed. "
    "Whoever runs the site adds it with `uv sync --extra asr`."
)


class Heard(NamedTuple):
    start: float  # seconds
    end: float
    text: str


def problem() -> str:
    """Why nothing can be written down here, as a sentence; "" if it can."""
    return "" if find_spec("faster_whisper") else MISSING


def hear(path: Path, *, language: str, since: float = 0) -> Iterator[Heard]:
    """What is said in a file from `since` (seconds) on, phrase after phrase, as it is understood.

    `language` is a BCP 47 tag. Raises Permanent where the model or the language is unknown, Transient while the model cannot be had.
    """
    try:
        spoken, _ = _model(settings.ASR_MODEL).transcribe(
            str(path),
            language=language.partition("-")[0].lower(),
            vad_filter=True,  # silence is left out, except where it begins in the middle
            clip_timestamps=[since] if since else "0",
            condition_on_previous_text=False,  # or one slip is repeated for minutes
        )
    except ValueError as error:
        raise Permanent(f"The language “{language}” cannot be written down: {error}") from error
    for phrase in spoken:
        yield Heard(float(phrase.start), float(phrase.end), str(phrase.text).strip())


@lru_cache(maxsize=1)
def _model(name: str) -> Any:
    if problem():
        raise Permanent(MISSING)
    from faster_whisper import WhisperModel

    try:
        return WhisperModel(name, device="auto", compute_type="auto")
    except OSError as error:  # also what the hub raises where nothing is kept, which is a ValueError too
        raise Transient(f"The model “{name}” cannot be fetched: {error}") from error
    except ValueError as error:
        raise Permanent(f"ASR_MODEL names no model that is known: {error}") from error
