"""The senders alone: the service as documented with its troubles, and the folder."""

import datetime as dt
import errno
import json
import os
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.factories.doe_server import PASSWORD, TOKEN, USER, Doe
from vergabe.notices.rules import Heard
from vergabe.notices.senders.doe_http import DoeHttp, Patience, _Reply
from vergabe.notices.senders.file_drop import FileDrop
from vergabe.notices.senders.parcels import Address, Parcel

pytestmark = pytest.mark.one_database

PARCEL = Parcel(
    address=Address(uuid.UUID("3fa85f64-5717-4562-b3fc-2c963f66afa6"), 1),
    reference="DLZ-2026-0007",
    title="Löschgruppenfahrzeuge",
    kind="contract_notice",
    subtype="16",
    xml=b"<ContractNotice>\xc3\xbc</ContractNotice>",
    issued_at=dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC),
    author_email="vergabe@merzenich.example",
)
PATIENT = Patience(connect=30, read=30, total=60)
QUICK = Patience(connect=1, read=0.5, total=1.5)


@pytest.fixture
def sender(doe: Doe) -> DoeHttp:
    return DoeHttp(doe.url, TOKEN, patience=PATIENT)


@pytest.fixture
def hurried(doe: Doe) -> DoeHttp:
    """A sender for answers that never come, or never end."""
    return DoeHttp(doe.url, TOKEN, patience=QUICK)


def test_a_parcel_arrives_with_its_metadata_and_gets_a_tracking_code(
    doe: Doe, sender: DoeHttp
) -> None:
    answer = sender.send(replace(PARCEL, subtype="E3", publish_to_ted=False))
    assert (answer.heard, answer.http_status) == (Heard.HANDED_OVER, 202)
    assert answer.tracking_code == doe.only().tracking_code
    assert doe.only().parts["notice"] == PARCEL.xml
    assert doe.only().parts["authorEmail"] == b"vergabe@merzenich.example"
    assert doe.only().parts["publishToTed"] == b"false"


def test_the_same_parcel_twice_is_one_delivery(doe: Doe, sender: DoeHttp) -> None:
    sender.send(PARCEL)
    assert sender.send(PARCEL).heard is Heard.DUPLICATE
    assert len(doe.deliveries) == 1


@pytest.mark.parametrize(
    "trouble",
    ["500", "502", "503", "429", "403", "404", "cut", "hang", "garbage", "endless", "away"],
)
def test_what_is_no_clear_answer_is_unclear(doe: Doe, hurried: DoeHttp, trouble: str) -> None:
    doe.troubles.append(trouble)
    answer = hurried.send(PARCEL)
    assert answer.heard is Heard.UNCLEAR
    assert answer.text.endswith((".", ")"))


def test_the_other_end_may_ask_for_patience(doe: Doe, sender: DoeHttp) -> None:
    doe.troubles.append("429")
    assert sender.send(PARCEL).wait_seconds == 120


@pytest.mark.parametrize("status", ["400", "413", "422"])
def test_a_rejection_says_why(doe: Doe, sender: DoeHttp, status: str) -> None:
    doe.troubles.append(status)
    answer = sender.send(PARCEL)
    assert answer.heard is Heard.REJECTED
    assert answer.findings
    if status == "422":
        (finding,) = answer.findings
        assert (finding.source, finding.rule) == ("PRE_VALIDATION", "BR-BT-00022-0103")
        assert finding.text == "BT-22-Procedure must be present"


@pytest.mark.parametrize("trouble", ["500", "hang", "cut", "garbage", "bomb", "endless"])
def test_a_question_without_a_clear_answer_is_never_taken_for_no(
    doe: Doe, hurried: DoeHttp, trouble: str
) -> None:
    doe.question_troubles.append(trouble)
    assert hurried.find(PARCEL.address, PARCEL.reference).heard is Heard.UNCLEAR


def test_asking_by_notice_finds_what_arrived_and_says_what_did_not(
    doe: Doe, sender: DoeHttp
) -> None:
    assert sender.find(PARCEL.address, PARCEL.reference).heard is Heard.NOT_THERE
    sender.send(PARCEL)
    found = sender.find(PARCEL.address, PARCEL.reference)
    assert (found.heard, found.tracking_code) == (Heard.HANDED_OVER, doe.only().tracking_code)
    other = replace(PARCEL.address, version_number=2)
    assert sender.find(other, PARCEL.reference).heard is Heard.NOT_THERE


def test_an_answer_about_another_notice_is_not_believed(doe: Doe, sender: DoeHttp) -> None:
    sender.send(PARCEL)
    doe.only().notice_id = str(uuid.uuid4())
    assert sender.find(PARCEL.address, PARCEL.reference).heard is Heard.UNCLEAR


def test_an_answer_about_another_delivery_is_not_believed(
    sender: DoeHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = (
        b"<deliveries><delivery><trackingCode>someone-elses</trackingCode>"
        b"<tedStatus>PUBLISHED</tedStatus></delivery></deliveries>"
    )
    monkeypatch.setattr(sender, "_exchange", lambda *_: _Reply(200, other, None))
    assert sender.ask("someone-elses").heard is Heard.PUBLISHED
    assert sender.ask("ours").heard is Heard.UNCLEAR


def test_a_user_logs_in_once_and_again_when_the_token_has_run_out(doe: Doe) -> None:
    address = doe.url.replace("http://", f"http://{USER.replace('@', '%40')}@")
    sender = DoeHttp(address, PASSWORD, patience=PATIENT)
    assert sender.send(PARCEL).heard is Heard.HANDED_OVER
    assert sender.find(PARCEL.address, PARCEL.reference).heard is Heard.HANDED_OVER
    assert doe.logins == 1
    doe.tokens.clear()
    assert sender.find(PARCEL.address, PARCEL.reference).heard is Heard.HANDED_OVER
    assert doe.logins == 2


def test_a_wrong_password_or_token_is_told_and_nothing_is_rejected(doe: Doe) -> None:
    address = doe.url.replace("http://", "http://somebody@")
    assert "Anmeldung abgelehnt" in (DoeHttp(address, "falsch", patience=PATIENT).trouble() or "")
    refused = DoeHttp(doe.url, "falsch", patience=PATIENT).send(PARCEL)
    assert refused.heard is Heard.UNCLEAR
    assert "VERGABE_NOTICE_SENDER_TOKEN" in refused.text


def test_nobody_there_is_unclear() -> None:
    sender = DoeHttp("http://127.0.0.1:9", TOKEN, patience=QUICK)
    assert sender.send(PARCEL).heard is Heard.UNCLEAR
    assert "nicht erreichbar" in (sender.trouble() or "")


def test_stopping_is_asked_for(doe: Doe, sender: DoeHttp) -> None:
    code = sender.send(PARCEL).tracking_code or ""
    assert sender.stop(code).heard is Heard.HANDED_OVER
    assert doe.only().stop_asked
    assert sender.stop("unknown").heard is Heard.UNCLEAR


def test_a_folder_gets_xml_and_metadata(tmp_path: Path) -> None:
    drop = FileDrop(tmp_path / "out")
    assert drop.find(PARCEL.address, PARCEL.reference).heard is Heard.NOT_THERE
    assert drop.send(PARCEL).heard is Heard.HANDED_OVER
    name = f"DLZ-2026-0007_{PARCEL.address.key}"
    assert (tmp_path / "out" / f"{name}.xml").read_bytes() == PARCEL.xml
    facts = json.loads((tmp_path / "out" / f"{name}.json").read_text())
    assert (facts["noticeVersion"], facts["subtype"]) == ("01", "16")
    assert facts["title"] == "Löschgruppenfahrzeuge"
    assert drop.trouble() is None


def test_a_folder_remembers_what_was_taken_away(tmp_path: Path) -> None:
    drop = FileDrop(tmp_path)
    drop.send(PARCEL)
    for file in tmp_path.glob("*.*"):
        if file.is_file():
            file.unlink()
    assert drop.find(PARCEL.address, PARCEL.reference).heard is Heard.HANDED_OVER


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("good", [0, 1])
def test_a_full_disk_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, good: int
) -> None:
    real, calls = getattr(os, call), []

    def full(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) > good:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*arguments)

    drop = FileDrop(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(os, call, full)
        answer = drop.send(PARCEL)
    assert answer.heard is Heard.NOT_THERE
    assert "No space left" in answer.text
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []
    assert drop.find(PARCEL.address, PARCEL.reference).heard is Heard.NOT_THERE
    assert drop.send(PARCEL).heard is Heard.HANDED_OVER


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    drop = FileDrop(blocked / "out")
    assert "nicht beschreibbar" in (drop.trouble() or "")
    assert drop.send(PARCEL).heard is Heard.NOT_THERE
