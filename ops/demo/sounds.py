"""The demo's recordings, computed when it is filled: bells, a loom and the sea. The same name always gives the same bytes."""

import io
import wave
from array import array
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from math import exp, pi, sin
from random import Random

RATE = 16_000  # samples a second
LOUDEST = 24_000  # of 32,767

type Samples = array[float]


def recording(name: str) -> bytes:
    """A WAV file (mono, 16 bit) of the piece called `name`."""
    samples = PIECES[name]()
    highest = max(max(samples), -min(samples))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(array("h", (int(LOUDEST * value / highest) for value in samples)).tobytes())
    return out.getvalue()


def bells() -> Samples:
    """Plain Bob Minimus: four bells in all twenty-four orders, and home again."""
    samples, stroke = _silence(62), 0.6
    voices = [_bell(pitch) for pitch in (784.0, 698.5, 587.3, 523.3)]
    for row, change in enumerate(plain_bob()):
        for place, number in enumerate(change):
            _add(samples, voices[number], 1 + row * (4 * stroke) + place * stroke * 0.96)
    return samples


def plain_bob() -> Iterator[tuple[int, ...]]:
    """Rounds, the twenty-four changes, and rounds: neighbours swap, the pair in the middle swaps, each lead once the last."""
    row = (0, 1, 2, 3)
    yield row
    for number in range(1, 25):
        if number % 8 == 0:
            row = (row[0], row[1], row[3], row[2])
        elif number % 2:
            row = (row[1], row[0], row[3], row[2])
        else:
            row = (row[0], row[2], row[1], row[3])
        yield row


def loom() -> Samples:
    """A point twill on eight shafts: each pick lifts its shafts, and the batten beats."""
    samples, threading = _silence(48), (0, 1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1)
    strings = [_string(110 * 2 ** (step / 12), 0.9, seed=step) for step in (0, 2, 3, 5, 7, 8, 10, 12)]
    batten = _string(55, 0.35, seed=99)
    for pick, shaft in enumerate(islice(cycle(threading), 56)):
        at = 1 + pick * 0.8
        for offset in (0, 1, 4):
            _add(samples, strings[(shaft + offset) % 8], at + offset * 0.09, 0.5)
        _add(samples, batten, at + 0.56, 0.9)
    return samples


def sea() -> Samples:
    """Nine waves, each a little longer than the one before."""
    samples, chance, low, at = _silence(60), Random(7), 0.0, 0.5  # noqa: S311 (a sound, not a secret)
    waves = []
    for number in range(9):
        waves.append((at, 4.2 + 0.5 * number))
        at += 4.2 + 0.5 * number
    for begin, length in waves:
        for index in range(int(begin * RATE), min(int((begin + length) * RATE), len(samples))):
            age = (index / RATE - begin) / length
            swell = sin(pi * age) ** 2 * (1 - age / 3)
            low += (chance.uniform(-1, 1) - low) * (0.04 + 0.3 * swell)
            samples[index] = low * swell
    return samples


def _silence(seconds: float) -> Samples:
    return array("d", bytes(8 * int(seconds * RATE)))


def _bell(pitch: float) -> Samples:
    """Five partials of a church bell: hum, prime, tierce, quint, nominal."""
    partials = ((0.5, 0.5, 1.1), (1.0, 0.8, 1.6), (1.2, 0.7, 2.0), (1.5, 0.4, 2.6), (2.0, 1.0, 2.2))
    return array(
        "d",
        (
            sum(loud * sin(2 * pi * pitch * ratio * t) * exp(-fade * t * 2) for ratio, loud, fade in partials)
            for t in (index / RATE for index in range(int(1.4 * RATE)))
        ),
    )


def _string(pitch: float, seconds: float, seed: int) -> Samples:
    """Karplus and Strong's plucked string: a noisy loop that is smoothed each time round."""
    chance = Random(seed)  # noqa: S311 (a sound, not a secret)
    loop = [chance.uniform(-1, 1) for _ in range(round(RATE / pitch))]
    samples, at = array("d"), 0
    for _ in range(int(seconds * RATE)):
        after = (at + 1) % len(loop)
        samples.append(loop[at])
        loop[at] = 0.497 * (loop[at] + loop[after])
        at = after
    return samples


def _add(samples: Samples, voice: Samples, at: float, loud: float = 1.0) -> None:
    begin = int(at * RATE)
    for index in range(min(len(voice), len(samples) - begin)):
        samples[begin + index] += loud * voice[index]


PIECES: dict[str, Callable[[], Samples]] = {piece.__name__: piece for piece in (bells, loom, sea)}
