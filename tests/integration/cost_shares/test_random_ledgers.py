"""Random sequences of bookings: after each the ledger's total is the sum of its members."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import cooperations, cost_shares
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.cost_shares import advances, paying, queries, reimbursing, statements
from vergabe.cost_shares.kinds import Account
from vergabe.cost_shares.model import LedgerEntry, LedgerLine
from vergabe.errors import Refused
from vergabe.pools.model import Pool

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.one_database]

TOWNS = ("Merzenich", "Jülich", "Kerpen", "Inden")


class Bookkeeping:
    """Somebody who books anything at all, as chance has it."""

    def __init__(self, session: Session, pool: Pool, keeper: Actor, chance: random.Random) -> None:
        self.session, self.pool, self.keeper, self.chance = session, pool, keeper, chance
        self.cooperation_id = pool.cooperation_id
        self.members = [cooperations.town(session, name).id for name in TOWNS]
        self.booked = 0

    def step(self) -> None:
        acts: list[Callable[[], Any]] = [
            self.advance,
            self.advance,
            self.hours,
            self.demand,
            self.demand_all,
            self.pay,
            self.pay,
            self.pay_back,
            self.write_off,
            self.correct,
        ]
        try:
            self.chance.choice(acts)()
            self.booked += 1
        except Refused:
            pass  # nothing open, no credit, corrected before: as it should be

    def member(self) -> Any:
        return self.chance.choice(self.members)

    def advance(self) -> None:
        is_taxable = self.chance.random() < 0.4
        cost_shares.advance(
            self.session,
            self.pool,
            self.keeper,
            self.chance.choice([1, 7, 10_001, 33_333_33]),
            vat_cents=self.chance.choice([0, 1]),
            is_credit=self.chance.random() < 0.3,
            deducts_input_tax=self.chance.random() < 0.3,
            vat=cost_shares.TAXABLE if is_taxable else cost_shares.NOT_TAXABLE,
        )

    def hours(self) -> None:
        entry = cost_shares.worked(self.chance.randint(1, 600), self.chance.randint(1, 99_99))
        cost_shares.effort(self.session, self.pool, self.chance.choice(TOWNS), entry)
        vat = cost_shares.NOT_TAXABLE
        advances.book_efforts(self.session, self.keeper, self.pool.id, vat, now=clock.now())

    def demand(self) -> None:
        reimbursing.demand(
            self.session, self.keeper, self.cooperation_id, self.member(), now=clock.now()
        )

    def demand_all(self) -> None:
        reimbursing.demand_all(self.session, self.keeper, self.cooperation_id, now=clock.now())

    def pay(self) -> None:
        self._cash(paying.receive_payment)

    def pay_back(self) -> None:
        self._cash(paying.pay_back)

    def _cash(self, book: Callable[..., LedgerEntry]) -> None:
        book(
            self.session,
            self.keeper,
            self.cooperation_id,
            self.member(),
            amount_cents=self.chance.choice([1, 99, 5_000_00]),
            paid_on=clock.berlin_day(clock.now()),
            document="Auszug",
            now=clock.now(),
        )

    def write_off(self) -> None:
        paying.write_off(
            self.session,
            self.keeper,
            self.cooperation_id,
            self.member(),
            amount_cents=self.chance.choice([1, 1_00]),
            reason="Bagatelle",
            now=clock.now(),
        )

    def correct(self) -> None:
        entries = queries.entries(self.session, self.cooperation_id)
        if entries:
            entry = self.chance.choice(entries)
            now = clock.now()
            advances.correct(
                self.session, self.keeper, self.cooperation_id, entry.id, "Irrtum", now=now
            )

    def check(self) -> None:
        """What must hold whatever was booked."""
        today = clock.berlin_day(clock.now())
        found = statements.ledger(self.session, self.pool.cooperation, today=today)
        assert found.adds_up
        entries = queries.entries(self.session, self.cooperation_id)
        assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
        assert all(sum(line.cents for line in entry.lines) == 0 for entry in entries)
        for statement in found.members:
            member = statement.organisation_id
            open_shares = queries.open_shares(self.session, self.cooperation_id, member)
            assert sum(line.cents for line in open_shares) == statement.advanced_cents
            demanded = queries.balances(self.session, self.cooperation_id)
            assert statement.owes_cents == demanded.get((Account.DEMANDED, member), 0)
            assert not (statement.account.credit_cents and statement.account.open_items)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_booked_the_total_is_the_sum_of_the_members(
    session: Session, seed: int
) -> None:
    chance = random.Random(seed)
    kind = chance.choice(["equal", "demand_value", "usage"])
    pool = cost_shares.project(session, TOWNS, kind=kind)
    keeper = cost_shares.bookkeeper(session, pool.cooperation)
    books = Bookkeeping(session, pool, keeper, chance)
    for step in range(40):
        books.step()
        if step % 5 == 4:
            session.expire_all()
            books.check()
    assert books.booked > 15


def test_no_line_stands_outside_an_entry_that_adds_up(session: Session) -> None:
    pool = cost_shares.project(session)
    keeper = cost_shares.bookkeeper(session, pool.cooperation)
    cost_shares.advance(session, pool, keeper, 1_00_01)
    sums = session.execute(
        select(LedgerLine.entry_id, func.sum(LedgerLine.cents)).group_by(LedgerLine.entry_id)
    )
    assert [int(total) for _entry, total in sums] == [0]
