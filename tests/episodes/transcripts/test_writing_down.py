"""A machine writes down what is said. The model itself is not here: a stranger's module of the same shape stands in for it."""

import sys
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from core import work
from core.models import Work
from episodes import transcripts
from episodes.models import Episode
from episodes.transcripts import writing_down
from media_pipeline import asr, storage
from media_pipeline.models import MediaAsset, Transcript
from tests import factories
from tests.episodes.transcripts.making import SAID, parsed, spoken

pytestmark = pytest.mark.django_db

HEARD = [(0.0, 20.5, " Good evening."), (20.5, 31.0, " "), (31.0, 62.25, " It is late.")]


class Whisper:
    """What of faster_whisper.WhisperModel is used."""

    asked: list[dict[str, Any]] = []
    heard: list[tuple[float, float, str]] = HEARD
    breaks: Exception | None = None
    missing: Exception | None = None

    def __init__(self, name: str, device: str, compute_type: str) -> None:
        if self.missing:
            raise self.missing
        self.name = name

    def transcribe(self, path: str, **options: Any) -> tuple[Iterator[Any], None]:
        with open(path, "rb") as file:  # noqa: PTH123
            assert file.read(4) == b"RIFF"
        Whisper.asked.append(options)
        return self._spoken(), None

    def _spoken(self) -> Iterator[Any]:
        yield from (SimpleNamespace(start=start, end=end, text=text) for start, end, text in self.heard)
        if self.breaks:
            raise self.breaks


@pytest.fixture
def whisper(monkeypatch: pytest.MonkeyPatch) -> type[Whisper]:
    module = ModuleType("faster_whisper")
    module.WhisperModel = Whisper  # type: ignore[attr-defined]
    module.__spec__ = SimpleNamespace()  # type: ignore[assignment]
    monkeypatch.setitem(sys.modules, "faster_whisper", module)
    monkeypatch.setattr(Whisper, "asked", [])
    asr._model.cache_clear()
    return Whisper


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    asr._model.cache_clear()


@pytest.fixture
def episode() -> Episode:
    """With a recording that can be opened: a tenth of a second of silence."""
    made = factories.episode(published=False)
    wav = b"RIFF" + (36 + 3200).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    wav += (
        bytes.fromhex("01000100803e0000007d000002001000")
        + b"data"
        + (3200).to_bytes(4, "little")
        + bytes(3200)
    )
    audio = made.audio
    assert audio
    storage.put(audio.key, wav, "audio/wav")
    MediaAsset.objects.filter(pk=audio.pk).update(
        probe={**audio.probe, "format": "wav", "kind": "audio"}, duration=90.0, bytes=len(wav)
    )
    return made


def made(episode: Episode, **options: Any) -> Work:
    writing_down.ask(episode, by=None, **options)
    row = Work.objects.get(kind=writing_down.WRITE_DOWN)
    work.run(row.pk)
    row.refresh_from_db()
    return row


def test_what_is_heard_is_attached_and_marked(episode: Episode, whisper: type[Whisper]) -> None:
    assert made(episode).state == Work.State.DONE
    row = Transcript.objects.get()
    assert row.cues == [[0, 20500, "", "Good evening."], [31000, 62250, "", "It is late."]]
    assert (row.machine_made, row.asset) == (True, episode.audio)
    assert Episode.objects.get().transcript == row
    assert whisper.asked[0]["language"] == "en"
    transcripts.correct(episode, 1, [*row.cues[:1]])
    assert Transcript.objects.get().machine_made is False


def test_an_interrupted_one_goes_on_where_it_was(
    episode: Episode, whisper: type[Whisper], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whisper, "breaks", OSError("The process was killed"))
    row = made(episode)
    assert (row.state, row.checkpoint["percent"]) == (Work.State.WAITING, 69)
    assert writing_down.standing(episode)["percent"] == 69
    monkeypatch.setattr(whisper, "breaks", None)
    monkeypatch.setattr(whisper, "heard", [(62.25, 80.0, "And the end.")])
    Work.objects.update(next_try_at="2020-01-01T00:00Z")
    work.run(row.pk)
    assert [cue[3] for cue in Transcript.objects.get().cues] == [
        "Good evening.",
        "It is late.",
        "And the end.",
    ]
    assert whisper.asked[1]["clip_timestamps"] == [62.25]


def test_what_people_wrote_is_not_replaced_without_asking(whisper: type[Whisper]) -> None:
    written = spoken(published=False)
    with pytest.raises(writing_down.Refused, match="which people have made"):
        writing_down.ask(written, by=None)
    writing_down.ask(written, by=None, replace=True)


def test_what_is_written_meanwhile_stays(episode: Episode, whisper: type[Whisper]) -> None:
    writing_down.ask(episode, by=None)
    transcripts.attach(episode, parsed(), name="by hand", by=None)
    row = Work.objects.get(kind=writing_down.WRITE_DOWN)
    work.run(row.pk)
    row.refresh_from_db()
    assert (row.state, Transcript.objects.get().cues) == (Work.State.PARKED, SAID)
    assert "Somebody has changed the transcript meanwhile" in writing_down.standing(episode)["problem"]


@pytest.mark.parametrize(
    ("fails", "state", "words"),
    [
        (ValueError("Invalid model size 'huge'"), Work.State.PARKED, "names no model"),
        (OSError("No route to host"), Work.State.WAITING, "cannot be fetched"),
    ],
)
def test_a_model_that_cannot_be_had_is_named(
    episode: Episode,
    whisper: type[Whisper],
    monkeypatch: pytest.MonkeyPatch,
    fails: Exception,
    state: str,
    words: str,
) -> None:
    monkeypatch.setattr(whisper, "missing", fails)
    row = made(episode)
    assert row.state == state
    assert words in row.problem


def test_silence_is_no_transcript(
    episode: Episode, whisper: type[Whisper], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whisper, "heard", [])
    assert "Nothing was understood" in made(episode).problem
    assert Transcript.objects.count() == 0


def test_without_the_program_there_is_a_plain_sentence(
    episode: Episode, editor: User, signed_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    path = f"/admin/episodes/episode/{episode.pk}/transcript/"
    client = signed_in(editor)
    assert "not installed" in client.get(path).content.decode()
    answer = client.post(f"{path}making/", follow=True).content.decode()
    assert "uv sync --extra asr" in answer
    assert Work.objects.filter(kind=writing_down.WRITE_DOWN).count() == 0


def test_the_page_asks_tells_how_far_it_is_and_stops_it(
    episode: Episode, editor: User, signed_in: Callable[[User], Client], whisper: type[Whisper]
) -> None:
    path, client = f"/admin/episodes/episode/{episode.pk}/transcript/", signed_in(editor)
    assert client.get(f"{path}making/").json() == {"state": "", "percent": None, "problem": ""}
    client.post(f"{path}making/")
    assert client.get(f"{path}making/").json()["state"] == "waiting"
    assert "<making-transcript" in client.get(path).content.decode()
    client.post(f"{path}making/", {"stop": ""})
    assert client.get(f"{path}making/").json()["state"] == "done"


def test_an_episode_without_its_own_recording_is_refused(whisper: type[Whisper]) -> None:
    with pytest.raises(writing_down.Refused, match="no recording here"):
        writing_down.ask(factories.episode(linked_url="https://example.org/a.mp3", published=False), by=None)
