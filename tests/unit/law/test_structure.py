"""What holds for the whole law core: frozen facts, no clock, no web, no database."""

import dataclasses
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

import pytest

import vergabe.law

MODULES = [
    importlib.import_module(f"vergabe.law.{info.name}")
    for info in pkgutil.iter_modules(vergabe.law.__path__)
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_facts_and_results_cannot_be_changed(module: ModuleType) -> None:
    for name, found in vars(module).items():
        if isinstance(found, type) and dataclasses.is_dataclass(found):
            assert found.__dataclass_params__.frozen, f"{module.__name__}.{name}"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_nothing_reads_a_clock(module: ModuleType) -> None:
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    for word in ("now(", "today(", "import time", "flask", "sqlalchemy", "vergabe.clock"):
        assert word not in source, word
