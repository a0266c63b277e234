"""From tenders to eForms: official rules find nothing to object to, whatever the tender."""

import datetime as dt
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests import sdk
from tests.conftest import MovableClock
from tests.factories import cooperations, tenders
from vergabe import clock
from vergabe.exchange.eforms import writing
from vergabe.exchange.eforms.notice import Notice
from vergabe.files import current
from vergabe.notice_facts import service as facts
from vergabe.notices import eforms_documents, eforms_mapping
from vergabe.notices.eforms_mapping import ChangeFacts, Stamp
from vergabe.tenders.lotting import Split
from vergabe.tenders.model import Tender

BASE_URL = "https://vergabe.dlz.example"


@pytest.fixture(autouse=True)
def _clock(moving_clock: MovableClock) -> Iterator[None]:
    yield


def stamp() -> Stamp:
    return Stamp(
        notice_uuid=uuid.uuid4(), version=1, issued_at=clock.now(), base_url=BASE_URL
    )


def errors(notice: Notice) -> list[tuple[str, str]]:
    found = sdk.checker().findings(writing.build(notice))
    return [(raw.rule, raw.text) for raw in found if raw.severity == "error"]


def mapped(session: Session, tender: Tender) -> Notice:
    case = eforms_documents.case_of(session, tender, now=clock.now())
    return eforms_mapping.contract_notice(case, stamp())


def drafted(session: Session, **more: Any) -> Tender:
    return tenders.complete(session, current.store(), tenders.draft(session, **more))


def test_a_joint_tender_above_the_threshold_is_valid(session: Session) -> None:
    notice = mapped(session, drafted(session))
    assert notice.subtype == "16"
    assert [buyer.is_lead for buyer in notice.buyers] == [True, False, False]
    assert "Auftraggeber dieses Loses: Gemeinde Merzenich, Gemeinde Jülich" in str(
        notice.lots[0].description
    )
    assert errors(notice) == []
