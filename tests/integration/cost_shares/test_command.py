"""`vergabe costs`: shares of a project and the ledger, for people and for programs."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from tests.factories import access, cooperations, cost_shares
from vergabe.access.permissions import Role
from vergabe.app import create_app
from vergabe.cli import main
from vergabe.db import unit_of_work
from vergabe.settings import Settings


@pytest.fixture
def scratch(scratch: Settings) -> Flask:
    """An application on an empty database file; commands find it through the environment."""
    return create_app(scratch)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["costs", *arguments])


def test_shares_and_ledger_are_printed_with_their_sums(scratch: Flask, tmp_path: Path) -> None:
    with scratch.app_context(), unit_of_work() as session:
        pool = cost_shares.project(session)
        keeper = cost_shares.bookkeeper(session, pool.cooperation)
        cost_shares.advance(session, pool, keeper, 100_00)
        reference = pool.reference
        user = access.person(
            session, cooperations.town(session, "Jülich"), Role.RELEASER, email="k@juelich.example"
        )
        email = user.email
    shown = run("show", reference.lower())
    assert shown.exit_code == 0, shown.output
    assert "1 von 3 gleichen Anteilen" in shown.stdout
    found = orjson.loads(run("show", reference, "--json").stdout)
    spent = [member["spent"]["amount_cents"] for member in found["members"]]
    assert sorted(spent) == [33_33, 33_33, 33_34]
    sheet = tmp_path / "buch.xlsx"
    printed = run("ledger", "dlz", "--xlsx", str(sheet))
    assert printed.exit_code == 0, printed.output
    assert "Noch zu bekommen: 100,00" in printed.stdout
    assert sheet.read_bytes().startswith(b"PK")
    assert orjson.loads(run("ledger", "dlz", "--json").stdout)["total"]["amount_cents"] == 100_00
    assert run("ledger", "dlz", "--as", email).exit_code == 1
    assert run("show", "NIRGENDS-1").exit_code == 1
