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
        ("/articles/?page=2", "GET /articles/?page=2"),
    ],
)
def test_the_key_of_a_password_reset_is_not_written_down(path: str, written: str) -> None:
    assert RequestLogMiddleware.format_request(RequestFactory().get(path)) == written
