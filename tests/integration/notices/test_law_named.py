"""The law that a document names is that of its procedure."""

import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import tenders
from vergabe import clock
from vergabe.audit.model import RecordEntry
from vergabe.errors import InvalidInput
from vergabe.exchange.xvergabe import codec
from vergabe.files import current
from vergabe.notices import writing
from vergabe.tenders import later, publishing


@pytest.mark.parametrize(
    ("rule_set", "cancelling", "calling_off"),
    [
        ("VgV", "§ 63 VgV", "§ 21 Abs. 2 VgV"),
        ("UVgO", "§ 48 UVgO", "§ 15 Abs. 3 UVgO"),
        ("VOB/A", "§ 17 VOB/A", "§ 4a Abs. 2 VOB/A"),
        ("NW-GO-75a", None, None),
    ],
)
def test_records_and_call_offs_name_the_law_of_their_own_rules(
    session: Session, rule_set: str, cancelling: str | None, calling_off: str | None
) -> None:
    tender = tenders.published(session, current.store())
    tender.law_result = {**tender.law_result, "rule_set": rule_set}
    session.flush()
    assert later.law_of(tender) == calling_off
    officer = tenders.officer(session, tender)
    with pytest.raises(InvalidInput) as refused:
        publishing.mark_cancelled(session, officer, tender.id, "Zu kurz", now=clock.now())
    assert refused.value.reasons[0].law == cancelling
    reason = "Die Mittel sind gestrichen."
    publishing.mark_cancelled(session, officer, tender.id, reason, now=clock.now())
    act = select(RecordEntry).where(RecordEntry.action == "tender_cancelled")
    assert session.scalars(act).one().details["law"] == cancelling


@pytest.mark.parametrize(
    ("rule_set", "joint", "cancelling"),
    [
        ("VgV", "§ 4 Abs. 1 VgV", "§ 63 Abs. 1 VgV"),
        ("VOB/A-EU", "§ 4 Abs. 1 VgV", "§ 17 EU Abs. 1 VOB/A"),
        ("UVgO", "§ 16 UVgO", "§ 48 Abs. 1 UVgO"),
        ("VOB/A", None, "§ 17 Abs. 1 VOB/A"),
        ("NW-GO-75a", None, None),
    ],
)
def test_a_cancellation_names_the_law_of_its_own_rules(
    session: Session, rule_set: str, joint: str | None, cancelling: str | None
) -> None:
    tender = tenders.published(session, current.store())
    tender.law_result = {**tender.law_result, "rule_set": rule_set}
    tender.stage = "cancelled"
    tender.cancelled_at, tender.cancellation_reason = clock.now(), "Die Mittel sind gestrichen."
    document = writing.cancellation_of(
        tender,
        notice_uuid=uuid.uuid4(),
        issued_at=clock.now(),
        base_url=tenders.BASE_URL,
        cancelled_uuid=uuid.uuid4(),
    )
    assert document.procedure.joint_procurement_basis == joint
    assert document.cancellation_law == cancelling
    assert codec.reasons_against(document) == []
