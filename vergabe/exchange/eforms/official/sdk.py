"""An eForms SDK as data: version, schemas, rules, fields, code lists, labels.

The SDK is the Publications Office's and is not part of the product: the operator names a folder or
a zip (`VERGABE_EFORMS_SDK`). Everything is read when first asked for and kept.
"""

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import orjson

from vergabe.exchange.eforms.official import sdk_codes
from vergabe.exchange.eforms.official.sdk_codes import CodeList
from vergabe.exchange.eforms.official.sdk_fields import (
    Field,
    fields_of,
    orders_of,
    without_predicates,
)
from vergabe.exchange.eforms.official.sdk_files import SdkError, SdkFiles, files_at, missing
from vergabe.exchange.eforms.official.sdk_labels import Labels, labels_beside

__all__ = ["CodeList", "Field", "NoticeType", "Sdk", "SdkError"]

NOTICE_TYPES: Final = "notice-types/notice-types.json"
FIELDS: Final = "fields/fields.json"
CODE_LISTS: Final = "codelists/codelists.json"
RULES: Final = "schematrons/static/complete-validation.sch"
_ESSENTIAL: Final = (NOTICE_TYPES, FIELDS, CODE_LISTS, RULES)

_VERSION: Final = re.compile(rb'"sdkVersion"\s*:\s*"(?:(eforms-[a-z]+)-)?(\d+)\.(\d+)(?:\.(\d+))?"')
_HEAD: Final = 2048
_IMPORT: Final = re.compile(rb"<(?:\w+:)?(?:import|include)[^>]*schemaLocation=\"([^\"]+)\"")
_PATTERN: Final = re.compile(rb"<active pattern=\"EFORMS-([\w-]+)\"")


@dataclass(frozen=True, slots=True)
class NoticeType:
    """One subtype: `16` is a `cn-standard` of form type `competition` in a `ContractNotice`."""

    subtype: str
    notice_type: str
    form_type: str
    legal_basis: str
    root_element: str
    namespace: str
    schema: str


class Sdk:
    """One version of the SDK. Use one object per version and process; threads may share it.

    place, labels_place: what `open` was called with.
    """

    def __init__(
        self,
        files: SdkFiles,
        labels: Labels,
        version: tuple[str, int, int, int],
        *,
        place: Path,
        labels_place: Path | None,
    ) -> None:
        self.files = files
        self.labels = labels
        self.place = place
        self.labels_place = labels_place
        self._version = version

    @classmethod
    def open(cls, place: Path, labels: Path | None = None) -> Self:
        """Return the SDK in a folder or zip.

        labels: folder or zip with its `translations/`; by default what lies beside it is used.
        Raises SdkError with a German sentence if this is no SDK or an essential part is missing.
        """
        files = files_at(place)
        absent = [name for name in _ESSENTIAL if not files.has(name)]
        if len(absent) == len(_ESSENTIAL):
            raise SdkError(
                "sdk_none",
                f"In {place} liegt kein eForms-SDK: weder {NOTICE_TYPES} noch {RULES} ist da. "
                "Nennen Sie den Ordner oder das Zip-Archiv, das diese Dateien enthält.",
            )
        if absent:
            raise missing(place, ", ".join(absent))
        version = _version(files)
        number = ".".join(str(part) for part in version[1:])
        if labels is not None:
            beside = [files_at(labels)]
        else:
            beside = labels_beside(files.place, number)
            if place != files.place:
                beside += labels_beside(place, number)
        found = Labels([files, *beside])
        return cls(files, found, version, place=place, labels_place=labels)

    @property
    def version(self) -> str:
        """The full version, `1.14.2`."""
        return ".".join(str(part) for part in self._version[1:])

    @property
    def customization_id(self) -> str:
        """What a notice of this version carries as `cbc:CustomizationID`: `eforms-sdk-1.14`."""
        family, major, minor, _ = self._version
        return f"{family}-{major}.{minor}"

    @property
    def order(self) -> tuple[int, int, int]:
        """Major, minor and patch as numbers, for finding the newest."""
        return self._version[1:]

    @functools.cached_property
    def notice_types(self) -> Mapping[str, NoticeType]:
        """Every subtype by its number."""
        content = _json(self.files, NOTICE_TYPES)
        try:
            documents = {entry["id"]: entry for entry in content["documentTypes"]}
            return {
                entry["subTypeId"]: _notice_type(entry, documents[entry["documentType"]])
                for entry in content["noticeSubTypes"]
            }
        except (KeyError, TypeError) as error:
            raise _wrong_shape(self.files, NOTICE_TYPES, error) from None

    @functools.cached_property
    def fields(self) -> Mapping[str, Field]:
        """Every field by its id, such as `BT-21-Lot`."""
        content = _json(self.files, FIELDS)
        try:
            return fields_of(content["fields"])
        except (KeyError, TypeError, AttributeError) as error:
            raise _wrong_shape(self.files, FIELDS, error) from None

    @functools.cached_property
    def fields_by_path(self) -> Mapping[str, tuple[Field, ...]]:
        """Fields by their path without predicates; several fields may stand at one place."""
        return _grouped(self.fields.values(), lambda field: field.path)

    @functools.cached_property
    def fields_by_xpath(self) -> Mapping[str, tuple[Field, ...]]:
        """Fields by their path with predicates; even then two may stand at one place."""
        return _grouped(self.fields.values(), lambda field: field.xpath)

    @functools.cached_property
    def nodes_by_path(self) -> Mapping[str, str]:
        """The id of the first group of fields (`ND-Lot`) at a path without predicates."""
        content = _json(self.files, FIELDS)
        found: dict[str, str] = {}
        try:
            for node in content["xmlStructure"]:
                found.setdefault(without_predicates(node["xpathAbsolute"]), node["id"])
        except (KeyError, TypeError) as error:
            raise _wrong_shape(self.files, FIELDS, error) from None
        return found

    @functools.cached_property
    def order_by_path(self) -> Mapping[str, int]:
        """The place of an element among its siblings, as the schema wants them, by its path."""
        content = _json(self.files, FIELDS)
        try:
            return orders_of([*content["xmlStructure"], *content["fields"]])
        except (KeyError, TypeError, AttributeError) as error:
            raise _wrong_shape(self.files, FIELDS, error) from None

    @functools.cached_property
    def code_lists(self) -> Mapping[str, tuple[str | None, str]]:
        """Every code list by id: its parent's id, if it is a selection, and its file's name."""
        content = _json(self.files, CODE_LISTS)
        try:
            return {
                entry["id"]: (entry.get("parentId"), entry["filename"])
                for entry in content["codelists"]
            }
        except (KeyError, TypeError) as error:
            raise _wrong_shape(self.files, CODE_LISTS, error) from None

    def code_list(self, list_id: str) -> CodeList:
        """Return a code list, read once; SdkError if there is none of this id or its file lacks."""
        return self._code_list(list_id)

    @functools.cached_property
    def _code_list(self) -> "functools._lru_cache_wrapper[CodeList]":
        return functools.lru_cache(maxsize=None)(self._read_code_list)

    def _read_code_list(self, list_id: str) -> CodeList:
        entry = self.code_lists.get(list_id)
        if entry is None:
            raise SdkError(
                "sdk_code_list_unknown",
                f"Das eForms-SDK {self.version} kennt keine Codeliste „{list_id}“.",
            )
        parent, filename = entry
        return sdk_codes.read(self.files, list_id, parent, filename)

    def label(self, field_id: str) -> str:
        """Return the German label of a field, else its English name, else the id."""
        field = self.fields.get(field_id)
        found = self.labels.field(field_id, field.bt_id if field else None)
        return found or (field.name if field else field_id)

    def missing_parts(self) -> tuple[str, ...]:
        """Return the names of files that this SDK speaks of and does not have; empty: complete.

        Looks at schemas with all their imports, at the rules of every subtype and at code lists.
        Raises SdkError if one of the tables that name them cannot be read.
        """
        wanted = {kind.schema for kind in self.notice_types.values()}
        for schema in tuple(wanted):
            wanted |= _imports(self.files, schema, set())
        wanted |= {
            f"schematrons/static/{name.decode()}.sch"
            for name in _PATTERN.findall(self.files.read(RULES))
        }
        wanted |= {
            sdk_codes.file_of(self.files, list_id, filename)
            for list_id, (_, filename) in self.code_lists.items()
        }
        return tuple(sorted(name for name in wanted if not self.files.has(name)))


def _grouped(
    fields: Iterable[Field], key: Callable[[Field], str]
) -> Mapping[str, tuple[Field, ...]]:
    found: dict[str, list[Field]] = {}
    for field in fields:
        found.setdefault(key(field), []).append(field)
    return {path: tuple(group) for path, group in found.items()}


def _version(files: SdkFiles) -> tuple[str, int, int, int]:
    """Return family, major, minor and patch, as the head of `fields.json` says.

    The file VERSION of some copies holds none, and the other tables leave out the patch.
    """
    match = _VERSION.search(files.read(FIELDS, _HEAD))
    if match is None:
        raise SdkError(
            "sdk_unreadable",
            f"{FIELDS} im eForms-SDK in {files.place} nennt keine Version (sdkVersion).",
        )
    family, *numbers = (part.decode() if part else "" for part in match.groups())
    major, minor, patch = (int(number or 0) for number in numbers)
    return family or "eforms-sdk", major, minor, patch


def _notice_type(entry: Mapping[str, Any], document: Mapping[str, Any]) -> NoticeType:
    return NoticeType(
        subtype=entry["subTypeId"],
        notice_type=entry.get("type", ""),
        form_type=entry.get("formType", ""),
        legal_basis=entry.get("legalBasis", ""),
        root_element=document["rootElement"],
        namespace=document["namespace"],
        schema=document["schemaLocation"],
    )


def _imports(files: SdkFiles, name: str, seen: set[str]) -> set[str]:
    """Return the schemas that a schema needs, itself left out, however deep."""
    if name in seen or not files.has(name):
        return set()
    seen.add(name)
    found: set[str] = set()
    for location in _IMPORT.findall(files.read(name)):
        wanted = beside(name, location.decode("utf-8", "replace"))
        found |= {wanted} | _imports(files, wanted, seen)
    return found


def beside(name: str, location: str) -> str:
    """Return the name of the file that `location` means in the file `name`."""
    parts = name.split("/")[:-1]
    for part in location.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _json(files: SdkFiles, name: str) -> Any:
    try:
        return orjson.loads(files.read(name))
    except orjson.JSONDecodeError as error:
        raise SdkError(
            "sdk_unreadable", f"{name} im eForms-SDK in {files.place} ist kein JSON: {error}"
        ) from None


def _wrong_shape(files: SdkFiles, name: str, error: Exception) -> SdkError:
    return SdkError(
        "sdk_unreadable",
        f"{name} im eForms-SDK in {files.place} hat nicht den erwarteten Aufbau ({error!r}). "
        "Gelesen werden die Versionen 1.13 bis 1.15.",
    )
