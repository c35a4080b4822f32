import pytest
from django.test import RequestFactory

from accounts.middleware import RequestLogMiddleware


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/account/password/reset/key/1-d3-abc/", "GET /account/password/reset/key/1-[removed]/"),
        (
            "/account/password/reset/key/1-d3-abc/?next=/x/",
            "GET /account/password/reset/key/1-[removed]/?next=/x/",
        ),
        ("/preview/1.abc/", "GET /preview/[removed]/"),
        ("/media/play/abc.def/7.m4a", "GET /media/play/[removed]/7.m4a"),
        ("/media/7/playback.json?not=a", "GET /media/7/playback.json?not=a"),
        ("/articles/?page=2", "GET /articles/?page=2"),
    ],
)
def test_what_opens_something_is_not_written_down(path: str, written: str) -> None:
    assert RequestLogMiddleware.format_request(RequestFactory().get(path)) == written
