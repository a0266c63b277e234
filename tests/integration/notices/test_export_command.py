import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.factories import tenders
from vergabe.app import create_app
from vergabe.cli import main
from vergabe.db import unit_of_work
from vergabe.files import current
from vergabe.settings import Settings


@pytest.fixture
def reference(scratch: Settings) -> str:
    """The reference of a published tender in a database of its own, for commands."""
    with create_app(scratch).app_context(), unit_of_work() as session:
        return tenders.published(session, current.store()).reference


def test_export_writes_the_stored_document_and_names_its_hash(
    reference: str, tmp_path: Path
) -> None:
    out = tmp_path / "bekanntmachung"
    for format_ in ("xvergabe", "eforms", "ocds", "ocds-record", "pdf"):
        arguments = ["notice", "export", reference, "--format", format_]
        written = CliRunner().invoke(main, [*arguments, "--out", str(out)])
        assert written.exit_code == 0, written.output
        content = out.read_bytes()
        assert hashlib.sha256(content).hexdigest() in written.output
        assert CliRunner().invoke(main, arguments).stdout_bytes == content
        out.unlink()
