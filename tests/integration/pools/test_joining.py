"""Joining, leaving while the window is open, and leaving with everybody's consent afterwards."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, pools
from tests.factories import demands as demand_factory
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.demands.model import Demand
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused
from vergabe.outbox import OutboxRow
from vergabe.pools import joining, queries, service, withdrawing
from vergabe.pools.joining import JoiningEntry
from vergabe.pools.model import Joining, Pool, Withdrawal

pytestmark = pytest.mark.usefixtures("moving_clock")
MICROSECOND = dt.timedelta(microseconds=1)
COUNCIL = "Ratsbeschluss vom 12.11.2026, TOP 7"


def releaser(session: Session, demand: Demand) -> Actor:
    return access.actor(session, demand.organisation, Role.RELEASER)


def entry(demand: Demand, quantity: int | str | None = None, **more: Any) -> JoiningEntry:
    wanted = {
        item.id: item.quantity if quantity is None else Decimal(quantity) for item in demand.items
    }
    return JoiningEntry(**({"quantities": wanted, "mandate_reference": COUNCIL} | more))


def events(session: Session) -> list[str]:
    return list(session.scalars(select(OutboxRow.name).where(OutboxRow.kind == "event")))


def open_pool(session: Session, **more: Any) -> tuple[Pool, list[Demand]]:
    cooperation, demands = pools.towns_with_engines(session, **more)
    return pools.joining_pool(session, cooperation, demands), demands


def bound_pool(session: Session) -> tuple[Pool, list[Demand]]:
    cooperation, demands = pools.towns_with_engines(session)
    return pools.binding_pool(session, cooperation, demands), demands


def test_a_member_binds_itself_with_quantity_and_resolution(session: Session) -> None:
    pool, demands = open_pool(session)
    actor = releaser(session, demands[1])
    row = joining.join(session, actor, pool.id, entry(demands[1]), now=clock.now())
    assert row.decision == "joined"
    assert row.decided_by_id == actor.user_id
    assert row.mandate_reference == COUNCIL
    assert [line["quantity"] for line in row.quantities] == ["1"]
    (recorded,) = audit.entries(session, f"pool:{pool.id}")
    assert recorded.details["commitment"] == (
        f"Jülich nimmt auf Grundlage von „{COUNCIL}“ verbindlich ab: 1 Stück "
        "„Löschgruppenfahrzeug LF 20“ (geschätzt 450.000,00 € netto). Bis 14.12.2026, "
        "12:00 Uhr lässt sich der Beitritt zurücknehmen, danach nur mit Zustimmung aller "
        "Beigetretenen."
    ).replace("450.000,00 €", "450.000,00\N{NO-BREAK SPACE}€")
    assert events(session) == ["pools.member_joined"]


def test_the_second_click_joins_once(session: Session) -> None:
    pool, demands = open_pool(session)
    actor = releaser(session, demands[0])
    for _ in range(2):
        joining.join(session, actor, pool.id, entry(demands[0]), now=clock.now())
    assert len(session.scalars(select(Joining)).all()) == 1
    assert len(audit.entries(session, f"pool:{pool.id}")) == 1
    assert events(session) == ["pools.member_joined"]


def test_joining_again_replaces_the_quantities(session: Session) -> None:
    pool, demands = open_pool(session, items=(("Jacke", 50, "H87", 60_000),))
    actor = releaser(session, demands[0])
    joining.join(session, actor, pool.id, entry(demands[0], 40), now=clock.now())
    row = joining.join(session, actor, pool.id, entry(demands[0], "12.5"), now=clock.now())
    assert row.quantities[0]["quantity"] == "12.5"
    (bound,) = queries.bound_demands(session, pool.id)
    assert bound.value_net_cents == 750_000


@pytest.mark.parametrize(
    ("offset", "is_in_time"), [(-MICROSECOND, True), (dt.timedelta(0), False), (MICROSECOND, False)]
)
def test_the_deadline_is_the_first_instant_too_late(
    session: Session, offset: dt.timedelta, is_in_time: bool
) -> None:
    pool, demands = open_pool(session)
    assert pool.joining_deadline is not None
    now, actor = pool.joining_deadline + offset, releaser(session, demands[0])
    if is_in_time:
        joining.join(session, actor, pool.id, entry(demands[0]), now=now)
        return
    with pytest.raises(Refused) as refused:
        joining.join(session, actor, pool.id, entry(demands[0]), now=now)
    assert refused.value.violations[0].code == "joining_closed"
    with pytest.raises(Refused):
        joining.decline(session, actor, pool.id, now=now)


@pytest.mark.parametrize(
    ("quantity", "code"),
    [
        ("-1", "quantity_absurd"),
        ("NaN", "quantity_absurd"),
        ("1e13", "quantity_absurd"),
        ("0.00001", "quantity_too_fine"),
        ("0", "nothing_wanted"),
        ("51", "budget_too_small"),
    ],
)
def test_absurd_quantities_are_refused_at_their_field(
    session: Session, quantity: str, code: str
) -> None:
    pool, demands = open_pool(session, items=(("Jacke", 50, "H87", 60_000),))
    with pytest.raises(InvalidInput) as refused:
        joining.join(
            session,
            releaser(session, demands[0]),
            pool.id,
            entry(demands[0], quantity),
            now=clock.now(),
        )
    violation = refused.value.violations[0]
    assert violation.code == code
    assert violation.field is not None
    assert violation.field.startswith("quantities")


TWO_THINGS = (("Jacke", 10, "H87", 10_000), ("Helm", None, None, 10_000))


@pytest.mark.parametrize("value", [None, 500_000])
def test_a_quantity_that_is_named_only_on_joining_needs_its_budget_too(
    session: Session, value: int | None
) -> None:
    pool, demands = open_pool(session, items=TWO_THINGS, value=value)
    jackets, helmets = demands[0].items
    actor = releaser(session, demands[0])

    def join(number: int | None) -> int | None:
        wanted = {
            jackets.id: jackets.quantity,
            helmets.id: None if number is None else Decimal(number),
        }
        said = JoiningEntry(wanted, COUNCIL)
        joining.join(session, actor, pool.id, said, now=clock.now())
        (bound,) = queries.bound_demands(session, pool.id)
        return bound.value_net_cents

    with pytest.raises(InvalidInput) as refused:
        join(1_000)
    assert refused.value.violations[0].code == "budget_too_small"
    assert join(None) == (value or 100_000)
    if value is not None:
        # The total was estimated for both; the number of one is no reason to raise it.
        assert join(20) == value


def test_a_line_without_a_price_takes_nothing_of_what_the_others_are_worth(
    session: Session,
) -> None:
    pool, demands = open_pool(
        session, items=(("Jacke", 10, "H87", 10_000), ("Helm", 5, "H87", None))
    )
    jackets, helmets = demands[0].items
    said = JoiningEntry({jackets.id: Decimal(10), helmets.id: Decimal(0)}, COUNCIL)
    joining.join(session, releaser(session, demands[0]), pool.id, said, now=clock.now())
    (bound,) = queries.bound_demands(session, pool.id)
    assert bound.value_net_cents == 100_000


def test_joining_needs_a_resolution_or_a_valid_mandate(session: Session) -> None:
    pool, demands = open_pool(session)
    actor = releaser(session, demands[1])
    with pytest.raises(InvalidInput) as refused:
        joining.join(
            session, actor, pool.id, entry(demands[1], mandate_reference=" "), now=clock.now()
        )
    assert refused.value.violations[0].field == "mandate_reference"
    (mandate,) = joining.own_mandates(session, pool, demands[1].organisation_id, now=clock.now())
    by_mandate = entry(demands[1], mandate_reference="", mandate_id=mandate.id)
    row = joining.join(session, actor, pool.id, by_mandate, now=clock.now())
    assert row.mandate_reference == "Vollmacht vom 01.02.2026 für Merzenich"
    mandate.revoked_on = clock.berlin_day(clock.now())
    session.flush()
    with pytest.raises(InvalidInput) as refused:
        joining.join(session, actor, pool.id, by_mandate, now=clock.now())
    assert refused.value.field == "mandate_id"


def test_the_limit_of_a_mandate_is_not_told_to_the_other_members(session: Session) -> None:
    pool, demands = open_pool(session)
    actor = releaser(session, demands[1])
    (mandate,) = joining.own_mandates(session, pool, demands[1].organisation_id, now=clock.now())
    mandate.limit_net_cents = 500_000_00
    session.flush()
    said = entry(demands[1], mandate_reference="", mandate_id=mandate.id)
    row = joining.join(session, actor, pool.id, said, now=clock.now())
    assert row.mandate_reference == "Vollmacht vom 01.02.2026 für Merzenich"
    (recorded,) = audit.entries(session, f"pool:{pool.id}")
    assert "500.000" not in f"{recorded.summary} {recorded.details}"
    assert joining.mandate_choice(mandate).endswith("bis 500.000,00\N{NO-BREAK SPACE}€")


def test_another_member_cannot_join_for_me(session: Session) -> None:
    pool, demands = open_pool(session)
    juelich = releaser(session, demands[1])
    with pytest.raises(Forbidden):
        joining.join(
            session,
            juelich,
            pool.id,
            entry(demands[2]),
            organisation_id=demands[2].organisation_id,
            now=clock.now(),
        )
    with pytest.raises(InvalidInput) as refused:
        joining.join(session, juelich, pool.id, entry(demands[2]), now=clock.now())
    assert {violation.code for violation in refused.value.violations} >= {"unknown_line"}


def test_strangers_find_no_pool_and_requesters_may_not_join(session: Session) -> None:
    pool, demands = open_pool(session)
    stranger = access.actor(session, cooperations.town(session, "Linnich"), Role.RELEASER)
    with pytest.raises(NotFound):
        joining.join(session, stranger, pool.id, entry(demands[0]), now=clock.now())
    requester = access.actor(session, demands[0].organisation, Role.REQUESTER)
    with pytest.raises(Forbidden):
        joining.join(session, requester, pool.id, entry(demands[0]), now=clock.now())


def test_decline_and_leave_can_be_clicked_twice(session: Session) -> None:
    pool, demands = open_pool(session)
    first, second = releaser(session, demands[0]), releaser(session, demands[1])
    for _ in range(2):
        joining.decline(session, first, pool.id, "Kein Geld", now=clock.now())
    assert events(session) == ["pools.member_stayed_out"]
    joining.join(session, second, pool.id, entry(demands[1]), now=clock.now())
    joining.leave(session, second, pool.id, now=clock.now())
    with pytest.raises(Refused) as refused:
        joining.leave(session, second, pool.id, now=clock.now())
    assert refused.value.violations[0].code == "not_joined"
    assert len(session.scalars(select(Joining)).all()) == 1


def test_a_bound_member_leaves_only_with_the_consent_of_all_others(session: Session) -> None:
    pool, demands = bound_pool(session)
    merzenich, juelich, kerpen = (releaser(session, demand) for demand in demands)
    request = withdrawing.ask_to_withdraw(
        session, juelich, pool.id, "Das Fahrzeug wurde gespendet.", now=clock.now()
    )
    assert pool.stage == "binding"
    with pytest.raises(Refused):
        withdrawing.consent(session, juelich, pool.id, request.id, is_given=True, now=clock.now())
    for _ in range(2):
        withdrawing.consent(session, merzenich, pool.id, request.id, is_given=True, now=clock.now())
    assert request.effective_at is None
    assert demands[1].stage == "pooled"
    request = withdrawing.consent(
        session, kerpen, pool.id, request.id, is_given=True, now=clock.now()
    )
    assert request.effective_at is not None
    assert demands[1].stage == "released"
    assert {b.demand.id for b in queries.bound_demands(session, pool.id)} == {
        demands[0].id,
        demands[2].id,
    }
    acts = [found.action for found in audit.entries(session, f"pool:{pool.id}")]
    assert acts == ["withdrawal_asked"] + ["withdrawal_consented"] * 2 + ["withdrawn"]
    with pytest.raises(Refused):
        withdrawing.consent(session, kerpen, pool.id, request.id, is_given=False, now=clock.now())


def test_one_refusal_keeps_everybody_bound_and_one_may_ask_again(session: Session) -> None:
    pool, demands = bound_pool(session)
    merzenich, juelich, kerpen = (releaser(session, demand) for demand in demands)
    request = withdrawing.ask_to_withdraw(session, juelich, pool.id, "Kein Geld.", now=clock.now())
    with pytest.raises(Refused):
        withdrawing.ask_to_withdraw(session, juelich, pool.id, "Kein Geld.", now=clock.now())
    withdrawing.consent(session, merzenich, pool.id, request.id, is_given=True, now=clock.now())
    withdrawing.consent(session, kerpen, pool.id, request.id, is_given=False, now=clock.now())
    assert request.refused_at is not None
    assert demands[1].stage == "pooled"
    again = withdrawing.ask_to_withdraw(session, juelich, pool.id, "Wieder.", now=clock.now())
    withdrawing.consent(session, kerpen, pool.id, again.id, is_given=True, now=clock.now())
    assert again.effective_at is None, "the consent to the refused request does not count"


def test_who_leaves_completes_the_consent_to_others(session: Session) -> None:
    pool, demands = bound_pool(session)
    merzenich, juelich, kerpen = (releaser(session, demand) for demand in demands)
    first = withdrawing.ask_to_withdraw(session, juelich, pool.id, "A", now=clock.now())
    withdrawing.consent(session, kerpen, pool.id, first.id, is_given=True, now=clock.now())
    second = withdrawing.ask_to_withdraw(session, merzenich, pool.id, "B", now=clock.now())
    withdrawing.consent(session, juelich, pool.id, second.id, is_given=True, now=clock.now())
    withdrawing.consent(session, kerpen, pool.id, second.id, is_given=True, now=clock.now())
    assert second.effective_at is not None
    assert first.effective_at is not None


def test_nobody_asks_to_withdraw_while_the_window_is_open(session: Session) -> None:
    pool, demands = open_pool(session)
    actor = releaser(session, demands[0])
    joining.join(session, actor, pool.id, entry(demands[0]), now=clock.now())
    with pytest.raises(Refused) as refused:
        withdrawing.ask_to_withdraw(session, actor, pool.id, "Grund", now=clock.now())
    assert refused.value.violations[0].code == "joining_still_open"
    assert not session.scalars(select(Withdrawal)).all()


def test_an_unknown_withdrawal_is_not_found(session: Session) -> None:
    pool, demands = bound_pool(session)
    with pytest.raises(NotFound):
        withdrawing.consent(
            session,
            releaser(session, demands[0]),
            pool.id,
            uuid.uuid4(),
            is_given=True,
            now=clock.now(),
        )


def test_the_tender_frees_what_nobody_is_bound_to(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    spare = demand_factory.demand(
        session,
        cooperation,
        demands[0].organisation,
        items=(("Tragkraftspritze", 2, "H87", 1_500_000),),
    )
    pool = pools.binding_pool(
        session,
        cooperation,
        [*demands, spare],
        joined=[demands[0].organisation, demands[1].organisation],
        quantities={item.id: Decimal(0) for item in spare.items},
    )
    officer = access.actor(session, cooperation.lead, Role.PROCUREMENT_OFFICER)
    for _ in range(2):
        service.start_tendering(session, officer, pool, now=clock.now())
    assert pool.stage == "tendering"
    assert [demand.stage for demand in (*demands, spare)] == ["pooled"] * 2 + ["released"] * 2


def test_no_tender_with_one_member_or_before_the_deadline(session: Session) -> None:
    pool, demands = open_pool(session)
    officer = access.actor(session, pool.cooperation.lead, Role.PROCUREMENT_OFFICER)
    with pytest.raises(Refused):
        service.start_tendering(session, officer, pool, now=clock.now())
    joining.join(
        session, releaser(session, demands[0]), pool.id, entry(demands[0]), now=clock.now()
    )
    assert pool.joining_deadline is not None
    with pytest.raises(Refused) as refused:
        service.start_tendering(session, officer, pool, now=pool.joining_deadline)
    assert {violation.code for violation in refused.value.violations} == {"too_few_members"}
