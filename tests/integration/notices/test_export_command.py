import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.factories import tenders
from vergabe.app import create_app
from vergabe.cli import main
from vergabe.db import Base, db, unit_of_work, writing
from vergabe.files import current
from vergabe.settings import Settings


@pytest.fixture
def reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The reference of a published tender in a database of its own, for commands."""
    monkeypatch.setenv("VERGABE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("VERGABE_SECRET_KEY", "x" * 40)
    monkeypatch.delenv("VERGABE_DATABASE_URL", raising=False)
    app = create_app(Settings.from_environment())
    with app.app_context(), writing():
        Base.metadata.create_all(db.engine)
        db.session.remove()
    with app.app_context(), unit_of_work() as session:
        return tenders.published(session, current.store()).reference


@pytest.mark.parametrize("format_", ["xvergabe", "eforms", "ocds", "ocds-record", "pdf"])
def test_export_writes_the_stored_document_and_names_its_hash(
    reference: str, tmp_path: Path, format_: str
) -> None:
    out = tmp_path / "bekanntmachung"
    arguments = ["notice", "export", reference, "--format", format_]
    written = CliRunner().invoke(main, [*arguments, "--out", str(out)])
    assert written.exit_code == 0, written.output
    content = out.read_bytes()
    assert hashlib.sha256(content).hexdigest() in written.output
    assert CliRunner().invoke(main, arguments).stdout_bytes == content
