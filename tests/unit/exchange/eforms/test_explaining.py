"""Official findings for people: every rule in German, at a field of our form, with a remedy."""

import re
from typing import Any

import pytest
from lxml import etree

from tests import sdk
from vergabe.exchange import parser
from vergabe.exchange.eforms.findings import explaining, official_rules
from vergabe.exchange.eforms.notice import SUBTYPES
from vergabe.exchange.eforms.official import schema
from vergabe.exchange.eforms.official.raw_findings import RawFinding
from vergabe.exchange.findings import Finding
from vergabe.notice_facts.fields import FIELDS as FORM_OF_FACTS

ROOT = parser.parse(sdk.OWN_NOTICE.read_bytes())
LOT = "/cn:ContractNotice/cac:ProcurementProjectLot[2]"
LEFTOVER = re.compile(
    r"\b(BT|OPT|OPP|OPA|ND|GR|BR)-|/\*|::|count\(|normalize-space|\bmust\b|\bshould\b|\bfield\b"
    r"|\b(efac|efbc|cbc|cac|ext):|rule\|text|\{|\}|\$|  "
)


def raw(rule: str, location: str = LOT, **more: Any) -> RawFinding:
    return RawFinding("error", rule, "4", None, location, "official", **more)


def only(finding: RawFinding) -> Finding:
    (found,) = explaining.explain([finding], ROOT)
    return found


def official_ids() -> list[str]:
    """Every rule of the subtypes the product writes, from the Schematron itself."""
    found = []
    for name in sdk.sdk().files.names():
        stage = re.search(r"static/validation-stage-\w+?(?:-(\w+))?\.sch", name)
        if stage and (stage.group(1) or "4") in SUBTYPES:
            text = sdk.sdk().files.read(name)
            found += re.findall(rb'<assert id="([^"]+)"', text)
    return sorted(key.decode() for key in found)


def test_the_table_knows_every_rule_of_our_subtypes() -> None:
    ids = official_ids()
    assert len(ids) > 12_000
    assert set(ids) == set(official_rules.rules())


def test_every_rule_is_a_german_sentence_at_a_field_of_our_form() -> None:
    rules = official_rules.rules()
    found = explaining.explain([raw(key) for key in rules], ROOT)
    pages = official_rules.form_pages()
    for finding in found:
        told = f"{finding.rule}: {finding.message} | {finding.remedy}"
        assert finding.message.endswith("."), told
        assert finding.remedy.endswith("."), told
        assert not LEFTOVER.search(finding.message + " " + finding.remedy), told
        assert finding.page in pages, told
        assert finding.form_field in pages[finding.page][1], told
        assert finding.label, told
        assert finding.field, told
        assert finding.official == (finding.rule,)


def test_rules_of_another_version_are_told_by_their_kind() -> None:
    kinds = ("mandatory_if", "forbidden", "pattern", "code", "too_long", "agreement", "repeated")
    for kind in kinds:
        unknown = RawFinding("error", "BR-NEW-1", "4", "BT-21-Lot", LOT, "x", None, "", kind)
        finding = only(unknown)
        assert "„Bezeichnung des Loses“" in finding.message
        assert finding.address == "lots#title"


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("BR-BT-00021-0123", None),
        (
            "BR-BT-00131-0022",
            "„Angebotsfrist“ fehlt. Die Angabe ist Pflicht, wenn „Verfahrensart“ „Offenes "
            "Verfahren“ oder „Sonstiges einstufiges Verfahren“ ist.",
        ),
        ("BT-70-Lot_length", "„Bedingungen für die Ausführung“ ist zu lang: höchstens 1000"),
        ("BR-BT-00262-0203", "Der CPV-Code passt nicht zu Lieferungen"),
        ("BR-BT-00271-0022", "„Höchstwert der Rahmenvereinbarung“ darf"),
        ("BR-BT-00127-0022", "ist in dieser Art von Bekanntmachung nicht zulässig."),
    ],
)
def test_sentences(rule: str, told: str | None) -> None:
    if told is not None:
        assert told in only(raw(rule)).message


def test_lots_are_named_by_number_and_title() -> None:
    finding = only(raw("BR-BT-00131-0022"))
    assert finding.subject_id == "LOT-0002"
    assert finding.subject == "Los 2 „Auftausalz lose, Stadt Eifeltal“"


def test_organisations_and_criteria_are_named() -> None:
    extension = (
        "/cn:ContractNotice/ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent"
        "/efext:EformsExtension/efac:Organizations/efac:Organization[2]/efac:Company"
    )
    assert only(raw("BR-BT-00503-0022", extension)).subject == "Organisation „Stadt Eifeltal“"
    criterion = (
        f"{LOT}/cac:TenderingTerms/cac:AwardingTerms/cac:AwardingCriterion"
        "/cac:SubordinateAwardingCriterion[2]/cbc:Description"
    )
    finding = only(raw("BT-540-Lot_length", criterion))
    assert finding.subject == (
        "Los 2 „Auftausalz lose, Stadt Eifeltal“, Zuschlagskriterium 2 „Lieferzeit“"
    )


def test_the_value_that_is_wrong_is_shown() -> None:
    finding = only(raw("BR-BT-00262-0115", f"{LOT}/cac:ProcurementProject/cbc:Name"))
    assert "Auftausalz" in finding.message


def test_what_nobody_can_mend_says_so() -> None:
    finding = only(raw("BT-21-Lot_D"))
    assert finding.mended_by == "application"
    assert "Fehler der Anwendung" in finding.remedy
    assert only(raw("BT-70-Lot_length")).mended_by == "clerk"


def test_a_place_that_is_not_there_does_no_harm() -> None:
    finding = only(raw("BR-BT-00131-0022", "/cn:Nothing[99]/wrong(("))
    assert finding.subject == ""
    assert finding.address == "deadlines#submission_deadline"


def test_mistakes_of_the_schema_lead_to_a_field() -> None:
    content = sdk.OWN_NOTICE.read_bytes()
    for name in (b"<cbc:NoticeLanguageCode", b"</cbc:NoticeLanguageCode"):
        content = content.replace(name, name.replace(b"NoticeLanguageCode", b"X"))
    root = parser.parse(content)
    (finding,) = explaining.explain(schema.findings(root, sdk.sdk()), root)
    assert finding.stage == "xsd"
    assert finding.mended_by == "application"
    assert finding.location.startswith("Zeile ")


def test_every_sdk_field_has_a_place_in_our_form() -> None:
    pages = official_rules.form_pages()
    for key in official_rules.fields():
        form = official_rules.form_field(key)
        assert form.name in pages[form.page][1], key
        assert official_rules.label_of(key), key


def test_the_form_of_facts_and_the_table_use_the_same_names() -> None:
    known = set(official_rules.form_pages()["facts"][1])
    # What stands for no field of its own: a switch, and two details of the review body.
    own = {"publishes_value", "review_number", "review_region"}
    assert set(FORM_OF_FACTS) - own <= known
    for name, field in FORM_OF_FACTS.items():
        for term in () if name in own else field.bt:
            form = official_rules.form_field(term)
            if form.name == name:
                assert form.label == field.label, name
                assert form.mended_by == "clerk" or name == "legal_basis"


def test_locations_are_xpaths_of_the_document() -> None:
    assert isinstance(ROOT, etree._Element)
    assert explaining.explain([], ROOT) == []
