"""Code lists of an eForms SDK, read from Genericode one by one when asked for."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from vergabe.exchange.eforms.official.sdk_files import SdkError, SdkFiles

# The SDK's tables of these are so large that a trimmed copy has them as two columns instead.
_DERIVED: Final[Mapping[str, str]] = {"cpv": "derived/cpv.csv", "nuts": "derived/nuts.csv"}
_COLUMNS: Final = ("code", "deu_label", "eng_label", "Name")


@dataclass(frozen=True, slots=True)
class Code:
    """One code with its labels; a label that the list lacks is the next best one."""

    code: str
    label_de: str
    label_en: str


@dataclass(frozen=True)
class CodeList:
    """A list of codes; a child list (`parent` is set) is a selection of its parent's codes."""

    id: str
    parent: str | None
    codes: Mapping[str, Code]

    def __contains__(self, code: str) -> bool:
        return code in self.codes

    def label(self, code: str) -> str:
        """Return the German label; the code itself if the list does not have it."""
        found = self.codes.get(code)
        return found.label_de if found is not None else code


def read(files: SdkFiles, list_id: str, parent: str | None, filename: str) -> CodeList:
    """Return a code list; SdkError if its file is missing or not Genericode."""
    name = f"codelists/{filename}"
    derived = _DERIVED.get(list_id)
    if derived is not None and not files.has(name) and files.has(derived):
        codes = _from_csv(files.read(derived))
    else:
        codes = _from_genericode(files, name)
    found = {code.code: code for code in codes}
    if not found:
        raise SdkError(
            "sdk_unreadable", f"Die Codeliste {name} im eForms-SDK in {files.place} ist leer."
        )
    return CodeList(list_id, parent, found)


def file_of(files: SdkFiles, list_id: str, filename: str) -> str:
    """Return the name of the file that a list is read from, whether it is there or not."""
    name = f"codelists/{filename}"
    derived = _DERIVED.get(list_id)
    return derived if derived is not None and not files.has(name) else name


def _from_csv(content: bytes) -> Iterator[Code]:
    for row in csv.DictReader(io.StringIO(content.decode("utf-8", "replace"))):
        code, german = row.get("code") or "", row.get("label_de") or ""
        if code:
            yield Code(code, german or code, row.get("label_en") or german or code)


def _from_genericode(files: SdkFiles, name: str) -> Iterator[Code]:
    try:
        for _, row in etree.iterparse(
            io.BytesIO(files.read(name)),
            tag="Row",
            no_network=True,
            resolve_entities=False,
            load_dtd=False,
        ):
            values = {
                value.get("ColumnRef"): value.findtext("SimpleValue") or ""
                for value in row.iterchildren("Value")
                if value.get("ColumnRef") in _COLUMNS
            }
            row.clear()
            code = values.get("code", "").strip()
            english = values.get("eng_label") or values.get("Name") or code
            if code:
                yield Code(code, values.get("deu_label") or english, english)
    except etree.XMLSyntaxError as error:
        raise SdkError(
            "sdk_unreadable", f"{name} im eForms-SDK in {files.place} ist kein XML: {error}"
        ) from None
