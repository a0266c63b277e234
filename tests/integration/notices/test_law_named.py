"""The law that a document names is that of its procedure."""

import uuid

import pytest
from sqlalchemy.orm import Session

from tests.factories import tenders
from vergabe import clock
from vergabe.exchange.xvergabe import codec
from vergabe.files import current
from vergabe.notices import writing


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
