"""`vergabe notice validate` on eForms notices: any file, with and without an SDK."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import sdk
from tests.strategies import eforms as drawn
from vergabe.cli import main
from vergabe.exchange.eforms import checks
from vergabe.exchange.eforms.checks import own_rules
from vergabe.exchange.eforms.notice import SUBTYPES
from vergabe.exchange.eforms.official.sdk_shelf import SdkShelf
from vergabe.exchange.validate import validate_bytes

OWN = sdk.OWN_NOTICE.read_bytes()
SEVEN = {"severity", "stage", "rule", "location", "field", "message", "remedy"}


def run(monkeypatch: pytest.MonkeyPatch, *files: Path, shelf: Path | None) -> tuple[int, Any]:
    if shelf is None:
        monkeypatch.delenv("VERGABE_EFORMS_SDK", raising=False)
    else:
        monkeypatch.setenv("VERGABE_EFORMS_SDK", str(shelf))
    done = CliRunner().invoke(main, ["notice", "validate", "--json", *map(str, files)])
    return done.exit_code, json.loads(done.stdout) if done.exit_code < 2 else done.output


def test_many_files_are_told_one_by_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    good, bad, none = tmp_path / "good.xml", tmp_path / "bad.xml", tmp_path / "none.xml"
    good.write_bytes(OWN)
    spoiled = OWN.replace(b">DEA26<", b">DEA2<")
    bad.write_bytes(spoiled.replace(b"LeadIndicator>true<", b"LeadIndicator>false<"))
    code, told = run(monkeypatch, good, bad, none, shelf=sdk.CORE)
    assert code == 1
    assert [(Path(one["file"]).name, one["valid"]) for one in told] == [
        ("good.xml", True),
        ("bad.xml", False),
        ("none.xml", False),
    ]
    assert told[0]["findings"] == []
    for finding in told[1]["findings"]:
        assert set(finding) >= SEVEN
        assert finding["address"]
        assert finding["label"]
    rules = {finding["rule"] for finding in told[1]["findings"]}
    assert {"no_lead", "region_of_place_wrong", "region_of_organisation_wrong"} <= rules
    folded = [f for one in told[1]["findings"] for f in one.get("folded", [])]
    assert {finding["stage"] for finding in folded} == {"schematron"}


def test_without_an_sdk_a_hint_says_what_was_not_checked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(OWN)
    code, told = run(monkeypatch, file, shelf=None)
    assert code == 0
    assert told[0]["valid"] is True
    (hint,) = told[0]["findings"]
    assert hint["severity"] == "info"
    assert "VERGABE_EFORMS_SDK" in hint["message"]


def test_an_sdk_that_cannot_be_read_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(OWN)
    code, told = run(monkeypatch, file, shelf=tmp_path / "nowhere")
    assert code == 2
    assert "SDK" in told


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"eforms-sdk-1.14<", b"eforms-sdk-1.7<", "profile_outdated"),
        (b"eforms-sdk-1.14<", b"peppol-3<", "profile_unknown"),
        (b"eforms-sdk-1.14<", b"eforms-de-2.1<", "profile_without_base"),
        (b"<cbc:CustomizationID>eforms-sdk-1.14</cbc:CustomizationID>", b"", "profile_missing"),
        (b'<cbc:ID schemeName="notice-id">', b"<cbc:ID>", "eforms_field_missing"),
        (b">5b0c4c1e-7d0b-4f6d", b">keine-uuid-4f6d", "eforms_value_unreadable"),
        (b">16</cbc:SubTypeCode", b">17</cbc:SubTypeCode", "subtype_without_own_checks"),
    ],
)
def test_what_is_odd_about_a_document_is_told(old: bytes, new: bytes, rule: str) -> None:
    assert old in OWN
    found = validate_bytes(OWN.replace(old, new))
    assert rule in {finding.rule for finding in found}
    for finding in found:
        assert finding.message.endswith(".")


def test_what_cannot_be_read_is_left_to_official_rules_if_there_are_any() -> None:
    content = OWN.replace(b"2026-11-23+01:00</cbc:IssueDate>", b"2026-11-23</cbc:IssueDate>")
    found = validate_bytes(content, shelf=SdkShelf((sdk.sdk(),)))
    assert "eforms_value_unreadable" not in {finding.rule for finding in found}
    assert "BT-05(a)-notice" in {finding.field for finding in found}


@pytest.mark.parametrize("name", sorted(sdk.examples()))
def test_official_examples_are_valid_where_the_officials_say_so(name: str) -> None:
    found = validate_bytes(sdk.examples()[name])
    is_valid = not any(finding.severity == "error" for finding in found)
    assert is_valid == (not name.startswith("INVALID")), [f.message for f in found]


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(tender=drawn.tenders(), subtype=st.sampled_from(sorted(SUBTYPES)))
def test_random_notices_that_official_rules_accept_pass_ours(
    tender: drawn.Tender, subtype: str
) -> None:
    # What German law asks for besides is not drawn; it is asked for in other tests.
    rules = [rule for rule in checks.RULES if rule.law == own_rules.OFFICIAL]
    found = checks.findings(drawn.as_subtype(tender, subtype), rules=rules)
    assert [f.message for f in found if f.severity == "error"] == []


@given(content=st.binary(max_size=300))
def test_nothing_that_begins_like_a_notice_raises(content: bytes) -> None:
    head = b'<ContractNotice xmlns="urn:oasis:names:specification:ubl:schema:xsd:ContractNotice-2">'
    for finding in validate_bytes(head + content + b"</ContractNotice>"):
        assert finding.message
