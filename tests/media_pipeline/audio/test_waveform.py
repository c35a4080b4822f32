import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.audio import waveform
from media_pipeline.audio.measuring import Source
from media_pipeline.audio.preview import beginning
from tests.media_pipeline.audio.bench import Result, make
from tests.media_pipeline.audio.sounds import NOISE, generated, heard

STEPS_OF_LOUDNESS = f"{NOISE},volume='if(lt(t,2),0,if(lt(t,3),0.1,0.8))':eval=frame"


@pytest.fixture(scope="module")
def stepped(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Silence, then a second at an eighth of the amplitude of what follows; long enough for a clip behind the silence."""
    folder = tmp_path_factory.mktemp("stepped")
    root = folder / "made"
    root.mkdir()
    path = generated(folder / "stepped.flac", STEPS_OF_LOUDNESS, 64)
    return make(path, root, steps=("measure", "encode", "preview"))


def test_peaks_follow_the_sound(stepped: Result) -> None:
    told = json.loads(stepped.path("waveform json").read_text())
    peaks = told["peaks"]
    assert (told["version"], told["duration"]) == (1, pytest.approx(64, abs=0.01))
    assert len(peaks) == pytest.approx(1800, abs=2)
    second = len(peaks) / 64
    assert set(peaks[: int(1.9 * second)]) == {0}
    assert max(peaks[int(2.1 * second) : int(2.9 * second)]) == pytest.approx(12, abs=4)
    assert max(peaks[int(3.1 * second) :]) == 100


def test_the_clip_begins_where_something_is_heard_and_fades_out(stepped: Result) -> None:
    clip = stepped["preview mp3"]
    assert clip.facts["start"] == pytest.approx(1.7 + 1, abs=1.1)
    assert heard(stepped.path("preview mp3")).seconds == pytest.approx(60, abs=0.1)
    assert clip.bytes < 61 * 10_000


def test_a_short_recording_is_its_own_clip(podcast_of: Callable[..., Result]) -> None:
    result = podcast_of("speech/human_asterisk/agent-alreadyon.wav")
    assert result["preview mp3"].facts["start"] == 0
    assert heard(result.path("preview mp3")).seconds == pytest.approx(5.516, abs=0.1)


@pytest.mark.parametrize(
    ("begins", "duration", "start"), [(5, 100, 4.7), (0.1, 100, 0), (50, 100, 0), (5, 30, 0)]
)
def test_where_a_clip_begins(begins: float, duration: float, start: float) -> None:
    source = Source(loudness=-16, peak=-1, only=None, channels=1, duration=duration, begins=begins)
    assert beginning(source, 60) == start


@given(st.lists(st.floats(0, 4), max_size=60), st.integers(1, 20))
def test_peaks_of_anything(windows: list[float], most: int) -> None:
    peaks = waveform.peaks(windows, most)
    assert len(peaks) == min(most, len(windows))
    assert all(0 <= peak <= 100 for peak in peaks)
    assert not any(windows) or max(peaks) == 100


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    """Six hours are told in as many windows as six minutes; what ffmpeg answers is a few lines for each."""
    assert len(waveform.document([0.5] * 12_000, 1800, 6 * 3600)) < 10_000
