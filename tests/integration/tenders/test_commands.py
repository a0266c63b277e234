"""`vergabe tender`: the list of gates and of tenders, for people and for programs."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import access, cooperations
from tests.factories import tenders as factory
from vergabe.access.permissions import Role
from vergabe.cli import main
from vergabe.files.store import FileStore

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the test's own application."""
    for module in ("tenders", "notices"):
        monkeypatch.setattr(f"vergabe.commands.{module}.the_app", lambda: app)

    def call(*words: str) -> Result:
        session.commit()
        return CliRunner().invoke(main, ["tender", *words])

    return call


def test_gates_as_a_list_and_as_json(run: Run, session: Session) -> None:
    tender = factory.draft(session)
    shown = run("gates", tender.reference.lower())
    assert shown.exit_code == 1
    assert "erfüllt  Die Vereinbarung ist in Kraft" in shown.output
    assert "FEHLT    Das Verfahren ist vollständig" in shown.output
    assert "(§ 41 Abs. 1 VgV)" in shown.output
    found = json.loads(run("gates", tender.reference, "--json").output)
    assert (found["reference"], found["is_open"]) == (tender.reference, False)
    closed = next(gate for gate in found["gates"] if not gate["is_open"])
    assert closed["reasons"][0]["code"] == "description_missing"


def test_open_gates_end_with_zero(run: Run, session: Session, store: FileStore) -> None:
    tender = factory.ready(session, store)
    answer = run("gates", tender.reference)
    assert answer.exit_code == 0, answer.output
    assert "FEHLT" not in answer.output


def test_the_list(run: Run, session: Session) -> None:
    assert run("list").output == "Keine Verfahren.\n"
    tender = factory.draft(session)
    assert tender.reference in run("list").output
    found = json.loads(run("list", "--stage", "draft", "--json").output)
    assert [row["reference"] for row in found] == [tender.reference]
    assert found[0]["estimated_value_net_cents"] == 135_000_000
    assert json.loads(run("list", "--stage", "ready", "--json").output) == []
    assert run("list", "--stage", "unsinn").exit_code == 2


def test_in_the_name_of_a_person_one_sees_what_they_see(run: Run, session: Session) -> None:
    tender = factory.draft(session)
    access.organisation(session, "Inden")
    for town, code in (("Jülich", 1), ("Inden", 1)):
        access.person(
            session,
            cooperations.town(session, town),
            Role.AUDITOR,
            email=f"{town[0]}@example.org".lower(),
        )
        answer = run("gates", tender.reference, "--as", f"{town[0]}@example.org".lower())
        assert answer.exit_code == code
        assert ("FEHLT" in answer.output) is (town == "Jülich")
    assert "nicht gefunden" in run("gates", "DLZ-1999-0001").output
    assert run("list", "--as", "niemand@example.org").exit_code == 1
