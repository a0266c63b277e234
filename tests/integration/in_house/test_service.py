"""An own provider is asked first: the check is written down, decided, and decides a gate."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.factories import access, cooperations
from tests.factories import in_house as factory
from tests.factories import tenders as tender_factory
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.cooperations.gates import Gate
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.provider_model import InHouseProvider
from vergabe.errors import DomainError, Forbidden, InvalidInput, NotFound, Refused, Stale
from vergabe.files import current
from vergabe.files.documents import Upload
from vergabe.in_house import queries, service
from vergabe.in_house.model import InHouseCheck
from vergabe.in_house.rules import Result
from vergabe.messages.model import Message
from vergabe.pools.model import Pool
from vergabe.tenders import gates, publishing
from vergabe.tenders.model import Tender

TODAY = dt.date(2026, 11, 23)


@pytest.fixture
def tender(session: Session) -> Tender:
    return tender_factory.ready(session, current.store())


@pytest.fixture
def pool(session: Session, tender: Tender) -> Pool:
    return session.get_one(Pool, tender.pool_id)


@pytest.fixture
def provider(session: Session, tender: Tender) -> InHouseProvider:
    return factory.provider(session, session.get_one(Cooperation, tender.cooperation_id))


@pytest.fixture
def officer(session: Session, tender: Tender) -> Actor:
    return tender_factory.officer(session, tender)


def started(session: Session, actor: Actor, pool: Pool, provider: InHouseProvider) -> InHouseCheck:
    return service.start_check(session, actor, pool.id, provider.id, now=NOON)


def saved(session: Session, actor: Actor, pool: Pool, provider: InHouseProvider) -> InHouseCheck:
    check = started(session, actor, pool, provider)
    return service.save_check(
        session, actor, check.id, factory.entry(), version=check.version, now=NOON
    )


def decided(
    session: Session, actor: Actor, check: InHouseCheck, result: Result = Result.TENDER
) -> InHouseCheck:
    return service.decide_check(
        session, actor, check.id, result, "So entschieden.", version=None, now=NOON
    )


def acts(session: Session, pool: Pool) -> list[str]:
    found = [entry.action for entry in audit.entries(session, f"pool:{pool.id}")]
    return [action for action in found if action.startswith("in_house")]


def publish(session: Session, tender: Tender) -> Tender:
    actor = tender_factory.officer(session, tender)
    return publishing.mark_published(session, actor, tender.id, now=clock.now())


def test_a_check_is_begun_written_down_decided_and_told(
    session: Session, pool: Pool, provider: InHouseProvider, officer: Actor
) -> None:
    check = started(session, officer, pool, provider)
    assert started(session, officer, pool, provider) is check
    upload = Upload("angebot.pdf", io.BytesIO(b"%PDF-1.7"), current.store())
    service.save_check(
        session,
        officer,
        check.id,
        factory.entry(),
        version=check.version,
        upload=upload,
        now=NOON,
    )
    decided(session, officer, check, Result.IN_HOUSE)
    assert decided(session, officer, check, Result.IN_HOUSE) is check
    assert acts(session, pool) == [
        "in_house_check_started",
        "in_house_check_saved",
        "in_house_check_decided",
    ]
    entry = audit.entries(session, f"pool:{pool.id}")[-1]
    assert entry.details["offer_amount_net_cents"] == 80_000_00
    assert entry.details["alternatives"][0]["amount_net_cents"] == 100_000_00
    assert entry.details["file_sha256"] == check.file_sha256
    told = list(session.scalars(select(Message).where(Message.kind == "in_house")))
    names = {session.get_one(Organisation, message.organisation_id).name for message in told}
    assert names == {"Merzenich", "Jülich", "Kerpen"}
    assert "80.000,00" in told[0].body


def test_the_same_again_leaves_no_trace(
    session: Session, pool: Pool, provider: InHouseProvider, officer: Actor
) -> None:
    check = saved(session, officer, pool, provider)
    service.save_check(session, officer, check.id, factory.entry(), version=check.version, now=NOON)
    assert acts(session, pool) == ["in_house_check_started", "in_house_check_saved"]


def test_the_second_officer_is_told_that_it_changed(
    session: Session, pool: Pool, provider: InHouseProvider, officer: Actor
) -> None:
    check = started(session, officer, pool, provider)
    seen = check.version
    service.save_check(session, officer, check.id, factory.entry(), version=seen, now=NOON)
    with pytest.raises(Stale):
        service.save_check(
            session, officer, check.id, factory.entry(criteria="Preis"), version=seen, now=NOON
        )
    with pytest.raises(Stale):
        service.decide_check(session, officer, check.id, Result.TENDER, "x", version=seen, now=NOON)


def test_a_result_that_misses_something_is_refused_with_all_of_it(
    session: Session, pool: Pool, provider: InHouseProvider, officer: Actor
) -> None:
    check = started(session, officer, pool, provider)
    with pytest.raises(InvalidInput) as raised:
        decided(session, officer, check, Result.IN_HOUSE)
    fields = {violation.field for violation in raised.value.violations}
    assert fields >= {"has_control", "activities_basis_points", "has_private_capital", "criteria"}


def test_a_decided_check_is_taken_up_again_with_a_reason(
    session: Session, pool: Pool, provider: InHouseProvider, officer: Actor
) -> None:
    check = decided(session, officer, saved(session, officer, pool, provider))
    with pytest.raises(Refused) as raised:
        service.save_check(session, officer, check.id, factory.entry(), version=None, now=NOON)
    assert raised.value.code == "check_decided"
    with pytest.raises(Refused):
        decided(session, officer, check, Result.NOT_SUITABLE)
    with pytest.raises(InvalidInput):
        service.reopen_check(session, officer, check.id, " ", now=NOON)
    copy = service.reopen_check(session, officer, check.id, "Neues Angebot", now=NOON)
    assert (copy.number, copy.result, check.result) == (2, None, "tender")
    assert queries.entry_of(copy) == queries.entry_of(check)
    with pytest.raises(Refused) as again:
        service.reopen_check(session, officer, check.id, "Noch einmal", now=NOON)
    assert again.value.code == "check_replaced"
    (asked,) = queries.asked_first(session, pool, TODAY)
    assert asked.check is copy


def test_an_area_without_provider_asks_for_nothing(session: Session, tender: Tender) -> None:
    assert _gate(session, tender).is_open
    assert publish(session, tender).stage == "published"


def _gate(session: Session, tender: Tender) -> Gate:
    found = gates.all_gates(session, tender, now=clock.now())
    return next(gate for gate in found if gate.key == "in_house")


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda s, p, pr: None, "in_house_not_checked"),
        (lambda s, p, pr: factory.check(s, p, pr), "in_house_not_checked"),
        (lambda s, p, pr: factory.decided(s, p, pr, "in_house"), "in_house_ordered"),
        (
            lambda s, p, pr: factory.decided(
                s, p, pr, replaced_at=NOON, replacement_reason="Neues Angebot"
            ),
            "in_house_not_checked",
        ),
    ],
)
def test_without_the_result_to_the_market_nothing_is_published(
    session: Session,
    tender: Tender,
    pool: Pool,
    provider: InHouseProvider,
    prepare: Callable[[Session, Pool, InHouseProvider], object],
    code: str,
) -> None:
    prepare(session, pool, provider)
    with pytest.raises(Refused) as raised:
        publish(session, tender)
    (reason,) = raised.value.violations
    assert reason.code == code
    assert "ITK Rheinland" in reason.message
    assert reason.who == "Koordination oder Vergabestelle bei Merzenich"


@pytest.mark.parametrize("result", ["tender", "not_suitable"])
def test_to_the_market_opens_the_gate(
    session: Session, tender: Tender, pool: Pool, provider: InHouseProvider, result: str
) -> None:
    factory.decided(session, pool, provider, result)
    assert publish(session, tender).stage == "published"


def test_every_provider_of_the_area_is_asked_on_its_days(
    session: Session, tender: Tender, pool: Pool, provider: InHouseProvider
) -> None:
    cooperation = session.get_one(Cooperation, tender.cooperation_id)
    factory.provider(session, cooperation, "regio iT", kind="company")
    today = clock.berlin_day(clock.now())
    factory.provider(session, cooperation, "Früher eG", until=today - dt.timedelta(days=1))
    factory.provider(session, cooperation, "Später eG", since=today + dt.timedelta(days=1))
    factory.provider(session, cooperation, "Anderswo", areas=["training"])
    factory.decided(session, pool, provider)
    (reason,) = _gate(session, tender).reasons
    assert "regio iT" in reason.message


def test_once_the_tender_is_published_the_check_stands(
    session: Session, tender: Tender, pool: Pool, provider: InHouseProvider, officer: Actor
) -> None:
    check = factory.decided(session, pool, provider)
    publish(session, tender)
    commands: tuple[Callable[[], object], ...] = (
        lambda: service.reopen_check(session, officer, check.id, "Doch", now=NOON),
        lambda: started(session, officer, pool, provider),
    )
    for command in commands:
        with pytest.raises(Refused) as raised:
            command()
        assert raised.value.code == "tender_published"


def test_only_the_lead_checks_and_only_members_read(
    session: Session, pool: Pool, provider: InHouseProvider, officer: Actor
) -> None:
    check = started(session, officer, pool, provider)
    member = access.actor(session, cooperations.town(session, "Jülich"), Role.PROCUREMENT_OFFICER)
    assert queries.visible_check(session, member, check.id) is check
    with pytest.raises(Forbidden):
        started(session, member, pool, provider)
    with pytest.raises(Forbidden):
        decided(session, member, check)
    stranger = access.actor(
        session, access.organisation(session, "Linnich"), Role.PROCUREMENT_OFFICER
    )
    commands: tuple[Callable[[], object], ...] = (
        lambda: queries.visible_check(session, stranger, check.id),
        lambda: started(session, stranger, pool, provider),
        lambda: decided(session, stranger, check),
    )
    for command in commands:
        with pytest.raises(NotFound):
            command()


def test_a_provider_that_is_not_asked_here_is_not_found(
    session: Session, tender: Tender, pool: Pool, officer: Actor
) -> None:
    cooperation = session.get_one(Cooperation, tender.cooperation_id)
    other = factory.provider(session, cooperation, "Anderswo", areas=["training"])
    with pytest.raises(NotFound):
        started(session, officer, pool, other)


@pytest.mark.parametrize(
    "change",
    [
        {"result": "in_house", "has_control": False},
        {"result": "in_house", "activities_basis_points": 8_000},
        {"result": "in_house", "has_private_capital": True},
        {"result": "in_house", "offer_amount_net_cents": None},
        {"result": "direct"},
        {"decided_at": None},
        {"activities_basis_points": 10_001},
        {"offer_amount_net_cents": 0},
        {"replaced_at": NOON},
    ],
)
def test_the_database_refuses_a_check_that_cannot_be(
    session: Session, pool: Pool, provider: InHouseProvider, change: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError), session.begin_nested():
        factory.decided(session, pool, provider, **change)


def test_a_refusal_never_counts_as_an_answer(
    session: Session, pool: Pool, provider: InHouseProvider, officer: Actor
) -> None:
    check = started(session, officer, pool, provider)
    for result in (Result.IN_HOUSE, Result.TENDER):
        with pytest.raises(DomainError):
            decided(session, officer, check, result)
    assert check.result is None
