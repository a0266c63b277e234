"""A server process that speaks S3, one for all tests of the store."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
import s3fs

from tests import s3_server as s3_server_process


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running S3 server."""
    with s3_server_process.running(tmp_path_factory.mktemp("s3")) as address:
        yield address


@pytest.fixture
def speaking_s3(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment that an operator sets for a store on S3."""
    for name, value in s3_server_process.environment(s3_server).items():
        monkeypatch.setenv(name, value)
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
    s3.create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3_server_process.REGION}
    )
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
