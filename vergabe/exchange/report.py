"""A paper of sections, as plain data: written as accessible PDF/A and as plain text.

Both say the same in the same order; texts are never markup.
"""

import datetime as dt
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from vergabe.exchange import pdf

WIDTH: Final = 90
RIGHT: Final = "right"
LEFT: Final = "left"


@dataclass(frozen=True)
class Figures:
    """A table: columns with their side, rows of texts, and a row of sums or none."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    sums: Sequence[str] = ()
    aligns: Sequence[str] = ()

    def sides(self) -> list[str]:
        """Return the side of each column; the first one left and figures right by default."""
        return list(self.aligns) or [LEFT] + [RIGHT] * (len(self.columns) - 1)


@dataclass(frozen=True)
class Section:
    """A section with a heading; whatever is empty is left out."""

    title: str
    facts: Sequence[tuple[str, str]] = ()
    paragraphs: Sequence[str] = ()
    bullets: Sequence[str] = ()
    numbered: Sequence[str] = ()
    table: Figures | None = None


@dataclass(frozen=True)
class Report:
    """A paper; mark stands on every page (non-public), footer too."""

    title: str
    sections: Sequence[Section]
    kind: str = ""
    mark: str = ""
    footer: str = ""
    author: str = ""
    facts: Sequence[tuple[str, str]] = ()


def as_pdf(report: Report, *, at: dt.datetime) -> bytes:
    """Return the PDF/A-2a and PDF/UA-1 of a report; at: aware instant in its metadata."""
    return pdf.render("report", _plain(report), at=at)


def _plain(report: Report) -> dict[str, Any]:
    data = asdict(report)
    for section, shown in zip(report.sections, data["sections"], strict=True):
        if section.table is not None:
            shown["table"]["aligns"] = section.table.sides()
    return data


def as_text(report: Report) -> str:
    """Return a report as plain text with lines of at most WIDTH characters where words allow."""
    blocks: list[str] = []
    if report.mark:
        blocks.append(report.mark)
    if report.kind:
        blocks.append(report.kind)
    blocks.append(_wrapped(report.title) + "\n" + "=" * min(WIDTH, len(report.title)))
    blocks += _facts(report.facts)
    for section in report.sections:
        blocks.append(section.title + "\n" + "-" * len(section.title))
        blocks += _facts(section.facts)
        blocks += [_wrapped(part) for text in section.paragraphs for part in _parts(text)]
        if section.bullets:
            blocks.append("\n".join(_wrapped(text, "- ") for text in section.bullets))
        if section.numbered:
            blocks.append(
                "\n".join(
                    _wrapped(text, f"{number}. ")
                    for number, text in enumerate(section.numbered, start=1)
                )
            )
        if section.table is not None:
            blocks.append(_table(section.table))
    if report.footer:
        blocks.append(report.footer)
    return "\n\n".join(blocks) + "\n"


def bound(text: str) -> str:
    """Return a text in which a paragraph sign is not parted from its number."""
    return text.replace("§ ", "§\N{NO-BREAK SPACE}")


def _parts(text: str) -> list[str]:
    return [part for part in text.split("\n") if part.strip()]


def _wrapped(text: str, lead: str = "") -> str:
    return textwrap.fill(
        bound(text),
        WIDTH,
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _facts(pairs: Sequence[tuple[str, str]]) -> list[str]:
    return ["\n".join(_wrapped(f"{key}: {value}") for key, value in pairs)] if pairs else []


def _table(figures: Figures) -> str:
    """Return a table with columns side by side."""
    rows = [figures.columns, *figures.rows, *([figures.sums] if figures.sums else [])]
    widths = [max(len(row[i]) for row in rows) for i in range(len(figures.columns))]
    sides = figures.sides()
    lines = [
        "  ".join(
            cell.rjust(width) if side == RIGHT else cell.ljust(width)
            for cell, width, side in zip(row, widths, sides, strict=True)
        ).rstrip()
        for row in rows
    ]
    rule = "-" * max(len(line) for line in lines)
    lines.insert(1, rule)
    if figures.sums:
        lines.insert(-1, rule)
    return "\n".join(lines)
