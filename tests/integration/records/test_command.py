import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.factories import access, cooperations, tenders
from vergabe.access.permissions import Role
from vergabe.app import create_app
from vergabe.cli import main
from vergabe.db import unit_of_work
from vergabe.files import current
from vergabe.settings import Settings


@pytest.fixture
def reference(scratch: Settings) -> str:
    """The reference of a published tender in a database of its own, for commands."""
    with create_app(scratch).app_context(), unit_of_work() as session:
        tender = tenders.published(session, current.store())
        for town, role in (("Merzenich", Role.AUDITOR), ("Inden", Role.AUDITOR)):
            organisation = cooperations.town(session, town)
            access.person(session, organisation, role, email=f"pruefung@{town.lower()}.example")
        return tender.reference


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", *arguments])


def test_export_writes_a_file_that_verifies_itself(reference: str, tmp_path: Path) -> None:
    out = tmp_path / "akte.zip"
    result = run("export", reference, "--out", str(out))
    assert result.exit_code == 0, result.output
    with zipfile.ZipFile(out) as archive:
        script = archive.extract("pruefen.py", tmp_path)
    checked = subprocess.run([sys.executable, "-I", script, str(out)], capture_output=True)
    assert checked.returncode == 0, checked.stdout
    assert list(tmp_path.glob("*.unfertig")) == []
    assert run("verify", reference).exit_code == 0


def test_export_in_the_name_of_a_person_is_narrowed_to_what_they_see(
    reference: str, tmp_path: Path
) -> None:
    out = tmp_path / "akte.zip"
    wanted = ("export", reference, "--out", str(out), "--as")
    refused = run(*wanted, "pruefung@inden.example")
    assert refused.exit_code == 1
    assert "nicht gefunden" in refused.output
    assert not out.exists()
    assert run(*wanted, "pruefung@merzenich.example").exit_code == 0
    with zipfile.ZipFile(out) as archive:
        chains = [name for name in archive.namelist() if name.startswith("akte/bedarfe")]
    assert len(chains) == 1


def test_export_of_an_unknown_reference_is_refused(reference: str, tmp_path: Path) -> None:
    result = run("export", "DLZ-1999-0001", "--out", str(tmp_path / "akte.zip"))
    assert result.exit_code == 1
    assert "DLZ-1999-0001" in result.output


def test_missing_and_damaged_files_are_named(reference: str, scratch: Settings) -> None:
    assert run("verify", "--files").exit_code == 0
    missing, damaged = sorted(path for path in Path(scratch.files).glob("??/*") if path.is_file())[
        :2
    ]
    missing.unlink()
    damaged.write_bytes(damaged.read_bytes()[::-1])
    assert run("verify").exit_code == 0
    result = run("verify", "--files")
    assert result.exit_code == 1
    for path in (missing, damaged):
        assert f"Datei {path.parent.name}{path.name} fehlt oder ist beschädigt." in result.output
    told = json.loads(run("verify", "--files", "--json").stdout)
    assert (told["broken"], len(told["lost"])) == ({}, 2)
