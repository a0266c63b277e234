"""Labels and texts of rules of an eForms SDK, in German and English."""

import io
import re
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, Literal

import orjson
from lxml import etree

from vergabe.exchange.eforms.official.sdk_files import SdkError, SdkFiles, files_at

Language = Literal["de", "en"]

_RULE_TEXTS: Final = "derived/rule-texts.json"


class Labels:
    """Labels, read kind by kind when first asked for; empty where no file has any."""

    def __init__(self, places: Iterable[SdkFiles]) -> None:
        """Look into these places in their order; a later one fills what an earlier one lacks."""
        self._places = tuple(places)
        self._lock = threading.Lock()
        self._kinds: dict[tuple[str, str], Mapping[str, str]] = {}
        self._rules: dict[str, Mapping[str, str]] = {}

    @property
    def is_there(self) -> bool:
        """Whether there are German labels of fields at all."""
        return any(files.has("translations/field_de.xml") for files in self._places)

    def of(self, kind: str, key: str, language: Language = "de") -> str | None:
        """Return a label: kind `field`, key `field|name|BT-21-Lot`; None if there is none."""
        with self._lock:
            known = self._kinds.get((kind, language))
            if known is None:
                known = self._kinds[kind, language] = self._read(kind, language)
        return known.get(key)

    def field(self, field_id: str, bt_id: str | None, language: Language = "de") -> str | None:
        """Return the label of a field, else that of its business term, else None."""
        named = self.of("field", f"field|name|{field_id}", language)
        if named is None and bt_id is not None:
            named = self.of("business-term", f"business-term|name|{bt_id}", language)
        return named

    def rule(self, rule_id: str, language: Language = "de") -> str | None:
        """Return the official text of a rule, None if the labels have none."""
        with self._lock:
            texts = self._rules.get(language)
            if texts is None:
                texts = self._rules[language] = self._read_rules(language)
        return texts.get(rule_id)

    def _read(self, kind: str, language: Language) -> Mapping[str, str]:
        name = f"translations/{kind}_{language}.xml"
        found: dict[str, str] = {}
        for files in self._places:
            if files.has(name):
                for key, text in _entries(files, name):
                    found.setdefault(key, text)
        return found

    def _read_rules(self, language: Language) -> Mapping[str, str]:
        prefix = "rule|text|"
        found = {
            key.removeprefix(prefix): text
            for key, text in self._read("rule", language).items()
            if key.startswith(prefix)
        }
        for files in self._places:
            if files.has(_RULE_TEXTS):
                for rule_id, texts in _json(files, _RULE_TEXTS).items():
                    if texts.get(language):
                        found.setdefault(rule_id, texts[language])
        return found


def labels_beside(place: Path, version: str) -> list[SdkFiles]:
    """Return folders and zips beside an SDK that hold labels, best first.

    Best is one that has the SDK's version in its name, then one that has its major.minor; another
    version's labels are not taken, those without a version in the name are.
    """
    minor = version.rsplit(".", 1)[0]
    ranked: list[tuple[int, str, Path]] = []
    try:
        candidates = sorted(place.parent.iterdir())
    except OSError:
        return []
    for path in candidates:
        if path == place or "label" not in path.name.lower():
            continue
        if path.is_file() and path.suffix.lower() != ".zip":
            continue
        named = re.search(r"\d+\.\d+(?:\.\d+)?", path.name)
        if named is None or named.group() == version:
            ranked.append((0 if named else 2, path.name, path))
        elif named.group() == minor or named.group().startswith(f"{minor}."):
            ranked.append((1, path.name, path))
    return [files for *_, path in sorted(ranked) if (files := _readable(path)) is not None]


def _readable(path: Path) -> SdkFiles | None:
    """Return the files, or None: without labels everything works, only less well said."""
    try:
        return files_at(path)
    except SdkError:
        return None


def _entries(files: SdkFiles, name: str) -> list[tuple[str, str]]:
    # These files name Java's DTD for properties, which is neither needed nor fetched.
    found = []
    try:
        for _, node in etree.iterparse(
            io.BytesIO(files.read(name)),
            tag="entry",
            load_dtd=False,
            no_network=True,
            resolve_entities=False,
        ):
            if node.text:
                found.append((node.get("key", ""), node.text))
            node.clear()
    except etree.XMLSyntaxError as error:
        raise SdkError(
            "sdk_unreadable", f"{name} im eForms-SDK in {files.place} ist kein XML: {error}"
        ) from None
    return found


def _json(files: SdkFiles, name: str) -> Mapping[str, Mapping[str, str]]:
    try:
        content = orjson.loads(files.read(name))
    except orjson.JSONDecodeError as error:
        raise SdkError(
            "sdk_unreadable", f"{name} im eForms-SDK in {files.place} ist kein JSON: {error}"
        ) from None
    return content if isinstance(content, dict) else {}
