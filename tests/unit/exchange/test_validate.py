import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import exchange as make
from tests.factories import exchange_messages as more
from vergabe.exchange.findings import Finding
from vergabe.exchange.validate import validate_bytes, validate_file
from vergabe.exchange.xvergabe import codec

GOOD = codec.build(make.notice())


def only(content: bytes) -> Finding:
    (finding,) = validate_bytes(content)
    return finding


@pytest.mark.parametrize(
    ("old", "new", "rule", "field", "location", "told"),
    [
        (
            b"OPEN<",
            b"OFFEN<",
            "enumeration_valid",
            "procedureType",
            "/procedure/procedureType",
            "OPEN, ",
        ),
        (
            b"<doc:legalBasis>vgv</doc:legalBasis>",
            b"",
            "element_content",
            "regime",
            "regime",
            "„legalBasis“",
        ),
        (b">6000<", b">sechs<", "datatype_valid_1_2_1", "weightBasisPoints", "[1]", "„sechs“"),
        (b">6000<", b">10001<", "maxinclusive_valid", "weightBasisPoints", "[1]", "zu groß"),
        (b">6000<", b">-1<", "mininclusive_valid", "weightBasisPoints", "[1]", "zu klein"),
        (
            b"1099950.50",
            b"1099950.505",
            "fractiondigits_valid",
            "estimatedValueNet",
            "",
            "Nachkomma",
        ),
        (b' lead="true"', b"", "complex_type_4", "lead", "Authority[1]", "„lead“ fehlt"),
        (b' lead="true"', b' lead="true" a="b"', "complex_type_3_2_1", "a", "", "Attribut"),
        (b"<doc:deadlines>", b"<doc:deadlines>x", "complex_type_2_3", "deadlines", "", "Text"),
        (
            b"<doc:deadlines>",
            b"<doc:new/><doc:deadlines>",
            "element_content",
            "new",
            "",
            "„deadlines“",
        ),
        (
            b"Z</doc:submissionUntil>",
            b"</doc:submissionUntil>",
            "pattern_valid",
            "submissionUntil",
            "",
            "Form",
        ),
        (
            b">de</doc:language>",
            b">deutsch</doc:language>",
            "pattern_valid",
            "language",
            "",
            "Form",
        ),
    ],
)
def test_broken_schema_is_told_in_german_with_place_and_field(
    old: bytes, new: bytes, rule: str, field: str, location: str, told: str
) -> None:
    found = validate_bytes(GOOD.replace(old, new))
    assert found
    finding = found[0]
    assert (finding.severity, finding.stage) == ("error", "schema")
    assert (finding.rule, finding.field) == (rule, field)
    assert finding.location.startswith("Zeile ")
    assert "Notice/" in finding.location
    assert location in finding.location
    assert told in finding.message
    assert finding.remedy.startswith("Bitte")


def test_too_long_and_empty_texts_say_their_length() -> None:
    long = only(GOOD.replace(b"Gemeinde Merzenich</dt:name>", b"x" * 300 + b"</dt:name>"))
    assert "hat 300, Grenze 255" in long.message
    empty = only(GOOD.replace(b">Preis</doc:name>", b"></doc:name>", 1))
    assert empty.rule == "minlength_valid"


def test_broken_rule_across_fields_is_told_after_the_schema() -> None:
    finding = only(GOOD.replace(b'lead="false"', b'lead="true"'))
    assert (finding.stage, finding.rule) == ("rules", "exactly_one_lead")
    assert finding.location == "Notice/contractingAuthority"
    assert finding.field == "contractingAuthority"
    assert "§ 4" in finding.message
    assert set(finding.to_dict()) == {
        "severity",
        "stage",
        "rule",
        "location",
        "field",
        "message",
        "remedy",
    }


@pytest.mark.parametrize(
    ("content", "stage", "rule"),
    [
        (b"", "xml", "xml_empty"),
        (b" \n", "xml", "xml_empty"),
        (GOOD[:-30], "xml", "xml_broken"),
        (b"not xml", "xml", "xml_broken"),
        (b"%PDF-1.7\x00\xff", "xml", "xml_broken"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "xml", "xml_doctype"),
        (b"<a/>", "schema", "namespace_unknown"),
        (GOOD.replace(b"documents:1", b"documents:2"), "schema", "namespace_unknown"),
        (b"<Nix xmlns='urn:vergabe:xvergabe-profile:documents:1'/>", "schema", "elt_1"),
        (b"<Notice xmlns='http://xvergabe.org/documents/xsd/4'/>", "schema", "namespace_unknown"),
        (
            GOOD.replace(b"2027-01-12T09:00:00Z", b"2027-01-12T24:00:00Z"),
            "schema",
            "schema_invalid",
        ),
        (
            b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>",
            "schema",
            "kind_not_supported",
        ),
        (
            b"<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'/>",
            "schema",
            "soap_envelope",
        ),
        (
            b"<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><a/></e:Body>"
            b"</e:Envelope>",
            "schema",
            "namespace_unknown",
        ),
    ],
)
def test_what_cannot_be_checked_gives_one_finding(content: bytes, stage: str, rule: str) -> None:
    finding = only(content)
    assert (finding.severity, finding.stage, finding.rule) == ("error", stage, rule)
    assert finding.message.endswith((".", ")"))
    assert finding.remedy.startswith("Bitte")


def test_official_documents_are_told_apart_from_our_profile() -> None:
    official = only(b"<Notice xmlns='http://xvergabe.org/documents/xsd/4'/>")
    assert "nicht amtlich" in official.message
    ubl = only(b"<a xmlns='urn:oasis:names:specification:ubl:schema:xsd:ContractNotice-2'/>")
    assert "keine Bekanntmachung nach eForms" in ubl.message


def test_document_with_thousands_of_mistakes_gives_a_hundred_findings_soon() -> None:
    at = GOOD.index(b"<doc:awardCriterion>")
    wrong = b"<doc:awardCriterion><doc:kind>X</doc:kind></doc:awardCriterion>\n" * 90_000
    started = time.process_time()
    found = validate_bytes(GOOD[:at] + wrong + GOOD[at:])
    assert len(found) == 101
    assert (found[0].field, found[0].location) == ("kind", "Notice")
    assert (found[-1].severity, found[-1].rule) == ("info", "more_findings")
    assert time.process_time() - started < 20


def test_missing_unreadable_and_strange_files_are_findings(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    strange = (tmp_path / "none.xml", tmp_path, pipe, Path("/dev/zero"), Path("a\x00b"))
    for path in strange:
        (finding,) = validate_file(path)
        assert (finding.stage, finding.rule) == ("file", "file_missing")
        assert str(path) in finding.location


def test_file_above_the_limit_is_not_read_to_its_end(tmp_path: Path) -> None:
    large = tmp_path / "large.xml"
    with large.open("wb") as file:
        file.truncate(3 * 1024**3)
    started = time.process_time()
    (finding,) = validate_file(large)
    assert (finding.stage, finding.rule) == ("file", "xml_too_large")
    assert "3072,0 MiB" in finding.message
    assert time.process_time() - started < 2


def test_valid_file_has_no_findings(tmp_path: Path) -> None:
    path = tmp_path / "Bekanntmachung Jülich.xml"
    path.write_bytes(GOOD)
    assert validate_file(path) == []


@given(
    st.sampled_from(
        [GOOD, codec.build(more.messages()["Offer"]), more.examples()["service/Fault.xml"]]
    ),
    st.integers(0, 20_000),
    st.binary(max_size=6),
    st.integers(0, 40),
)
def test_a_spoiled_document_gives_findings_and_never_an_exception(
    content: bytes, at: int, spoil: bytes, length: int
) -> None:
    at %= len(content)
    for finding in validate_bytes(content[:at] + spoil + content[at + length :]):
        assert finding.message
        assert finding.remedy
