from django.http import HttpResponse
from django.http.response import ResponseHeaders
from django.test import RequestFactory

from core.feeds import ReadableFeedMiddleware

RSS = "application/rss+xml; charset=utf-8"


def answer(content_type: str, **headers: str) -> ResponseHeaders:
    middleware = ReadableFeedMiddleware(lambda request: HttpResponse(b"<rss/>", content_type=content_type))
    return middleware(RequestFactory().get("/feed/", headers=headers)).headers


def test_a_feed_reader_gets_rss():
    assert answer(RSS)["Content-Type"] == RSS
    assert answer(RSS, sec_fetch_dest="empty")["Content-Type"] == RSS


def test_a_browser_that_opens_the_feed_gets_xml_that_it_can_style():
    assert answer(RSS, sec_fetch_dest="document")["Content-Type"] == "text/xml; charset=utf-8"


def test_caches_between_us_keep_the_two_apart():
    assert answer(RSS)["Vary"] == answer(RSS, sec_fetch_dest="document")["Vary"] == "Sec-Fetch-Dest"


def test_pages_are_left_alone():
    headers = answer("text/html; charset=utf-8", sec_fetch_dest="document")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Vary" not in headers
