"""Quantities over several lots: moved in place, never made or lost, to the cent."""

import random
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access, cooperations
from tests.factories import tenders as factory
from tests.integration.tenders.test_forms import token_of
from tests.integration.tenders.test_lots import TWO_TRADES
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.errors import InvalidInput, NotFound, Refused, Stale
from vergabe.tenders import distributing, gates, lot_editing
from vergabe.tenders.lotting import Split
from vergabe.tenders.model import LotItem, Tender
from vergabe.tenders.recording import stream_of

OPERATOR = Actor.operator("Test")


@pytest.fixture
def tender(session: Session) -> Tender:
    lines = dict.fromkeys(factory.THREE_TOWNS, TWO_TRADES["35811100"])
    return factory.draft(session, lines=lines, cpv="35811100", split=Split.TRADE)


def jackets(tender: Tender) -> list[LotItem]:
    return [i for lot in tender.lots for i in lot.items if i.text == "Einsatzjacke"]


def totals(tender: Tender) -> dict[object, tuple[Decimal, int]]:
    found: dict[object, tuple[Decimal, int]] = {}
    for lot in tender.lots:
        for item in lot.items:
            for share in item.shares:
                key = (share.organisation_id, share.demand_id, share.demand_item_id)
                known = found.get(key, (Decimal(0), 0))
                found[key] = (
                    known[0] + (share.quantity or 0),
                    known[1] + share.value_net_cents,
                )
    return found


def split(session: Session, tender: Tender, amount: int, *, version: int | None = None) -> None:
    item = jackets(tender)[0]
    going = {share.organisation_id: Decimal(amount) for share in item.shares}
    distributing.split_item(
        session, OPERATOR, tender.id, item.id, None, going, version=version, now=clock.now()
    )


def test_a_part_goes_into_a_new_lot_and_everything_still_adds_up(
    session: Session, tender: Tender
) -> None:
    before, total = totals(tender), tender.estimated_value_net_cents
    split(session, tender, 7)
    assert [[s.quantity for s in item.shares] for item in jackets(tender)] == [[13] * 3, [7] * 3]
    assert totals(tender) == before
    assert "single" not in {lot.kind for lot in tender.lots}, "no only lot beside another"
    assert tender.estimated_value_net_cents == total
    assert sum(lot.estimated_value_net_cents for lot in tender.lots) == total
    (gate,) = [
        g for g in gates.all_gates(session, tender, now=clock.now()) if g.key == "sums_agree"
    ]
    assert gate.reasons == []
    assert audit.entries(session, stream_of(tender.id))[-1].action == "quantities_distributed"


def test_quantities_move_between_lots_and_the_sum_is_kept(session: Session, tender: Tender) -> None:
    split(session, tender, 7)
    before = totals(tender)
    first, second = jackets(tender)
    member = first.shares[0].organisation_id
    wanted = {(first.id, member): Decimal("0"), (second.id, member): Decimal("20")}
    distributing.distribute(
        session, OPERATOR, tender.id, wanted, version=tender.version, now=clock.now()
    )
    assert totals(tender) == before
    assert member not in {share.organisation_id for share in jackets(tender)[0].shares}


def test_a_difference_is_told_at_the_field_and_nothing_is_stored(
    session: Session, tender: Tender
) -> None:
    split(session, tender, 7)
    before = totals(tender)
    first = jackets(tender)[0]
    member = first.shares[0].organisation_id
    with pytest.raises(InvalidInput) as error:
        distributing.distribute(
            session,
            OPERATOR,
            tender.id,
            {(first.id, member): Decimal(18)},
            version=None,
            now=clock.now(),
        )
    (violation,) = error.value.violations
    assert violation.field == distributing.field_of(first.id, member)
    assert "5 zu viel" in violation.message
    assert totals(tender) == before


@pytest.mark.parametrize("amount", ["-1", "1e30", "0.00001", "NaN", "Infinity"])
def test_what_is_no_quantity_is_refused(session: Session, tender: Tender, amount: str) -> None:
    split(session, tender, 7)
    first = jackets(tender)[0]
    wanted = {(first.id, first.shares[0].organisation_id): Decimal(amount)}
    with pytest.raises(InvalidInput):
        distributing.distribute(session, OPERATOR, tender.id, wanted, version=None, now=clock.now())


def test_more_than_there_is_cannot_go(session: Session, tender: Tender) -> None:
    with pytest.raises(InvalidInput, match=r"hat hier 20 Stk\., mehr lässt sich nicht"):
        split(session, tender, 21)
    with pytest.raises(InvalidInput):
        split(session, tender, 0)
    with pytest.raises(Stale):
        split(session, tender, 1, version=tender.version - 1)


def test_an_item_without_quantity_is_moved_whole_only(session: Session, tender: Tender) -> None:
    training = next(i for lot in tender.lots for i in lot.items if i.text == "Schulung")
    going = {training.shares[0].organisation_id: Decimal(1)}
    with pytest.raises(Refused):
        distributing.split_item(
            session, OPERATOR, tender.id, training.id, None, going, version=None, now=clock.now()
        )
    with pytest.raises(NotFound):
        distributing.distribute(
            session,
            OPERATOR,
            tender.id,
            {(tender.id, tender.lead_organisation_id): Decimal(1)},
            version=None,
            now=clock.now(),
        )


def test_merging_the_lots_again_gives_what_was_there(session: Session, tender: Tender) -> None:
    before = totals(tender)
    split(session, tender, 7)
    first, second = tender.lots
    lot_editing.merge_lots(
        session, OPERATOR, tender.id, second.id, first.id, version=None, now=clock.now()
    )
    assert totals(tender) == before
    assert [[s.quantity for s in item.shares] for item in jackets(tender)] == [[20] * 3]


def test_any_distribution_keeps_every_cent(session: Session, tender: Tender) -> None:
    chance = random.Random(6)
    before, total = totals(tender), tender.estimated_value_net_cents
    split(session, tender, 3)
    for _ in range(12):
        items = jackets(tender)
        members = [buyer.organisation_id for buyer in tender.buyers if buyer.buys]
        wanted = {}
        for member in members:
            cut = Decimal(chance.randint(1, 19_9999)) / 10_000
            rest = Decimal(20) - cut
            wanted |= {(items[0].id, member): cut, (items[1].id, member): rest}
        distributing.distribute(session, OPERATOR, tender.id, wanted, version=None, now=clock.now())
        assert totals(tender) == before
        assert tender.estimated_value_net_cents == total


def test_the_page_edits_in_place_and_keeps_a_wrong_entry(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    split(session, tender, 7)
    user = access.person(session, cooperations.town(session, "Merzenich"), Role.PROCUREMENT_OFFICER)
    session.commit()
    access.log_in(client, user)
    path = f"/vergabeverfahren/{tender.id}/lose"
    first, second = jackets(tender)
    member = first.shares[0].organisation_id
    fields = {
        distributing.field_of(first.id, member): "15",
        distributing.field_of(second.id, member): "4",
    }
    token = token_of(client.get(path).get_data(as_text=True))
    form = {"version": str(tender.version), "csrf_token": token, **fields}
    answer = client.post(f"{path}/mengen", data=form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422, page
    assert 'value="15"' in page
    assert "1 zu wenig" in page
    for nonsense in ("viel", "1,2,3", "&amp;<b>", "9" * 40):
        wrong = form | {distributing.field_of(first.id, member): nonsense}
        assert client.post(f"{path}/mengen", data=wrong).status_code == 422, nonsense
    good = form | {distributing.field_of(second.id, member): "5,0"}
    assert client.post(f"{path}/mengen", data=good).status_code == 303
    assert client.post(f"{path}/mengen", data=good).status_code == 412, "seen before it changed"
    page = client.get(path).get_data(as_text=True)
    assert "Anteil am Auftragswert" in page
    session.refresh(tender)
    again = {"version": str(tender.version), "item_id": str(first.id), "csrf_token": token}
    answer = client.post(f"{path}/aufteilen", data=again | {"to_lot_id": "neu"})
    assert answer.status_code == 422
