import pytest

from config.logs import _scrub
from core.secrets import without_secrets


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("GET '/preview/1.abc/'", "GET '/preview/[removed]/'"),
        (
            "<WSGIRequest: GET '/media/play/abc.def/7.m4a'>",
            "<WSGIRequest: GET '/media/play/[removed]/7.m4a'>",
        ),
        ("https://a.example/media/play/abc.def/7.m4a", "https://a.example/media/play/[removed]/7.m4a"),
        ("/account/password/reset/key/1-abc-def/", "/account/password/reset/key/1-[removed]/"),
        ("/media/7/playback.json", "/media/7/playback.json"),
    ],
)
def test_what_opens_something_is_not_written_down(text: str, written: str) -> None:
    assert without_secrets(text) == written
    assert _scrub({"request": {"url": text}}, {}) == {"request": {"url": written}}
