"""The extensions that our packages name, and the files of our own one."""

import functools
import json
from typing import Any, Final, cast

import orjson

from vergabe.errors import NotFound
from vergabe.resources import folder

JOINT_PURCHASE: Final = "joint_purchase/1.0"
LOTS: Final = (
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_lots_extension/v1.1.5/"
    "extension.json"
)
LEGAL_BASIS: Final = (
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_legalBasis_extension/"
    "1.1/extension.json"
)
# Named in packages by their official addresses; kept here, because we work without a network.
KEPT: Final = {LOTS: "lots/1.1.5", LEGAL_BASIS: "legal_basis/1.1"}
_PATH: Final = "/schemas/ocds/joint_purchase/1.0/"
_MEDIA_TYPES: Final = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
}


def address(base_url: str) -> str:
    """Return the public address of our extension, which never changes for this version."""
    return f"{base_url}{_PATH}extension.json"


def file(name: str, *, base_url: str) -> tuple[bytes, str]:
    """Return a file of our extension and its media type; NotFound for any other name."""
    if name not in _files():
        raise NotFound("Die Datei der Erweiterung")
    content = (folder("schemas") / "ocds" / JOINT_PURCHASE / name).read_bytes()
    if name == "extension.json":
        # Only the service knows under which address it shows the documentation.
        metadata = json.loads(content)
        documentation = f"{base_url}{_PATH}README.md"
        metadata["documentationUrl"] = {"de": documentation, "en": documentation}
        content = orjson.dumps(metadata, option=orjson.OPT_INDENT_2)
    return content, _MEDIA_TYPES[name.rsplit(".", 1)[-1]]


@functools.cache
def _files() -> frozenset[str]:
    root = folder("schemas") / "ocds" / JOINT_PURCHASE
    return frozenset(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())


@functools.cache
def release_schema() -> dict[str, Any]:
    """Return the release schema of the standard with all extensions that our packages name."""
    root = folder("schemas") / "ocds"
    schema = _read(root / "1.1.5" / "schema" / "release-schema.json")
    for name in (*KEPT.values(), JOINT_PURCHASE):
        schema = _patched(schema, _read(root / name / "release-schema.json"))
    return schema


def _read(path: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(path.read_bytes()))


def _patched(schema: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return a schema after a JSON Merge Patch (RFC 7396) without removals."""
    result = dict(schema)
    for key, value in patch.items():
        before = result.get(key)
        is_nested = isinstance(value, dict) and isinstance(before, dict)
        result[key] = _patched(cast("dict[str, Any]", before), value) if is_nested else value
    return result
