"""The writer: against a notice that the official rules accept, and the small promises it makes."""

from pathlib import Path

from lxml import etree

from tests.factories.eforms import contract_notice
from vergabe.exchange.eforms.writing import build, tree
from vergabe.exchange.parser import parse


def outline(element: "etree._Element", depth: int = 0) -> list[str]:
    """Every element with its attributes and text, in order; white space between them is nothing."""
    attributes = " ".join(f"{key}={value}" for key, value in sorted(element.attrib.items()))
    lines = [f"{'  ' * depth}{element.tag} {attributes} {(element.text or '').strip()}"]
    for child in element:
        lines += outline(child, depth + 1)
    return lines


def test_reference_notice_is_written_element_by_element(shared: Path) -> None:
    reference = shared / "testdata" / "eforms" / "16-auftragsbekanntmachung-offen.xml"

    assert outline(parse(build(contract_notice()))) == outline(parse(reference.read_bytes()))
    assert outline(tree(contract_notice())) == outline(parse(reference.read_bytes()))
