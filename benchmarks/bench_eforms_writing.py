"""Writing an eForms notice: build, check against the XSD and serialise, against lxml alone.

python -m benchmarks.bench_eforms_writing

Prints JSON lines for notices of 3 and of 40 lots. Ours goes from dataclasses to bytes that the
schema accepts. "lxml alone" makes the same tree from a flat list of its elements, validates and
serialises it; the two are measured in turns in one run, and the ratio of their medians is what
counts. It is processor time, so that a busy machine does not matter. Aim: at most 2. The schema
comes from the eForms SDK (VERGABE_EFORMS_SDK, else ../shared).
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from lxml import etree

from tests.factories.eforms import contract_notice
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.eforms.official import schema
from vergabe.exchange.eforms.official.sdk import Sdk
from vergabe.exchange.eforms.writing import build, tree
from vergabe.exchange.parser import parse

LOTS: Final = (3, 40)
ROUNDS: Final = 60
MOST: Final = 2.0
SHARED: Final = Path(__file__).resolve().parents[1].parent / "shared"

Step = tuple[int, str, dict[str, str], str | None]


def notice_of(lots: int) -> Notice:
    """Return the reference notice with as many lots as asked for."""
    notice = contract_notice()
    patterns = notice.lots
    return replace(
        notice,
        lots=tuple(
            replace(patterns[number % 3], number=number, reference=f"2026-117-{number}")
            for number in range(1, lots + 1)
        ),
    )


def plan_of(root: "etree._Element", depth: int = 0) -> list[Step]:
    """Return the tree as a flat list: depth, tag, attributes, text."""
    steps: list[Step] = [(depth, str(root.tag), dict(root.attrib), root.text)]
    for child in root:
        steps += plan_of(child, depth + 1)
    return steps


def built_by_lxml_alone(plan: list[Step], names: dict[str, str]) -> "etree._Element":
    """Return the tree of a plan, made with as little Python as it takes."""
    _, tag, attributes, text = plan[0]
    root = etree.Element(tag, attributes, nsmap=names)
    path = [root]
    make = etree.SubElement
    for depth, tag, attributes, text in plan[1:]:
        above = path[depth - 1]
        element = make(above, tag, attributes) if attributes else make(above, tag)
        if text:
            element.text = text
        if len(path) > depth:
            path[depth] = element
        else:
            path.append(element)
    return root


def checked(root: "etree._Element", official: Any) -> None:
    """Check a tree against the schema; a notice that is not valid ends the run."""
    if not official.validate(root):
        raise SystemExit(f"The notice is not valid: {official.error_log}")


def ours(notice: Notice, official: Any) -> bytes:
    """Return the document, written and checked by us."""
    content = build(notice)
    checked(parse(content), official)
    return content


def alone(plan: list[Step], names: dict[str, str], official: Any) -> bytes:
    """Return the document, built, checked and serialised with nothing but lxml."""
    root = built_by_lxml_alone(plan, names)
    checked(root, official)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def compared(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Return the medians in milliseconds of two things done in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for thing, taken in ((first, times[0]), (second, times[1])):
            started = time.process_time()
            thing()
            taken.append(time.process_time() - started)
    return statistics.median(times[0]) * 1000, statistics.median(times[1]) * 1000


def official_schema() -> Any:
    """Return the compiled schema of contract notices."""
    place = os.environ.get("VERGABE_EFORMS_SDK")
    sdk = Sdk.open(place or SHARED / "eforms-sdk" / "eforms-sdk-1.14.2-core.zip")
    return schema._compile(sdk.files, "schemas/maindoc/UBL-ContractNotice-2.3.xsd")


def main() -> int:
    official = official_schema()
    worst = 0.0
    for lots in LOTS:
        notice = notice_of(lots)
        example = tree(notice)
        plan, names = plan_of(example), dict(example.nsmap)
        mine, bare = compared(
            partial(ours, notice, official), partial(alone, plan, names, official)
        )
        worst = max(worst, mine / bare)
        figures = {
            "lots": lots,
            "elements": len(plan),
            "bytes": len(build(notice)),
            "milliseconds": round(mine, 2),
            "lxml_alone_milliseconds": round(bare, 2),
            "ratio": round(mine / bare, 2),
        }
        print(json.dumps(figures), flush=True)
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main())
