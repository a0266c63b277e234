"""Write docs/isolation.md anew: for every command, which rows it locks and what decides rivals.

    python tools/isolation.py

Read from the source: from each view that commits, through the functions that it calls, in the order
in which they are called. A lock that only some calls ask for stands in the table as well.
"""

import ast
import inspect
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from flask import Flask

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "isolation.md"
BEGIN: Final = "<!-- written by tools/isolation.py -->"
DEEPEST: Final = 14
CHAIN: Final = "RecordChain"
"""Locked by nearly every command, last of all but the feed: said once, not in every row."""


@dataclass
class Module:
    """Functions of a file, and what its names mean: name → module and attribute."""

    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    imports: dict[str, tuple[str, str | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Fact:
    """What a function does against rivals: `lock`, `skip`, `unique` or `version`, and of what."""

    kind: str
    model: str


def modules() -> dict[str, Module]:
    """Return every module of the product by its name."""
    found = {}
    for path in sorted((ROOT / "vergabe").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text())
        module = found[name] = Module()
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                module.functions.setdefault(node.name, node)
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    module.imports[alias.asname or alias.name] = (node.module, alias.name)
    return found


@cache
def facts_of(function: ast.FunctionDef) -> tuple[Fact | tuple[str, str | None], ...]:
    """Return what a function does itself and whom it calls, in the order of its text."""
    return tuple(_facts_of(function))


def _facts_of(function: ast.FunctionDef) -> Iterator[Fact | tuple[str, str | None]]:
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0)):
        target = call.func
        if isinstance(target, ast.Attribute):
            if target.attr == "with_for_update":
                yield Fact(_how(call), _model(call, function))
            elif any(keyword.arg == "with_for_update" for keyword in call.keywords):
                yield Fact("lock", _first_model(call) or "dieselbe Zeile")
            elif isinstance(target.value, ast.Name):
                yield target.value.id, target.attr
        elif isinstance(target, ast.Name):
            if target.id in {"insert_unless_there", "upsert"} and len(call.args) > 1:
                name = ast.unparse(call.args[1])
                if name[0].isupper():  # a table, not the parameter of the helper itself
                    yield Fact("unique", name)
            elif target.id == "require_version":
                yield Fact("version", "")
            yield target.id, None


def _how(call: ast.Call) -> str:
    skips = any(keyword.arg == "skip_locked" for keyword in call.keywords)
    return "skip" if skips else "lock"


def _model(call: ast.Call, function: ast.FunctionDef) -> str:
    for keyword in call.keywords:
        if keyword.arg == "of":
            return ast.unparse(keyword.value)
    inside = [node for node in ast.walk(call) if isinstance(node, ast.Call)]
    for node in (*inside, *(n for n in ast.walk(function) if isinstance(n, ast.Call))):
        if isinstance(node.func, ast.Name) and node.func.id == "select":
            return _first_model(node) or "?"
    return "?"


def _first_model(call: ast.Call) -> str | None:
    for argument in call.args:
        name = ast.unparse(argument).partition(".")[0]
        if re.fullmatch(r"[A-Z][A-Za-z]+", name):
            return name
    return None


def walk(
    house: dict[str, Module], module: str, name: str, seen: set[tuple[str, str]], depth: int = 0
) -> Iterator[Fact]:
    """Yield the facts of a function and of all that it calls."""
    if (module, name) in seen or depth > DEEPEST or module not in house:
        return
    seen.add((module, name))
    function = house[module].functions.get(name)
    if function is None:
        if name in house[module].imports:
            origin, attribute = house[module].imports[name]
            yield from walk(house, origin, attribute or name, seen, depth + 1)
        return
    for found in facts_of(function):
        if isinstance(found, Fact):
            yield found
            continue
        first, second = found
        imported = house[module].imports.get(first)
        if second is None:
            yield from walk(house, module, first, seen, depth + 1)
        elif imported is not None:
            yield from walk(house, f"{imported[0]}.{imported[1]}", second, seen, depth + 1)


def committing(app: Flask) -> Iterator[tuple[str, str, str, str]]:
    """Yield endpoint, methods with address, module and function of every view that commits."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, str(rule))):
        view = app.view_functions[rule.endpoint]
        if not hasattr(view, "vergabe_commits") or not view.__module__.startswith("vergabe."):
            continue
        real = inspect.unwrap(view)
        methods = sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"})
        if methods:
            yield rule.endpoint, f"{'/'.join(methods)} {rule}", real.__module__, real.__name__


def rows(app: Flask) -> list[str]:
    """Return the lines of the table."""
    house = modules()
    lines = [
        "| command | address | locks, in this order | unique | version |",
        "|---|---|---|---|---|",
    ]
    for endpoint, address, module, name in committing(app):
        facts = list(dict.fromkeys(walk(house, module, name, set())))
        locks = [fact.model for fact in facts if fact.kind == "lock" and fact.model != CHAIN]
        unique = [fact.model for fact in facts if fact.kind == "unique" and fact.model != CHAIN]
        version = "If-Match" if any(fact.kind == "version" for fact in facts) else "–"
        cells = (endpoint, f"`{address}`", _listed(locks), _listed(unique), version)
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _listed(names: list[str]) -> str:
    return ", ".join(dict.fromkeys(names)) or "–"


def an_app(folder: str) -> Flask:
    from vergabe.app import create_app
    from vergabe.settings import Settings

    place = Path(folder)
    return create_app(
        Settings(
            data=place,
            database_url="sqlite://",
            files=str(place / "files"),
            base_url="http://localhost",
            secret_key="x" * 40,
        )
    )


def main() -> int:
    head = PAGE.read_text().partition(BEGIN)[0]
    with tempfile.TemporaryDirectory() as folder:
        table = "\n".join(rows(an_app(folder)))
    PAGE.write_text(f"{head}{BEGIN}\n\n{table}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
