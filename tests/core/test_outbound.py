"""Addresses come from editors and from other sites: none of them leads inside, and no answer is larger or slower than it may be."""

import gzip
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import certifi
import pytest
from django.conf import settings

from core import outbound
from core.outbound import (
    BadAnswer,
    NoSuchHost,
    OutboundError,
    Refused,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
    Untrusted,
    connections,
    fetch,
    target,
)
from core.outbound.addresses import is_public
from tests.harness.servers import BlackHole, free_port
from tests.harness.sites import Answer, Site, resolving

MEGABYTE = 1024 * 1024


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as one:
        yield one


@pytest.fixture
def inside() -> Iterator[Site]:
    """A server of ours that nobody outside may reach: it is not among those that tests allow."""
    one = Site("127.0.0.9")
    one.answer("/", Answer(body=b"secret"))
    one.serve()
    yield one
    assert one.log == []


def moved(to: str, status: int = 302) -> Answer:
    return Answer(status, {"Location": to})


# --- what it is for -----------------------------------------------------------------------------------------------


def test_it_fetches_what_is_there(site: Site) -> None:
    url = site.answer("/a?b=c", Answer(headers={"X-Name": "value"}, body=b"words"))
    answer = fetch(f"{url}#part")
    assert (answer.status, answer.url, answer.body, answer.headers["x-name"]) == (200, url, b"words", "value")
    assert answer.hops == ()


def test_it_says_who_asks_and_nothing_else(site: Site, monkeypatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    site.answer("/", Answer(headers={"Set-Cookie": "a=b"}))
    fetch(site.url("/"), purpose="linkcheck")
    fetch(site.url("/"))
    assert site.log[0].headers == {
        "Host": f"127.0.0.1:{site.port}",
        "User-Agent": f"Masthead-linkcheck (+{settings.SITE_URL})",
        "Accept": "*/*",
        "Accept-Encoding": "gzip",
    }
    assert site.log[1].headers["User-Agent"] == f"Masthead (+{settings.SITE_URL})"
    assert "Cookie" not in site.log[1].headers


def test_it_sends_what_it_is_given(site: Site) -> None:
    got: list[bytes] = []

    def take(request: BaseHTTPRequestHandler) -> None:
        got.append(request.rfile.read(int(request.headers["Content-Length"])))
        request.wfile.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")

    url = site.answer("/ping", take)
    answer = fetch(url, method="POST", data=b"a=b", headers={"Content-Type": "text/plain"})
    assert (answer.status, got, site.log[0].headers["Content-Type"]) == (202, [b"a=b"], "text/plain")


def test_an_error_of_the_other_site_is_an_answer(site: Site) -> None:
    assert fetch(site.answer("/", 503)).status == 503


def test_gzip_is_unpacked(site: Site) -> None:
    packed = Answer(headers={"Content-Encoding": "gzip"}, body=gzip.compress(b"words" * 100))
    assert fetch(site.answer("/", packed)).body == b"words" * 100


def test_nothing_is_read_when_the_body_is_not_wanted(site: Site) -> None:
    url = site.answer("/", Answer(headers={"Content-Length": str(10**12)}, body=b"begin"))
    assert fetch(url, want_body=False).body == b""


@pytest.mark.parametrize(
    ("value", "seconds"), [("120", 120), ("0", 0), ("soon", None), ("", None), ("-1", None), ("9" * 30, None)]
)
def test_retry_after_is_understood(value: str, seconds: float | None) -> None:
    assert outbound.Response(503, "", {"Retry-After": value}, b"").retry_after == seconds


def test_retry_after_may_be_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    asked = outbound.Response(503, "", {"Retry-After": later}, b"").retry_after
    assert asked is not None
    assert 590 < asked <= 600


# --- what may be asked --------------------------------------------------------------------------------------------

INSIDE = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://0x7f.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://0/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http://ⓛocalhost/",
    "http://%31%32%37.0.0.1/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://169.254.169.254/latest/meta-data/",
    "http://168.63.129.16/",
    "http://192.0.0.192/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fec0::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
]


@pytest.mark.parametrize("url", INSIDE)
def test_no_spelling_of_an_inside_address_is_asked(url: str) -> None:
    with pytest.raises((Refused, NoSuchHost)):
        fetch(url, timeout=3)


ODD = [
    "",
    "/path",
    "//example.org/",
    "example.org",
    "file:///etc/passwd",
    "ftp://example.org/",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "data:text/plain,words",
    "javascript:alert(1)",
    "http://",
    "http:///path",
    "http:example.org",
    "http://user@example.org/",
    "http://user:password@example.org/",
    "http://@example.org/",
    "http://example.org@127.0.0.1/",
    "http://example.org:22/",
    "http://example.org:0/",
    "http://example.org:8080/",
    "http://example.org:65536/",
    "http://example.org:-80/",
    "http://example.org:80:80/",
    "http://example.org\\@127.0.0.1/",
    "http://example.org/\r\nHost: inside",
    "http://example.org/a b",
    "http://exam\nple.org/",
    "http://example.org/\0",
    "http://[::1/",
    "http://[v1.fe]/",
    "http://exa<mple.org/",
    "http://" + "a" * 64 + ".org/",
    "http://" + "a." * 200 + "org/",
    "http://\ud800.org/",
    "http://example.org/" + "a" * 3000,
]


@pytest.mark.parametrize("url", ODD)
def test_what_is_no_plain_address_is_refused_without_a_look_up(url: str, monkeypatch) -> None:
    with (
        resolving(monkeypatch, example_org=[["93.184.215.14"]]) as looked_up,
        pytest.raises(Refused) as error,
    ):
        fetch(url, timeout=1)
    assert looked_up == []
    assert str(error.value).endswith(".")


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://Example.ORG", "example.org", 443, "/"),
        ("http://example.org:443/a/../b?c=d#e", "example.org", 443, "/b?c=d"),
        ("https://bücher.example/straße", "xn--bcher-kva.example", 443, "/stra%C3%9Fe"),
        ("http://example.org?to=@somebody", "example.org", 80, "/?to=@somebody"),
        ("http://93.184.215.14/?q", "93.184.215.14", 80, "/?q"),
        (
            "http://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
            "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
            80,
            "/",
        ),
    ],
)
def test_a_plain_address_is_taken_apart(url: str, host: str, port: int, path: str) -> None:
    where = target(url)
    assert (where.host, where.port, where.path) == (host, port, path)


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_other_ports_can_be_allowed_and_open_nothing_inside(inside: Site) -> None:
    with pytest.raises(Refused, match="not a public address"):
        fetch(inside.url("/"), ports=range(1, 65536))


def test_what_tests_allow_ends_with_them() -> None:
    with Site() as gone:
        url = gone.answer("/", 200)
        assert fetch(url).status == 200
    with pytest.raises(Refused):
        fetch(url)


# --- names that lie -----------------------------------------------------------------------------------------------


def test_a_name_that_leads_inside_is_refused(inside: Site, monkeypatch) -> None:
    with resolving(monkeypatch, rebind_test=[["127.0.0.9"]]), pytest.raises(Refused, match=r"rebind\.test"):
        fetch(inside.url("/", "rebind.test"), ports=[inside.port])


def test_one_inside_address_among_public_ones_is_enough(inside: Site, monkeypatch) -> None:
    with resolving(monkeypatch, rebind_test=[["93.184.215.14", "127.0.0.9"]]), pytest.raises(Refused):
        fetch(inside.url("/", "rebind.test"), ports=[inside.port])


def test_a_name_is_looked_up_once_and_what_was_judged_is_asked(site: Site, inside: Site, monkeypatch) -> None:
    """The second answer of the resolver would lead inside."""
    site.answer("/", Answer(body=b"public"))
    with resolving(monkeypatch, rebind_test=[["127.0.0.1"], ["127.0.0.9"]]) as looked_up:
        answer = fetch(site.url("/", "rebind.test"))
    assert (answer.body, looked_up) == (b"public", ["rebind.test"])
    assert site.log[0].headers["Host"] == f"rebind.test:{site.port}"


def test_a_name_is_judged_anew_at_each_redirect(site: Site, inside: Site, monkeypatch) -> None:
    site.answer("/", moved("/again"))
    with resolving(monkeypatch, rebind_test=[["127.0.0.1"], ["127.0.0.9"]]), pytest.raises(Refused):
        fetch(site.url("/", "rebind.test"), ports=[site.port])
    assert site.asked() == ["GET /"]


def test_a_host_with_several_addresses_is_asked_at_the_next_when_one_is_away(site: Site, monkeypatch) -> None:
    site.answer("/", 200)
    with (
        outbound.allowing(("127.0.0.8", site.port)),
        resolving(monkeypatch, two_test=[["127.0.0.8", "127.0.0.1"]]),
    ):
        assert fetch(site.url("/", "two.test")).status == 200


def test_a_name_that_does_not_exist(monkeypatch) -> None:
    with (
        resolving(monkeypatch, gone_test=[[]]),
        pytest.raises(NoSuchHost, match=r"There is no host gone\.test\."),
    ):
        fetch("http://gone.test/")


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch) -> None:
    def hang(*args: object, **more: object) -> None:
        time.sleep(2)
        raise OSError("nobody waits for this any more")

    monkeypatch.setattr("socket.getaddrinfo", hang)
    began = time.monotonic()
    with pytest.raises(TooSlow):
        fetch("http://example.org/", timeout=0.3)
    assert time.monotonic() - began < 1


# --- redirects ----------------------------------------------------------------------------------------------------


def test_redirects_are_followed_and_told(site: Site) -> None:
    first = site.answer("/1", moved("/2", 301))
    second = site.answer("/2", moved(f"{site.url('/3')}#part", 307))
    third = site.answer("/3", Answer(body=b"there"))
    answer = fetch(first)
    assert (answer.url, answer.body) == (third, b"there")
    assert [(hop.status, hop.url) for hop in answer.hops] == [(301, second), (307, third)]


@pytest.mark.parametrize(
    "to",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:6379/",
        "//localhost/",
        "http://[::ffff:127.0.0.1]/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://user:password@example.org/",
        "http://[::1",
        "http://0x7f.1/",
        "/a b",
        "/\\example.org\r",
    ],
)
def test_no_redirect_leads_inside(site: Site, to: str) -> None:
    url = site.answer(
        "/", lambda request: request.wfile.write(f"HTTP/1.1 302 x\r\nLocation: {to}\r\n\r\n".encode())
    )
    with pytest.raises(Refused):
        fetch(url, timeout=3)
    assert site.asked() == ["GET /"]


def test_a_redirect_to_our_own_server_is_refused(site: Site, inside: Site) -> None:
    with pytest.raises(Refused):
        fetch(site.answer("/", moved(inside.url("/"))))


def test_a_circle_ends(site: Site) -> None:
    site.answer("/a", moved("/b"))
    site.answer("/b", moved("/a"))
    with pytest.raises(TooManyRedirects):
        fetch(site.url("/a"), redirects=4)
    assert len(site.log) == 5


def test_a_redirect_without_a_place_is_an_answer(site: Site) -> None:
    assert fetch(site.answer("/", 302)).status == 302


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (307, "POST", "POST"),
        (308, "HEAD", "HEAD"),
        (302, "HEAD", "HEAD"),
    ],
)
def test_methods_change_as_the_standard_says(site: Site, status: int, method: str, then: str) -> None:
    site.answer("/", moved("/there", status))
    site.answer("/there", 200)
    fetch(site.url("/"), method=method, data=b"x" if method == "POST" else None)
    assert site.asked() == [f"{method} /", f"{then} /there"]


def test_another_origin_learns_no_secret(site: Site) -> None:
    with Site("127.0.0.2") as other:
        site.answer("/", moved("/same"))
        site.answer("/same", moved(other.answer("/", 200)))
        fetch(site.url("/"), headers={"Authorization": "Bearer secret", "X-Note": "kept"})
        assert [one.headers.get("Authorization") for one in site.log] == ["Bearer secret"] * 2
        assert "Authorization" not in other.log[0].headers
        assert other.log[0].headers["X-Note"] == "kept"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Name": "a\r\nHost: inside"},
        {"X-Name\r\nHost": "a"},
        {"X-Name": "a\nb"},
        {"X-Name": "ä"},
        {"Host": "inside"},
        {"Content-Length": "0"},
        {"transfer-encoding": "chunked"},
        {"Cookie": "a=b"},
    ],
)
def test_headers_smuggle_nothing(site: Site, headers: dict[str, str]) -> None:
    with pytest.raises(Refused):
        fetch(site.answer("/", 200), headers=headers)
    with pytest.raises(Refused):
        fetch(site.url("/"), method="GET / HTTP/1.1\r\nX: y")
    assert site.log == []


# --- answers that are too much ------------------------------------------------------------------------------------


def test_a_body_of_just_the_limit_is_fine(site: Site) -> None:
    url = site.answer("/", Answer(body=b"x" * 1000))
    assert len(fetch(url, most_bytes=1000).body) == 1000
    with pytest.raises(TooLarge):
        fetch(url, most_bytes=999)


def endless(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        request.wfile.write(b"x" * 65536)


def endless_chunks(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        request.wfile.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")


def gzip_bomb(layers: int) -> Callable[[BaseHTTPRequestHandler], None]:
    def send(request: BaseHTTPRequestHandler) -> None:
        packer = zlib.compressobj(9, wbits=31)
        packed = b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(300)) + packer.flush()
        for _ in range(layers - 1):
            packed = gzip.compress(packed)
        coding = ", ".join(["gzip"] * layers)
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(packed)}\r\n\r\n"
        request.wfile.write(head.encode() + packed)

    return send


@pytest.mark.parametrize(
    "much",
    [endless, endless_chunks, gzip_bomb(1), gzip_bomb(2)],
    ids=["endless", "chunks", "bomb", "two bombs"],
)
def test_no_answer_fills_the_memory(site: Site, much: Callable[[BaseHTTPRequestHandler], None]) -> None:
    url = site.answer("/", much)
    fetch(url, want_body=False, timeout=10)  # whatever is imported or packed once is so now
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            fetch(url, most_bytes=MEGABYTE, timeout=20)
        grown = tracemalloc.get_traced_memory()[1]  # bytes, the server's part included
    finally:
        tracemalloc.stop()
    assert grown < 12 * MEGABYTE


def test_a_declared_size_is_believed_when_it_is_too_large(site: Site) -> None:
    with pytest.raises(TooLarge, match="larger than 1 MB"):
        fetch(site.answer("/", Answer(headers={"Content-Length": str(10**15)})), most_bytes=MEGABYTE)


# --- answers that never end ---------------------------------------------------------------------------------------


def drip(*beginning: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """A byte now and then, so that no pause is ever long."""

    def send(request: BaseHTTPRequestHandler) -> None:
        for part in beginning:
            request.wfile.write(part)
        while True:
            request.wfile.write(b"x")
            time.sleep(0.05)

    return send


def slow_headers(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        request.wfile.write(b"X: y\r\n")
        time.sleep(0.1)


def endless_informing(request: BaseHTTPRequestHandler) -> None:
    while True:
        request.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.01)


@pytest.mark.parametrize(
    "slow",
    [
        drip(),
        drip(b"HTTP/1.1 200 OK\r\nX-Long: "),
        drip(b"HTTP/1.1 200 OK\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        slow_headers,
        endless_informing,
        lambda request: time.sleep(3),
    ],
    ids=["status", "header", "body", "length", "chunk size", "headers", "100", "silence"],
)
def test_time_is_up_however_busily_they_send(
    site: Site, slow: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    url = site.answer("/", slow)
    began = time.monotonic()
    with pytest.raises(TooSlow):
        fetch(url, timeout=0.6)
    assert time.monotonic() - began < 1.5


def test_redirects_share_one_time(site: Site) -> None:
    def slowly(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.3)
        request.wfile.write(b"HTTP/1.1 302 x\r\nLocation: /\r\n\r\n")

    began = time.monotonic()
    with pytest.raises(TooSlow):
        fetch(site.answer("/", slowly), timeout=0.7, redirects=50)
    assert time.monotonic() - began < 1.5


def test_a_server_that_never_says_a_word() -> None:
    with BlackHole() as hole, outbound.allowing(("127.0.0.1", hole.port)):
        for scheme in ("http", "https"):
            with pytest.raises(TooSlow):
                fetch(f"{scheme}://127.0.0.1:{hole.port}/", timeout=0.4)


def test_no_thread_and_no_connection_is_left(site: Site) -> None:
    url = site.answer("/", 200)
    for _ in range(20):
        fetch(url)
    mine = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    assert mine == []


# --- answers that are wrong ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"words",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nwords!",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nwords\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nwords",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    ],
    ids=[
        "none",
        "no HTTP",
        "no status",
        "short",
        "two lengths",
        "chunk",
        "no gzip",
        "headers",
        "long header",
    ],
)
def test_a_broken_answer_is_an_error_with_a_sentence(site: Site, answer: bytes) -> None:
    url = site.answer("/", lambda request: request.wfile.write(answer))
    with pytest.raises((BadAnswer, Unreachable)) as error:
        fetch(url, timeout=3)
    assert str(error.value).endswith(".")
    assert "0x" not in str(error.value)


def test_more_than_was_declared_is_not_read(site: Site) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwords and more"
    assert fetch(site.answer("/", lambda request: request.wfile.write(answer))).body == b"words"


def test_nobody_listens() -> None:
    port = free_port()
    with outbound.allowing(("127.0.0.1", port)), pytest.raises(Unreachable):
        fetch(f"http://127.0.0.1:{port}/")


def test_every_error_is_one_of_ours() -> None:
    errors = [BadAnswer, NoSuchHost, Refused, TooLarge, TooManyRedirects, TooSlow, Unreachable, Untrusted]
    assert [error for error in errors if not issubclass(error, OutboundError)] == []


# --- TLS ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def encrypted(tmp_path: Path, monkeypatch) -> Iterator[Site]:
    """A site with a certificate for good.test, of an authority that is trusted during the test."""
    certificate = _certificate(tmp_path, "good.test")
    monkeypatch.setattr(certifi, "where", lambda: str(certificate))
    connections._trust.cache_clear()
    one = Site()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    one._server.socket = context.wrap_socket(one._server.socket, server_side=True)
    with one:
        yield one
    connections._trust.cache_clear()


def _certificate(folder: Path, name: str) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, who = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem)
    )
    return file


def test_the_certificate_is_that_of_the_name_although_the_address_is_pinned(
    encrypted: Site, monkeypatch
) -> None:
    encrypted.answer("/", Answer(body=b"sealed"))
    names = {name: [["127.0.0.1"]] for name in ("good_test", "bad_test")}
    with resolving(monkeypatch, **names):
        assert fetch(f"https://good.test:{encrypted.port}/").body == b"sealed"
        with pytest.raises(Untrusted, match=r"bad\.test"):
            fetch(f"https://bad.test:{encrypted.port}/")
    with pytest.raises(Untrusted):
        fetch(f"https://127.0.0.1:{encrypted.port}/")
    assert len(encrypted.log) == 1


def test_a_slow_sealed_answer_is_cut_too(encrypted: Site, monkeypatch) -> None:
    encrypted.answer("/", drip(b"HTTP/1.1 200 OK\r\n\r\n"))
    began = time.monotonic()
    with resolving(monkeypatch, good_test=[["127.0.0.1"]]), pytest.raises(TooSlow):
        fetch(f"https://good.test:{encrypted.port}/", timeout=0.6)
    assert time.monotonic() - began < 1.5


def test_an_authority_nobody_trusts(encrypted: Site, monkeypatch) -> None:
    monkeypatch.undo()
    connections._trust.cache_clear()
    with resolving(monkeypatch, good_test=[["127.0.0.1"]]), pytest.raises(Untrusted):
        fetch(f"https://good.test:{encrypted.port}/")
