import time

import pytest
from django.core.signing import BadSignature, Signer

from media_pipeline.delivery.grants import Grant, lifetime

LATER = 4_000_000_000
GRANT = Grant(12, 34, "user:5", ("frankfurt", "tokyo"), LATER)


@pytest.mark.parametrize(
    ("duration", "seconds"), [(None, 900), (10, 900), (3600, 5400), (7200, 10_800), (86_400, 21_600)]
)
def test_it_lives_as_long_as_playing_takes(duration: float | None, seconds: int) -> None:
    assert lifetime(duration) == seconds


def test_it_is_read_as_it_was_written_and_fits_a_path() -> None:
    text = str(GRANT)
    assert Grant.read(text) == GRANT
    assert str(Grant.read(text)) == text
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
    assert len(text) < 150


@pytest.mark.parametrize("at", [0, 5, -1, -20])
def test_one_letter_changed_and_it_is_nothing(at: int) -> None:
    letters = list(str(GRANT))
    letters[at] = "A" if letters[at] != "A" else "B"
    with pytest.raises(BadSignature):
        Grant.read("".join(letters))


@pytest.mark.parametrize("text", ["", ".", "a", "a.b", "x" * 100_000, "\x00.\x00", "é.ü"])
def test_nonsense_is_nothing(text: str) -> None:
    with pytest.raises(BadSignature):
        Grant.read(text)


def test_what_was_signed_for_something_else_opens_nothing() -> None:
    with pytest.raises(BadSignature):
        Grant.read(Signer(salt="preview", sep=".").sign_object([12, 34, "", [], LATER]))


def test_what_another_release_has_written_is_nothing() -> None:
    with pytest.raises(BadSignature):
        Grant.read(Signer(salt="media_pipeline.delivery", sep=".").sign_object([12, 34]))


def test_it_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    text = str(Grant(1, 2, "", (), 1000))
    monkeypatch.setattr(time, "time", lambda: 999.9)
    assert Grant.read(text).until == 1000
    monkeypatch.setattr(time, "time", lambda: 1000)
    with pytest.raises(BadSignature):
        Grant.read(text)
