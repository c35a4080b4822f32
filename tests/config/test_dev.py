"""bin/dev's supervisor over a small site of its own: the same config package, another manage.py."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from config import embedded, processes

PROJECT = Path(__file__).resolve().parents[2]
MANAGE = """
import http.server, os, signal, subprocess, sys, time

JOB = "import time; time.sleep(0.8); open('job-finished', 'w')"

match sys.argv[1:]:
    case ["demo"]:
        print("editor@example.org / open sesame")
    case ["runserver", address]:  # with a child that serves, as the autoreloader has
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        print("site is", os.environ["SITE_URL"])
        subprocess.run([sys.executable, __file__, "serve", address.split(":")[1]])
    case ["serve", port]:
        handler = http.server.SimpleHTTPRequestHandler
        http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), handler).serve_forever()
    case ["worker", *_]:  # with a job in a session of its own, as RQ has, that may finish
        job = subprocess.Popen([sys.executable, "-c", JOB], start_new_session=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(job.wait()))
        time.sleep(60)
    case ["clock"]:
        if os.path.exists("clock-fails"):
            sys.exit("no time")
        time.sleep(60)
    case ["migrate"]:
        if os.path.exists("migrate-fails"):
            sys.exit(1)
"""
ELSEWHERE = (
    "DATABASE_URL=postgresql://elsewhere/db\nREDIS_URL=redis://elsewhere\nS3_ENDPOINT_URL=http://elsewhere\n"
)


class Dev:
    """A running `python -m config.dev` in a terminal's foreground."""

    def __init__(self, site: Path, port: int, **given: str) -> None:
        names = {"DEBUG", "SECRET_KEY", "SITE_URL", *embedded.VARIABLES}
        environment = {name: value for name, value in os.environ.items() if name not in names} | given
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.dev", "--port", str(port)],
            cwd=site,
            env=environment | {"MASTHEAD_DEV_TEST": str(site)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def until(self, words: str) -> str:
        """Everything it says up to a line with these words."""
        said = ""
        assert self.process.stdout
        for line in self.process.stdout:
            said += line
            if words in line:
                return said
        raise AssertionError(f"{words!r} never came in:\n{said}")

    def end(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """The exit status and the last words."""
        os.killpg(self.process.pid, number)
        return self.wait()

    def wait(self) -> tuple[int, str]:
        said = self.process.communicate(timeout=30)[0]
        return self.process.returncode, said


def running(site: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("MASTHEAD_DEV_TEST") == str(site):
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture
def site(tmp_path):
    (tmp_path / "config").mkdir()
    for name in ("__init__", "dev", "embedded", "env", "processes"):
        shutil.copy(PROJECT / f"config/{name}.py", tmp_path / "config")
    (tmp_path / "manage.py").write_text(MANAGE)
    (tmp_path / ".env").write_text("DEBUG=1\nSECRET_KEY=kept\n" + ELSEWHERE)
    yield tmp_path
    for process in running(tmp_path):
        process.kill()


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_shows_the_address_and_the_login_and_leaves_nothing_behind(site, port, number):
    started = Dev(site, port)
    said = started.until("Ctrl-C stops everything")
    assert f"  http://localhost:{port}/\n  editor@example.org / open sesame\n" in said
    assert f"web    | site is http://localhost:{port}\n" in said
    status, last = started.end(number)
    assert (status, "Traceback" in last) == (0, False)
    assert (site / "job-finished").exists()
    assert running(site) == []


def test_when_one_ends_it_says_which_and_stops_the_rest(site, port):
    (site / "clock-fails").touch()
    status, said = Dev(site, port).wait()
    assert status == 1
    assert "clock  | no time\n" in said
    assert said.endswith("bin/dev: clock has ended (status 1), so the rest is stopped too.\n")
    assert running(site) == []


def test_a_step_that_fails_ends_it(site, port):
    (site / "migrate-fails").touch()
    status, said = Dev(site, port).wait()
    assert (status, said.splitlines()[-1]) == (1, "bin/dev: manage.py migrate failed.")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_port_in_use_is_told_before_anything_starts(site, host):
    (site / ".env").unlink()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as taken:
        port = taken.getsockname()[1]
        assert Dev(site, port).wait() == (
            1,
            f"bin/dev: port {port} is in use; choose another with --port N.\n",
        )
    assert not (site / ".env").exists()


def test_one_checkout_runs_one(site, port):
    first = Dev(site, port)
    first.until("Ctrl-C stops everything")
    where = f"at http://localhost:{port}/ (process {first.process.pid})"
    assert Dev(site, port + 1).wait() == (1, f"bin/dev: it runs already, {where}; Ctrl-C there stops it.\n")
    assert first.end()[0] == 0


def test_after_a_kill_the_next_one_clears_up_and_works(site, port):
    first = Dev(site, port)
    first.until("Ctrl-C stops everything")
    first.process.kill()
    first.process.wait()
    left = running(site)
    assert left
    second = Dev(site, port)
    assert "that an earlier bin/dev has left" in second.until("Ctrl-C stops everything")
    assert not [process for process in left if processes.alive(process)]
    assert second.end()[0] == 0
    assert running(site) == []


def test_a_new_checkout_gets_secrets_of_its_own_and_keeps_them(site, port):
    (site / ".env").unlink()
    (site / "migrate-fails").touch()
    given = dict(line.split("=", 1) for line in ELSEWHERE.split())
    assert Dev(site, port, **given).wait()[0] == 1
    written = (site / ".env").read_text()
    assert re.search(r"^DEBUG=1\nSECRET_KEY=\S{50,}$", written, re.MULTILINE)
    assert (site / ".env").stat().st_mode & 0o077 == 0
    assert Dev(site, port, **given).wait()[0] == 1
    assert (site / ".env").read_text() == written


def test_it_refuses_to_run_production(site, port):
    (site / ".env").write_text("DEBUG=0\n" + ELSEWHERE)
    said = f"bin/dev: {site}/.env does not say DEBUG=1; bin/dev is for development only.\n"
    assert Dev(site, port).wait() == (1, said)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_told(site, port):
    (site / "var").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", site / "var"], check=True)
    try:
        status, said = Dev(site, port).wait()
    finally:
        subprocess.run(["umount", site / "var"], check=True)
    assert status == 1
    assert said.startswith(f"bin/dev: The disk that holds {site}/var is full: make room, and start again. (")
