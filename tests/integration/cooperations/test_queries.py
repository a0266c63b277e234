import datetime as dt

import pytest
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.factories import access
from tests.factories import cooperations as factory
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.cooperations import queries
from vergabe.cooperations.model import Member
from vergabe.cooperations.rules import Depth, Scope, Stage
from vergabe.errors import NotFound

TODAY = dt.date(2026, 11, 23)
OPERATOR = Actor.operator("Test")


def test_members_come_in_the_fixed_order(session: Session) -> None:
    cooperation = factory.dlz(session)
    names = [m.organisation.name for m in queries.members(session, cooperation.id, TODAY)]
    assert names == ["Merzenich", "Jülich", "Kerpen"]
    ids = queries.member_ids(session, cooperation.id, NOON)
    assert ids == [m.organisation_id for m in queries.members(session, cooperation.id, TODAY)]


def test_cooperation_is_visible_to_members_only(session: Session) -> None:
    cooperation = factory.dlz(session)
    member = access.actor(session, factory.town(session, "Jülich"), Role.REQUESTER)
    stranger = access.actor(session, factory.town(session, "Inden"), Role.COORDINATOR)
    assert queries.visible_cooperation(session, member, cooperation.id, now=NOON) is cooperation
    assert queries.cooperations_of(session, member, now=NOON) == [cooperation]
    assert queries.cooperations_of(session, stranger, now=NOON) == []
    assert queries.cooperation_by_key(session, OPERATOR, "dlz", now=NOON) is cooperation
    with pytest.raises(NotFound):
        queries.visible_cooperation(session, stranger, cooperation.id, now=NOON)
    with pytest.raises(NotFound):
        queries.cooperation_by_key(session, stranger, "dlz", now=NOON)


def test_member_sees_the_cooperation_on_its_last_day_and_not_the_day_after(
    session: Session,
) -> None:
    cooperation = factory.dlz(session)
    member = access.actor(session, factory.town(session, "Jülich"), Role.REQUESTER)
    row = session.query(Member).filter_by(organisation_id=member.organisation_id).one()
    row.left_on = TODAY
    session.flush()
    assert queries.cooperations_of(session, member, now=NOON) == [cooperation]
    assert queries.cooperations_of(session, member, now=NOON + dt.timedelta(days=1)) == []


def test_depth_is_none_for_who_does_not_take_part(session: Session) -> None:
    cooperation = factory.dlz(session)
    area = queries.area_by_key(session, cooperation.id, "procurement")
    assert queries.depth(session, cooperation.lead_organisation_id, area.id, TODAY) is Depth.FULL
    before = factory.JOINED - dt.timedelta(days=1)
    assert queries.depth(session, cooperation.lead_organisation_id, area.id, before) is Depth.NONE
    stranger = factory.town(session, "Inden")
    assert queries.depth(session, stranger.id, area.id, TODAY) is Depth.NONE


def test_unknown_area_is_not_found(session: Session) -> None:
    cooperation = factory.dlz(session)
    with pytest.raises(NotFound):
        queries.area_by_key(session, cooperation.id, "vat")


def test_newer_agreement_that_is_not_in_force_does_not_displace_the_one_that_is(
    session: Session,
) -> None:
    cooperation = factory.dlz(session)
    factory.agreement(session, cooperation, "signed", number=2)
    found = queries.current_agreement(session, cooperation.id, TODAY)
    assert found is not None
    assert (found.number, queries.stage_of(found, TODAY)) == (1, Stage.IN_FORCE)


def test_mandate_counts_within_its_days_and_scope(session: Session) -> None:
    cooperation = factory.dlz(session, with_mandates=False)
    town = factory.town(session, "Jülich")
    factory.mandate(session, cooperation, town, scope=["tender"], valid_to=TODAY)

    def count(day: dt.date, scope: Scope = Scope.TENDER) -> int:
        return len(queries.valid_mandates(session, cooperation.id, day, scope=scope))

    assert count(TODAY) == 1
    assert count(TODAY + dt.timedelta(days=1)) == 0
    assert count(TODAY, Scope.AWARD) == 0
