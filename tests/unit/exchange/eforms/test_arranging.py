"""Consequences of one mistake are one finding; order and number are honest."""

from dataclasses import replace

import pytest
from lxml import etree

from tests import sdk
from tests.factories.eforms_broken import SPOILED
from vergabe.exchange import parser
from vergabe.exchange.eforms import checks, official
from vergabe.exchange.eforms.findings import arranging, assessing, explaining
from vergabe.exchange.eforms.official import schema
from vergabe.exchange.eforms.official.raw_findings import RawFinding
from vergabe.exchange.eforms.official.sdk_shelf import SdkShelf
from vergabe.exchange.findings import Finding

CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
EXAMPLES = sdk.examples()
OWN = sdk.OWN_NOTICE.read_bytes()


def judged(root: "etree._Element") -> list[Finding]:
    """Official findings of a notice, folded; errors alone."""
    content = etree.tostring(root)
    raw = [*schema.findings(root, sdk.sdk()), *sdk.checker().findings(content)]
    found = arranging.arranged(explaining.explain(raw, root))
    return [finding for finding in found if finding.severity == "error"]


def first(root: "etree._Element", path: str) -> "etree._Element":
    found = root.find(path)
    assert found is not None
    return found


def dropped(content: bytes, path: str) -> "etree._Element":
    root = parser.parse(content)
    element = first(root, path)
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)
    return root


def changed(content: bytes, path: str, text: str) -> "etree._Element":
    root = parser.parse(content)
    first(root, path).text = text
    return root


LOT = f"{CAC}ProcurementProjectLot"
TERMS = f"{LOT}/{CAC}TenderingTerms"


@pytest.mark.parametrize(
    ("root", "field", "least"),
    [
        # A wrong method: all rules that ask for the method follow from it.
        (
            lambda: changed(OWN, f"{CAC}TenderingProcess/{CBC}ProcedureCode", "no-such"),
            "BT-105-Procedure",
            2,
        ),
        # The number of a lot is missing: everything that refers to it follows.
        (lambda: changed(EXAMPLES["can_24_minimal"], f"{LOT}/{CBC}ID", "LOT-"), "BT-137-Lot", 1),
        # Without the language no text is in a language of the notice.
        (
            lambda: dropped(EXAMPLES["can_24_minimal"], f"{CBC}NoticeLanguageCode"),
            "BT-702(a)-notice",
            10,
        ),
        # The title of a lot is empty.
        (lambda: changed(OWN, f"{LOT}/{CAC}ProcurementProject/{CBC}Name", ""), "BT-21-Lot", 0),
    ],
)
def test_one_mistake_is_one_finding(root: object, field: str, least: int) -> None:
    found = judged(root())
    assert [finding.field for finding in found] == [field], [f.message for f in found]
    assert len(found[0].folded) >= least


def test_a_reference_to_nothing_takes_its_consequences_along() -> None:
    path = f"{CAC}ContractingParty/{CAC}Party/{CAC}PartyIdentification/{CBC}ID"
    (chief,) = judged(changed(EXAMPLES["can-social_24"], path, "ORG-0099"))
    assert chief.address == "tender#buyers"
    assert "OPT-200-Organization-Company" in {finding.field for finding in chief.folded}


def test_mistakes_at_two_lots_stay_two() -> None:
    root = parser.parse(OWN)
    for lot in root.findall(LOT)[:2]:
        first(lot, f"{CAC}ProcurementProject/{CBC}Name").text = "x" * 401
    found = judged(root)
    assert [finding.subject_id for finding in found] == ["LOT-0001", "LOT-0002"]


def test_what_the_form_has_once_for_all_lots_is_told_once() -> None:
    notice = SPOILED["einvoicing_excluded"]()
    lots = tuple(
        replace(lot, terms=replace(lot.terms, einvoicing="not-allowed")) for lot in notice.lots
    )
    (chief,) = arranging.arranged(checks.findings(replace(notice, lots=lots)))
    assert [finding.subject_id for finding in chief.folded] == ["LOT-0002", "LOT-0003"]
    assert "Dasselbe gilt für: Los 2 „Auftausalz lose, Stadt Eifeltal“, Los 3" in chief.message


def test_our_own_check_is_the_chief_of_official_ones() -> None:
    own = checks.findings(SPOILED["submission_deadline_missing"]())
    root = parser.parse(OWN)
    place = "/cn:ContractNotice/cac:ProcurementProjectLot[1]/cac:TenderingProcess"
    raw = [
        RawFinding("error", rule, "4", field, place, "x")
        for rule, field in (
            ("BR-BT-00131-0022", "BT-131(d)-Lot"),
            ("BR-BT-00131-0071", "BT-131(t)-Lot"),
        )
    ]
    (chief,) = [f for f in arranging.arranged([*explaining.explain(raw, root), *own]) if f.folded]
    assert (chief.stage, chief.rule) == ("domain", "submission_deadline_missing")
    assert chief.law
    assert "BR-BT-00131-0022" in chief.official


def test_warnings_stay_apart_from_errors_and_the_number_is_honest() -> None:
    spoiled = checks.findings(SPOILED["price_missing"]()) + checks.findings(SPOILED["no_lead"]())
    found = arranging.arranged(spoiled)
    assert arranging.count(found) == arranging.Count(errors=1, warnings=1, hints=0, folded=0)


def test_findings_are_in_the_order_of_our_form() -> None:
    keys = ("no_lead", "period_missing", "weights_do_not_add_up", "opening_before_deadline")
    found = [f for key in keys for f in checks.findings(SPOILED[key]())]
    pages = [page.key for page in arranging.by_page(arranging.arranged(list(reversed(found))))]
    assert pages == ["tender", "criteria", "facts"]
    fields = [f.form_field for f in arranging.arranged(list(reversed(found))) if f.page == "tender"]
    assert fields == ["duration_months", "buyers"]


def test_without_a_subtype_everything_else_waits() -> None:
    root = parser.parse(OWN)
    code = next(root.iter(f"{CBC}SubTypeCode"))
    code.getparent().remove(code)
    found = [f for f in judged(root) if f.stage == "schematron"]
    assert len(found) == 1
    assert found[0].field == "OPP-070-notice"


def test_without_an_sdk_it_is_said_what_was_not_checked() -> None:
    found = assessing.assess(parser.parse(OWN), SdkShelf())
    assert [(f.severity, f.rule) for f in found] == [("info", "not_checked")]
    assert "VERGABE_EFORMS_SDK" in found[0].message


def test_data_at_hand_are_not_read_again() -> None:
    root = parser.parse(OWN)
    spoiled = SPOILED["no_lead"]()
    (finding, _) = assessing.combined(root, official.check(root, SdkShelf()), notice=spoiled)
    assert finding.rule == "no_lead"
