"""A server process that speaks S3 (moto), for tests and benchmarks of the store."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live import free_port

REGION = "eu-central-1"
PATIENCE_SECONDS = 60


def environment(address: str) -> dict[str, str]:
    """Return what an operator sets for a store on S3."""
    return {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "vergabe",
        "AWS_SECRET_ACCESS_KEY": "only-here",
        "AWS_DEFAULT_REGION": REGION,
    }


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Yield the address of a server that answers; its log lies in `folder`."""
    port = free_port()
    program = Path(sys.executable).with_name("moto_server")
    log = (folder / "server.log").open("wb")
    with log, subprocess.Popen([program, "-p", str(port)], stdout=log, stderr=log) as server:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and server.poll() is None:
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()
