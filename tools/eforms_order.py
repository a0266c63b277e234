"""Make the table of eForms fields that the writer uses: places, orders, attributes, subtypes.

python tools/eforms_order.py SDK            write vergabe/exchange/eforms/tables/fields.json
python tools/eforms_order.py SDK --check    compare; exit code 1 if the table is not up to date

SDK is a folder or zip of the eForms SDK 1.14. Which fields: those whose ids stand as strings in
vergabe/exchange/eforms/writing/*.py and withholding.py; an id without its last part (`BT-21`) means
the fields of the procedure, of lots and parts, of companies and contact points, of results
(`BT-21-Procedure`, `BT-21-Lot` …).
Copied are facts only (names, numbers, codes); eForms SDK, Publications Office, CC BY 4.0.
"""

import ast
import json
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from vergabe.exchange.parser import parse

ROOT: Final = Path(__file__).resolve().parent.parent
EFORMS: Final = ROOT / "vergabe" / "exchange" / "eforms"
TABLE: Final = EFORMS / "tables" / "fields.json"
SUBTYPES: Final = ("4", "7", "16", "20", "25", "29", "33", "38", "E1", "E2", "E3", "E4")
ID: Final = re.compile(r"(BT|OPT|OPP|OPA|ND)-[\w()-]+\Z")
SUFFIXES: Final = (
    "Procedure",
    "Lot",
    "Part",
    "Organization-Company",
    "Organization-TouchPoint",
    "NoticeResult",
    "LotResult",
    "Tender",
)
MAIN_SCHEMAS: Final = ("PriorInformationNotice", "ContractNotice", "ContractAwardNotice")
PROFILE: Final = "UBL-ProfileID"
# Forbidden unless a field stands that these subtypes do not have (BT-765): never to be written.
NEVER: Final = {"BT-271-Lot": ("E1",), "BT-271-Procedure": ("E1", "E2")}

Row = dict[str, Any]


def sdk_file(sdk: Path, name: str) -> bytes:
    """Return one file of an SDK that is a folder or a zip, with or without a top folder."""
    if sdk.is_dir():
        return next(
            path for path in (sdk / name, *sdk.glob(f"*/{name}")) if path.is_file()
        ).read_bytes()
    with zipfile.ZipFile(sdk) as archive:
        return archive.read(next(member for member in archive.namelist() if member.endswith(name)))


def wanted_ids() -> set[str]:
    """Return the strings of the writer that have the form of a field's or node's id."""
    found: set[str] = set()
    for path in sorted([*(EFORMS / "writing").glob("*.py"), EFORMS / "withholding.py"]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and ID.match(text):
                found.add(text)
    return found


def chosen(ids: set[str], rows: Mapping[str, Row]) -> list[str]:
    """Return the ids of the fields meant; exits if an id means none."""
    result: set[str] = set()
    for wanted in ids:
        meant = {wanted} | {f"{wanted}-{suffix}" for suffix in SUFFIXES}
        if not meant & rows.keys():
            sys.exit(f"The SDK has no field or node {wanted}.")
        result |= meant & rows.keys()
    return [key for key in rows if key in result]


def steps(path: str) -> list[str]:
    """Return the steps of a relative XPath; predicates stay with their step."""
    found, depth = [""], 0
    for sign in path:
        depth += (sign == "[") - (sign == "]")
        if sign == "/" and not depth:
            found.append("")
        else:
            found[-1] += sign
    return found


def always(row: Row, property_name: str) -> list[str]:
    """Return the subtypes of ours for which a property holds without condition."""
    declared = row.get(property_name) or {}
    found = set(SUBTYPES) if declared.get("value") is True else set()
    for part in declared.get("constraints", ()):
        if part.get("value") is True and "condition" not in part:
            found |= set(part.get("noticeTypes", SUBTYPES))
    return [subtype for subtype in SUBTYPES if subtype in found]


def sequences(rows: Iterator[Row], nodes: Mapping[str, Row]) -> dict[str, dict[str, int]]:
    """Return the place of each child below each parent, as the SDK numbers them."""
    places: dict[str, dict[str, int]] = {}
    for row in rows:
        above = nodes[row.get("parentId") or row["parentNodeId"]]
        parent = steps(above["xpathAbsolute"])[-1].split("[")[0]
        for place in row["xsdSequenceOrder"]:
            ((name, number),) = place.items()
            if places.setdefault(parent, {}).setdefault(name, number) != number:
                sys.exit(f"{name} has two places below {parent}.")
            parent = name
    return places


def with_profile(order: list[str], sdk: Path) -> list[str]:
    """Return the order of the root's children with cbc:ProfileID, which only the schemas have."""
    for name in MAIN_SCHEMAS:
        schema = parse(sdk_file(sdk, f"schemas/maindoc/UBL-{name}-2.3.xsd"))
        names = [item.get("ref") for item in schema.iter("{*}element") if item.get("ref")]
        if names[names.index("cbc:CustomizationID") + 1] != "cbc:ProfileID":
            sys.exit(f"cbc:ProfileID has another place in {name}.")
    at = order.index("cbc:CustomizationID") + 1
    return [*order[:at], "cbc:ProfileID", *order[at:]]


def field_row(row: Row, rows: Mapping[str, Row]) -> Row:
    """Return what the table says of a field; `free`: attribute whose value the writer gives."""
    made: Row = {"node": row["parentNodeId"], "path": row["xpathRelative"], "type": row["type"]}
    for attribute in (rows[key] for key in row.get("attributes", ())):
        if "presetValue" in attribute:
            made["attributes"] = {attribute["attributeName"]: attribute["presetValue"]}
        else:
            made["free"] = attribute["attributeName"]
    if "codeList" in row:
        made["codes"] = row["codeList"]["value"]["id"]
    for name in ("forbidden", "mandatory"):
        found = always(row, name)
        if name == "forbidden":
            found += [each for each in NEVER.get(row["id"], ()) if each not in found]
        if found:
            made[name] = " ".join(found)
    return made


def made_table(sdk: Path) -> Row:
    """Return the whole table."""
    source = json.loads(sdk_file(sdk, "fields/fields.json"))
    fields = {row["id"]: row for row in source["fields"]}
    nodes = {row["id"]: row for row in source["xmlStructure"]}
    ids = wanted_ids()
    used = {key: fields[key] for key in chosen({i for i in ids if not i.startswith("ND-")}, fields)}
    named = set(chosen({i for i in ids if i.startswith("ND-")}, nodes))
    queue = [row["parentNodeId"] for row in used.values()] + list(named)
    above: set[str] = set()
    while queue:
        key = queue.pop()
        if key not in above:
            above.add(key)
            queue += filter(None, [nodes[key].get("parentId")])
    kept = {key: nodes[key] for key in nodes if key in above}
    below = (row for row in [*kept.values(), *used.values()] if row["id"] != "ND-Root")
    order = {
        parent: sorted(children, key=lambda name: children[name])
        for parent, children in sorted(sequences(below, nodes).items())
    }
    order["*"] = with_profile(order["*"], sdk)
    profile = {PROFILE: {"node": "ND-Root", "path": "cbc:ProfileID", "type": "id"}}
    return {
        "source": "eForms SDK, Publications Office of the European Union, CC BY 4.0; fields.json",
        "sdk": source["sdkVersion"],
        "subtypes": list(SUBTYPES),
        "order": order,
        "nodes": {
            key: {
                "parent": row.get("parentId"),
                "path": row["xpathRelative"],
                "repeatable": row["repeatable"],
            }
            for key, row in kept.items()
        },
        "fields": {key: field_row(row, fields) for key, row in used.items()} | profile,
    }


def as_text(table: Row) -> str:
    """Return the table as JSON with one row a line, so that a comparison shows rows."""
    parts = []
    for name, value in table.items():
        if isinstance(value, dict):
            rows = ",\n".join(
                f"  {json.dumps(key)}: {json.dumps(row, ensure_ascii=False)}"
                for key, row in value.items()
            )
            parts.append(f"{json.dumps(name)}: {{\n{rows}\n}}")
        else:
            parts.append(f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main(arguments: list[str]) -> int:
    sdk = Path(arguments[0])
    text = as_text(made_table(sdk))
    if "--check" in arguments:
        return int(not TABLE.is_file() or TABLE.read_text(encoding="utf-8") != text)
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
