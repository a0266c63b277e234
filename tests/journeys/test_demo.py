"""`vergabe demo --once` as people run it: its own process, an empty place, every document."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vergabe.exchange.validate import validate_file

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

GENEROUS_SECONDS = 180


def test_main_job_is_played_once_and_writes_every_document(tmp_path: Path) -> None:
    out = tmp_path / "dokumente"
    played = subprocess.run(
        [sys.executable, "-m", "vergabe", "demo", "--once", "--json", "--out", str(out)],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("VERGABE_")},
        capture_output=True,
        text=True,
        timeout=GENEROUS_SECONDS,
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    told = json.loads(played.stdout)
    assert [name for name, holds in told["checked"].items() if not holds] == []
    assert told["municipalities"] == 3
    assert told["mails"] > 0
    names = sorted(told["documents"])
    assert names == sorted(path.name for path in out.iterdir())
    xml = [name for name in names if name.endswith(".xml")]
    eforms = [name for name in xml if name.endswith(".eforms.xml")]
    own = [name for name in xml if name not in eforms]
    assert [name.split("-")[-1] for name in own] == ["contract_notice.xml", "change_notice.xml"]
    assert [validate_file(out / name) for name in own] == [[], []]
    assert len(eforms) == len(own)
    # The place is this machine: nobody outside reaches its documents. All else is right.
    found = [finding for name in eforms for finding in validate_file(out / name)]
    errors = {finding.rule for finding in found if finding.severity == "error"}
    assert errors <= {"documents_not_reachable"}
    assert all((out / name).read_bytes().startswith(b"%PDF-") for name in names if "pdf" in name)
    assert [path.name for path in tmp_path.iterdir()] == ["dokumente"], "nothing is left behind"
