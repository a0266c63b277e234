"""The second click: the same form sent twice gives the same result or says why not, never more."""

import uuid
from dataclasses import dataclass
from typing import Any

import lxml.html
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.conftest import MovableClock
from tests.factories import access
from tests.journeys.three_towns import FITTING_SUPPLIERS, OFFICER, TABLETS, TOWNS, ThreeTowns
from vergabe.access.queries import user_by_email
from vergabe.accounts.service import password_hash
from vergabe.audit.model import RecordEntry
from vergabe.demands.model import Demand
from vergabe.enquiries.model import Answer, Enquiry
from vergabe.messages.model import Message
from vergabe.notices.model import Notice
from vergabe.outbox import OutboxRow
from vergabe.pools.model import Joining
from vergabe.suppliers.model import TenderRegistration
from vergabe.tenders.model import Tender

COUNTED = (
    Demand,
    Joining,
    Notice,
    Enquiry,
    Answer,
    TenderRegistration,
    Message,
    RecordEntry,
    OutboxRow,
)


@dataclass
class Clicking:
    """One person in a browser that sends every form twice."""

    dlz: ThreeTowns
    client: FlaskClient

    def log_in(self, email: str) -> None:
        """Let another person sit down at a browser of their own."""
        self.client = self.dlz.app.test_client()
        with self.dlz.work() as session:
            user = user_by_email(session, email)
            assert user is not None
            user.password = password_hash(access.PASSWORD)
        with self.dlz.look() as session:
            user = user_by_email(session, email)
            assert user is not None
            access.log_in(self.client, user)

    def twice(
        self, page: str, action: str, *, drawn_for: str | None = None, **entries: str
    ) -> TestResponse:
        """Fill in the form on a page, send it twice; return the second answer.

        drawn_for: where the form itself leads, if a page in between only shows it. Fails if the
        first is refused, or if the second writes anything or says nothing in German.
        """
        form = self._form(page, drawn_for or action)
        sent = {**dict(form.form_values()), **entries}
        first = self.client.post(action, data=sent)
        assert first.status_code == 303, first.get_data(as_text=True)[-3000:]
        before = self._counts()
        second = self.client.post(action, data=sent)
        assert self._counts() == before
        assert second.status_code in (303, 409, 412, 422), second.status
        self.dlz.deliver()
        return second

    def _form(self, page: str, action: str) -> Any:
        answer = self.client.get(page)
        assert answer.status_code == 200, f"{answer.status} {page}"
        forms = lxml.html.fromstring(answer.get_data(as_text=True)).forms
        found = [form for form in forms if (form.action or page) == action]
        assert found, f"{page} has no form for {action}, but {[form.action for form in forms]}"
        return found[0]

    def _counts(self) -> dict[str, int]:
        with self.dlz.look() as session:
            return {
                model.__name__: session.scalar(select(func.count()).select_from(model)) or 0
                for model in COUNTED
            }


@pytest.fixture
def clicking(dlz: ThreeTowns, client: FlaskClient) -> Clicking:
    return Clicking(dlz, client)


def told(answer: TestResponse) -> str:
    """Return what the page says to whom clicked twice."""
    return answer.get_data(as_text=True)


def test_submitting_and_releasing_a_demand(clicking: Clicking) -> None:
    dlz = clicking.dlz
    dlz.open_call()
    demand_id = dlz.demand_by_form("merzenich", "60", is_submitted=False)
    page = f"/bedarfe/{demand_id}"
    clicking.log_in("bedarf@merzenich.example")
    clicking.twice(page, f"{page}/einreichen")
    clicking.log_in("kaemmerei@merzenich.example")
    clicking.twice(page, f"{page}/freigeben", budget_line="211101.525500")
    with dlz.look() as session:
        assert session.get_one(Demand, demand_id).stage == "released"


def test_writing_a_demand(clicking: Clicking) -> None:
    clicking.log_in("bedarf@merzenich.example")
    entries = {"title": TABLETS, "cpv_main": "30213200-7", "estimated_value_net": "28.920,00"}
    area = str(clicking.dlz.area_id)
    clicking.twice("/bedarfe/neu", "/bedarfe/neu", area_id=area, submit="1", **entries)


def test_consulting_and_joining_a_pool(clicking: Clicking) -> None:
    dlz = clicking.dlz
    dlz.collect_demands()
    dlz.propose()
    page = f"/buendelungen/{dlz.pool_id}"
    clicking.log_in("koordination@merzenich.example")
    clicking.twice(page, f"{page}/anhoerung")
    clicking.twice(page, f"{page}/beitrittsfenster")
    for town in TOWNS:
        clicking.log_in(f"kaemmerei@{town}.example")
        clicking.twice(f"{page}/beitritt", f"{page}/beitritt", mandate_reference="Ratsbeschluss")


def test_drafting_publishing_and_cancelling_a_tender(clicking: Clicking) -> None:
    dlz = clicking.dlz
    dlz.collect_demands()
    dlz.bind_pool()
    clicking.log_in(OFFICER)
    pool = f"/buendelungen/{dlz.pool_id}"
    clicking.twice(pool, f"/vergabeverfahren/aus-buendelung/{dlz.pool_id}")
    dlz.complete(only_tender_id(dlz))
    tender = f"/vergabeverfahren/{dlz.tender_id}"
    clicking.twice(tender, f"{tender}/bereit")
    second = clicking.twice(f"{tender}/veroeffentlichen", f"{tender}/veroeffentlichen")
    assert second.status_code == 303 or "veröffentlicht" in told(second)
    reason = "Der Haushalt 2027 ist nicht genehmigt."
    clicking.twice(f"{tender}/aufhebung", f"{tender}/aufhebung", reason=reason, code="chan-need")


def only_tender_id(dlz: ThreeTowns) -> uuid.UUID:
    with dlz.look() as session:
        return session.scalars(select(Tender.id)).one()


def test_registering_asking_answering_and_amending(
    clicking: Clicking, moving_clock: MovableClock
) -> None:
    dlz = clicking.dlz
    dlz.collect_demands()
    dlz.bind_pool()
    dlz.draft()
    dlz.declare_ready()
    dlz.publish()
    dlz.deliver()
    public = f"/bekanntmachungen/{dlz.reference}"
    clicking.log_in(FITTING_SUPPLIERS[0])
    clicking.twice(f"{public}/registrieren", f"{public}/registrieren")
    clicking.twice(f"{public}/frage", f"{public}/frage", text="Sind 11,2 Zoll zugelassen?")
    clicking.log_in(OFFICER)
    questions = f"/vergabeverfahren/{dlz.tender_id}/fragen"
    with dlz.look() as session:
        (enquiry_id,) = session.scalars(select(Enquiry.id))
    second = clicking.twice(
        questions, questions, enquiry_ids=str(enquiry_id), text="Ja, bis 11,5 Zoll."
    )
    assert second.status_code == 303 or "schon beantwortet" in told(second)
    amendment = f"/vergabeverfahren/{dlz.tender_id}/aenderung"
    clicking.twice(
        amendment,
        amendment,
        drawn_for=f"{amendment}/vergleich",
        summary="Neuer Titel.",
        title="Tablets",
        is_minor="1",
    )
