"""The view of a notice as blocks, for paper and terminal: the same words as on the page."""

import datetime as dt
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from lxml import etree

from vergabe.exchange import pdf
from vergabe.exchange.eforms import view

_WIDTH: Final = 90
_LEVELS: Final = {"h2": 2, "h3": 3, "h4": 4}


@dataclass(frozen=True)
class Block:
    """A heading (level 2 to 4), a paragraph (level 0), or a fact: label and text, with a depth.

    A fact without text is the label of those that follow one deeper.
    """

    kind: str
    text: str
    level: int = 0
    label: str = ""


def blocks(xml: bytes) -> list[Block]:
    """Return a notice as blocks in the order of its view; InvalidInput as `view.fragment`."""
    return list(_blocks(view.fragment(xml)))


def _blocks(element: "etree._Element") -> Iterator[Block]:
    for child in element:
        name = str(child.tag)
        if name in _LEVELS:
            yield Block("heading", _line(child), _LEVELS[name])
        elif name == "p":
            yield Block("text", _line(child))
        elif name == "dl":
            yield from _facts(child, 0)
        else:
            yield from _blocks(child)


def _facts(listed: "etree._Element", depth: int) -> Iterator[Block]:
    for row in listed:
        label = "".join(_line(term) for term in row.findall("dt"))
        for said in row.findall("dd"):
            inner = said.find("dl")
            if inner is None:
                yield Block("fact", "".join(map(str, said.itertext())).strip(), depth, label)
            else:
                yield Block("fact", "", depth, label)
                yield from _facts(inner, depth + 1)
            label = ""


def _line(element: "etree._Element") -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def title(found: Sequence[Block]) -> str:
    """Return the title of the notice, or what kind it is."""
    said = {block.label: block.text for block in reversed(found) if block.kind == "fact"}
    return said.get("Titel") or said.get("Art der Bekanntmachung") or "Bekanntmachung"


def as_pdf(xml: bytes, *, at: dt.datetime) -> bytes:
    """Return a notice as accessible PDF/A; at: aware instant for the document's metadata."""
    found = blocks(xml)
    return pdf.render(
        "eforms",
        {"title": " ".join(title(found).split()), "blocks": [asdict(block) for block in found]},
        at=at,
    )


def as_text(xml: bytes) -> str:
    """Return a notice as plain text for a terminal."""
    return "\n".join(line for block in blocks(xml) for line in _lines(block))


def _lines(block: Block) -> list[str]:
    if block.kind == "heading":
        mark = {2: "=", 3: "-"}.get(block.level)
        return ["", block.text, *([mark * min(len(block.text), _WIDTH)] if mark else [])]
    indent = "  " * block.level
    begin = f"{indent}{block.label}: " if block.label else indent
    lines = block.text.splitlines() or [""]
    wrapped = textwrap.wrap(
        lines[0], _WIDTH, initial_indent=begin, subsequent_indent=indent + "  "
    ) or [begin.rstrip()]
    for line in lines[1:]:
        wrapped += textwrap.wrap(
            line, _WIDTH, initial_indent=indent + "  ", subsequent_indent=indent + "  "
        )
    return wrapped
