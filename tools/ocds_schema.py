"""Write `schemas/ocds/`: what the Open Contracting Data Standard demands, without its prose.

python tools/ocds_schema.py STANDARD LOTS LEGAL_BASIS

The arguments are folders with the sources: the standard at its tag 1__1__5, the extensions Lots
(v1.1.5) and Legal basis. Kept are names, types, constraints, merge rules and codes; titles and
descriptions are left out. The result merges and validates offline.
"""

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1] / "schemas" / "ocds"
SCHEMAS: Final = (
    "release-schema.json",
    "release-package-schema.json",
    "record-package-schema.json",
    "versioned-release-validation-schema.json",
)
PROSE: Final = frozenset({"title", "description"})


def main(standard: Path, lots: Path, legal_basis: Path) -> None:
    """Write the standard and the two extensions."""
    folder = ROOT / "1.1.5" / "schema"
    for name in SCHEMAS:
        _write_schema(standard / "schema" / name, folder / name)
    for source in sorted((standard / "schema" / "codelists").glob("*.csv")):
        _write_codes(source, folder / "codelists" / source.name)
    for source, name in ((lots, "lots/1.1.5"), (legal_basis, "legal_basis/1.1")):
        target = ROOT / name
        _write_schema(source / "release-schema.json", target / "release-schema.json")
        _write_metadata(source / "extension.json", target / "extension.json")
        for codes in sorted(source.glob("codelists/*.csv")):
            _write_codes(codes, target / "codelists" / codes.name)


def _write_schema(source: Path, target: Path) -> None:
    schema = json.loads(source.read_text(encoding="utf-8"))
    _store(target, _without_prose(schema, are_names=False))


def _without_prose(node: Any, *, are_names: bool) -> Any:
    """Return a schema without prose; are_names: the keys are names of fields, which all stay."""
    if isinstance(node, list):
        return [_without_prose(entry, are_names=False) for entry in node]
    if not isinstance(node, dict):
        return node
    if not are_names and "deprecatedVersion" in node:
        # The standard's checker wants a description here, if an empty one.
        return node | {"description": ""}
    return {
        key: _without_prose(
            value,
            are_names=not are_names and key in ("properties", "definitions", "patternProperties"),
        )
        for key, value in node.items()
        if are_names or key not in PROSE
    }


def _write_metadata(source: Path, target: Path) -> None:
    found = json.loads(source.read_text(encoding="utf-8"))
    kept = ("name", "documentationUrl", "compatibility", "schemas", "codelists")
    _store(target, {key: found[key] for key in kept if key in found} | {"description": {"en": ""}})


def _write_codes(source: Path, target: Path) -> None:
    with source.open(encoding="utf-8", newline="") as file:
        codes = [row["Code"] for row in csv.DictReader(file)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["Code"], *([code] for code in codes)])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text.getvalue(), encoding="utf-8")


def _store(target: Path, content: Any) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))
