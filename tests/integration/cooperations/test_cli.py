import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from vergabe.access.model import User
from vergabe.app import create_app
from vergabe.cli import main
from vergabe.cooperations.model import Cooperation
from vergabe.db import Base, db
from vergabe.outbox import OutboxRow
from vergabe.settings import Settings

EXAMPLES = Path(__file__).parents[3] / "examples" / "cooperations"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["cooperation", *arguments])


def counted(settings: Settings, model: type[Base]) -> int:
    with create_app(settings).app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_load_twice_and_list(scratch: Settings) -> None:
    file = str(EXAMPLES / "dlz.toml")
    first = run("load", file)
    assert first.exit_code == 0, first.stderr
    assert "wurde angelegt" in first.stdout
    assert counted(scratch, User) == 42
    mails = counted(scratch, OutboxRow)
    again = json.loads(run("load", file, "--json").stdout)
    assert again == {
        "cooperation": "dlz",
        "name": "Dienstleistungszentrum der sechs Kommunen",
        "is_new": False,
        "is_changed": False,
        "dry_run": False,
        "invited": 0,
        "hints": [],
        "changes": [],
    }
    assert counted(scratch, OutboxRow) == mails == 42
    rows = json.loads(run("list", "--json").stdout)
    assert [(r["key"], r["lead"], r["members"], r["stage"]) for r in rows] == [
        ("dlz", "Merzenich", 6, "in_force")
    ]
    assert "6 Mitglieder, In Kraft" in run("list").stdout


def test_dry_run_stores_nothing(scratch: Settings) -> None:
    result = run("load", str(EXAMPLES / "emh.toml"), "--dry-run", "--json")
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["dry_run"]
    assert report["is_new"]
    assert report["changes"]
    assert counted(scratch, Cooperation) == 0
    assert "Noch keine Zusammenarbeit" in run("list").stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "leer"),
        (b'key = "x"\x00', "kein gültiges TOML"),
        ("key = 'x'".encode("utf-16"), "nicht in UTF-8"),
        (b"# " + b"x" * 5_000_000, "größer als 1 MB"),
        (b'key = "x"', "Diese Angabe fehlt"),
        (b"key = " + b"[" * 50_000, "verschachtelt"),
    ],
)
def test_bad_file_ends_with_one_and_a_german_sentence(
    scratch: Settings, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "bad.toml"
    file.write_bytes(content)
    result = run("load", str(file))
    assert result.exit_code == 1
    assert words in result.stderr
    assert "Traceback" not in result.output
    assert counted(scratch, Cooperation) == 0


def test_every_mistake_is_printed_with_its_place(scratch: Settings, tmp_path: Path) -> None:
    text = (EXAMPLES / "emh.toml").read_text(encoding="utf-8")
    file = tmp_path / "emh.toml"
    file.write_text(
        text.replace('ags = "07135"', 'ags = "99135"').replace(
            'member = "07231"', 'member = "07999"'
        ),
        encoding="utf-8",
    )
    result = run("load", str(file))
    assert result.exit_code == 1
    assert "members[99135].ags: " in result.stderr
    assert "resolutions[#2].member: " in result.stderr


@pytest.mark.parametrize("arguments", [("load",), ("load", "gibt-es-nicht.toml"), ("load", "/")])
def test_wrong_usage_ends_with_two(scratch: Settings, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
