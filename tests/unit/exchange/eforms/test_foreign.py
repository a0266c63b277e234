"""Notices of others: real ones of many versions, official examples, and damaged ones."""

import datetime as dt
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.eforms import contract_notice
from vergabe.exchange.eforms.foreign import read_foreign
from vergabe.exchange.eforms.writing import build
from vergabe.exchange.foreign_notice import ForeignNotice, ForeignReading


def real_notices(shared: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(shared / "data" / "notices" / "eforms_xml.tar.gz") as archive:
        for member in archive:
            content = archive.extractfile(member)
            assert content is not None
            yield member.name, content.read()


def test_all_real_notices_are_read_without_loss_of_what_a_search_needs(shared: Path) -> None:
    found = [(name, read_foreign(content)) for name, content in real_notices(shared)]
    notices = [reading.notice for _, reading in found if reading.notice is not None]

    assert len(notices) == len(found) == 300
    assert {notice.profile for notice in notices} == {
        "eforms-sdk-1.7",
        "eforms-sdk-1.10",
        "eforms-sdk-1.12",
        "eforms-sdk-1.13",
    }
    for notice in notices:
        assert notice.title
        assert notice.buyers
        assert notice.cpv
        assert notice.subtype
        assert notice.source == "ted"
        assert notice.published_on is not None
        assert ForeignNotice.from_dict(notice.as_dict()) == notice
    assert sum(bool(notice.awards) for notice in notices) == 82
    assert sum(notice.deadline is not None for notice in notices) >= 180


def test_all_official_examples_are_read_or_refused_with_one_sentence(shared: Path) -> None:
    with zipfile.ZipFile(shared / "eforms-sdk" / "examples.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".xml")]
        readings = {Path(name).name: read_foreign(archive.read(name)) for name in names}

    refused = {name for name, reading in readings.items() if reading.notice is None}
    assert len(readings) == 31
    assert all(name.startswith("INVALID") for name in refused)
    for name in refused:
        (finding,) = readings[name].findings
        assert finding.severity == "error"
        assert finding.field == "BT-701-notice"


def test_our_own_notice_is_read_like_that_of_others() -> None:
    reading = read_foreign(build(contract_notice()))
    notice = reading.notice

    assert notice is not None
    assert reading.findings == ()
    assert notice.source == "eforms"
    assert notice.source_id == notice.notice_id == "5b0c4c1e-7d0b-4f6d-8d54-0f8b7f7a1601"
    assert notice.buyers[0].is_lead
    assert [buyer.name for buyer in notice.buyers][1:] == ["Stadt Eifeltal", "Gemeinde Neffelbach"]
    assert notice.deadline == dt.datetime(2027, 1, 8, 9, 0, tzinfo=dt.UTC)
    assert notice.deadline_kind == "bids"
    assert len(notice.lots) == 3
    assert notice.nuts == ("DEA26", "DEA28")
    assert notice.subtype == "16"
    assert notice.languages == ("DEU",)


def read_changed(pattern: str, text: str) -> ForeignReading:
    content = build(contract_notice()).decode()
    changed = re.sub(pattern, text, content, flags=re.DOTALL)
    assert changed != content
    return read_foreign(changed.encode())


def test_unknown_codes_and_versions_are_kept_as_they_stand() -> None:
    notice = read_changed(
        "eforms-sdk-1.14|>supplies<|>16<|>34927100<",
        lambda match: {
            "eforms-sdk-1.14": "eforms-de-9.9",
            ">supplies<": ">dreams<",
            ">16<": ">X99<",
            ">34927100<": ">99999999<",
        }[match.group()],
    ).notice

    assert notice is not None
    assert notice.profile == "eforms-de-9.9"
    assert notice.nature == "dreams"
    assert notice.subtype == "X99"
    assert "99999999" in notice.cpv


@pytest.mark.parametrize(
    ("pattern", "text", "rule"),
    [
        (r"<cac:ContractingParty>.*</cac:ContractingParty>", "", "buyer_missing"),
        (r"<cbc:Name languageID=\"DEU\">[^<]*</cbc:Name>", "", "title_missing"),
        (r"<cbc:IssueDate>[^<]*", "<cbc:IssueDate>31.02.2026", "day_unreadable"),
    ],
)
def test_a_notice_that_says_too_little_is_kept_with_a_warning(
    pattern: str, text: str, rule: str
) -> None:
    reading = read_changed(pattern, text)

    assert reading.notice is not None
    assert rule in {finding.rule for finding in reading.findings}
    assert all(finding.severity == "warning" for finding in reading.findings)


def test_a_deadline_without_zone_is_german_time_and_a_bare_day_ends_with_it() -> None:
    day = r"<cbc:EndDate>2027-01-08\+01:00"
    local = read_changed(
        rf"{day}</cbc:EndDate><cbc:EndTime>10:00:00\+01:00",
        "<cbc:EndDate>2027-01-08</cbc:EndDate><cbc:EndTime>10:00:00",
    ).notice
    bare = read_changed(
        rf"{day}</cbc:EndDate><cbc:EndTime>10:00:00\+01:00</cbc:EndTime>",
        "<cbc:EndDate>2027-01-08+01:00</cbc:EndDate>",
    ).notice

    assert local is not None
    assert bare is not None
    assert local.deadline == dt.datetime(2027, 1, 8, 9, 0, tzinfo=dt.UTC)
    assert bare.deadline == dt.datetime(2027, 1, 8, 23, 0, tzinfo=dt.UTC)
    assert bare.deadline_is_day


def test_a_link_that_is_no_web_address_is_left_out() -> None:
    reading = read_changed(r"<cbc:URI>[^<]*", "<cbc:URI>javascript:alert(1)")

    assert reading.notice is not None
    assert reading.notice.documents == ()


UBL = b"urn:oasis:names:specification:ubl:schema:xsd:"
ENTITY = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><ContractNotice>&x;</ContractNotice>'


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "xml_empty"),
        (b"no xml at all", "xml_broken"),
        (b"<ContractNotice><open></ContractNotice>", "xml_broken"),
        (ENTITY, "xml_doctype"),
        (b"<a>" * 300_000, "xml_"),
        (b"<ContractNotice/>", "no_eforms_notice"),
        (b'<ContractNotice xmlns="urn:elsewhere"/>', "no_eforms_notice"),
        (b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>', "no_eforms"),
        (
            b'<ContractNotice xmlns="' + UBL + b'ContractNotice-2"/>',
            "notice_id_missing",
        ),
    ],
)
def test_what_is_no_notice_gives_one_german_finding(content: bytes, rule: str) -> None:
    reading = read_foreign(content)

    assert reading.notice is None
    (finding,) = reading.findings
    assert finding.severity == "error"
    assert finding.rule.startswith(rule)
    assert finding.message.endswith(".")
    assert finding.remedy


def test_cutting_a_real_notice_anywhere_never_crashes(shared: Path) -> None:
    _, content = next(real_notices(shared))
    for end in range(0, len(content), max(1, len(content) // 60)):
        reading = read_foreign(content[:end])
        assert reading.notice is None
        assert len(reading.findings) == 1


def test_dropping_any_element_of_a_real_notice_never_crashes(shared: Path) -> None:
    from lxml import etree

    from vergabe.exchange import parser

    _, content = next(real_notices(shared))
    count = sum(1 for _ in parser.parse(content).iter())
    for at in range(1, count, max(1, count // 150)):
        root = parser.parse(content)
        victim = list(root.iter())[at]
        parent = victim.getparent()
        assert parent is not None
        parent.remove(victim)
        reading = read_foreign(etree.tostring(root))
        assert reading.notice is not None or len(reading.findings) == 1
