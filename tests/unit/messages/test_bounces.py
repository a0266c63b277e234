"""Reports of mail servers (RFC 3464) as they really come, and what is none."""

import uuid

import pytest

from tests.factories import bounces
from vergabe.messages.bounce_reading import MOST_BYTES, bounces_in

LETTER = uuid.UUID("01920000-0000-7000-8000-00000000abcd")


def test_report_of_an_unknown_address() -> None:
    (found,) = bounces_in(bounces.report(LETTER, "Erika@Example.org"))
    assert found.letter_id == LETTER
    assert found.address == "erika@example.org"
    assert (found.status, found.is_address_dead) == ("5.1.1", True)
    assert found.text == "550 5.1.1 <Erika@Example.org>: User unknown"


@pytest.mark.parametrize(
    ("status", "is_dead"),
    [("5.1.1", True), ("5.2.1", True), ("5.2.2", False), ("5.7.1", False), ("4.4.1", False)],
)
def test_what_a_status_means(status: str, is_dead: bool) -> None:
    (found,) = bounces_in(bounces.report(LETTER, "a@example.org", status=status))
    assert found.is_address_dead is is_dead


def test_head_alone_is_enough() -> None:
    (found,) = bounces_in(bounces.report(LETTER, "a@example.org", headers_only=True))
    assert found.letter_id == LETTER


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 300,
        b"From: a@example.org\r\n\r\nIch bin im Urlaub.",
        bounces.report(LETTER, "a@example.org", action="delayed"),
        bounces.report(LETTER, "a@example.org", action="delivered", status="2.0.0"),
        bounces.report(LETTER, "a@example.org").replace(LETTER.hex.encode(), b"somebody.elses"),
        bounces.report(LETTER, "a@example.org", status="kaputt"),
        bounces.report(LETTER, "a@example.org")[:400],
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n" * 2000,
    ],
)
def test_what_reports_no_failure_of_a_mail_of_ours(content: bytes) -> None:
    assert bounces_in(content) == []


def test_endless_mail_is_cut() -> None:
    long = bounces.report(LETTER, "a@example.org") + b"x" * (3 * MOST_BYTES)
    assert len(bounces_in(long)) == 1
