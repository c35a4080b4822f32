"""Loudness by EBU R 128, of sound whose loudness is known."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from media_pipeline import ffmpeg, probing
from media_pipeline.demuxer.record import Loudness, Probe
from tests.media_pipeline.probing.making import PICTURE, encode
from tests.shared import DATA


def measured(path: Path) -> Loudness:
    return probing.measure_loudness(path, probing.probe(path))


def test_a_stereo_tone_of_minus_23_decibels_has_minus_23_lufs(tmp_path: Path) -> None:
    """EBU Tech 3341, test signal 1: 1 kHz, -23 dBFS in both channels."""
    tone = "aevalsrc=0.0708*sin(2*PI*1000*t)|0.0708*sin(2*PI*1000*t):s=48000:d=10"
    loudness = measured(encode(tmp_path / "tone.wav", "-f", "lavfi", "-i", tone))
    assert loudness.integrated == pytest.approx(-23, abs=0.1)
    assert loudness.range == pytest.approx(0, abs=0.1)
    assert loudness.true_peak == pytest.approx(-23, abs=0.1)
    assert list(loudness.channels) == pytest.approx([-26, -26], abs=0.1)


def test_silence_has_no_loudness_and_is_no_error() -> None:
    path = DATA / "media/ugly/silence_20s.mp3"
    probe = probing.probe(path)
    loudness = probing.measure_loudness(path, probe)
    assert loudness == Loudness(integrated=None, range=0, true_peak=None, channels=(None, None))
    whole = replace(probe, loudness=loudness)
    assert Probe.from_json(json.loads(json.dumps(whole.to_json()))) == whole


def test_sound_on_the_left_alone_is_seen(tmp_path: Path) -> None:
    path = encode(tmp_path / "left.wav", "-f", "lavfi", "-i", "aevalsrc=0.5*sin(2800*t)|0:s=44100:d=3")
    left, right = measured(path).channels
    assert left == pytest.approx(-9, abs=0.2)
    assert right is None


def test_surround_and_speech_are_measured() -> None:
    for name, channels in (("media/ugly/surround_5_1.mp4", 6), ("media/speech/speech.m4a", 1)):
        loudness = measured(DATA / name)
        assert loudness.integrated
        assert -40 < loudness.integrated < -5
        assert len(loudness.channels) == channels


def test_the_progress_is_told_and_may_stop_it(tmp_path: Path) -> None:
    path = encode(tmp_path / "long.wav", "-f", "lavfi", "-i", "sine=440:d=600")

    def stop(progress: ffmpeg.Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        probing.measure_loudness(path, probing.probe(path), tell=stop)


def test_a_silent_film_has_nothing_to_measure(tmp_path: Path) -> None:
    path = encode(tmp_path / "mute.mp4", *PICTURE)
    with pytest.raises(ValueError, match="no sound"):
        measured(path)
