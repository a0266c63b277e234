import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from vergabe.access.model import Organisation
from vergabe.app import create_app
from vergabe.cli import main
from vergabe.db import db
from vergabe.settings import Settings
from vergabe.suppliers.matching import matching_suppliers
from vergabe.suppliers.model import SupplierProfile

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

REAL = "data/suppliers/suppliers_winners.jsonl.gz"
FIRM: dict[str, Any] = {
    "name": "Rheinische\nFeuerwehrtechnik GmbH",
    "city": "Düren",
    "postcode": "52349",
    "size": "small",
    "cpv": ["34144210", "99999999"],
    "regions": ["DEA26", "DEA9"],
    "n_awards": 3,
}


def run(file: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["suppliers", "import", str(file), "--json", *options])


def written(tmp_path: Path, *rows: object) -> Path:
    file = tmp_path / "firmen.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def firms(settings: Settings) -> list[Organisation]:
    with create_app(settings).app_context():
        found = list(db.session.scalars(select(Organisation).order_by(Organisation.name)))
        db.session.expunge_all()
        return found


def test_419_real_suppliers_come_in_and_are_found(scratch: Settings, shared: Path) -> None:
    first = run(shared / REAL, "--demo-addresses")
    assert first.exit_code == 0, first.output
    counts = json.loads(first.output)
    assert counts["created"] + counts["merged"] == 419
    again = json.loads(run(shared / REAL, "--demo-addresses").output)
    assert (again["created"], again["changed"]) == (0, 0)
    assert all((firm.email or "").endswith(".example.org") for firm in firms(scratch))
    assert not any("\n" in firm.name for firm in firms(scratch))
    with create_app(scratch).app_context():
        found = matching_suppliers(
            db.session(), cpv_codes=["90910000"], nuts_codes=["DEA26"], text=""
        )
        profiles = {p.organisation_id: p for p in db.session.scalars(select(SupplierProfile))}
        assert found
        for firm_id in found:
            profile = profiles[firm_id]
            assert any(
                code.startswith("9091") or "9091".startswith(code) for code in profile.cpv_prefixes
            )


def test_row_is_cleaned_and_unknown_codes_are_counted(scratch: Settings, tmp_path: Path) -> None:
    result = run(written(tmp_path, FIRM))
    assert json.loads(result.output) == {
        "created": 1,
        "changed": 0,
        "unchanged": 0,
        "merged": 0,
        "unknown_codes": 2,
        "dry_run": False,
    }
    (firm,) = firms(scratch)
    assert (firm.kind, firm.name, firm.email) == (
        "supplier",
        "Rheinische Feuerwehrtechnik GmbH",
        None,
    )


def test_changed_row_changes_the_profile(scratch: Settings, tmp_path: Path) -> None:
    run(written(tmp_path, FIRM))
    changed = json.loads(run(written(tmp_path, FIRM | {"cpv": ["45000000"]})).output)
    assert (changed["created"], changed["changed"]) == (0, 1)
    assert len(firms(scratch)) == 1


def test_firm_named_twice_is_one_and_stays_so(scratch: Settings, tmp_path: Path) -> None:
    file = written(tmp_path, FIRM, FIRM | {"cpv": ["45000000"]})
    first, second = (json.loads(run(file).output) for _ in range(2))
    assert (first["created"], first["merged"]) == (1, 1)
    assert (second["created"], second["changed"], second["unchanged"]) == (0, 0, 1)


def test_dry_run_stores_nothing(scratch: Settings, tmp_path: Path) -> None:
    assert json.loads(run(written(tmp_path, FIRM), "--dry-run").output)["created"] == 1
    assert firms(scratch) == []


def test_one_bad_row_keeps_everything_out(scratch: Settings, tmp_path: Path) -> None:
    result = run(written(tmp_path, FIRM, FIRM | {"cpv": "34144210"}, FIRM | {"name": "Andere"}))
    assert result.exit_code == 1
    assert "Zeile 2" in result.output
    assert firms(scratch) == []
