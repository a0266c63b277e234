"""Pilots first, later joiners as announced: named before the tender, joining after the notice."""

import datetime as dt
from decimal import Decimal
from typing import Any

import orjson
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, pools
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Cooperation, Member, Participation
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused
from vergabe.exchange.ocds import writing_results
from vergabe.notices import releases, writing
from vergabe.notices.model import Notice
from vergabe.pools import announcing, changing, consulting, queries
from vergabe.pools.announcing import LaterEntry, LaterJoiningEntry
from vergabe.pools.model import LaterJoiner, Pool
from vergabe.tenders import drafting, later_joining
from vergabe.tenders import later as later_options
from vergabe.tenders.facts import current_assessment
from vergabe.tenders.model import Tender

pytestmark = pytest.mark.usefixtures("moving_clock")
UNTIL = dt.date(2027, 12, 31)
COUNCIL = "Ratsbeschluss vom 25.02.2027, Ö 3"
LINES = (("Jacke", 50, "H87", 60_000), ("Helm", 20, "H87", 30_000))


def group(session: Session) -> tuple[Cooperation, Pool]:
    """Return a cooperation of four and a binding pool of the first two."""
    cooperation = cooperations.dlz(session, ("Merzenich", "Jülich", "Kerpen", "Inden"))
    _, demands = pools.towns_with_engines(
        session, ("Merzenich", "Jülich"), cooperation=cooperation, items=LINES
    )
    return cooperation, pools.binding_pool(session, cooperation, demands)


def coordinator(session: Session, cooperation: Cooperation) -> Actor:
    return access.actor(session, cooperation.lead, Role.COORDINATOR)


def entry(session: Session, pool: Pool, town: str = "Kerpen", **more: Any) -> LaterEntry:
    jacket, helmet = announcing.articles_in(session, pool)
    facts: dict[str, Any] = {
        "organisation_id": cooperations.town(session, town).id,
        "maximum": {jacket.key: Decimal(10), helmet.key: Decimal(0)},
        "latest_on": UNTIL,
    }
    return LaterEntry(**(facts | more))


def named(session: Session, pool: Pool, **more: Any) -> LaterJoiner:
    actor = coordinator(session, pool.cooperation)
    return announcing.name_later_joiner(
        session, actor, pool.id, entry(session, pool, **more), now=clock.now()
    )


def test_a_later_joiner_is_named_with_maximum_value_and_last_day(session: Session) -> None:
    _, pool = group(session)
    row = named(session, pool)
    assert named(session, pool).id == row.id, "the second click says nothing new"
    assert row.maximum_net_cents == 600_000
    assert [line["maximum"] for line in row.lines] == ["10"]
    found = queries.call_off_list(session, pool.id)
    assert [(e.name, e.is_buyer, e.latest_on) for e in found] == [
        ("Jülich", True, None),
        ("Merzenich", True, None),
        ("Kerpen", False, UNTIL),
    ]
    assert found[0].lines[0].maximum == 50


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"latest_on": dt.date(2026, 11, 23)}, "day_passed"),
        ({"latest_on": dt.date(2040, 1, 1)}, "day_too_far"),
        ({"maximum_net_cents": -1}, "value_missing"),
        ({"maximum_net_cents": 10**15}, "value_missing"),
        ({"maximum": {}}, "nothing_announced"),
        ({"maximum": {"nichts": Decimal(1)}}, "unknown_line"),
    ],
)
def test_senseless_announcements_are_refused_at_their_field(
    session: Session, change: dict[str, Any], code: str
) -> None:
    _, pool = group(session)
    with pytest.raises(InvalidInput) as refused:
        named(session, pool, **change)
    assert code in {violation.code for violation in refused.value.violations}


@pytest.mark.parametrize("number", ["-1", "NaN", "1e13", "0.00001"])
def test_absurd_maxima_are_refused(session: Session, number: str) -> None:
    _, pool = group(session)
    jacket, _ = announcing.articles_in(session, pool)
    with pytest.raises(InvalidInput):
        named(session, pool, maximum={jacket.key: Decimal(number)})


def test_who_takes_part_already_or_is_no_member_cannot_be_named(session: Session) -> None:
    _, pool = group(session)
    with pytest.raises(InvalidInput) as refused:
        named(session, pool, town="Jülich")
    assert refused.value.violations[0].code == "is_participant"
    access.organisation(session, "Linnich")
    with pytest.raises(InvalidInput) as refused:
        named(session, pool, town="Linnich")
    assert refused.value.violations[0].code == "not_a_member"


def test_where_the_file_names_phases_only_later_members_can_be_named(session: Session) -> None:
    cooperation, pool = group(session)
    inden = cooperations.town(session, "Inden")
    row = session.scalars(
        select(Participation).join(Member).where(Member.organisation_id == inden.id)
    ).one()
    row.phase = "later"
    session.flush()
    with pytest.raises(InvalidInput) as refused:
        named(session, pool)
    assert refused.value.violations[0].code == "not_foreseen"
    assert named(session, pool, town="Inden").organisation_id == inden.id
    assert cooperation.key == "dlz"


def test_the_list_is_closed_once_a_tender_is_made(session: Session) -> None:
    cooperation, pool = group(session)
    row = named(session, pool)
    officer = access.actor(session, cooperation.lead, Role.PROCUREMENT_OFFICER)
    drafting.draft_tender(session, officer, pool.id, now=clock.now())
    actor = coordinator(session, cooperation)
    with pytest.raises(Refused):
        named(session, pool, town="Inden")
    with pytest.raises(Refused):
        announcing.drop_later_joiner(session, actor, pool.id, row.organisation_id, now=clock.now())


def test_a_later_joiner_can_be_taken_off_before_that(session: Session) -> None:
    cooperation, pool = group(session)
    row = named(session, pool)
    actor = coordinator(session, cooperation)
    announcing.drop_later_joiner(session, actor, pool.id, row.organisation_id, now=clock.now())
    assert session.scalars(select(LaterJoiner)).all() == []
    with pytest.raises(NotFound):
        announcing.drop_later_joiner(session, actor, pool.id, row.organisation_id, now=clock.now())
    requester = access.actor(session, cooperation.lead, Role.REQUESTER)
    with pytest.raises(Forbidden):
        announcing.name_later_joiner(
            session, requester, pool.id, entry(session, pool), now=clock.now()
        )


def published(session: Session) -> Tender:
    """Return a published tender whose notice announces Kerpen: 10 jackets until 31.12.2027."""
    cooperation, pool = group(session)
    named(session, pool)
    officer = access.actor(session, cooperation.lead, Role.PROCUREMENT_OFFICER)
    tender = drafting.draft_tender(session, officer, pool.id, now=clock.now())
    # Only what these tests look at: the notice is public.
    tender.stage, tender.published_version, tender.published_at = "published", 1, clock.now()
    tender.public_since = tender.published_at
    tender.submission_deadline = clock.now() + dt.timedelta(days=30)
    session.flush()
    return tender


def joining_entry(session: Session, tender: Tender, quantity: str = "10") -> LaterJoiningEntry:
    row = session.scalars(select(LaterJoiner)).one()
    return LaterJoiningEntry({row.lines[0]["key"]: Decimal(quantity)}, COUNCIL)


def kerpen(session: Session, role: Role = Role.RELEASER) -> Actor:
    return access.actor(session, cooperations.town(session, "Kerpen"), role)


def test_what_is_announced_counts_in_the_estimate_and_stands_in_the_notice(
    session: Session,
) -> None:
    tender = published(session)
    own = tender.estimated_value_net_cents
    assert later_options.value_with_options(tender) == own + 600_000
    law = current_assessment(session, tender, clock.berlin_day(clock.now()))
    assert law.value_net_cents == own + 600_000
    text = writing.information(tender) or ""
    assert "Stadt Kerpen" in text or "Gemeinde Kerpen" in text
    assert "bis 31.12.2027, höchstens 10 Stück „Jacke“" in text
    notice = Notice(notice_uuid=tender.procedure_uuid, kind="contract_notice")
    notice.published_at = clock.now()
    release = releases.release_of(tender, notice, base_url="https://example.org")
    shown = orjson.loads(orjson.dumps(writing_results.release(release)))
    roles = {party["name"]: party["roles"] for party in shown["parties"]}
    assert roles["Gemeinde Kerpen"] == ["laterJoiner"]
    joint = shown["tender"]["jointPurchase"]
    (later,) = joint["laterJoiners"]
    assert (later["latestJoiningDate"], later["joined"]) == ("2027-12-31", False)
    (right,) = [r for r in joint["callOffRights"] if r["id"] == later["id"]]
    assert right["lines"][0]["maximumQuantity"] == 10
    assert shown["tender"]["value"]["amount"] == (own + 600_000) / 100


def test_an_announced_member_joins_within_its_maximum(session: Session) -> None:
    tender = published(session)
    actor = kerpen(session)
    said = joining_entry(session, tender, "7")
    row = later_joining.join_later(session, actor, tender.id, said, now=clock.now())
    again = later_joining.join_later(session, actor, tender.id, said, now=clock.now())
    assert again.id == row.id
    entries = {e.name: e for e in queries.call_off_list(session, tender.pool_id)}
    assert entries["Kerpen"].is_buyer
    assert entries["Kerpen"].lines[0].maximum == 7
    more = joining_entry(session, tender, "8")
    with pytest.raises(Refused) as refused:
        later_joining.join_later(session, actor, tender.id, more, now=clock.now())
    assert refused.value.violations[0].code == "already_joined"


def test_nobody_else_joins_after_the_notice(session: Session) -> None:
    tender = published(session)
    for town in ("Inden", "Jülich"):
        other = access.actor(session, cooperations.town(session, town), Role.RELEASER)
        said = joining_entry(session, tender)
        with pytest.raises(Refused) as refused:
            later_joining.join_later(session, other, tender.id, said, now=clock.now())
        assert refused.value.violations[0].code == "not_announced"
    stranger = access.actor(session, access.organisation(session, "Linnich"), Role.RELEASER)
    with pytest.raises(NotFound):
        later_joining.join_later(
            session, stranger, tender.id, joining_entry(session, tender), now=clock.now()
        )
    requester = kerpen(session, Role.REQUESTER)
    with pytest.raises(Forbidden):
        later_joining.join_later(
            session, requester, tender.id, joining_entry(session, tender), now=clock.now()
        )


@pytest.mark.parametrize(
    ("quantity", "code"),
    [("11", "above_maximum"), ("0", "nothing_wanted"), ("-1", "quantity_absurd")],
)
def test_more_than_announced_is_refused(session: Session, quantity: str, code: str) -> None:
    tender = published(session)
    said = joining_entry(session, tender, quantity)
    with pytest.raises(InvalidInput) as refused:
        later_joining.join_later(session, kerpen(session), tender.id, said, now=clock.now())
    assert code in {violation.code for violation in refused.value.violations}


@pytest.mark.parametrize(
    ("instant", "is_in_time"),
    [
        ("2027-12-31T23:59:59+01:00", True),
        ("2028-01-01T00:00:00+01:00", False),
        ("2028-01-01T00:00:01+01:00", False),
    ],
)
def test_the_last_day_counts_to_its_end_in_germany(
    session: Session, instant: str, is_in_time: bool
) -> None:
    tender = published(session)
    now, said = dt.datetime.fromisoformat(instant), joining_entry(session, tender)
    if is_in_time:
        assert later_joining.join_later(session, kerpen(session), tender.id, said, now=now)
        return
    with pytest.raises(Refused) as refused:
        later_joining.join_later(session, kerpen(session), tender.id, said, now=now)
    assert refused.value.violations[0].code == "too_late"


def test_before_the_notice_nobody_joins_later(session: Session) -> None:
    tender = published(session)
    tender.stage, tender.published_version, tender.public_since = "draft", 0, None
    session.flush()
    said = joining_entry(session, tender)
    with pytest.raises(Refused) as refused:
        later_joining.join_later(session, kerpen(session), tender.id, said, now=clock.now())
    assert refused.value.violations[0].code == "not_published"


def test_a_later_joiner_needs_what_every_participant_needs(session: Session) -> None:
    tender = published(session)
    town = cooperations.town(session, "Kerpen")
    for row in session.scalars(
        select(Participation).join(Member).where(Member.organisation_id == town.id)
    ):
        row.depth = "information"
    session.flush()
    said = joining_entry(session, tender)
    with pytest.raises(Refused) as refused:
        later_joining.join_later(session, kerpen(session), tender.id, said, now=clock.now())
    assert "participation_not_deep_enough" in {v.code for v in refused.value.violations}


def test_the_named_list_is_fixed_with_the_binding(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.binding_pool(session, cooperation, demands)
    (juelich,) = [j for j in pool.joinings if j.organisation.name == "Jülich"]
    juelich.may_call_off_later = False
    session.flush()
    names = [entry.name for entry in queries.call_off_list(session, pool.id)]
    assert names == ["Kerpen", "Merzenich"]


def test_an_answered_comment_or_a_reason_opens_the_window(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.pool_in_consultation(session, cooperation, demands)
    actor = coordinator(session, cooperation)
    town = session.get_one(Organisation, demands[1].organisation_id)
    member = access.actor(session, town, Role.REQUESTER)
    comment = consulting.comment(session, member, pool.id, "Bitte mit Allrad.", now=clock.now())
    with pytest.raises(InvalidInput) as refused:
        changing.open_joining(session, actor, pool.id, now=clock.now())
    assert refused.value.violations[0].code == "comments_unanswered"
    assert "Jülich" in refused.value.violations[0].message
    consulting.answer(session, actor, pool.id, comment.id, "Ja.", now=clock.now())
    changing.open_joining(session, actor, pool.id, now=clock.now())
    assert pool.unanswered_reason is None


def test_a_recorded_reason_opens_the_window_without_answers(session: Session) -> None:
    cooperation, demands = pools.towns_with_engines(session)
    pool = pools.pool_in_consultation(session, cooperation, demands)
    actor = coordinator(session, cooperation)
    consulting.comment(session, actor, pool.id, "Bitte mit Allrad.", now=clock.now())
    changing.open_joining(
        session, actor, pool.id, unanswered_reason="Klärt das Verfahren.", now=clock.now()
    )
    assert pool.unanswered_reason == "Klärt das Verfahren."
