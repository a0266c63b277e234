"""Both official checks in one call: whatever comes in, an answer comes out."""

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import sdk as official_sdk
from tests.factories import eforms_sdks
from vergabe.exchange import parser
from vergabe.exchange.eforms import official
from vergabe.exchange.eforms.official import schematron_process
from vergabe.exchange.eforms.official.schematron_process import RulesProcess
from vergabe.exchange.eforms.official.sdk_files import SdkError
from vergabe.exchange.eforms.official.sdk_shelf import WITHOUT, SdkShelf

pytestmark = pytest.mark.one_database

NOTICE = official_sdk.OWN_NOTICE.read_bytes()
BOMB = b"""<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<a>&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;</a>"""
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'


@pytest.fixture(scope="module")
def shelf() -> SdkShelf:
    return SdkShelf.of(official_sdk.FOLDER)


@pytest.fixture
def process() -> Iterator[RulesProcess]:
    running = RulesProcess(official_sdk.sdk())
    yield running
    running.close()


def running_id(process: RulesProcess) -> int:
    assert process._running is not None
    return process._running.pid


def changed(pattern: bytes, to: bytes) -> bytes:
    content, count = re.subn(pattern, to, NOTICE, count=1, flags=re.DOTALL)
    assert count == 1
    return content


def test_valid_notice_is_accepted(shelf: SdkShelf) -> None:
    said = official.check(NOTICE, shelf)
    assert said.is_accepted
    assert (said.checked, said.sdk_version, said.subtype) == (("xsd", "schematron"), "1.14.2", "16")
    assert official.check(parser.parse(NOTICE), shelf) == said


def test_schema_alone_is_not_acceptance(shelf: SdkShelf) -> None:
    said = official.check(NOTICE, shelf, with_rules=False)
    assert said.checked == ("xsd",)
    assert not said.has_errors
    assert not said.is_accepted


def test_both_stages_find_what_is_wrong(shelf: SdkShelf) -> None:
    said = official.check(official_sdk.examples()["INVALID_cn_24_empty"], shelf)
    assert said.has_errors
    assert len(said.findings) == 24 + len(
        official.check(
            official_sdk.examples()["INVALID_cn_24_empty"], shelf, with_rules=False
        ).findings
    )


def test_warnings_do_not_stand_against_acceptance(shelf: SdkShelf) -> None:
    said = official.check(official_sdk.examples()["can-modif_24_value"], shelf)
    assert [finding.severity for finding in said.findings] == ["warning"]
    assert said.is_accepted


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "xml_empty"),
        (b"no xml", "xml_broken"),
        (NOTICE[:-500], "xml_broken"),
        (BOMB, "xml_doctype"),
        (OUTSIDE, "xml_doctype"),
        (b"<a>\x00</a>", "xml_broken"),
        (NOTICE.replace(b"UTF-8", b"EBCDIC-CP-US", 1), "xml_encoding"),
        (b"<a>" * 5_000, "xml_broken"),
    ],
)
def test_what_is_no_xml_is_a_finding(shelf: SdkShelf, content: bytes, rule: str) -> None:
    said = official.check(content, shelf)
    (found,) = said.findings
    assert (found.rule, found.stage, found.severity) == (rule, "xml", "error")
    assert found.german
    assert not said.is_accepted


def test_a_hundred_megabytes_are_refused_at_once(shelf: SdkShelf) -> None:
    content = NOTICE.replace(b"</ContractNotice>", b"<!--" + b"x" * 100_000_000 + b"-->")
    started = time.monotonic()
    (found,) = official.check(content, shelf).findings
    assert found.rule == "xml_too_large"
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<a/>", "nennt keine Version der Regeln"),
        (NOTICE.replace(b"eforms-sdk-1.14", b"eforms-sdk-9.9"), "„eforms-sdk-9.9“"),
    ],
)
def test_what_names_no_known_version_is_told(
    shelf: SdkShelf, content: bytes, sentence: str
) -> None:
    said = official.check(content, shelf)
    assert said.findings == ()
    assert said.checked == ()
    assert sentence in said.unchecked[0]
    assert not said.is_accepted


def test_notice_that_names_no_version_is_checked_with_the_newest(shelf: SdkShelf) -> None:
    said = official.check(official_sdk.examples()["INVALID_cn_24_empty"], shelf)
    assert said.sdk_version == "1.14.2"
    assert "Geprüft wurde mit der neuesten" in said.unchecked[0]


def test_elements_of_a_wrong_namespace_break_the_schema(shelf: SdkShelf) -> None:
    wrong = NOTICE.replace(b"CommonBasicComponents-2", b"CommonBasicComponents-9")
    said = official.check(wrong, shelf)
    assert "xsd" in {finding.stage for finding in said.findings}
    assert "nennt keine Version" in said.unchecked[0]


def test_notice_in_a_wrong_namespace_is_no_notice(shelf: SdkShelf) -> None:
    said = official.check(NOTICE.replace(b"ContractNotice-2", b"ContractNotice-3"), shelf)
    assert "root_unknown" in {finding.rule for finding in said.findings}
    assert said.has_errors


def test_notice_without_subtype_is_told_so(shelf: SdkShelf) -> None:
    said = official.check(changed(rb"<efac:NoticeSubType>.*?</efac:NoticeSubType>", b""), shelf)
    assert "P-0001" in {finding.rule for finding in said.findings}
    assert "keine Unterart (OPP-070)" in said.unchecked[0]


def test_without_sdk_everything_runs_and_says_what_is_not_checked() -> None:
    said = official.check(NOTICE, SdkShelf.of(None))
    assert said.unchecked == (WITHOUT,)
    assert (said.findings, said.checked, said.subtype) == ((), (), "16")


def test_incomplete_sdk_is_told_and_the_rest_is_checked(tmp_path: Path) -> None:
    place = eforms_sdks.folder(
        tmp_path / "sdk", keep=lambda name: "validation-stage-4-16" not in name
    )
    said = official.check(NOTICE, SdkShelf.of(place))
    assert said.checked == ("xsd",)
    assert "validation-stage-4-16.sch" in said.unchecked[0]
    small = SdkShelf.of(eforms_sdks.small_folder(tmp_path / "small"))
    said = official.check(NOTICE, small)
    assert said.checked == ()
    assert len(said.unchecked) == 2


def test_german_profile_is_checked_by_the_rules_of_the_eu_that_are_applied(
    shelf: SdkShelf,
) -> None:
    german = changed(
        rb">eforms-sdk-1\.14</cbc:CustomizationID>",
        b">eforms-de-2.1</cbc:CustomizationID><cbc:ProfileID>eforms-sdk-1.14</cbc:ProfileID>",
    )
    said = official.check(german, shelf)
    assert "eforms-de-2.1" in said.unchecked[0]
    assert "BR-OPT-00002-0052" not in {finding.rule for finding in said.findings}
    assert said.checked == ("xsd", "schematron")


def test_process_apart_says_the_same(process: RulesProcess) -> None:
    for name in ("cn_24_open", "INVALID_can_24_stage-1", "can_24_LSBU"):
        content = official_sdk.examples()[name]
        assert process.findings(content) == official_sdk.checker().findings(content)


def test_process_that_has_died_is_replaced(process: RulesProcess) -> None:
    assert process.findings(NOTICE) == []
    first = running_id(process)
    os.kill(first, signal.SIGKILL)
    assert process.findings(NOTICE) == []
    assert running_id(process) != first


def test_process_that_has_grown_is_replaced(
    process: RulesProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schematron_process, "MAX_MEGABYTES", 1)
    assert process.findings(NOTICE) == []
    assert process._running is None
    assert process.findings(NOTICE) == []


def test_process_that_does_not_answer_is_given_up(
    process: RulesProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schematron_process, "ANSWER_SECONDS", 0)
    with pytest.raises(SdkError) as caught:
        process.findings(NOTICE)
    assert caught.value.code == "schematron_failed"
    monkeypatch.undo()
    assert process.findings(NOTICE) == []


def test_process_stays_small_whatever_it_checks(process: RulesProcess) -> None:
    for content in official_sdk.examples().values():
        process.findings(content)
    if process._running is not None:
        status = Path(f"/proc/{running_id(process)}/status").read_text()
        peak = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert peak is not None
        assert int(peak[1]) / 1024 < 350


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_process_checks_with_one_of_its_own(process: RulesProcess) -> None:
    assert process.findings(NOTICE) == []
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if process.findings(NOTICE) == [] else 2
            process.close()
        finally:
            os._exit(code)
    assert process.findings(NOTICE) == []
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
