"""Loudness, true peak, channels and length of what is made, by an ear that is not the pipeline's own."""

import json
import subprocess
import wave
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.work import Permanent
from media_pipeline import ffmpeg, probing
from media_pipeline.audio import measuring, verifying
from media_pipeline.audio.measuring import Source
from tests.media_pipeline.audio.bench import Result, make
from tests.media_pipeline.audio.conftest import MEDIA
from tests.media_pipeline.audio.sounds import NOISE, generated, heard, written

ENCODE = ("measure", "encode")


def right(result: Result, seconds: float, channels: int, loudness: float | None = None) -> None:
    """The MP3 and the M4A are as the profile says. `loudness`: another than it wants; -70 is silence."""
    wanted = loudness if loudness is not None else -19 if channels == 1 else -16
    for name, codec in (("mp3", "mp3"), ("m4a", "aac")):
        role = "download" if f"download {name}" in result.files else "bare"
        found = heard(result.path(f"{role} {name}"))
        assert found.loudness == pytest.approx(wanted, abs=0.5)
        assert found.true_peak <= -1
        assert (found.codec, found.channels, found.sample_rate) == (codec, channels, 44_100)
        assert found.seconds == pytest.approx(seconds, abs=0.1)
        assert result[f"{role} {name}"].duration == pytest.approx(found.seconds, abs=0.05)


@pytest.mark.parametrize(
    ("name", "seconds", "channels"),
    [
        pytest.param("speech/speech.m4a", 46.987, 1, marks=pytest.mark.soak),
        ("speech/human_asterisk/agent-alreadyon.wav", 5.516, 1),
        ("real/bigbuckbunny_720p_5s.mp4", 5.312, 2),
        pytest.param("ugly/surround_5_1.mp4", 4.011, 2, marks=pytest.mark.soak),
        ("parser_suites/AntennaPod/mp3chaps-py.mp3", 12.17, 1),
        pytest.param("parser_suites/mutagen/bad-TYER-frame.mp3", 0.944, 2, marks=pytest.mark.soak),
    ],
)
def test_real_recordings_come_out_at_the_same_loudness(
    podcast_of: Callable[..., Result], name: str, seconds: float, channels: int
) -> None:
    right(podcast_of(name, *ENCODE), seconds, channels)


def test_bit_rates_and_sizes_are_the_profiles(podcast_of: Callable[..., Result]) -> None:
    result = podcast_of("speech/speech.m4a", *ENCODE)
    assert result["bare mp3"].facts | {"gain": 0, "loudness": 0, "true_peak": 0} == {
        "bitrate": 80_000,
        "codecs": "mp3",
        "channels": 1,
        "copied": False,
        "gain": 0,
        "limit": -2.4,
        "loudness": 0,
        "true_peak": 0,
    }
    assert result["bare mp3"].bytes == pytest.approx(80_000 / 8 * 46.987, rel=0.01)
    assert result["bare m4a"].bytes == pytest.approx(64_000 / 8 * 46.987, rel=0.2)


def test_silence_stays_silence(podcast_of: Callable[..., Result]) -> None:
    result = podcast_of("ugly/silence_20s.mp3", *ENCODE)
    right(result, 20, 2, loudness=-70)
    assert result["bare mp3"].facts["loudness"] is None
    assert set(json.loads(result.path("waveform json").read_text())["peaks"]) == {0}


GRAPHS = {
    "at full scale, clipped": f"{NOISE},volume=30dB,aformat=channel_layouts=stereo:sample_fmts=s16",
    "very quiet": f"{NOISE},volume=-34dB,aformat=channel_layouts=stereo",
    "loud with a sudden peak": f"{NOISE},volume='if(between(t,1,1.02),1,0.02)':eval=frame,aformat=channel_layouts=stereo",
    "bright, between the samples": "aevalsrc='0.9*sin(2*PI*11025*t+0.785)|0.9*sin(2*PI*11025*t+0.785)':s=44100",
}


@pytest.mark.soak
@pytest.mark.parametrize("what", GRAPHS)
def test_made_recordings_come_out_at_the_same_loudness(tmp_path: Path, root: Path, what: str) -> None:
    path = generated(tmp_path / "source.flac", GRAPHS[what], 4)
    right(make(path, root, steps=ENCODE), 4, 2)


@pytest.mark.soak
def test_what_is_all_peaks_stays_quieter_and_keeps_to_the_peak(tmp_path: Path, root: Path) -> None:
    """Single clicks: louder is not possible, only worse."""
    path = generated(tmp_path / "clicks.wav", "aevalsrc='if(eq(mod(n,22050),0),0.9,0)':s=44100", 4)
    result = make(path, root, steps=ENCODE)
    found = heard(result.path("bare mp3"))
    assert found.true_peak <= -1
    assert found.loudness < -19.5


@pytest.mark.soak
def test_noise_at_the_floor_is_not_made_louder(tmp_path: Path, root: Path) -> None:
    path = generated(tmp_path / "hiss.flac", f"{NOISE},volume=-52dB", 3)
    result = make(path, root, steps=ENCODE)
    assert result["bare mp3"].facts["gain"] == 0
    assert heard(result.path("bare mp3")).loudness < -60


LEFT = f"{NOISE}[a];anoisesrc=seed=3:r=44100:a=0.0003[b];[a][b]amerge"
GUEST = f"{NOISE}[a];{NOISE},volume='if(between(t,3,3.4),0.3,0)':eval=frame[b];[a][b]amerge"


def test_speech_on_one_side_only_becomes_mono(tmp_path: Path, root: Path) -> None:
    """The other side hisses, and clicks once as the plug goes in."""
    click = "[b];anoisesrc=r=44100,volume='if(between(t,2,2.001),0.5,0)':eval=frame[c];[b][c]amix=normalize=0[d];[a][d]amerge"
    path = generated(tmp_path / "left.wav", LEFT.replace("[b];[a][b]amerge", click), 6)
    result = make(path, root, steps=ENCODE)
    assert result["waveform json"].facts["only"] == 0
    right(result, 6, 1)


@pytest.mark.soak
def test_a_guest_who_speaks_once_on_the_other_side_is_kept(tmp_path: Path, root: Path) -> None:
    path = generated(tmp_path / "guest.wav", GUEST, 6)
    result = make(path, root, steps=ENCODE)
    assert result["waveform json"].facts["only"] is None
    right(result, 6, 2)


def test_the_centre_of_surround_is_heard(tmp_path: Path, root: Path) -> None:
    """Films have their speech there; one channel of six is sound, and becomes mono."""
    path = generated(tmp_path / "centre.flac", f"{NOISE},pan=5.1|FC=c0", 3)
    right(make(path, root, steps=ENCODE), 3, 1)


@pytest.mark.soak
def test_many_channels_without_names(tmp_path: Path, root: Path) -> None:
    path = tmp_path / "ten.wav"
    tone = generated(tmp_path / "tone.wav", NOISE, 2)
    with wave.open(str(tone)) as mono, wave.open(str(path), "wb") as many:
        many.setparams((10, 2, 44_100, 0, "NONE", ""))
        frames = mono.readframes(mono.getnframes())
        many.writeframes(b"".join(frames[at : at + 2] * 10 for at in range(0, len(frames), 2)))
    right(make(path, root, steps=ENCODE), 2, 2)


@pytest.mark.soak
@pytest.mark.parametrize(
    "rate",
    [
        8_000,
        pytest.param(22_050, marks=pytest.mark.soak),
        pytest.param(96_000, marks=pytest.mark.soak),
        192_000,
    ],
)
def test_any_sample_rate(tmp_path: Path, root: Path, rate: int) -> None:
    path = generated(tmp_path / "source.flac", f"{NOISE},aresample={rate}", 1.5)
    right(make(path, root, steps=ENCODE), 1.5, 1)


def test_twenty_milliseconds(tmp_path: Path, root: Path) -> None:
    result = make(generated(tmp_path / "short.wav", "sine=r=48000", 0.02), root)
    for name in ("download mp3", "download m4a", "preview mp3"):
        assert heard(result.path(name)).seconds == pytest.approx(0.02, abs=0.1)
        assert result[name].duration == pytest.approx(0.02, abs=0.01)


@pytest.mark.soak
def test_sound_that_begins_later_than_the_picture_keeps_its_time(tmp_path: Path, root: Path) -> None:
    path = written(
        tmp_path / "late.mkv",
        *("-f", "lavfi", "-i", "color=s=64x64:r=10:d=4"),
        *("-itsoffset", "1.5", "-f", "lavfi", "-i", f"{NOISE},atrim=duration=2"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "flac"),
    )
    result = make(path, root, steps=ENCODE)
    right(result, 3.5, 1)
    assert result["waveform json"].facts["begins"] == pytest.approx(1.5, abs=0.05)


def test_without_sound_it_is_refused_with_a_sentence(tmp_path: Path, root: Path) -> None:
    with pytest.raises(Permanent, match="no sound"):
        make(MEDIA / "ugly/no_audio.mp4", root)


@pytest.mark.parametrize(("role", "suffix"), [("mp3", "mp3"), ("m4a", "m4a")])
def test_what_is_right_already_is_copied(
    podcast_of: Callable[..., Result], root: Path, role: str, suffix: str
) -> None:
    ours = podcast_of("speech/human_asterisk/agent-alreadyon.wav")
    result = make(ours.path(f"download {role}"), root, steps=ENCODE)
    assert {name: result[f"bare {name}"].facts["copied"] for name in ("mp3", "m4a")} == {
        "mp3": role == "mp3",
        "m4a": role == "m4a",
    }
    assert packets(result.path(f"bare {role}")) == packets(ours.path(f"download {role}"))
    right(result, 5.516, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("-q:a", "5"),
        pytest.param(("-b:a", "96k"), marks=pytest.mark.soak),
        pytest.param(("-b:a", "80k", "-af", "volume=2dB"), marks=pytest.mark.soak),
    ],
    ids=["variable", "another bit rate", "too loud"],
)
def test_what_is_not_quite_right_is_encoded(
    podcast_of: Callable[..., Result], tmp_path: Path, root: Path, arguments: tuple[str, ...]
) -> None:
    ours = podcast_of("speech/human_asterisk/agent-alreadyon.wav")
    path = written(tmp_path / "other.mp3", "-i", str(ours.path("download mp3")), "-map", "0:a", *arguments)
    result = make(path, root, steps=ENCODE)
    assert not result["bare mp3"].facts["copied"]
    right(result, 5.516, 1)


def packets(path: Path) -> str:
    command = [
        str(ffmpeg.binary()),
        "-loglevel",
        "error",
        "-i",
        str(path),
        "-map",
        "0:a",
        "-c",
        "copy",
        "-f",
        "md5",
        "-",
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_a_file_of_which_half_cannot_be_decoded_is_refused() -> None:
    probe = probing.probe(MEDIA / "speech/speech.m4a")
    whole = Source(loudness=-20, peak=-1, only=None, channels=1, duration=probe.duration, begins=0)
    verifying.whole(whole, probe)
    with pytest.raises(Permanent, match="Only 23 of 47 seconds can be decoded"):
        verifying.whole(replace(whole, duration=23.4), probe)
    with pytest.raises(Permanent, match="empty"):
        verifying.whole(replace(whole, duration=0.0), replace(probe, duration=0.5))


def test_progress_is_told(podcast_of: Callable[..., Result]) -> None:
    told = podcast_of("speech/speech.m4a", *ENCODE).bench.told
    assert told
    assert all(0 <= share <= 1.01 for share, _ in told)
    assert max(speed for _, speed in told) > 1


def test_somebody_who_tells_can_stop_it(tmp_path: Path) -> None:
    path = MEDIA / "speech/speech.m4a"

    def stop(share: float, speed: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measuring.source(path, probing.probe(path), 100, stop)
