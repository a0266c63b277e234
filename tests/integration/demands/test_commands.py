import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from tests.factories import access, cooperations
from vergabe.access.permissions import Role
from vergabe.app import create_app
from vergabe.cli import main
from vergabe.db import db, unit_of_work
from vergabe.demands import queries
from vergabe.demands.model import Demand
from vergabe.settings import Settings

MERZENICH = "05358040"
GOOD = "Titel;CPV;Menge;Einheit;Einzelpreis netto\nHelme;35113410;40;Stk.;1.142,50\n"


@pytest.fixture
def with_dlz(scratch: Settings) -> Settings:
    with create_app(scratch).app_context(), unit_of_work() as session:
        cooperations.dlz(session)
        town = cooperations.town(session, "Merzenich")
        access.person(session, town, Role.REQUESTER, email="bedarf@merzenich.example")
    return scratch


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def load(file: Path, *more: str) -> Result:
    where = ("--municipality", MERZENICH, "--cooperation", "dlz")
    return run("demands", "import", str(file), *where, *more)


def stages(settings: Settings) -> list[str]:
    with create_app(settings).app_context():
        return list(db.session.scalars(select(Demand.stage)))


def test_import_stores_submits_and_releases(with_dlz: Settings, tmp_path: Path) -> None:
    file = tmp_path / "bedarfe.csv"
    file.write_text(GOOD, encoding="utf-8")
    tried = load(file, "--dry-run")
    assert (tried.exit_code, stages(with_dlz)) == (0, []), tried.output
    done = load(file, "--release", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["first_reference"].startswith("B-DLZ-")
    assert stages(with_dlz) == ["released"]
    again = load(file)
    assert "schon eingelesen" in again.stdout


def test_import_as_a_person_needs_their_rights(with_dlz: Settings, tmp_path: Path) -> None:
    file = tmp_path / "bedarfe.csv"
    file.write_text(GOOD, encoding="utf-8")
    refused = load(file, "--release", "--as", "bedarf@merzenich.example")
    assert (refused.exit_code, stages(with_dlz)) == (1, []), refused.output
    done = load(file, "--submit", "--as", "bedarf@merzenich.example")
    assert (done.exit_code, stages(with_dlz)) == (0, ["submitted"]), done.output


def test_import_with_an_error_says_where_and_stores_nothing(
    with_dlz: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "bedarfe.csv"
    file.write_text(GOOD + "Möbel;00000000;1;Stk.;1\n", encoding="cp1252")
    result = load(file)
    assert (result.exit_code, stages(with_dlz)) == (1, [])
    assert "Zeile 3" in result.stdout
    assert "nichts gespeichert" in result.stdout


@pytest.mark.parametrize(
    "change",
    [
        ("--municipality", "99999999", "--cooperation", "dlz"),
        ("--municipality", MERZENICH, "--cooperation", "unbekannt"),
        ("--municipality", MERZENICH, "--cooperation", "dlz", "--area", "unbekannt"),
        ("--municipality", MERZENICH, "--cooperation", "dlz", "--budget", "viel"),
    ],
)
def test_unknown_names_are_refused_in_german(
    with_dlz: Settings, tmp_path: Path, change: tuple[str, ...]
) -> None:
    file = tmp_path / "bedarfe.csv"
    file.write_text(GOOD, encoding="utf-8")
    result = run("demands", "import", str(file), *change)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert len(result.stderr) > 20


def test_template_is_written(tmp_path: Path) -> None:
    file = tmp_path / "vorlage.xlsx"
    assert run("demands", "template", str(file)).exit_code == 0
    assert "Bedarfe" in openpyxl.load_workbook(file).sheetnames


def test_rehearsal_makes_released_demands_of_all_real_records(
    scratch: Settings, shared: Path
) -> None:
    path = shared / "data" / "demands" / "demands_municipal_de.jsonl.gz"
    result = run("rehearsal", "demands", str(path))
    assert result.exit_code == 0, result.output
    printed = json.loads(result.stdout)
    assert (printed["demands"], printed["cooperations"]) == (1423, 14)
    with create_app(scratch).app_context():
        session = db.session()
        rows = session.execute(
            select(Demand.cooperation_id, func.count()).group_by(Demand.cooperation_id)
        ).all()
        facts = [
            each
            for cooperation_id, _ in rows
            for each in queries.released_facts(session, cooperation_id)
        ]
        assert len(facts) == sum(count for _, count in rows) == 1423
        assert all(each.released_net_cents for each in facts)
    assert run("rehearsal", "demands", str(path)).exit_code == 1
