"""Does a file of 2 GiB go up with flat memory, and on after a cut?

python -m benchmarks.bench_upload [--megabytes N] [--store folder|s3]

A server as in the open (one process, four threads) gets the file in one request that is cut at
half, then the rest. The peak of its memory may lie 100 MB above the start, and it goes on where the
line was cut. Once with files in a folder, once in a store that speaks S3 (another process).
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
from tusclient.client import TusClient

from benchmarks import frame
from benchmarks.frame import at_most, exactly
from tests import live, s3_server
from tests.factories import access as make
from vergabe.access.permissions import Role
from vergabe.app import create_app
from vergabe.connections import writing
from vergabe.db import Base, db, unit_of_work
from vergabe.settings import MEGABYTE, Settings

BLOCK: Final = os.urandom(MEGABYTE)
MOST_MEGABYTES: Final = 100
SERVER: Final = """
import os, sys
from vergabe.app import create_app
from vergabe.serving import Serving, serve
from vergabe.settings import Settings
app = create_app(Settings.from_environment(os.environ))
serve(app, Serving(sys.argv[1], 1, 4, is_quiet=True))
"""


def memory(process: int, field: str) -> float:
    """Return a figure of the memory of a process and its children, in MB (Linux)."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    found = 0
    for number in [str(process), *children]:
        lines = Path(f"/proc/{number}/status").read_text().splitlines()
        found += next(int(line.split()[1]) for line in lines if line.startswith(field))
    return found / 1024


def half(address: str, bearer: dict[str, str], megabytes: int) -> None:
    """Announce all, send half, and let the line go dead."""
    parts = urlsplit(address)
    heads = bearer | {
        "Host": parts.netloc,
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(megabytes * MEGABYTE),
    }
    lines = [f"PATCH {parts.path} HTTP/1.1", *(f"{k}: {v}" for k, v in heads.items()), "", ""]
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as line:
        line.sendall("\r\n".join(lines).encode())
        for _ in range(megabytes // 2):
            line.sendall(BLOCK)


def prepared(settings: Settings) -> dict[str, str]:
    """Make the tables and somebody who may upload; return their head."""
    app = create_app(settings)
    with app.app_context(), writing():
        Base.metadata.create_all(db.engine)
        db.session.remove()
    with app.app_context(), unit_of_work() as session:
        town = make.organisation(session)
        return make.bearer(session, make.person(session, town, Role.PROCUREMENT_OFFICER), town)


@contextmanager
def store(kind: str, folder: Path) -> Iterator[dict[str, str]]:
    """Yield the settings of a store of this kind, which is there meanwhile."""
    if kind == "folder":
        yield {}
        return
    with s3_server.running(folder) as address:
        access = s3_server.environment(address)
        boto3.client(
            "s3",
            endpoint_url=address,
            region_name=access["AWS_DEFAULT_REGION"],
            aws_access_key_id=access["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=access["AWS_SECRET_ACCESS_KEY"],
        ).create_bucket(
            Bucket="vergabe",
            CreateBucketConfiguration={"LocationConstraint": access["AWS_DEFAULT_REGION"]},
        )
        yield access | {"VERGABE_FILES": "s3://vergabe/files"}


def run(folder: Path, megabytes: int, settings: dict[str, str]) -> dict[str, Any]:
    """Return what was measured."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    environment = {
        "VERGABE_DATA": str(folder),
        "VERGABE_SECRET_KEY": "x" * 50,
        "VERGABE_BASE_URL": f"http://{host}",
        "VERGABE_NOTICE_SENDER": "none",
        **settings,
    }
    bearer = prepared(Settings.from_environment(environment))
    server = subprocess.Popen([sys.executable, "-c", SERVER, host], env=os.environ | environment)
    try:
        live.wait_for(f"http://{host}/healthz")
        before = memory(server.pid, "VmRSS:")
        path = folder / "plan.zip"
        with path.open("wb") as target:
            for _ in range(megabytes):
                target.write(BLOCK)
        client = TusClient(f"http://{host}/api/v1/uploads", headers=bearer)
        told = {"filename": path.name, "purpose": "tender_document"}
        uploader = client.uploader(str(path), metadata=told, chunk_size=64 * MEGABYTE)
        uploader.set_url(uploader.create_url())
        started = time.perf_counter()
        half(uploader.url, bearer, megabytes)
        time.sleep(1)
        uploader.offset = went_on = uploader.get_offset()
        uploader.upload()
        seconds = time.perf_counter() - started
        return {
            "megabytes": megabytes,
            "seconds": round(seconds, 1),
            "megabytes_per_second": round(megabytes / seconds, 1),
            "went_on_at_megabyte": round(went_on / MEGABYTE, 1),
            "memory_before_mb": round(before),
            "memory_peak_mb": round(memory(server.pid, "VmHWM:")),
        }
    finally:
        server.terminate()
        server.wait()


def main() -> int:
    options = frame.parser(__doc__, rounds=1)
    options.add_argument("--megabytes", type=int, default=2048)
    options.add_argument("--store", choices=["folder", "s3"])
    wanted = options.parse_args()
    report = frame.Report("upload", wanted)
    for kind in [wanted.store] if wanted.store else ["folder", "s3"]:
        with (
            tempfile.TemporaryDirectory(prefix="vergabe-upload-") as folder,
            store(kind, Path(folder)) as settings,
        ):
            tell(report, kind, run(Path(folder), wanted.megabytes, settings))
    return report.finish()


def tell(report: frame.Report, kind: str, found: dict[str, Any]) -> None:
    """Add the rows of a kind of store."""
    name = f"upload of {found['megabytes']:,} MB, cut at half"
    more = found["memory_peak_mb"] - found["memory_before_mb"]
    limit = ("limit", MOST_MEGABYTES)
    report.row(f"{name}: more memory", more, "MB", against=limit, goal=at_most(1), store=kind)
    lost = max(0, found["megabytes"] // 2 - found["went_on_at_megabyte"])
    report.row(f"{name}: sent again", lost, "MB", goal=exactly(0), store=kind)
    report.row(f"{name}: rate", found["megabytes_per_second"], "MB/s", store=kind)
    report.figures[kind] = found


if __name__ == "__main__":
    sys.exit(frame.run(main))
