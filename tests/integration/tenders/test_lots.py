"""Moving and merging: whatever is done to lots, each member keeps what it asked for."""

import datetime as dt
import random
import uuid
from collections import Counter
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from tests.factories import cooperations
from tests.factories import demands as demand_factory
from tests.factories import tenders as factory
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.audit import queries as audit
from vergabe.errors import InvalidInput, NotFound, Refused, Stale
from vergabe.tenders import drafting, gates, lot_editing, shares
from vergabe.tenders.lot_editing import LotEdit
from vergabe.tenders.lotting import Split
from vergabe.tenders.model import Tender
from vergabe.tenders.recording import stream_of

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

TWO_TRADES = {
    "34144210": [("Löschfahrzeug", 1, "H87", 45_000_000), ("Beladung", 1, "H87", 2_000_001)],
    "35811100": [("Einsatzjacke", 20, "H87", 61_000), ("Schulung", None, None, None)],
}


@pytest.fixture
def tender(session: Session) -> Tender:
    """Two trades, three towns: lot 1 fire engines, lot 2 clothes."""
    cooperation = cooperations.dlz(session)
    demands = [
        demand_factory.demand(
            session, cooperation, cooperations.town(session, town), cpv=cpv, items=lines
        )
        for town in factory.THREE_TOWNS
        for cpv, lines in TWO_TRADES.items()
    ]
    pool = factory.binding_pool(session, cooperation, demands)
    operator = Actor.operator("Test")
    return drafting.draft_tender(session, operator, pool.id, now=clock.now())


Asked = Counter[tuple[uuid.UUID, uuid.UUID, uuid.UUID | None, Decimal | None, int]]


def asked(tender: Tender) -> Asked:
    """Everything that the members asked for, whatever lot it is in."""
    return Counter(
        (s.organisation_id, s.demand_id, s.demand_item_id, s.quantity, s.value_net_cents)
        for lot in tender.lots
        for item in lot.items
        for s in item.shares
    )


def check_sums(session: Session, tender: Tender) -> None:
    session.flush()
    session.expire_all()
    found = {gate.key: gate for gate in gates.all_gates(session, tender, now=clock.now())}
    assert found["sums_agree"].reasons == []
    assert [lot.number for lot in tender.lots] == list(range(1, len(tender.lots) + 1))
    for lot in tender.lots:
        assert lot.items
        assert [item.position for item in lot.items] == list(range(1, len(lot.items) + 1))
    tables = shares.lot_tables(tender)
    sums, total = shares.column_sums(tables)
    assert sum(sums) == total == tender.estimated_value_net_cents


def act(session: Session, tender: Tender) -> Actor:
    return factory.officer(session, tender)


def test_an_item_moves_with_all_its_shares(session: Session, tender: Tender) -> None:
    before = asked(tender)
    load = next(item for item in tender.lots[0].items if item.text == "Beladung")
    lot_editing.move_item(
        session, act(session, tender), tender.id, load.id, tender.lots[1].id,
        version=tender.version, now=clock.now(),
    )  # fmt: skip
    check_sums(session, tender)
    assert asked(tender) == before
    assert "Beladung" in [item.text for item in tender.lots[1].items]
    assert tender.lots[1].estimated_value_net_cents == 3 * (2_000_001 + 20 * 61_000)
    # Clothes and engines have no code in common but the one of the greatest value.
    assert tender.lots[1].cpv in ("34144210", "35811100")
    entry = audit.entries(session, stream_of(tender.id))[-1]
    assert (entry.details["from_lot"], entry.details["to_lot"]) == (1, 2)


def test_an_item_founds_a_lot_and_the_last_one_takes_its_lot_along(
    session: Session, tender: Tender
) -> None:
    actor = act(session, tender)
    first, second = tender.lots[0].items
    lot_editing.move_item(session, actor, tender.id, first.id, None, version=None, now=clock.now())
    check_sums(session, tender)
    assert len(tender.lots) == 3
    lot_editing.move_item(
        session, actor, tender.id, second.id, tender.lots[1].id, version=None, now=clock.now()
    )
    check_sums(session, tender)
    assert len(tender.lots) == 2


def test_moving_to_where_it_is_changes_nothing(session: Session, tender: Tender) -> None:
    item, version = tender.lots[0].items[0], tender.version
    lot_editing.move_item(
        session, act(session, tender), tender.id, item.id, tender.lots[0].id,
        version=None, now=clock.now(),
    )  # fmt: skip
    assert tender.version == version


def test_merged_lots_add_up_the_same_things(session: Session, tender: Tender) -> None:
    actor = act(session, tender)
    drafting.recut(session, actor, tender.id, Split.MEMBER, now=clock.now())
    before = asked(tender)
    assert len(tender.lots) == 3
    for _ in range(2):
        first, last = tender.lots[0], tender.lots[-1]
        lot_editing.merge_lots(
            session, actor, tender.id, last.id, first.id, version=None, now=clock.now()
        )
        check_sums(session, tender)
    assert asked(tender) == before
    (lot,) = tender.lots
    assert lot.kind == "single"
    jacket = next(item for item in lot.items if item.text == "Einsatzjacke")
    assert jacket.quantity == 60
    assert len(jacket.shares) == 3
    # What has no quantity cannot be added up and stays apart.
    assert [item.text for item in lot.items].count("Schulung") == 3


def test_a_lot_does_not_go_into_itself(session: Session, tender: Tender) -> None:
    lot = tender.lots[0]
    with pytest.raises(Refused, match="anderes Los"):
        lot_editing.merge_lots(
            session, act(session, tender), tender.id, lot.id, lot.id, version=None, now=clock.now()
        )


def test_what_belongs_to_another_tender_is_not_found(session: Session, tender: Tender) -> None:
    other = factory.draft(session, cooperation=tender.cooperation)
    actor, foreign = act(session, tender), other.lots[0]
    for call in (
        lambda: lot_editing.merge_lots(
            session, actor, tender.id, foreign.id, tender.lots[0].id, version=None, now=clock.now()
        ),
        lambda: lot_editing.move_item(
            session, actor, tender.id, foreign.items[0].id, None, version=None, now=clock.now()
        ),
        lambda: lot_editing.move_item(
            session, actor, tender.id, tender.lots[0].items[0].id, foreign.id,
            version=None, now=clock.now(),
        ),
        lambda: lot_editing.edit_lot(
            session, actor, tender.id, foreign.id, LotEdit("x"), version=None, now=clock.now()
        ),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            call()


@pytest.mark.parametrize("seed", range(6))
def test_after_any_number_of_moves_and_merges_everything_still_adds_up(
    session: Session, tender: Tender, seed: int
) -> None:
    chance, actor, before = random.Random(seed), act(session, tender), asked(tender)
    for _ in range(12):
        lots = list(tender.lots)
        action = chance.choice(("move", "move", "new", "merge", "recut"))
        if action == "recut":
            split = chance.choice(list(Split))
            drafting.recut(session, actor, tender.id, split, now=clock.now())
        elif action == "merge" and len(lots) > 1:
            one, other = chance.sample(lots, 2)
            lot_editing.merge_lots(
                session, actor, tender.id, one.id, other.id, version=None, now=clock.now()
            )
        else:
            item = chance.choice(chance.choice(lots).items)
            target = None if action == "new" else chance.choice(lots).id
            lot_editing.move_item(
                session, actor, tender.id, item.id, target, version=None, now=clock.now()
            )
        check_sums(session, tender)
        assert asked(tender) == before
    assert audit.breaks(session, stream_of(tender.id)) == []


def test_a_lot_is_described_and_dated(session: Session, tender: Tender) -> None:
    lot = tender.lots[0]
    edit = LotEdit(" Fahrzeuge ", "Mit Beladung", dt.date(2027, 3, 1), dt.date(2027, 12, 31))
    lot_editing.edit_lot(
        session, act(session, tender), tender.id, lot.id, edit,
        version=tender.version, now=clock.now(),
    )  # fmt: skip
    assert (lot.title, lot.ends_on) == ("Fahrzeuge", dt.date(2027, 12, 31))
    entry = audit.entries(session, stream_of(tender.id))[-1]
    assert entry.details["changes"]["starts_on"] == {"old": None, "new": "2027-03-01"}


def test_a_lot_that_ends_before_it_begins_is_refused(session: Session, tender: Tender) -> None:
    edit = LotEdit("", "x" * 20_001, dt.date(2027, 3, 1), dt.date(2027, 2, 28))
    with pytest.raises(InvalidInput) as caught:
        lot_editing.edit_lot(
            session, act(session, tender), tender.id, tender.lots[0].id, edit,
            version=None, now=clock.now(),
        )  # fmt: skip
    assert [v.field for v in caught.value.violations] == ["title", "description", "ends_on"]


def test_the_later_of_two_officers_is_told(session: Session, tender: Tender) -> None:
    actor, seen = act(session, tender), tender.version
    drafting.recut(session, actor, tender.id, Split.SINGLE, now=clock.now(), version=seen)
    with pytest.raises(Stale):
        drafting.recut(session, actor, tender.id, Split.MEMBER, now=clock.now(), version=seen)
