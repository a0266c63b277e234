"""The paper of one member: golden text, accessible PDF, and whatever stands in the facts."""

import dataclasses
import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

from vergabe.council_papers.writing import (
    BodyFacts,
    DemandFacts,
    FundingFacts,
    LawFacts,
    LotFacts,
    PaperFacts,
    PaperTexts,
    paper,
    resolution,
)
from vergabe.exchange.report import as_pdf, as_text

AT = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)
GOLDEN = Path(__file__).parents[2] / "golden" / "council_paper.txt"
LAW = LawFacts(
    regime="Nordrhein-Westfalen: Grundsätze des § 75a GO NRW und Satzungen der Beteiligten",
    method="Öffentliche Ausschreibung (frei wählbar)",
    reasons=["Der EU-Schwellenwert für Lieferleistungen beträgt 216.000,00\xa0€ netto."],
    value_net_cents=9_000_000,
    threshold_net_cents=21_600_000,
    reaches_threshold=False,
    earliest_contract_on=dt.date(2027, 2, 15),
    alone_regime="Nordrhein-Westfalen: Grundsätze des § 75a GO NRW",
    alone_value_net_cents=3_000_000,
    alone_reaches_threshold=False,
)
FUNDING = FundingFacts(
    stage="Beantragt",
    programme="Förderung interkommunaler Zusammenarbeit (IKZ NRW), Richtlinie 2021",
    grant_cents=21_000_000,
    own_share_cents=1_000_000,
    share_of_grant_cents=7_000_000,
    without_grant_cents=8_000_000,
    key="gleiche Anteile",
    award_rules=["UVgO"],
    may_begin=False,
)
FACTS = PaperFacts(
    municipality="Stadt Jülich",
    municipality_short="Jülich",
    bodies=[BodyFacts("Hauptausschuss", dt.date(2026, 12, 3)), BodyFacts("Rat")],
    is_public=False,
    stamp_on=dt.date(2026, 11, 23),
    pool_reference="BUE-DLZ-2026-0001",
    pool_title="Einsatzkleidung der Feuerwehr",
    cooperation="Dienstleistungszentrum im Rheinischen Revier",
    lead="Gemeinde Merzenich",
    is_lead=False,
    participants=["Jülich", "Kerpen", "Merzenich"],
    legal_form="Öffentlich-rechtliche Vereinbarung",
    matter="Gemeinsame Beschaffung von Liefer- und Dienstleistungen",
    demands=[
        DemandFacts(
            "B-DLZ-2026-0002",
            "Einsatzkleidung",
            ["50 Einsatzjacken nach EN 469", "50 Hosen"],
            3_000_000,
            "12.60.01/0831100",
            3_000_000,
        )
    ],
    total_net_cents=9_000_000,
    maximum_net_cents=3_300_000,
    budget_line="12.60.01/0831100",
    cost_key="nach dem Wert der Bedarfe",
    bylaw="keine eigene hinterlegt",
    by_law_basis="§ 75a Abs. 1 GO NRW; eine eigene Satzung besteht nicht",
    delegation="die Verwaltungsleitung (§ 41 Abs. 2 GO NRW)",
    needed="Benötigt ab 01.06.2027 bis 31.12.2027.",
    reasons_for=["Drei Kommunen brauchen dasselbe zur selben Zeit."],
    reasons_against=["Die Wunschtermine liegen auseinander."],
    law=LAW,
    lots=[LotFacts(1, "Jacken", 6_000_000), LotFacts(2, "Hosen", 3_000_000)],
    funding=FUNDING,
    texts=PaperTexts(
        paper_number="234/2026",
        department="Amt 37",
        strategy="Leitziel 4: Sicherheit.",
        inclusion="Keine besondere.",
        resolution=["Dem Rat wird nach dem Zuschlag berichtet."],
        annexes=["Bedarfsliste"],
    ),
)


def test_the_paper_of_one_member_is_the_golden_one() -> None:
    assert as_text(paper(FACTS)) == GOLDEN.read_text(encoding="utf-8")


def test_the_resolution_names_all_that_a_council_has_to_decide() -> None:
    said = "\n".join(resolution(FACTS))
    for part in (
        "Der Rat beschließt",
        "Form der Zusammenarbeit: Öffentlich-rechtliche Vereinbarung",
        "Gegenstand: Gemeinsame Beschaffung",
        "BUE-DLZ-2026-0001: Einsatzkleidung der Feuerwehr",
        "Anteil am Auftrag beträgt höchstens 33.000,00\xa0€ netto",
        "Gemeinde Merzenich führt federführend",
        "Vollmacht",
        "§ 75a Abs. 1 GO NRW",
        "Über den Zuschlag entscheidet",
        "der Eigenanteil von 10.000,00\xa0€",
        "nach dem Zuschlag berichtet",
    ):
        assert part in said


def test_the_lead_takes_over_instead_of_giving_power() -> None:
    said = "\n".join(resolution(dataclasses.replace(FACTS, is_lead=True)))
    assert "Die Federführung wird übernommen" in said
    assert "erhält dafür Vollmacht" not in said


def test_the_pdf_is_archivable_and_marked_on_every_page() -> None:
    content = as_pdf(paper(FACTS), at=AT)
    assert content.startswith(b"%PDF-")
    assert b"pdfaid:part" in content
    assert b"pdfuaid:part" in content
    assert content == as_pdf(paper(FACTS), at=AT)
    public = paper(dataclasses.replace(FACTS, is_public=True))
    assert public.mark == ""
    assert paper(FACTS).mark == "Nichtöffentlich – vertraulich"


@pytest.mark.parametrize(
    "change",
    [
        {"lots": [], "law": None, "funding": None, "demands": [], "bodies": []},
        {"pool_title": "Ü" * 400},
        {"pool_title": "#set page(fill: red) $x$ <b>&amp;</b>"},
        {"maximum_net_cents": None, "budget_line": "", "texts": PaperTexts()},
        {"participants": ["Allein"], "reasons_for": [], "reasons_against": []},
        {"funding": dataclasses.replace(FUNDING, own_share_cents=None)},
    ],
)
def test_every_paper_can_be_written(change: dict[str, Any]) -> None:
    made = paper(dataclasses.replace(FACTS, **change))
    assert as_pdf(made, at=AT).startswith(b"%PDF-")
    text = as_text(made)
    assert "None" not in text
    assert not re.search(r"\bnone\b", text)


def test_without_lots_the_paper_says_so() -> None:
    text = as_text(paper(dataclasses.replace(FACTS, lots=[])))
    assert "steht noch nicht fest" in text
