"""The official rules: ours agrees with the official reports and with an independent checker."""

import copy
import io
import os
import re
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from tests import sdk as official
from tests.factories import eforms_sdks
from vergabe.exchange import parser
from vergabe.exchange.eforms.official import places, schematron
from vergabe.exchange.eforms.official.schematron import Checker
from vergabe.exchange.eforms.official.schematron_rules import path_of
from vergabe.exchange.eforms.official.sdk import Sdk
from vergabe.exchange.eforms.official.sdk_files import SdkError

pytestmark = pytest.mark.one_database

NOTICE = official.OWN_NOTICE.read_bytes()
SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}


def changed(pattern: bytes, to: bytes) -> bytes:
    content, count = re.subn(pattern, to, NOTICE, count=1, flags=re.DOTALL)
    assert count == 1
    return content


def edited(xpath: str, edit: Callable[[etree._Element], object]) -> bytes:
    """Our notice with the first element of a path changed."""
    root = parser.parse(NOTICE)
    edit(root.xpath(xpath, namespaces=dict(places.NAMESPACES))[0])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def drop(element: etree._Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def official_reports() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(official.EXAMPLES.read_bytes())) as archive:
        return {
            Path(name).stem: archive.read(name)
            for name in archive.namelist()
            if name.endswith(".svrl")
        }


def test_all_examples_agree_with_the_independent_checker(tmp_path: Path) -> None:
    assert len(official.examples()) == 31
    for name, content in official.examples().items():
        assert official.told(official.checker().findings(content)) == official.told_by_the_judge(
            content, tmp_path
        ), name


def test_all_examples_agree_with_the_official_reports() -> None:
    reports = official_reports()
    told = 0
    for name, content in official.examples().items():
        failed = etree.XML(reports[name]).iterfind(".//svrl:failed-assert", SVRL)
        expected = sorted(
            (node.get("id", ""), "warning" if node.get("role") == "WARN" else "error")
            for node in failed
        )
        found = official.checker().findings(content)
        assert sorted((f.rule, f.severity) for f in found) == expected, name
        told += len(expected)
    assert told > 150


def test_order_in_which_notices_come_makes_no_difference() -> None:
    """What is compiled bit by bit says the same as what is compiled at once."""
    names = ["cn_24_maximal", "cn_24_minimal", "INVALID_cn_24_stage-1", "cn_24_open"]
    contents = [official.examples()[name] for name in names]
    expected = [official.told(official.checker().findings(content)) for content in contents]
    for order in ((3, 1, 2, 0), (0, 2, 1, 3)):
        fresh = Checker(official.sdk())
        for number in (*order, *order):
            assert official.told(fresh.findings(contents[number])) == expected[number]


def test_rules_of_a_subtype_not_used_for_long_are_compiled_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(schematron, "_MAX_SUBTYPES", 1)
    fresh = Checker(official.sdk())
    for name in ("E3_minimal", "INVALID_cn_24_empty", "E3_minimal", "INVALID_cn_24_empty"):
        content = official.examples()[name]
        assert official.told(fresh.findings(content)) == official.told(
            official.checker().findings(content)
        )


def test_finding_says_field_place_line_and_german_text() -> None:
    lot = "/cn:ContractNotice/cac:ProcurementProjectLot[1]/cac:ProcurementProject"
    content = edited(f"{lot}/cbc:Name", drop)
    (finding,) = official.checker().findings(content)
    assert (finding.field, finding.stage, finding.severity) == ("BT-21-Lot", "2a", "error")
    assert (
        finding.location == "/cn:ContractNotice/cac:ProcurementProjectLot[1]/cac:ProcurementProject"
    )
    assert finding.german == "„Titel“ (BT-21-Lot) fehlt."
    assert finding.text == "“Title” (BT-21-Lot) is missing."
    line = content.splitlines()[(finding.line or 0) - 1]
    assert b"<cac:ProcurementProject>" in line


def test_official_german_text_is_taken_where_there_is_one() -> None:
    content = changed(
        rb"(<cac:TenderSubmissionDeadlinePeriod>\s*<cbc:EndDate>)[^<]*", rb"\g<1>2015-01-02+01:00"
    )
    texts = {f.rule: f.german for f in official.checker().findings(content)}
    assert texts["BR-BT-00131-0151"].startswith("'Frist für den Eingang der Angebote' (BT-131)")


def test_warnings_are_told_apart_and_come_last() -> None:
    found = official.checker().findings(official.examples()["can-modif_24_value"])
    assert {finding.severity for finding in found} == {"warning"}
    mixed = official.checker().findings(
        official.examples()["can-modif_24_value"].replace(
            b"<cbc:VersionID>01<", b"<cbc:VersionID>x<"
        )
    )
    assert [finding.severity for finding in mixed][-1] == "warning"
    assert mixed[0].severity == "error"


def test_date_that_is_none_is_a_finding_and_no_crash(capfd: pytest.CaptureFixture[str]) -> None:
    content = changed(
        rb"(<cac:TenderSubmissionDeadlinePeriod>\s*<cbc:EndDate>)[^<]*", rb"\g<1>2026-02-30+01:00"
    )
    found = official.checker().findings(content)
    assert "BR-BT-00131-0052" in {finding.rule for finding in found}
    assert {finding.field for finding in found} >= {"BT-131(d)-Lot"}
    # Saxon would print parts of the notice.
    assert capfd.readouterr().err == ""


def test_two_durations_are_a_finding_and_no_crash() -> None:
    content = edited(
        "//cac:PlannedPeriod/cbc:DurationMeasure",
        lambda element: element.addnext(copy.deepcopy(element)),
    )
    assert "BT-36-Lot_R" in {finding.rule for finding in official.checker().findings(content)}


@pytest.mark.parametrize("subtype", [b"", b"99", b"x" * 500])
def test_notice_without_a_known_subtype_is_checked_by_the_common_rules(
    tmp_path: Path, subtype: bytes
) -> None:
    content = changed(rb"(<cbc:SubTypeCode[^>]*>)[^<]*", rb"\g<1>" + subtype)
    found = official.checker().findings(content)
    assert official.told(found) == official.told_by_the_judge(content, tmp_path)
    assert "OPP-070-notice" in {finding.field for finding in found}


def test_comments_do_not_change_what_is_found(capfd: pytest.CaptureFixture[str]) -> None:
    content = NOTICE.replace(b">LOT-0001<", b">LOT-<!-- one -->0001<").replace(
        b"<cbc:ID", b"<?note?><cbc:ID"
    )
    assert official.checker().findings(content) == []
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_other_encodings_are_read(encoding: str) -> None:
    root = parser.parse(official.examples()["INVALID_cn_24_empty"])
    content = etree.tostring(root, xml_declaration=True, encoding=encoding)
    expected = official.told(official.checker().findings(root))
    assert official.told(official.checker().findings(content)) == expected
    assert expected


def test_threads_share_a_checker() -> None:
    good, bad = NOTICE, official.examples()["INVALID_cn_24_empty"]
    expected = official.told(official.checker().findings(bad))
    wrong: list[int] = []

    def check(number: int) -> None:
        for _ in range(5):
            found = official.told(official.checker().findings(bad if number % 2 else good))
            if found != (expected if number % 2 else set()):
                wrong.append(number)

    threads = [threading.Thread(target=check, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_process_forked_after_compiling_says_so() -> None:
    official.checker().findings(NOTICE)
    child = os.fork()
    if child == 0:
        try:
            official.checker().findings(NOTICE)
        except SdkError as error:
            os._exit(0 if error.code == "schematron_forked" else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_missing_rules_are_named(tmp_path: Path) -> None:
    lost = "schematrons/static/validation-stage-2a-16.sch"
    place = eforms_sdks.folder(tmp_path / "sdk", keep=lambda name: name != lost)
    checker = Checker(Sdk.open(place))
    with pytest.raises(SdkError) as caught:
        checker.findings(NOTICE)
    assert caught.value.code == "sdk_incomplete"
    assert lost in caught.value.message
    # Other subtypes can still be checked.
    assert checker.findings(official.examples()["E3_minimal"]) == []


@pytest.mark.parametrize(
    "damage",
    [
        b"<pattern",
        b'<pattern id="other" xmlns="http://purl.oclc.org/dsdl/schematron"/>',
        b'<pattern id="EFORMS-validation-stage-2a-16" xmlns="http://purl.oclc.org/dsdl/schematron">'
        b'<rule context="/*"><report test="true()"/></rule></pattern>',
        b'<pattern id="EFORMS-validation-stage-2a-16" xmlns="http://purl.oclc.org/dsdl/schematron">'
        b'<rule context="/*"><assert id="X" role="ERROR" test="((">x</assert></rule></pattern>',
    ],
)
def test_rules_that_cannot_be_used_are_told_and_never_passed_over(
    tmp_path: Path, damage: bytes
) -> None:
    place = eforms_sdks.folder(tmp_path / "sdk")
    (place / "schematrons" / "static" / "validation-stage-2a-16.sch").write_bytes(damage)
    with pytest.raises(SdkError) as caught:
        Checker(Sdk.open(place)).findings(NOTICE)
    assert caught.value.code == "sdk_unreadable"
    assert str(place) in caught.value.message


@pytest.mark.parametrize(
    ("context", "path"),
    [
        ("/*", ("*",)),
        ("/*/a:b[c/@d='x/y']/e", ("*", "a:b", "e")),
        ("/*/a:b[not(c[@d='x'])]/@e", ("*", "a:b", "@e")),
        ("/*/a:b[count(c) = 1]", None),  # may end with an error where it is no match pattern
        ("//*[not(child::*)]", None),
        ("a:b/c", None),
        ("/a:b", None),
    ],
)
def test_only_plain_paths_are_walked(context: str, path: tuple[str, ...] | None) -> None:
    assert path_of(context) == path


def test_places_are_found_again() -> None:
    root = parser.parse(NOTICE)
    for element in root.iter():
        place = places.location(element)
        (hit,) = root.getroottree().xpath(place, namespaces=dict(places.NAMESPACES))
        assert hit is element
