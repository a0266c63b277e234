"""docs/cooperations.md names tests; each of them is there, and no statement stands without one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "cooperations.md"
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def rows(text: str) -> dict[str, list[list[str]]]:
    """Return the rows of each section's table, cell by cell, without head and rule."""
    found: dict[str, list[list[str]]] = {}
    section = ""
    for line in text.splitlines():
        if line.startswith("#"):
            section = line.strip("# ")
        elif line.startswith("|") and not set(line) <= set("|- "):
            found.setdefault(section, []).append([c.strip() for c in line.strip("|").split("|")])
    return {name: lines[1:] for name, lines in found.items()}


def missing(text: str) -> Iterator[str]:
    """Yield every test that a text names and that does not exist."""
    known: dict[str, set[str]] = {}
    for path, name in NAMED.findall(text):
        if path not in known:
            file = ROOT / "tests" / path
            tree = ast.parse(file.read_text("utf-8") if file.is_file() else "")
            known[path] = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
        if name not in known[path]:
            yield f"{path}::{name}"


def test_every_test_that_the_page_names_exists() -> None:
    text = PAGE.read_text("utf-8")
    assert len(set(NAMED.findall(text))) > 50
    assert list(missing(text)) == []


def test_a_name_that_is_not_there_is_found() -> None:
    here = "`structure/test_documented_tests.py::test_a_name_that_is_not_there_is_found`"
    assert list(missing(here)) == []
    assert list(missing(here.replace("_is_found`", "_at_all`"))) != []
    assert list(missing("`structure/test_nowhere.py::test_it`")) != []


def test_every_statement_has_a_proof_or_says_what_it_waits_for() -> None:
    for section, lines in rows(PAGE.read_text("utf-8")).items():
        for cells in lines:
            assert len(cells) == 3, (section, cells[0])
            assert NAMED.search(cells[2]) or cells[2].startswith("waits for: "), cells[0]


def test_the_page_has_the_statements_of_the_four_groups(shared: Path) -> None:
    field = (shared / "reference" / "field.md").read_text("utf-8")
    first = field.split("\n## 2", 1)[0]
    asked = [len(lines) for lines in rows(first).values()]
    assert [len(lines) for lines in rows(PAGE.read_text("utf-8")).values()] == asked
