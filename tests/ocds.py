"""The standard's own checker, without a network: it reads the standard and extensions from here."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import jsonschema
import requests
import urllib3
from libcoveocds.common_checks import common_checks_ocds
from libcoveocds.config import LibCoveOCDSConfig
from libcoveocds.lib.api import context_api_transform
from libcoveocds.schema import SchemaOCDS
from ocdsextensionregistry import util
from referencing import Registry, Resource
from requests.adapters import BaseAdapter, HTTPAdapter

from vergabe.errors import NotFound
from vergabe.exchange.ocds import extension
from vergabe.resources import folder

BASE_URL: Final = "http://localhost"
ROOT: Final = folder("schemas") / "ocds"
_SCHEMA: Final = ROOT / "1.1.5" / "schema"
_STANDARD: Final = "https://standard.open-contracting.org/schema/1__1__5/"


class KeptFiles(BaseAdapter):
    """Answers requests below one address from files that are kept here, and 404 for others."""

    def __init__(self, address: str, read: Any) -> None:
        super().__init__()
        self._address, self._read = address, read

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        assert request.url is not None
        try:
            content = self._read(unquote(request.url.removeprefix(self._address)))
            status = 200
        except (FileNotFoundError, NotFound):
            content, status = b"", 404
        raw = urllib3.HTTPResponse(
            io.BytesIO(content), status=status, preload_content=False, request_url=request.url
        )
        return HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        """Nothing is open."""


def _keep() -> None:
    for address, name in extension.KEPT.items():
        # The checker asks for the archive of an extension's repository where it knows one.
        repository = address.split("/")[4]
        archives = f"https://github.com/open-contracting-extensions/{repository}/archive/"
        util.session.mount(archives, KeptFiles(archives, lambda _, name=name: _packed(ROOT / name)))
    own = extension.address(BASE_URL).removesuffix("extension.json")
    served = KeptFiles(own, lambda path: extension.file(path, base_url=BASE_URL)[0])
    util.session.mount(own, served)


def _packed(root: Path) -> bytes:
    """Return a folder as a ZIP archive as a repository's host makes them: one folder at its top."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("top/", b"")
        for path in sorted(p for p in root.rglob("*") if p.is_file()):
            archive.writestr(f"top/{path.relative_to(root).as_posix()}", path.read_bytes())
    return packed.getvalue()


class KeptSchema(SchemaOCDS):
    """The checker's schema; what a record's schema refers to by address is kept here as well."""

    @staticmethod
    def _jsonref_kwarg(*, proxies: bool = False) -> dict[str, Any]:
        return SchemaOCDS._jsonref_kwarg(proxies=proxies) | {"loader": _load_address}


def _load_address(address: str, **_: Any) -> Any:
    assert address.startswith(_STANDARD), address
    return _load(_SCHEMA / address.removeprefix(_STANDARD))


def findings(content: bytes) -> dict[str, Any]:
    """Return all that the checker finds wrong or odd with a package; empty: nothing."""
    _keep()
    config = LibCoveOCDSConfig({"context": "api", "standard_zip": _packed(_SCHEMA.parent)})
    package = json.loads(content)
    schema = KeptSchema(None, package, config, record_pkg="records" in package)
    seen = context_api_transform(
        common_checks_ocds({"file_type": "json"}, "", package, schema, cache=False)
    )
    odd = (
        "validation_errors",
        "additional_fields",
        "conformance_errors",
        "additional_closed_codelist_values",
        "additional_open_codelist_values",
        "additional_checks",
        "deprecated_fields",
        "structure_warnings",
        "json_deref_error",
    )
    found = {key: seen[key] for key in odd if seen.get(key)}
    invalid = (seen.get("extensions") or {}).get("invalid_extension")
    return found | ({"invalid_extension": invalid} if invalid else {})


def schema_errors(content: bytes) -> list[str]:
    """Return what JSON Schema alone finds wrong with a package, with all extensions applied."""
    package = json.loads(content)
    kind = "record" if "records" in package else "release"
    documents = {
        "release-schema.json": extension.release_schema(),
        "versioned-release-validation-schema.json": _load(
            _SCHEMA / "versioned-release-validation-schema.json"
        ),
    }
    registry: Registry[Any] = Registry().with_resources(
        (_STANDARD + name, Resource.from_contents(document)) for name, document in documents.items()
    )
    schema = _load(_SCHEMA / f"{kind}-package-schema.json")
    checker = jsonschema.Draft4Validator(
        schema, registry=registry, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
    )
    return [f"{error.json_path}: {error.message[:200]}" for error in checker.iter_errors(package)]


def _load(path: Path) -> Any:
    return json.loads(path.read_bytes())
