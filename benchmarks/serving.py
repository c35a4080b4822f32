"""What every benchmark of pages needs: a filled database of its own, servers, wrk, and CPU time read from /proc."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import psutil

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
SERVERS = {
    "granian": "granian --interface wsgi {app} --host 127.0.0.1 --port {port} --workers 2 --blocking-threads 4 --no-ws --log-level warning",
    "gunicorn": "gunicorn {app} --bind 127.0.0.1:{port} --workers 2 --threads 4 --worker-class gthread --no-control-socket --log-level warning",
}
# The peers of the design's own measurements could not run here; the bare project stands in for all of them.
BARE = """
import os, django
from django.conf import settings
settings.configure(
    SECRET_KEY="x" * 50, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], USE_TZ=True,
    DATABASES={"default": DATABASE_},
    CACHES={"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [os.path.dirname(__file__)]}],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware"],
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages"],
)
django.setup()
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import cache_page
def hello(request):
    return HttpResponse("hello")
def one_query(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT headline, standfirst, body_html FROM articles_article WHERE slug = %s", ["article-1"])
        headline, standfirst, body = cursor.fetchone()
    return render(request, "bare.html", {"headline": headline, "standfirst": standfirst, "body": body})
urlpatterns = [path("hello", hello), path("one-query", one_query), path("django-cache", cache_page(600)(one_query))]
application = get_wsgi_application()
"""
BARE_TEMPLATE = "<!doctype html><title>{{ headline }}</title><h1>{{ headline }}</h1><p>{{ standfirst }}</p>{{ body|safe }}"


class Figures(NamedTuple):
    requests_a_second: float
    cpu_ms: float  # server, PostgreSQL and Redis together, a request
    p99_ms: float


def require_wrk() -> None:
    if not shutil.which("wrk"):
        sys.exit("This benchmark needs wrk (Debian: apt-get install wrk).")


@contextmanager
def serving(server: str, app: str, directory: Path) -> Iterator[tuple[str, psutil.Process]]:
    """A running server: its address and its process."""
    port = _free_port()
    command = SERVERS[server].format(app=app, port=port).split()
    process = subprocess.Popen(
        [BIN / command[0], *command[1:]], cwd=directory, env=os.environ | {"PYTHONPATH": str(directory)}
    )
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}", psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def measure(url: str, server: psutil.Process, seconds: int, headers: dict[str, str]) -> Figures:
    others = [p for p in psutil.process_iter(["name"]) if p.info["name"] in ("postgres", "valkey-server")]
    before = _cpu([server, *server.children(recursive=True), *others])
    flags = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    out = subprocess.run(
        ["wrk", "-t1", "-c16", f"-d{seconds}s", "--latency", *flags, url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    used = _cpu([server, *server.children(recursive=True), *others]) - before
    total = int(re.search(r"(\d+) requests in", out)[1])
    if bad := re.search(r"Non-2xx or 3xx responses: (\d+)", out):
        sys.exit(f"{url}: {bad[1]} of {total} answers were errors")
    return Figures(
        float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), used * 1000 / total, _milliseconds(out)
    )


def _cpu(processes: list[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def _milliseconds(out: str) -> float:
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit(f"The server on port {port} did not come up.")


def etag(url: str) -> str:
    with urlopen(url) as answer:
        return answer.headers["ETag"]
