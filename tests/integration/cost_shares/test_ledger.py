"""The lead pays in advance, demands it back, is paid: each sum adds up at every step."""

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, cost_shares
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.audit import service as audit
from vergabe.audit.model import RecordEntry
from vergabe.audit.queries import breaks
from vergabe.cost_shares import advances, dunning, paying, queries, reimbursing
from vergabe.cost_shares.kinds import MEMBER_ACCOUNTS, Account
from vergabe.cost_shares.model import LedgerEntry, LedgerLine
from vergabe.cost_shares.vat_rules import VatEntry, VatGround
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused
from vergabe.messages.model import Message
from vergabe.pools.model import Pool

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def pool(session: Session) -> Pool:
    return cost_shares.project(session)


@pytest.fixture
def keeper(session: Session, pool: Pool) -> Actor:
    return cost_shares.bookkeeper(session, pool.cooperation)


def town(session: Session, name: str) -> uuid.UUID:
    return cooperations.town(session, name).id


def advanced(session: Session, pool: Pool) -> dict[uuid.UUID, int]:
    found = queries.balances(session, pool.cooperation_id)
    return {member: cents for (account, member), cents in found.items() if account == "advanced"}


def owed(session: Session, pool: Pool, name: str) -> int:
    member = town(session, name)
    accounts = queries.member_accounts(session, pool.cooperation_id, [member])
    return accounts[member].balance_cents


def check_sums(session: Session, pool: Pool) -> None:
    """The ledger's total equals the sum of the members, whatever was booked."""
    of_members = sum(queries.balances(session, pool.cooperation_id).values())
    of_lead = sum(queries.lead_balances(session, pool.cooperation_id).values())
    assert of_members + of_lead == 0


def test_an_advance_is_shared_to_the_cent(session: Session, pool: Pool, keeper: Actor) -> None:
    entry = cost_shares.advance(session, pool, keeper, 100_00, vat_cents=19_01)
    assert entry.number == 1
    assert entry.gross_cents == 119_01
    shares = advanced(session, pool)
    assert sorted(shares.values()) == [39_67, 39_67, 39_67]
    assert queries.lead_balances(session, pool.cooperation_id) == {Account.CASH: -119_01}
    assert "1 von 3 gleichen Anteilen" in entry.lines[1].text
    check_sums(session, pool)


def test_a_lead_that_deducts_input_tax_shares_the_net_amount(
    session: Session, pool: Pool, keeper: Actor
) -> None:
    entry = cost_shares.advance(
        session, pool, keeper, 100_00, vat_cents=19_00, deducts_input_tax=True
    )
    assert entry.amount_cents == 100_00
    assert sorted(advanced(session, pool).values()) == [33_33, 33_33, 33_34]


def test_a_credit_note_lowers_what_is_open(session: Session, pool: Pool, keeper: Actor) -> None:
    cost_shares.advance(session, pool, keeper, 100_00)
    cost_shares.advance(session, pool, keeper, 10_00, is_credit=True)
    assert sorted(advanced(session, pool).values()) == [30_00, 30_00, 30_00]
    check_sums(session, pool)


def test_a_demand_asks_for_all_that_is_open_and_tells_the_member(
    session: Session, pool: Pool, keeper: Actor
) -> None:
    cost_shares.advance(session, pool, keeper, 100_00)
    cost_shares.advance(session, pool, keeper, 50_00)
    now = clock.now()
    made = reimbursing.demand_all(session, keeper, pool.cooperation_id, now=now)
    assert [entry.kind for entry in made] == ["own_share", "demand", "demand"]
    demand = made[1]
    assert demand.amount_cents == 50_00 - 1 + 1
    assert demand.due_on == clock.berlin_day(now) + dt.timedelta(days=30)
    assert [line["share_cents"] for line in demand.details["lines"]] == [33_33, 16_67]
    assert set(advanced(session, pool).values()) == {0}
    assert owed(session, pool, "Jülich") == 50_00
    subjects = session.scalars(select(Message.subject)).all()
    assert sorted(subjects) == [
        "DLZ-K-4: Rückforderung an Jülich",
        "DLZ-K-5: Rückforderung an Kerpen",
    ]
    with pytest.raises(Refused, match="nichts zurückzufordern"):
        reimbursing.demand_all(session, keeper, pool.cooperation_id, now=now)
    check_sums(session, pool)


def test_a_taxable_line_bears_tax_in_the_demand_and_a_free_one_does_not(
    session: Session, pool: Pool, keeper: Actor
) -> None:
    cost_shares.advance(session, pool, keeper, 300_00, vat=cost_shares.TAXABLE)
    cost_shares.advance(session, pool, keeper, 300_00)
    entry = reimbursing.demand(
        session, keeper, pool.cooperation_id, town(session, "Jülich"), now=clock.now()
    )
    assert [line["vat_cents"] for line in entry.details["lines"]] == [19_00, 0]
    assert (entry.net_cents, entry.vat_cents, entry.amount_cents) == (200_00, 19_00, 219_00)
    assert queries.lead_balances(session, pool.cooperation_id)[Account.OUTPUT_VAT] == -19_00
    check_sums(session, pool)


@pytest.mark.parametrize(
    ("vat", "field"),
    [
        (VatEntry(ground=None), "vat_ground"),
        (VatEntry(ground=VatGround.TAXABLE), "vat_reason"),
        (VatEntry(ground=VatGround.OTHER_NOT_TAXABLE, reason="so"), "vat_reason"),
        (VatEntry(ground=VatGround.SMALL_TURNOVER), "yearly_turnover"),
    ],
)
def test_without_a_vat_status_and_reason_nothing_is_booked(
    session: Session, pool: Pool, keeper: Actor, vat: VatEntry, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        cost_shares.advance(session, pool, keeper, vat=vat)
    assert field in {violation.field for violation in caught.value.violations}
    assert session.scalars(select(LedgerEntry)).all() == []


def test_all_mistakes_are_named_at_once(session: Session, pool: Pool, keeper: Actor) -> None:
    with pytest.raises(InvalidInput) as caught:
        cost_shares.advance(
            session,
            pool,
            keeper,
            -5,
            vat_cents=-1,
            text=" ",
            document="x" * 201,
            category=None,
            document_on=clock.berlin_day(clock.now()) + dt.timedelta(days=1),
            supplied_on=None,
            vat=VatEntry(ground=None),
        )
    assert {violation.field for violation in caught.value.violations} == {
        *("category", "text", "document", "document_on", "supplied_on", "net", "vat"),
        "vat_ground",
    }


def pay(
    session: Session, pool: Pool, keeper: Actor, name: str, amount: int, **more: Any
) -> LedgerEntry:
    facts: dict[str, Any] = {
        "amount_cents": amount,
        "paid_on": clock.berlin_day(clock.now()),
        "document": "Kontoauszug 17",
        "now": clock.now(),
    }
    member = town(session, name)
    return paying.receive_payment(session, keeper, pool.cooperation_id, member, **(facts | more))


def test_partial_payment_overpayment_and_credit(
    session: Session, pool: Pool, keeper: Actor
) -> None:
    cost_shares.advance(session, pool, keeper, 300_00)
    reimbursing.demand_all(session, keeper, pool.cooperation_id, now=clock.now())
    pay(session, pool, keeper, "Jülich", 40_00)
    assert owed(session, pool, "Jülich") == 60_00
    pay(session, pool, keeper, "Jülich", 75_00)
    assert owed(session, pool, "Jülich") == -15_00
    with pytest.raises(Refused) as caught:
        paying.pay_back(
            session,
            keeper,
            pool.cooperation_id,
            town(session, "Jülich"),
            amount_cents=15_01,
            paid_on=clock.berlin_day(clock.now()),
            document="Ü 1",
            now=clock.now(),
        )
    assert "15,00" in caught.value.violations[0].message
    # What is too much settles the next demand by itself.
    cost_shares.advance(session, pool, keeper, 30_00)
    reimbursing.demand_all(session, keeper, pool.cooperation_id, now=clock.now())
    assert owed(session, pool, "Jülich") == -5_00
    paying.pay_back(
        session,
        keeper,
        pool.cooperation_id,
        town(session, "Jülich"),
        amount_cents=5_00,
        paid_on=clock.berlin_day(clock.now()),
        document="Ü 1",
        now=clock.now(),
    )
    assert owed(session, pool, "Jülich") == 0
    check_sums(session, pool)


def test_the_same_form_twice_books_once(session: Session, pool: Pool, keeper: Actor) -> None:
    cost, now = cost_shares.cost(), clock.now()
    first = advances.record_advance(session, keeper, pool.id, cost, request_key="a", now=now)
    again = advances.record_advance(session, keeper, pool.id, cost, request_key="a", now=now)
    assert first.id == again.id
    paid = pay(session, pool, keeper, "Jülich", 5_00, request_key="b")
    assert pay(session, pool, keeper, "Jülich", 5_00, request_key="b").id == paid.id
    with pytest.raises(Refused, match="schon für die Buchung 1"):
        pay(session, pool, keeper, "Jülich", 5_00, request_key="a")
    assert owed(session, pool, "Jülich") == -5_00


def test_a_correction_is_an_entry_of_its_own_and_happens_once(
    session: Session, pool: Pool, keeper: Actor
) -> None:
    entry, now = cost_shares.advance(session, pool, keeper, 100_00), clock.now()
    with pytest.raises(InvalidInput):
        advances.correct(session, keeper, pool.cooperation_id, entry.id, "  ", now=now)
    back = advances.correct(session, keeper, pool.cooperation_id, entry.id, "Doppelt", now=now)
    same = advances.correct(session, keeper, pool.cooperation_id, entry.id, "Doppelt", now=now)
    assert back.id == same.id
    assert back.reverses_id == entry.id
    assert set(advanced(session, pool).values()) == {0}
    assert queries.open_shares(session, pool.cooperation_id, town(session, "Jülich")) == []
    with pytest.raises(Refused, match="nicht storniert"):
        advances.correct(session, keeper, pool.cooperation_id, back.id, "Nein", now=now)
    check_sums(session, pool)


def test_a_cost_corrected_after_its_demand_is_credited_with_the_next_one(
    session: Session, pool: Pool, keeper: Actor
) -> None:
    entry, now = cost_shares.advance(session, pool, keeper, 90_00), clock.now()
    reimbursing.demand_all(session, keeper, pool.cooperation_id, now=now)
    advances.correct(session, keeper, pool.cooperation_id, entry.id, "Falscher Beleg", now=now)
    credit = reimbursing.demand(
        session, keeper, pool.cooperation_id, town(session, "Kerpen"), now=now
    )
    assert credit.amount_cents == -30_00
    assert credit.text == "Gutschrift für Kerpen"
    assert credit.due_on is None
    assert owed(session, pool, "Kerpen") == 0
    check_sums(session, pool)


def test_a_demand_taken_back_opens_its_shares_again(
    session: Session, pool: Pool, keeper: Actor
) -> None:
    cost_shares.advance(session, pool, keeper, 90_00)
    member, now = town(session, "Jülich"), clock.now()
    demand = reimbursing.demand(session, keeper, pool.cooperation_id, member, now=now)
    pay(session, pool, keeper, "Jülich", 10_00)
    advances.correct(session, keeper, pool.cooperation_id, demand.id, "Adresse falsch", now=now)
    assert owed(session, pool, "Jülich") == -10_00
    again = reimbursing.demand(session, keeper, pool.cooperation_id, member, now=now)
    assert again.amount_cents == 30_00
    assert again.details["lines"][0]["text"] == "Bekanntmachung im Anzeiger"
    assert owed(session, pool, "Jülich") == 20_00
    check_sums(session, pool)


def test_a_write_off_needs_a_reason_and_goes_no_further_than_what_is_open(
    session: Session, pool: Pool, keeper: Actor
) -> None:
    cost_shares.advance(session, pool, keeper, 90_00)
    member, now = town(session, "Jülich"), clock.now()
    reimbursing.demand(session, keeper, pool.cooperation_id, member, now=now)

    def give_up(amount: int, reason: str) -> LedgerEntry:
        return paying.write_off(
            session,
            keeper,
            pool.cooperation_id,
            member,
            amount_cents=amount,
            reason=reason,
            now=now,
        )

    with pytest.raises(InvalidInput):
        give_up(10_00, "")
    with pytest.raises(Refused):
        give_up(30_01, "Bagatelle")
    give_up(30_00, "Bagatelle")
    assert owed(session, pool, "Jülich") == 0
    assert queries.lead_balances(session, pool.cooperation_id)[Account.WRITE_OFF] == 30_00
    check_sums(session, pool)


def test_reminders_come_one_after_the_other_once_it_is_overdue(
    session: Session, pool: Pool, keeper: Actor
) -> None:
    cost_shares.advance(session, pool, keeper, 90_00)
    member, now = town(session, "Jülich"), clock.now()
    demand = reimbursing.demand(session, keeper, pool.cooperation_id, member, now=now)
    due = demand.due_on
    assert due is not None

    def remind(level: int, day: dt.date) -> dt.date:
        at = clock.berlin_instant(day, dt.time(9))
        made = dunning.dun(session, keeper, pool.cooperation_id, demand.id, level=level, now=at)
        return made.due_on

    with pytest.raises(Refused) as caught:
        remind(1, due)
    assert caught.value.violations[0].code == "not_overdue"
    second_due = remind(1, due + dt.timedelta(days=1))
    # A second click sends nothing new.
    assert remind(1, due + dt.timedelta(days=1)) == second_due
    with pytest.raises(Refused):
        remind(2, second_due)
    with pytest.raises(Refused):
        remind(3, second_due + dt.timedelta(days=1))
    third_due = remind(2, second_due + dt.timedelta(days=1))
    remind(3, third_due + dt.timedelta(days=1))
    with pytest.raises(Refused) as caught:
        remind(4, third_due + dt.timedelta(days=99))
    assert caught.value.violations[0].code == "last_level"
    titles = session.scalars(select(Message.subject).where(Message.subject.contains("Mahnung")))
    assert len(titles.all()) == 3


def test_interest_is_free_unless_agreed(session: Session, pool: Pool, keeper: Actor) -> None:
    with pytest.raises(Refused, match="zinsfrei"):
        paying.charge_interest(
            session, keeper, pool.cooperation_id, town(session, "Jülich"), now=clock.now()
        )


def test_agreed_interest_runs_from_the_day_after_the_due_day(session: Session) -> None:
    pool = cost_shares.project(session, interest_basis_points=500, due_days=10)
    keeper = cost_shares.bookkeeper(session, pool.cooperation)
    cost_shares.advance(session, pool, keeper, 3_650_00)
    member, now = town(session, "Jülich"), clock.now()
    demand = reimbursing.demand(session, keeper, pool.cooperation_id, member, now=now)
    assert demand.due_on == clock.berlin_day(now) + dt.timedelta(days=10)

    def charge(days: int) -> int:
        at = now + dt.timedelta(days=10 + days)
        entry = paying.charge_interest(session, keeper, pool.cooperation_id, member, now=at)
        return entry.amount_cents

    with pytest.raises(Refused, match="keine weiteren Zinsen"):
        charge(0)
    # 1,216.67 euro at 5 % a year: 16.67 cents a day, fractions dropped.
    assert charge(30) == 500
    with pytest.raises(Refused):
        charge(30)
    assert charge(60) == 500
    check_sums(session, pool)


def test_nothing_booked_is_ever_changed_or_deleted(
    session: Session, pool: Pool, keeper: Actor
) -> None:
    cost_shares.advance(session, pool, keeper)
    for statement in (
        update(LedgerEntry).values(amount_cents=1),
        delete(LedgerEntry),
        update(LedgerLine).values(cents=1),
        delete(LedgerLine),
    ):
        with pytest.raises(DatabaseError, match="append only"), session.begin_nested():
            session.execute(statement)


def test_the_database_itself_refuses_a_cost_without_vat_status(
    session: Session, pool: Pool, keeper: Actor
) -> None:
    entry = cost_shares.advance(session, pool, keeper)
    values = {
        column.name: getattr(entry, column.name) for column in LedgerEntry.__table__.columns
    } | {"id": uuid.uuid4(), "number": 99, "vat_status": None}
    with pytest.raises(DatabaseError, match="cost_has_vat_status"), session.begin_nested():
        session.execute(LedgerEntry.__table__.insert().values(values))


def test_only_the_leads_treasury_books(session: Session, pool: Pool) -> None:
    member = cooperations.town(session, "Jülich")
    theirs = access.actor(session, member, Role.RELEASER, Role.COORDINATOR)
    with pytest.raises(Forbidden):
        cost_shares.advance(session, pool, theirs)
    stranger = access.actor(session, access.organisation(session, "Inden"), Role.RELEASER)
    with pytest.raises(NotFound):
        cost_shares.advance(session, pool, stranger)


def test_a_member_reads_its_own_items_alone(session: Session, pool: Pool) -> None:
    cooperation = pool.cooperation
    own, other = cooperations.town(session, "Jülich"), cooperations.town(session, "Kerpen")
    theirs = access.actor(session, own, Role.RELEASER)
    queries.require_reader(theirs, cooperation, own.id)
    with pytest.raises(NotFound):
        queries.require_reader(theirs, cooperation, other.id)
    keeper = cost_shares.bookkeeper(session, cooperation)
    queries.require_reader(keeper, cooperation, other.id)


def test_bookings_stand_in_the_leads_record_and_nowhere_else(
    session: Session, pool: Pool, keeper: Actor
) -> None:
    entry = cost_shares.advance(session, pool, keeper)
    stream = audit.stream_of("organisation", pool.cooperation.lead_organisation_id)
    rows = session.scalars(select(RecordEntry).where(RecordEntry.subject_id == entry.id)).all()
    assert [row.stream for row in rows] == [stream]
    assert rows[0].details["lines"][0] == ["cash", "", -100_00]
    assert breaks(session, stream) == []


def test_member_accounts_are_those_of_members() -> None:
    assert {account.value for account in MEMBER_ACCOUNTS} == {"advanced", "demanded"}


def test_open_items_that_balance_are_neither_demanded_nor_credited(
    session: Session, pool: Pool, keeper: Actor
) -> None:
    treasurer = access.person(session, cooperations.town(session, "Kerpen"), Role.RELEASER)
    entry, now = cost_shares.advance(session, pool, keeper, 90_00), clock.now()
    reimbursing.demand_all(session, keeper, pool.cooperation_id, now=now)
    advances.correct(session, keeper, pool.cooperation_id, entry.id, "Falscher Beleg", now=now)
    cost_shares.advance(session, pool, keeper, 90_00)
    balance = reimbursing.demand(
        session, keeper, pool.cooperation_id, town(session, "Kerpen"), now=now
    )
    assert (balance.amount_cents, balance.text) == (0, "Ausgleich mit Kerpen")
    told = session.scalars(
        select(Message.body).where(
            Message.user_id == treasurer.id, Message.subject.startswith(balance.document)
        )
    ).one()
    assert "zu zahlen ist nichts" in told
    assert "schreibt Ihnen" not in told
