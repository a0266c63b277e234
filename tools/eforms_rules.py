"""Make the compact tables of official fields and rules with which findings are explained.

    tools/eforms_rules.py CORE LABELS

CORE and LABELS are zips (or folders) of an eForms SDK with `fields/`, `schematrons/static/` and
`translations/`. Written are `schemas/eforms/fields.csv.gz` and `schemas/eforms/rules.csv.gz`.
Source of the facts: eForms SDK, Publications Office of the European Union, CC BY 4.0.
"""

import csv
import gzip
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eforms_conditions import Conditions
from lxml import etree

from vergabe.exchange.eforms.notice import SUBTYPES

TARGET = Path(__file__).resolve().parents[1] / "schemas" / "eforms"
SUBTYPE = re.compile(r"\[\$noticeSubType = '([^']*)'\]")
COUNTED = "BT-759-LotResult"
FIELD_ID = re.compile(r"\b(?:BT|OPT|OPP|OPA)-[0-9]+(?:\([A-Za-z0-9-]+\))?-[A-Za-z]+(?:-[A-Za-z]+)*")


class Files:
    """Files of a folder or a zip, whatever its top folder is called."""

    def __init__(self, path: Path) -> None:
        self._files: dict[str, bytes] = {}
        if path.is_dir():
            for file in path.rglob("*.*"):
                self._files[str(file.relative_to(path))] = file.read_bytes()
            return
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                self._files[name.split("/", 1)[-1]] = archive.read(name)

    def read(self, name: str) -> bytes:
        return self._files[name]

    def below(self, folder: str) -> Iterator[tuple[str, bytes]]:
        yield from (
            (name.removeprefix(folder), content)
            for name, content in sorted(self._files.items())
            if name.startswith(folder)
        )


def entries(content: bytes) -> dict[str, str]:
    """Return the labels of one file of translations."""
    # A DOCTYPE stands in these files; the content is the SDK's own.
    text = re.sub(rb"<!DOCTYPE[^>]*>", b"", content)
    root = etree.fromstring(text)  # noqa: TID251  # a trusted file at build time
    return {str(e.get("key")): e.text or "" for e in root.iter("entry")}


def write(name: str, header: list[str], rows: list[list[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    # No time and no name in the archive: the same input gives the same bytes.
    with (TARGET / name).open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(text.getvalue().encode())
    print(f"{name}: {len(rows)} rows, {(TARGET / name).stat().st_size} bytes")


class Tables:
    """What the SDK says of fields, nodes and rules, in our words."""

    def __init__(self, core: Files, labels: Files) -> None:
        self.core = core
        sdk = json.loads(core.read("fields/fields.json"))
        self.fields: dict[str, Any] = {field["id"]: field for field in sdk["fields"]}
        self.nodes: dict[str, Any] = {node["id"]: node for node in sdk["xmlStructure"]}
        names = entries(labels.read("translations/field_de.xml"))
        self.names = {key.split("|", 2)[2]: v for key, v in names.items() if "|name|" in key}
        groups = entries(labels.read("translations/group_de.xml"))
        codes = entries(labels.read("translations/code_de.xml"))
        self.group_names = {key.split("|", 2)[2]: v for key, v in groups.items() if "|name|" in key}
        self.node_groups: dict[str, str] = {}
        for _, content in core.below("notice-types/"):
            self._collect_groups(json.loads(content))
        self.conditions = Conditions(self.fields, self.names, codes)
        self.by_path = {field["xpathAbsolute"]: key for key, field in self.fields.items()}
        self.by_name = {key.replace("(", "_").replace(")", "_"): key for key in self.fields}

    def _collect_groups(self, part: Any) -> None:
        if isinstance(part, list):
            for inner in part:
                self._collect_groups(inner)
        elif isinstance(part, dict):
            if part.get("nodeId") and "group|name|" in part.get("_label", ""):
                self.node_groups.setdefault(part["nodeId"], part["_label"].split("|")[-1])
            for inner in part.values():
                self._collect_groups(inner)

    def field_rows(self) -> list[list[str]]:
        """Return fields, then nodes: id, kind, entity, label, parent, field of the attribute."""
        rows = []
        for key, field in self.fields.items():
            rows.append(
                [
                    key,
                    field["type"],
                    field.get("businessEntityId", ""),
                    self.names[key].strip(),
                    field["parentNodeId"],
                    field.get("attributeOf", ""),
                    field["xpathAbsolute"],
                ]
            )
        for key, node in self.nodes.items():
            inside = [
                f for f in self.fields.values() if f["xpathAbsolute"].startswith(node_path(node))
            ]
            label = self.group_names.get(self.node_groups.get(key, ""), "")
            first = inside[0] if inside else {}
            rows.append(
                [
                    key,
                    "node",
                    first.get("businessEntityId", ""),
                    label.strip(),
                    node.get("parentId", ""),
                    "",
                    node["xpathAbsolute"],
                ]
            )
        return rows

    def rule_rows(self) -> list[list[str]]:
        """Return rules: id, kind, field or node, other fields it reads, value, condition."""
        rows = []
        for name, content in self.core.below("schematrons/static/validation-stage-"):
            stage, _, subtype = name.removesuffix(".sch").partition("-")
            if subtype and subtype not in SUBTYPES:
                continue
            root = etree.fromstring(content)  # noqa: TID251  # a trusted file at build time
            rows += [self._rule(stage, subtype, rule) for rule in root.iter("{*}assert")]
        return sorted(rows)

    def _rule(self, stage: str, subtype: str, rule: Any) -> list[str]:
        key, test = rule.get("id"), rule.get("test")
        context = SUBTYPE.sub("", rule.getparent().get("context"))
        target = self._target(rule.get("diagnostics"), context)
        kind, value = kind_of(stage, key, test)
        subtype = subtype or "".join(
            re.findall(r"noticeSubType = '([^']*)'", rule.getparent().get("context"))
        )
        others: list[str] = []
        condition = ""
        if kind in ("missing", "forbidden") and stage in ("4", "4m") and target in self.fields:
            others, condition = self.conditions.of(target, kind, subtype)
        elif kind == "agreement":
            others = self._read_by(target, key, test)
            if COUNTED in others:
                target = COUNTED  # numbers of bids are told of the lot's result as a whole
        return [key, kind, target, " ".join(o for o in others if o != target), value, condition]

    def _target(self, diagnostics: str | None, context: str) -> str:
        if diagnostics is None:
            return self.by_path.get(context, "")
        if diagnostics in self.by_name:
            return self.by_name[diagnostics]
        if diagnostics in self.nodes:
            return diagnostics
        return self.by_name[diagnostics.split("_", 1)[1]]

    def _read_by(self, target: str, key: str, test: str) -> list[str]:
        constraints = self.fields.get(target, {}).get("assert", {}).get("constraints", [])
        texts = [
            c.get("condition", "") + c.get("value", "")
            for c in constraints
            if str(c.get("message", "")).endswith(key)
        ]
        found = [match for text in texts for match in FIELD_ID.findall(text)]
        return list(dict.fromkeys(f for f in found if f in self.fields))


def node_path(node: Any) -> str:
    path = str(node["xpathAbsolute"])
    return path if path.endswith("/") else path + "/"


def kind_of(stage: str, key: str, test: str) -> tuple[str, str]:
    """Return what kind of rule it is, and the limit or number it names."""
    if stage == "1a":
        return "frame", ""
    if stage == "3a":
        return "empty", ""
    if stage == "1b":
        return ("group_missing" if "> 0" in test else "group_forbidden"), ""
    if stage == "2b":
        names = {"R": "repeated", "A": "language_twice", "B": "language_missing"}
        return names.get(key[-1], "language_extra" if key[-1] == "C" else "language_absent"), ""
    if stage == "3b":
        return _format_kind(key, test)
    if stage in ("5", "5m"):
        return "agreement", ""
    return ("missing" if re.match(r"count\(.*?\) > 0", test) else "forbidden"), ""


def _format_kind(key: str, test: str) -> tuple[str, str]:
    if key.endswith("_length"):
        return "length", test.rsplit(" ", 1)[-1]
    if key.endswith("_WS"):
        return "blanks", ""
    if key.endswith("_MA"):
        return "attribute", ""
    if key.endswith(("_min", "_max")):
        number = re.findall(r"number\('([^']*)'\)", test)[-1]
        return ("too_small" if key.endswith("_min") else "too_large"), number
    if test.startswith("matches("):
        return "format", ""
    return "code", ""


def main() -> None:
    core, labels = (Files(Path(argument)) for argument in sys.argv[1:3])
    tables = Tables(core, labels)
    header = ["id", "type", "entity", "label", "parent", "of", "xpath"]
    write("fields.csv.gz", header, tables.field_rows())
    header = ["id", "kind", "target", "others", "value", "condition"]
    write("rules.csv.gz", header, tables.rule_rows())


if __name__ == "__main__":
    main()
