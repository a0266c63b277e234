"""The service as it runs in the open: `vergabe run` and `vergabe worker` as processes."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from vergabe.settings import Settings


def environment_of(app: Flask, **more: str) -> dict[str, str]:
    """Return the environment of a process that serves the same database and files as `app`.

    Bytecode is kept, as it is where the service is installed, whatever this shell says.
    """
    settings: Settings = app.extensions["vergabe_settings"]
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {
        "VERGABE_DATA": str(settings.data),
        "VERGABE_DATABASE_URL": settings.database_url,
        "VERGABE_FILES": settings.files,
        "VERGABE_SECRET_KEY": settings.secret_key,
        "VERGABE_BASE_URL": settings.base_url,
        "VERGABE_RATE_LIMITS": "off",
        "VERGABE_NOTICE_SENDER": "none",
        **more,
    }


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(address: str, seconds: float = 240) -> None:
    """Wait until something answers there, whatever it says."""
    until = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            assert time.monotonic() < until, f"nobody answers at {address}"
            time.sleep(0.05)


@contextmanager
def web_server(
    app: Flask, log: Path, *options: str, **environment: str
) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """Start `vergabe run` with these options; give its port and process."""
    port = free_port()
    command = [sys.executable, "-m", "vergabe", "run", "--bind", f"127.0.0.1:{port}", *options]
    with (
        log.open("ab") as errors,
        subprocess.Popen(
            command, env=environment_of(app, **environment), stdout=errors, stderr=errors
        ) as process,
    ):
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz")
            yield port, process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=180)


@contextmanager
def worker(app: Flask, log: Path, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Start `vergabe worker` and give its process."""
    with (
        log.open("ab") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "vergabe", "worker"],
            env=environment_of(app, **environment),
            stdout=errors,
            stderr=errors,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=180)
