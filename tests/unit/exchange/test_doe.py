"""Answers of the Datenservice, after the tables and examples of its documentation."""

import datetime as dt

import pytest

from vergabe.exchange import doe
from vergabe.exchange.doe import Standing
from vergabe.exchange.parser import UnreadableXml

# Every pair of states in the documentation of August 2026, and whether it is final there.
ABOVE = [
    ("PENDING", "PENDING", Standing.UNDER_WAY),
    ("NO_RESPONSE", "PENDING", Standing.UNDER_WAY),
    ("ACCEPTED", "PENDING", Standing.ACCEPTED),
    ("ACCEPTED", "ACCEPTED", Standing.ACCEPTED),
    ("ACCEPTED", "PUBLISHED", Standing.ACCEPTED),
    ("PUBLISHING", "PENDING", Standing.ACCEPTED),
    ("PUBLISHING", "PUBLISHED", Standing.ACCEPTED),
    ("STOPPED", "NOT_SEND", Standing.STOPPED),
    ("STOPPED", "PENDING", Standing.UNDER_WAY),
    ("STOPPED", "PUBLISHED", Standing.UNDER_WAY),
    ("STOPPED", "STOPPED", Standing.STOPPED),
    ("PUBLISHED", "PENDING", Standing.PUBLISHED),
    ("PUBLISHED", "ACCEPTED", Standing.PUBLISHED),
    ("PUBLISHED", "PUBLISHED", Standing.PUBLISHED),
    ("MANUALLY_REJECTED", "NOT_SEND", Standing.REJECTED),
    ("MANUALLY_REJECTED", "PUBLISHED", Standing.REJECTED),
    ("MANUALLY_REJECTED", "REJECTED", Standing.REJECTED),
    ("REJECTED", "INTERNAL_ERROR", Standing.UNDER_WAY),
    ("NOT_SEND", "INTERNAL_ERROR", Standing.UNDER_WAY),
]
BELOW = [
    (None, "AWAITING_TRANSFER", Standing.UNDER_WAY),
    (None, "ACCEPTED", Standing.ACCEPTED),
    (None, "PROCESSING", Standing.ACCEPTED),
    (None, "PUBLISHED", Standing.PUBLISHED),
    (None, "REJECTED", Standing.REJECTED),
    (None, "STOPPED", Standing.STOPPED),
    (None, "SOMETHING_NEW", Standing.UNDER_WAY),
]


@pytest.mark.parametrize(("ted", "national", "standing"), ABOVE + BELOW)
def test_pairs_of_states(ted: str | None, national: str, standing: Standing) -> None:
    assert doe.standing_of(ted, national) is standing


def test_the_receipt_of_the_documentation() -> None:
    report = doe.read_report(
        b'<delivery status="AWAITING_TRANSFER" created="2023-06-25T23:47:46.470Z" '
        b'lastUpdated="2023-06-25T23:47:46.470Z">'
        b"<tracking-code>3446e1ee-5917-4d31-b623-81ddfb038d82</tracking-code>"
        b"<notice-id>3fa85f64-5717-4562-b3fc-2c963f66afa6</notice-id></delivery>"
    )
    assert report.tracking_code == "3446e1ee-5917-4d31-b623-81ddfb038d82"
    assert report.notice_id == "3fa85f64-5717-4562-b3fc-2c963f66afa6"
    assert (report.standing, report.doe_status) == (Standing.UNDER_WAY, "AWAITING_TRANSFER")


def test_the_state_of_the_documentation() -> None:
    report = doe.read_report(
        b"<deliveries><delivery><trackingCode>3446e1ee</trackingCode>"
        b"<tedStatus>PUBLISHED</tedStatus><doeStatus>PENDING</doeStatus>"
        b"<tedAcceptedTimestamp>2023-11-03T15:01:38.373Z</tedAcceptedTimestamp>"
        b"<tedPublishedTimestamp>2023-11-04T09:00:00+01:00</tedPublishedTimestamp>"
        b"<tedPublicationId>00123456-2023</tedPublicationId>"
        b"<tedPublicationLink>https://ted.europa.eu/udl?uri=TED</tedPublicationLink>"
        b"<transferResponse><warnings><warning><rule>W-1</rule></warning></warnings><errors><error>"
        b"<source>TED</source><description>too long</description><path>/a/b</path>"
        b"<rule>rule|text|BR-BT-00506-0052</rule></error></errors></transferResponse>"
        b"</delivery></deliveries>"
    )
    assert report.accepted_at == dt.datetime(2023, 11, 3, 15, 1, 38, 373000, tzinfo=dt.UTC)
    assert report.published_at == dt.datetime(2023, 11, 4, 8, 0, tzinfo=dt.UTC)
    assert report.publication_number == "00123456-2023"
    assert report.publication_url == "https://ted.europa.eu/udl?uri=TED"
    (finding,) = report.findings
    assert (finding.source, finding.rule, finding.path) == ("TED", "BR-BT-00506-0052", "/a/b")


@pytest.mark.parametrize(
    "content",
    [
        b"<delivery><tedStatus>ACCEPTED</tedStatus>"
        b"<tedAcceptedTimestamp>yesterday</tedAcceptedTimestamp></delivery>",
        b"<delivery><tedStatus>ACCEPTED</tedStatus>"
        b"<tedAcceptedTimestamp>2026-11-03T15:01:38</tedAcceptedTimestamp></delivery>",
        b"<delivery><tedStatus>ACCEPTED</tedStatus>"
        b"<tedAcceptedTimestamp>0001-01-01T00:00:00+01:00</tedAcceptedTimestamp></delivery>",
        b'<delivery status="ACCEPTED" tedStatus="ACCEPTED"><tracking-code>a</tracking-code>'
        b"<ted-accepted-timestamp>0001-01-01T00:00:00+01:00</ted-accepted-timestamp></delivery>",
    ],
)
def test_a_time_without_zone_or_sense_says_nothing(content: bytes) -> None:
    assert doe.read_report(content).accepted_at is None


def test_an_address_that_is_none_is_not_shown() -> None:
    report = doe.read_report(
        b"<delivery><doeStatus>PUBLISHED</doeStatus>"
        b"<bkmsPublicationLink>javascript:alert(1)</bkmsPublicationLink></delivery>"
    )
    assert report.publication_url is None


@pytest.mark.parametrize("content", [b"", b"<html>", b"OK", b"<!DOCTYPE a><delivery/>"])
def test_what_is_no_xml_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableXml):
        doe.read_report(content)


@pytest.mark.parametrize("content", [b"<a/>", b"<delivery/>", b"<delivery><x>1</x></delivery>"])
def test_what_says_nothing_about_a_delivery_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"answer"):
        doe.read_report(content)


def test_a_thousand_errors_are_cut() -> None:
    content = b"<a>" + b"<error>wrong</error>" * 1000 + b"</a>"
    assert len(doe.read_findings(content)) == doe.MOST_FINDINGS
