"""EMH from its file: 747,800 euros, 90 %, about 673,000 granted, the rest in equal shares."""

import pytest
from flask import Flask
from sqlalchemy import select

from vergabe import clock
from vergabe.cooperations import loading
from vergabe.db import reading, unit_of_work
from vergabe.demo.funding import COORDINATOR, fund_emh
from vergabe.demo.place import OPERATOR, acting_as
from vergabe.funding import presenting, queries
from vergabe.funding.model import FundingCase
from vergabe.resources import folder

pytestmark = [pytest.mark.usefixtures("moving_clock"), pytest.mark.one_database]


def test_emh_reproduces_its_grant_and_own_shares(own_app: Flask) -> None:
    content = (folder("examples") / "cooperations" / "emh.toml").read_bytes()
    with own_app.app_context(), unit_of_work() as session:
        loading.load(session, OPERATOR, content, now=clock.now())
    fund_emh(own_app)
    with own_app.app_context(), reading() as session:
        pool_id = session.scalars(select(FundingCase.pool_id)).one()
        actor = acting_as(session, COORDINATOR)
        case = queries.visible_case(session, actor, pool_id)
        view = presenting.funding_view(session, actor, case, now=clock.now())
        assert view.grant is not None
        assert view.money.eligible_cents == 74_780_000
        assert view.grant.value.amount_cents == view.amount_cents == 67_302_000
        own = [view.money.by_member[partner.id].own_cents for partner in view.seen]
        assert sum(own) == 7_478_000
        assert own == [2_492_667, 2_492_667, 2_492_666]
        without = view.scenario_of("Ohne Förderung")
        assert without is not None
        assert without.money.total.own_cents == 74_780_000
