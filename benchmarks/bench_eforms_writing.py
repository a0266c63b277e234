"""Writing an eForms notice: build, check against the XSD and serialise, against lxml alone.

python -m benchmarks.bench_eforms_writing

Ours goes from dataclasses to bytes that the schema accepts. "lxml alone" makes the same tree from a
flat list of its elements, validates and serialises it. Processor time. The schema comes from the
eForms SDK (VERGABE_EFORMS_SDK, else ../shared).
"""

import os
import sys
import time
from dataclasses import replace
from functools import partial
from typing import Any, Final

from lxml import etree

from benchmarks import frame
from benchmarks.frame import at_most
from tests.factories.eforms import contract_notice
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.eforms.official import schema
from vergabe.exchange.eforms.official.sdk import Sdk
from vergabe.exchange.eforms.writing import build, tree
from vergabe.exchange.parser import parse

LOTS: Final = (3, 40)

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


def official_schema() -> Any:
    """Return the compiled schema of contract notices."""
    place = os.environ.get("VERGABE_EFORMS_SDK")
    sdk = Sdk.open(place or frame.shared("eforms-sdk/eforms-sdk-1.14.2-core.zip"))
    return schema._compile(sdk.files, "schemas/maindoc/UBL-ContractNotice-2.3.xsd")


def main() -> int:
    wanted = frame.parser(__doc__, rounds=5).parse_args()
    report = frame.Report("eforms_writing", wanted)
    official = official_schema()
    for lots in LOTS:
        notice = notice_of(lots)
        example = tree(notice)
        plan, names = plan_of(example), dict(example.nsmap)
        found = frame.interleaved(
            {
                "ours": partial(ours, notice, official),
                "lxml": partial(alone, plan, names, official),
            },
            rounds=wanted.rounds,
            calls=100 // lots,
            timer=time.process_time,
        )
        size = f"{len(build(notice)) / 1000:.0f} KB, {lots} lots"
        report.compare(
            f"notice of {size}: build, validate, serialise",
            found["ours"],
            "lxml alone",
            found["lxml"],
            at_most(2),
        )
    return report.finish()


if __name__ == "__main__":
    sys.exit(frame.run(main))
