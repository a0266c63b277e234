"""A server process that speaks S3, one for all tests of the store."""

import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import s3fs

REGION = "eu-central-1"
PATIENCE_SECONDS = 60


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running S3 server."""
    port = free_port()
    program = Path(sys.executable).with_name("moto_server")
    log = (tmp_path_factory.mktemp("s3") / "server.log").open("wb")
    with log, subprocess.Popen([program, "-p", str(port)], stdout=log, stderr=log) as server:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and server.poll() is None:
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        server.kill()


@pytest.fixture
def speaking_s3(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment that an operator sets for a store on S3."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "vergabe")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "only-here")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    s3fs.S3FileSystem.clear_instance_cache()
    yield
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def s3(speaking_s3: None) -> Any:
    """A client of somebody else's, to look behind the store's back."""
    return boto3.client("s3")


@pytest.fixture
def root(s3: Any) -> str:
    """A bucket of its own, as the setting names it."""
    bucket = f"vergabe-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    return f"s3://{bucket}/ablage"


@pytest.fixture
def keys(s3: Any, root: str) -> Callable[[], list[str]]:
    """Call it for the names of all objects in the bucket, unfinished ones marked."""
    bucket = root.split("/")[2]

    def found() -> list[str]:
        whole = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        begun = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
        return [each["Key"] for each in whole] + [f"begun: {each['Key']}" for each in begun]

    return found
