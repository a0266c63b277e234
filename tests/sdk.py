"""The eForms SDK of the tests: where it lies, one checker per process, the independent judge."""

import functools
import importlib.util
import io
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from vergabe.exchange.eforms.official.raw_findings import RawFinding
from vergabe.exchange.eforms.official.schematron import Checker
from vergabe.exchange.eforms.official.sdk import Sdk

Told = set[tuple[str, str, str, str]]
"""Rule, stage, severity and location of findings."""

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
FOLDER = SHARED / "eforms-sdk"
CORE = FOLDER / "eforms-sdk-1.14.2-core.zip"
LABELS = FOLDER / "eforms-sdk-1.14.2-labels.zip"
EXAMPLES = FOLDER / "examples.zip"
OWN_NOTICE = SHARED / "testdata" / "eforms" / "16-auftragsbekanntmachung-offen.xml"


@functools.cache
def sdk() -> Sdk:
    """The SDK with its labels, opened once."""
    return Sdk.open(CORE, LABELS)


@functools.cache
def checker() -> Checker:
    """Our checker of the official rules; it compiles once per process what notices need."""
    return Checker(sdk())


@functools.cache
def examples() -> dict[str, bytes]:
    """The 31 official example notices by name (`cn_24_minimal`); some are invalid on purpose."""
    with zipfile.ZipFile(io.BytesIO(EXAMPLES.read_bytes())) as archive:
        return {
            Path(name).stem: archive.read(name)
            for name in sorted(archive.namelist())
            if "/notices/" in name and name.endswith(".xml")
        }


@functools.cache
def judge_module() -> ModuleType:
    """The independent checker as a module."""
    path = SHARED / "tools" / "check_eforms.py"
    spec = importlib.util.spec_from_file_location("check_eforms", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@functools.cache
def judge() -> Any:
    """The independent checker with all rules; it compiles each subtype once (2 to 3 s)."""
    return judge_module().Checker(CORE, [LABELS], "de")


def judged(content: bytes, folder: Path, name: str = "notice.xml") -> dict[str, Any]:
    """Return what the independent checker says: `valid`, `xsd`, `rules`."""
    path = folder / name
    path.write_bytes(content)
    result: dict[str, Any] = judge().check(path)
    return result


def told(found: Sequence[RawFinding]) -> Told:
    """Return what our checker says as the judge says it; nothing is said twice."""
    said = {(each.rule, each.stage, each.severity, each.location) for each in found}
    assert len(said) == len(found)
    return said


def told_by_the_judge(content: bytes, folder: Path) -> Told:
    """Return what the independent checker says by its rules."""
    return {
        (
            found["id"],
            found["stage"].split("-")[0],
            "warning" if found["role"] == "WARN" else "error",
            found["location"],
        )
        for found in judged(content, folder)["rules"]
    }
