import gzip
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from vergabe.cli import main
from vergabe.cpv import packaged, table
from vergabe.cpv.learning import learn
from vergabe.cpv.reading import Published, shown_title
from vergabe.cpv.suggesting import suggest
from vergabe.cpv.table import Example, Table, joined
from vergabe.errors import InvalidInput, Refused

NEW = Published("town:1", "Zwirbelfunzeln für den Ratssaal", "Zwei Stück", ("31521000",), "Jülich")
ROWS = [
    Example("a", ("34144210", "45000000"), {"feuerwehr": 1.0, "auto": 0.5}, "Ein Auto – groß"),
    Example("b", ("09310000",), {"strom": 1.0}),
    Example("c", ("09310000",), {}, "Nichts"),
]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VERGABE_DATA", str(tmp_path))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["cpv", *arguments])


def lines(path: Path, *rows: Any) -> Path:
    text = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_table_comes_back_as_it_was_written(tmp_path: Path) -> None:
    made = Table.of(ROWS, {"more": np.arange(3)})
    table.write(made, tmp_path / "t.npz")
    read = table.read(tmp_path / "t.npz")
    assert (read.vocabulary, read.codes, read.titles) == (made.vocabulary, made.codes, made.titles)
    assert np.array_equal(read.matrix.toarray(), made.matrix.toarray())
    assert np.array_equal(read.identities, made.identities)
    assert np.array_equal(read.extra["more"], made.extra["more"])
    assert table.to_bytes(read) == table.to_bytes(made)


def test_two_tables_make_one_with_the_words_of_both() -> None:
    other = Table.of([Example("d", ("03000000",), {"strom": 0.5, "baum": 1.0})])
    both = joined(Table.of(ROWS), other)
    row = dict(zip(both.vocabulary, both.matrix.toarray()[3].tolist(), strict=True))
    assert {word: weight for word, weight in row.items() if weight} == {"strom": 0.5, "baum": 1.0}
    assert len(both) == 4


@pytest.mark.parametrize("cut", [0, 1, 100, -40])
def test_damaged_table_is_refused_with_what_to_do(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "t.npz"
    path.write_bytes(table.to_bytes(Table.of(ROWS))[:cut])
    with pytest.raises(InvalidInput, match="lernen Sie die Bekanntmachungen noch einmal"):
        table.read(path)


def test_what_was_learned_is_suggested(data: Path) -> None:
    before = [each.code for each in suggest(packaged.model(data), "Zwirbelfunzeln")]
    assert "31521000" not in before
    assert learn([NEW], data).new == 1
    (first, *_) = suggest(packaged.model(data), "Zwirbelfunzeln für den Ratssaal")
    assert (first.code, first.example) == ("31521000", NEW.title)


def test_the_same_notice_again_changes_nothing(data: Path) -> None:
    learn([NEW], data)
    content = (data / packaged.LEARNED).read_bytes()
    again = learn([NEW, NEW], data)
    assert (again.new, again.known) == (0, 2)
    assert (data / packaged.LEARNED).read_bytes() == content


def test_full_disk_leaves_what_was_there(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learn([NEW], data)
    content = (data / packaged.LEARNED).read_bytes()
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    monkeypatch.setattr(table.tempfile, "mkstemp", lambda **_: _full(data / "cpv" / "new"))
    with pytest.raises(Refused, match="Der Datenträger ist voll"):
        learn([Published("town:2", "Anderes Ding", "", ("03000000",))], data)
    assert (data / packaged.LEARNED).read_bytes() == content
    assert [path.name for path in (data / "cpv").iterdir()] == ["learned.npz"]


def _full(place: Path) -> tuple[int, str]:
    place.symlink_to("/dev/full")
    return os.open(place, os.O_WRONLY), str(place)


def test_damaged_addition_does_not_stop_suggestions(data: Path) -> None:
    learn([NEW], data)
    (data / packaged.LEARNED).write_bytes(b"PK broken")
    assert suggest(packaged.model(data), "Streusalz")
    assert run("learn", str(lines(data / "n.jsonl", {"id": 1}))).exit_code == 1


def test_command_learns_and_names_every_bad_line(data: Path) -> None:
    good = {"id": 7, "title": "Zwirbelfunzeln", "cpv": ["31521000-4"]}
    file = lines(
        data / "n.jsonl.gz",
        good,
        "{broken",
        {"id": 8, "title": "Ohne Code", "cpv": []},
        {"title": "Ohne Kennung", "cpv": "31521000"},
        {"id": 9, "title": "", "cpv": "31521000"},
        [1],
    )
    result = run("learn", str(file), "--json")
    said = json.loads(result.output)
    assert result.exit_code == 1
    assert (said["new"], said["known"], said["without_code"]) == (1, 0, 1)
    assert [each["place"] for each in said["findings"]] == [
        "Zeile 2",
        "Zeile 4",
        "Zeile 5",
        "Zeile 6",
    ]
    assert run("learn", str(lines(data / "m.jsonl", good))).output.startswith("0 gelernt, 1 schon")


@pytest.mark.parametrize(
    "content", [b"", b"\x1f\x8b\x08broken", b"PK\x03\x04", b"\x00\x01", b"[1]"]
)
def test_files_that_are_none_are_told(data: Path, content: bytes) -> None:
    file = data / "file"
    file.write_bytes(content)
    result = run("learn", str(file))
    assert result.exit_code == 1, result.output
    assert "1 nicht brauchbar" in result.output


def test_command_suggests(data: Path) -> None:
    said = json.loads(run("suggest", "Streusalz", "--json").output)
    assert "3492" in [each["class"] for each in said["suggestions"]]
    assert "zum Beispiel" in run("suggest", "Streusalz").output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["Salz", "--file", "x"], 2), ([], 2), ([""], 1), (["🙂"], 1), (["Quxbarfoo"], 1)],
)
def test_command_refuses_what_it_cannot_answer(data: Path, arguments: list[str], code: int) -> None:
    assert run("suggest", *arguments).exit_code == code


def test_command_answers_line_by_line(data: Path) -> None:
    file = lines(data / "q.jsonl", {"id": 1, "text": "Streusalz"}, {"id": "b", "text": ""}, "{")
    result = run("suggest", "--file", str(file))
    answers = [json.loads(line) for line in result.output.splitlines()]
    assert result.exit_code == 1
    assert len(answers[0]["suggestions"]) == 5
    assert answers[1]["id"] == "b"
    assert answers[1]["error"]
    assert answers[2]["line"] == "Zeile 3"


@pytest.mark.parametrize("title", ["test", "Nachlass Frau Müller", "Anfrage an x@y.de", "Dr. Weiß"])
def test_titles_that_say_nothing_or_name_persons_are_not_shown(title: str) -> None:
    assert shown_title(title) == ""


def test_no_packaged_title_names_a_person_by_address_or_title() -> None:
    shown = [title for title in table.read(packaged.PLACE).titles if title]
    assert len(shown) > 5000
    assert [title for title in shown if "@" in title or not shown_title(title)] == []
