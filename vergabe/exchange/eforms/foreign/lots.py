"""Lots of a foreign notice: subjects, places, deadlines, documents."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from vergabe.exchange import foreign_values as values
from vergabe.exchange.eforms.foreign.elements import every, first, string, strings
from vergabe.exchange.eforms.foreign.texts import Reader
from vergabe.exchange.foreign_notice import MOST_LOTS, DeadlineKind, ForeignLot, Money

CPV: Final = (
    "cac:MainCommodityClassification/cbc:ItemClassificationCode"
    "|cac:AdditionalCommodityClassification/cbc:ItemClassificationCode"
)
NUTS: Final = "cac:RealizedLocation/cac:Address/cbc:CountrySubentityCode"
NATURE: Final = "cbc:ProcurementTypeCode[not(@listName) or @listName='contract-nature']"
# Groups of lots repeat what their lots say.
LOTS: Final = "cac:ProcurementProjectLot[not(cbc:ID/@schemeName='LotsGroup')]"
_VALUE: Final = "cac:RequestedTenderTotal/cbc:EstimatedOverallContractAmount"
_MAXIMUM: Final = "cac:RequestedTenderTotal/$X/efbc:FrameworkMaximumAmount"
_DEADLINES: Final[tuple[tuple[DeadlineKind, str], ...]] = (
    ("bids", "cac:TenderSubmissionDeadlinePeriod"),
    ("requests", "cac:ParticipationRequestReceptionPeriod"),
    ("requests", "$X/efac:InterestExpressionReceptionPeriod"),
    ("answers", "$X/efac:AnswerReceptionPeriod"),
)
_UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "DAY": ("Tag", "Tage"),
    "WEEK": ("Woche", "Wochen"),
    "MONTH": ("Monat", "Monate"),
    "YEAR": ("Jahr", "Jahre"),
}


def anywhere(path: str) -> str:
    """Return a path below a project as one of the procedure and of all its lots."""
    parts = path.split("|")
    whole = [f"cac:ProcurementProject/{part}" for part in parts]
    return "|".join(whole + [f"{LOTS}/{part}" for part in whole])


def lots(root: "etree._Element", reader: Reader) -> tuple[ForeignLot, ...]:
    """Return the lots or parts in the order of the document."""
    return tuple(_lot(node, reader) for node in every(root, LOTS)[:MOST_LOTS])


def _lot(node: "etree._Element", reader: Reader) -> ForeignLot:
    project = first(node, "cac:ProcurementProject")
    number = values.code(string(node, "cbc:ID")) or "ohne Nummer"
    if project is None:
        return ForeignLot(number=number, title="")
    return ForeignLot(
        number=number,
        title=reader.line(project, "cbc:Name"),
        description=reader.lines(project, "cbc:Description"),
        reference=values.identifier(string(project, "cbc:ID")),
        cpv=values.cpv(strings(project, CPV)),
        nuts=values.nuts(strings(project, NUTS)),
        value=value(project),
        deadline=_deadline(node)[1],
        runs=_runs(project),
    )


def value(project: "etree._Element") -> Money | None:
    """Return the estimated value, else the maximum of a framework agreement."""
    for path in (_VALUE, _MAXIMUM):
        element = first(project, path)
        found = (
            values.amount(element.text, element.get("currencyID")) if element is not None else None
        )
        if found:
            return found
    return None


def _deadline(lot: "etree._Element") -> tuple[DeadlineKind | None, dt.datetime | None, bool]:
    for kind, path in _DEADLINES:
        period = first(lot, f"cac:TenderingProcess/{path}")
        if period is not None:
            at, is_day = values.deadline(
                string(period, "cbc:EndDate"), string(period, "cbc:EndTime")
            )
            if at is not None:
                return kind, at, is_day
    return None, None, False


@dataclass(frozen=True)
class Deadlines:
    """The latest deadline of all lots, of what it is, and whether only a day was said."""

    latest: dt.datetime | None = None
    kind: DeadlineKind | None = None
    is_day: bool = False


def deadlines(root: "etree._Element") -> Deadlines:
    """Return until when something can still be handed in for at least one lot."""
    best = Deadlines()
    for lot in every(root, LOTS)[:MOST_LOTS]:
        kind, at, is_day = _deadline(lot)
        if at is not None and (best.latest is None or at > best.latest):
            best = Deadlines(at, kind, is_day)
    return best


def documents(root: "etree._Element") -> tuple[str, ...]:
    """Return the addresses of the procurement documents, each once."""
    path = (
        f"{LOTS}/cac:TenderingTerms/cac:CallForTendersDocumentReference"
        "/cac:Attachment/cac:ExternalReference/cbc:URI"
    )
    found = (values.url(text) for text in strings(root, path))
    return tuple(dict.fromkeys(url for url in found if url))[:20]


def _runs(project: "etree._Element") -> str | None:
    period = first(project, "cac:PlannedPeriod")
    if period is None:
        return None
    measure = first(period, "cbc:DurationMeasure")
    if measure is not None and (measure.text or "").strip().isdecimal():
        count = (measure.text or "").strip()[:6]
        one, many = _UNITS.get(measure.get("unitCode", ""), ("", ""))
        return f"{count} {one if count == '1' else many}".strip()
    starts, ends = (values.day(string(period, f"cbc:{name}")) for name in ("StartDate", "EndDate"))
    parts = [("ab", starts), ("bis", ends)]
    said = " ".join(f"{word} {day:%d.%m.%Y}" for word, day in parts if day is not None)
    if said:
        return said
    return "unbefristet" if string(period, "cbc:DescriptionCode") == "UNLIMITED" else None
