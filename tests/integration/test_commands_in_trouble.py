"""Commands where something outside of them is wrong: a German sentence and 1, never a traceback."""

import os
import pwd
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vergabe import clock
from vergabe.cli import main
from vergabe.commands import checks
from vergabe.commands.support import acting, the_app
from vergabe.settings import Settings

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def is_told(result: Result, *sentences: str) -> None:
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    for sentence in sentences:
        assert sentence in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("demands", "template", "{}/fehlt/vorlage.xlsx"),
        ("static-copy", "{}/datei/unter"),
        ("mail", "bounces", "{}"),
    ],
)
def test_a_place_that_cannot_be_used_is_named(
    scratch: Settings, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "datei").touch()
    is_told(run(*(word.format(tmp_path) for word in words)), str(tmp_path), "Hier kann nicht")


@pytest.mark.parametrize("words", [("audit", "verify"), ("tender", "list", "--as")])
def test_words_that_are_no_text_are_refused(scratch: Settings, words: tuple[str, ...]) -> None:
    is_told(run(*words, os.fsdecode(b"DLZ\xff")), "kein UTF-8")


def test_a_database_without_tables_says_what_to_do(scratch: Settings) -> None:
    (scratch.data / "vergabe.sqlite").unlink()
    is_told(run("tender", "list"), "vergabe db upgrade")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql+psycopg://nobody@127.0.0.1:1/none", "nicht erreichbar"),
        ("sqlite:////nowhere/vergabe.sqlite", "nicht erreichbar"),
        ("vergabe", "keine Adresse einer Datenbank"),
        ("postgres://localhost/vergabe", "keine Adresse einer Datenbank"),
    ],
)
def test_a_database_that_is_away_is_told(
    scratch: Settings, monkeypatch: pytest.MonkeyPatch, url: str, sentence: str
) -> None:
    monkeypatch.setenv("VERGABE_DATABASE_URL", url)
    is_told(run("audit", "verify"), sentence)


@pytest.mark.parametrize(
    "away", ["postgresql+psycopg://nobody@127.0.0.1:1/none", "sqlite:////nowhere/vergabe.sqlite"]
)
def test_doctor_looks_at_all_else_without_a_database(
    scratch: Settings, monkeypatch: pytest.MonkeyPatch, away: str
) -> None:
    monkeypatch.setenv("VERGABE_DATABASE_URL", away)
    found = {each.what: each for each in checks.examine(the_app())}
    assert found["Datenbank"].level == "error"
    assert "VERGABE_DATABASE_URL" in found["Datenbank"].message
    assert found["Dateien"].level == "ok"
    assert {"Adresse", "Mail", "Recht", "Versand"} <= found.keys()


def test_an_account_of_the_machine_without_a_name_is_its_number(
    scratch: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container that was given any number for its user."""

    def unknown(_uid: int) -> None:
        raise KeyError("getpwuid(): uid not found")

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with the_app().app_context():
        assert acting(None, now=clock.now()).name == f"Kommandozeile ({os.getuid()})"


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_beyond_the_calendar_is_none(scratch: Settings, instant: str) -> None:
    words = ("outages", "record", "--from", instant, "--source", "proxy", "--evidence", "x")
    result = run(*words)
    assert (result.exit_code, "kein Zeitpunkt" in result.output) == (2, True)
