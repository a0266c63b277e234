"""The official XML schema: what it finds, where, and which field is meant."""

import re
import threading

import pytest

from tests import sdk as official
from vergabe.exchange import parser, xsd
from vergabe.exchange.eforms.official import schema
from vergabe.exchange.eforms.official.raw_findings import RawFinding

pytestmark = pytest.mark.one_database

NOTICE = official.OWN_NOTICE.read_bytes()


def findings(content: bytes) -> list[RawFinding]:
    return schema.findings(parser.parse(content), official.sdk())


def changed(pattern: bytes, to: bytes) -> bytes:
    content, count = re.subn(pattern, to, NOTICE, count=1, flags=re.DOTALL)
    assert count == 1
    return content


def test_valid_notices_have_no_findings() -> None:
    assert findings(NOTICE) == []
    for name, content in official.examples().items():
        if not name.startswith("INVALID"):
            assert findings(content) == [], name


def test_schema_is_compiled_once() -> None:
    name = "schemas/maindoc/UBL-ContractNotice-2.3.xsd"
    assert schema.compiled(official.sdk(), name) is schema.compiled(official.sdk(), name)


def test_missing_element_leads_to_its_field() -> None:
    (found,) = findings(changed(rb"<cbc:ContractFolderID>.*?</cbc:ContractFolderID>", b""))
    assert (found.stage, found.severity, found.kind) == ("xsd", "error", "schema")
    assert found.field == "BT-04-notice"
    assert found.location == "/cn:ContractNotice/cbc:IssueDate"
    assert found.line == NOTICE[: NOTICE.index(b"<cbc:ContractFolderID>")].count(b"\n") + 2
    assert "not expected" in found.text
    assert "ContractFolderID" in found.german


def test_elements_in_wrong_order_lead_to_one_of_them() -> None:
    date = re.search(rb"<cbc:IssueDate>.*?</cbc:IssueDate>", NOTICE)
    time = re.search(rb"<cbc:IssueTime>.*?</cbc:IssueTime>", NOTICE)
    assert date is not None
    assert time is not None
    swapped = NOTICE.replace(time[0], b"").replace(date[0], time[0] + date[0])
    found = findings(swapped)
    assert {finding.field for finding in found} <= {"BT-05(a)-notice", "BT-05(b)-notice"}
    assert found


def test_place_counts_only_where_there_are_several() -> None:
    spoiled = re.sub(rb"(<cbc:EndDate>)[^<]*", rb"\1morgen", NOTICE)
    found = findings(spoiled)
    lots = [f"cac:ProcurementProjectLot[{number}]" for number in (1, 2, 3)]
    assert {lot for lot in lots if any(lot in finding.location for finding in found)} == set(lots)
    assert all("cac:TenderingProcess[1]" not in finding.location for finding in found)
    assert "BT-131(d)-Lot" in {finding.field for finding in found}


@pytest.mark.parametrize(
    "content",
    [
        NOTICE.replace(b"ContractNotice-2", b"ContractNotice-3"),
        b"<Notice/>",
        b'<ContractNotice xmlns="urn:example:other"/>',
    ],
)
def test_root_of_another_kind_is_told(content: bytes) -> None:
    (found,) = findings(content)
    assert found.rule == "root_unknown"
    assert "keine Bekanntmachung" in found.german


def test_thousands_of_mistakes_are_not_all_told() -> None:
    lot = re.search(rb"<cac:ProcurementProjectLot>.*?</cac:ProcurementProjectLot>", NOTICE, re.S)
    assert lot is not None
    wrong = re.sub(rb"(<cbc:EndDate>)[^<]*", rb"\1morgen", lot[0])
    content = NOTICE.replace(lot[0], wrong * 500, 1)
    assert 1 <= len(findings(content)) <= xsd.MAX_FINDINGS


def test_threads_share_a_schema() -> None:
    good, bad = parser.parse(NOTICE), parser.parse(NOTICE.replace(b"IssueTime>", b"IssueTimes>"))
    wrong: list[int] = []

    def check(number: int) -> None:
        for _ in range(50):
            found = schema.findings(bad if number % 2 else good, official.sdk())
            if bool(found) != bool(number % 2):
                wrong.append(number)

    threads = [threading.Thread(target=check, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
