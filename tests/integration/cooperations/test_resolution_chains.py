"""Chains of bodies, resolutions that take effect together, and the proof for a grant."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.factories import access, demands, pools
from tests.factories import cooperations as factory
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.cooperations import (
    gates,
    planning,
    queries,
    resolution_documents,
    resolution_overview,
    resolutions,
)
from vergabe.cooperations.chains import State
from vergabe.cooperations.entries import ResolutionEntry
from vergabe.cooperations.gates import PublicationFacts
from vergabe.cooperations.model import Cooperation, Member, PlannedDecision, Resolution, TaskArea
from vergabe.cooperations.planning import PlanEntry
from vergabe.cooperations.resolution_overview import SubjectTable
from vergabe.cooperations.rules import LegalForm, ResolutionKind, Subject
from vergabe.errors import DomainError, InvalidInput, NotFound
from vergabe.pools.model import Pool

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

TODAY = dt.date(2026, 11, 23)
NOV5, NOV19 = dt.date(2026, 11, 5), dt.date(2026, 11, 19)
OPERATOR = Actor.operator("Test")


@pytest.fixture
def cooperation(session: Session) -> Cooperation:
    """Merzenich, Jülich and Kerpen; in Jülich the Hauptausschuss goes before the Rat."""
    found = factory.dlz(session, with_resolutions=False)
    julich = factory.town(session, "Jülich")
    member = session.scalars(select(Member).where(Member.organisation_id == julich.id)).one()
    member.decides = ["Hauptausschuss", "Rat"]
    session.flush()
    return found


def resolve(
    session: Session,
    cooperation: Cooperation,
    town: str,
    body: str = "Rat",
    day: dt.date = NOV19,
    **more: Any,
) -> Resolution:
    facts: dict[str, Any] = {"subject": Subject.JOINING, "is_adopted": True}
    entry = ResolutionEntry(body=body, decided_on=day, **(facts | more))
    return resolutions.record_resolution(
        session,
        OPERATOR,
        cooperation.id,
        entry,
        organisation_id=factory.town(session, town).id,
        now=NOON,
    )


def area_of(session: Session, cooperation: Cooperation, **facts: Any) -> TaskArea:
    area = queries.area_by_key(session, cooperation.id, "procurement")
    for name, value in facts.items():
        setattr(area, name, value)
    session.flush()
    return area


def closed(
    session: Session, cooperation: Cooperation, *towns: str, share: int = 1_00
) -> list[tuple[str, str]]:
    """Return code and sentence of what the gate of resolutions says for these participants."""
    names = towns or ("Merzenich", "Jülich", "Kerpen")
    ids = [factory.town(session, name).id for name in names]
    area = queries.area_by_key(session, cooperation.id, "procurement")
    facts = PublicationFacts(cooperation.id, area.id, None, ids, dict.fromkeys(ids, share), TODAY)
    found = {gate.key: gate for gate in gates.publication_gates(session, facts)}
    return [(reason.code, reason.message) for reason in found["resolutions"].reasons]


def table(session: Session, cooperation: Cooperation, **more: Any) -> SubjectTable:
    area = queries.area_by_key(session, cooperation.id, "procurement")
    return resolution_overview.proof(
        session,
        OPERATOR,
        cooperation,
        area,
        more.pop("subject", Subject.JOINING),
        day=TODAY,
        **more,
    )


def test_chain_stands_under_reserve_until_the_last_body_has_decided(
    session: Session, cooperation: Cooperation
) -> None:
    for town in ("Merzenich", "Kerpen"):
        resolve(session, cooperation, town)
    ((code, sentence),) = closed(session, cooperation)
    assert code == "resolution_missing"
    assert "Hauptausschuss, dann Rat" in sentence
    resolve(
        session, cooperation, "Jülich", "Hauptausschuss", NOV5, kind=ResolutionKind.RECOMMENDATION
    )
    ((code, sentence),) = closed(session, cooperation)
    assert code == "resolution_subject_to_next_body"
    assert "es fehlt: Rat" in sentence
    last = resolve(session, cooperation, "Jülich", "Rat")
    assert closed(session, cooperation) == []
    resolutions.revoke_resolution(
        session, OPERATOR, cooperation.id, last.id, revoked_on=TODAY, reason="x", now=NOON
    )
    ((code, sentence),) = closed(session, cooperation)
    assert code == "resolution_revoked"
    assert "Hauptausschuss (05.11.2026)" in sentence


def test_council_that_decides_before_its_committee_must_decide_again(
    session: Session, cooperation: Cooperation
) -> None:
    resolve(session, cooperation, "Jülich", "Rat", NOV5)
    resolve(session, cooperation, "Jülich", "Hauptausschuss", NOV19)
    codes = [code for code, _ in closed(session, cooperation, "Jülich")]
    assert codes == ["resolution_out_of_order"]
    resolve(session, cooperation, "Jülich", "Rat", dt.date(2026, 11, 20))
    assert closed(session, cooperation, "Jülich") == []


def test_delegated_decision_counts_within_its_limit(
    session: Session, cooperation: Cooperation
) -> None:
    resolve(
        session,
        cooperation,
        "Jülich",
        "Bürgermeister",
        kind=ResolutionKind.DELEGATED,
        basis="§ 8 Zuständigkeitsordnung",
        limit_net_cents=50_000_00,
    )
    assert closed(session, cooperation, "Jülich", share=50_000_00) == []
    codes = [code for code, _ in closed(session, cooperation, "Jülich", share=50_000_01)]
    assert codes == ["resolution_limit_exceeded"]
    area = queries.area_by_key(session, cooperation.id, "procurement")
    found = gates.overview_gates(session, cooperation, area, TODAY)
    notes = next(gate.notes for gate in found if gate.key == "resolutions")
    assert any("§ 41 Abs. 2 GO NRW" in note and "§ 8" in note for note in notes)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": ResolutionKind.DELEGATED}, "basis"),
        ({"kind": ResolutionKind.DELEGATED, "basis": " \u200b"}, "basis"),
        ({"basis": "x" * 1001}, "basis"),
        ({"matter": "x" * 1001}, "matter"),
        ({"matter": "Rat\x00"}, "matter"),
        ({"yes_votes": -1}, "yes_votes"),
        ({"no_votes": 1001}, "no_votes"),
        ({"abstentions": 10**12}, "abstentions"),
        ({"is_unanimous": True, "no_votes": 1}, "no_votes"),
        ({"yes_votes": 10, "no_votes": 10}, "yes_votes"),
        ({"yes_votes": 0}, "yes_votes"),
        ({"subject": Subject.TENDER}, "pool_id"),
        ({"subject": Subject.AGREEMENT, "pool_id": uuid.uuid4()}, "pool_id"),
    ],
)
def test_entry_that_cannot_be_true_is_refused_at_its_field(
    session: Session, cooperation: Cooperation, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        resolve(session, cooperation, "Kerpen", **wrong)
    assert field in [violation.field for violation in caught.value.violations]
    assert queries.resolutions(session, cooperation.id) == []


def test_vote_is_kept_and_said_in_words(session: Session, cooperation: Cooperation) -> None:
    found = resolve(
        session, cooperation, "Kerpen", yes_votes=30, no_votes=0, abstentions=1, is_unanimous=True
    )
    assert resolution_documents.votes(found) == "einstimmig, 30 Ja, 0 Nein, 1 Enthaltung"
    rejected = resolve(session, cooperation, "Merzenich", is_adopted=False, yes_votes=5, no_votes=5)
    assert resolution_documents.outcome(rejected) == "Beschluss: abgelehnt"


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "party"},
        {"kind": "wish"},
        {"kind": "delegated"},
        {"yes_votes": -1},
        {"subject": "tender"},
    ],
)
def test_table_refuses_what_no_command_would_write(
    session: Session, cooperation: Cooperation, wrong: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError):
        factory.resolution(session, cooperation, factory.town(session, "Kerpen"), **wrong)


def test_parallel_resolutions_take_effect_when_all_have_decided(
    session: Session, cooperation: Cooperation
) -> None:
    area_of(session, cooperation, effective_together=True)
    resolve(session, cooperation, "Merzenich", day=NOV5)
    resolve(session, cooperation, "Kerpen", day=NOV19)
    # Jülich does not even take part in this tender, and yet the others wait for it.
    reasons = closed(session, cooperation, "Merzenich", "Kerpen")
    assert [code for code, _ in reasons] == ["resolutions_not_effective"]
    assert "Jülich" in reasons[0][1]
    waiting = resolution_overview.tables(
        session,
        OPERATOR,
        cooperation,
        queries.area_by_key(session, cooperation.id, "procurement"),
        day=TODAY,
    )[0]
    assert [row.is_under_reserve for row in waiting.rows] == [True, False, True]
    assert waiting.effective_on is None
    resolve(session, cooperation, "Jülich", "Hauptausschuss", NOV5)
    resolve(session, cooperation, "Jülich", "Rat", dt.date(2026, 11, 20))
    assert closed(session, cooperation, "Merzenich", "Kerpen") == []
    done = table(session, cooperation)
    assert done.effective_on == dt.date(2026, 11, 20)
    assert {row.effective_on for row in done.rows} == {dt.date(2026, 11, 20)}


def test_without_that_rule_each_takes_effect_by_itself(
    session: Session, cooperation: Cooperation
) -> None:
    resolve(session, cooperation, "Merzenich", day=NOV5)
    found = table(session, cooperation)
    assert [row.effective_on for row in found.rows] == [NOV5, None, None]
    assert not found.is_complete


NAMED: dict[str, Any] = {
    "legal_form": LegalForm.PUBLIC_LAW_AGREEMENT,
    "matter": "Gemeinsame Beschaffung von Liefer- und Dienstleistungen",
}


def test_proof_asks_all_members_for_the_same_form_and_subject(
    session: Session, cooperation: Cooperation
) -> None:
    resolve(session, cooperation, "Merzenich", **NAMED)
    resolve(session, cooperation, "Jülich", "Hauptausschuss", NOV5)
    resolve(session, cooperation, "Jülich", "Rat", **NAMED | {"legal_form": LegalForm.CONTRACT})
    resolve(session, cooperation, "Kerpen", **NAMED | {"matter": "Feuerwehrfahrzeuge"})
    assert closed(session, cooperation) == []  # this area does not ask for it …
    found = table(session, cooperation)
    assert [reason.code for reason in found.reasons] == ["other_form_named", "other_matter_named"]
    area_of(session, cooperation, same_form_and_subject=True)  # … and now it does
    assert [code for code, _ in closed(session, cooperation)] == [
        "other_form_named",
        "other_matter_named",
    ]
    resolve(session, cooperation, "Jülich", "Rat", dt.date(2026, 11, 20), **NAMED)
    resolve(session, cooperation, "Kerpen", day=dt.date(2026, 11, 20), **NAMED)
    assert table(session, cooperation).is_complete
    assert closed(session, cooperation) == []


def test_proof_is_printed_with_what_is_missing(session: Session, cooperation: Cooperation) -> None:
    resolve(session, cooperation, "Merzenich", **NAMED, yes_votes=20, no_votes=1)
    resolve(
        session,
        cooperation,
        "Kerpen",
        **NAMED | {"matter": "Streng Geheimes"},
        is_public=False,
        yes_votes=17,
        no_votes=3,
    )
    found = table(session, cooperation)
    facts = resolution_documents.proof_facts(cooperation, found, TODAY)
    text = repr(facts)
    assert "20 Ja, 1 Nein" in text
    assert "nichtöffentlich" in text
    assert "17 Ja" not in text
    assert "Geheim" not in text
    assert "Hauptausschuss, dann Rat" in " ".join(facts["missing"])
    assert ("Ergebnis", "nicht vollständig") in facts["facts"]
    paper = resolution_documents.proof_pdf(cooperation, found, now=NOON, day=TODAY)
    assert paper.startswith(b"%PDF-1.7")
    assert paper == resolution_documents.proof_pdf(cooperation, found, now=NOON, day=TODAY)


def test_proof_on_a_pool_asks_its_participants(session: Session, cooperation: Cooperation) -> None:
    area = area_of(session, cooperation, required_resolutions=["joining", "tender"])
    buyers = [
        demands.demand(session, cooperation, factory.town(session, name))
        for name in ("Merzenich", "Kerpen")
    ]
    pool: Pool = pools.proposed_pool(session, cooperation, buyers)
    found = table(session, cooperation, subject=Subject.TENDER, pool_id=pool.id)
    assert [row.name for row in found.rows] == ["Merzenich", "Kerpen"]
    resolve(session, cooperation, "Kerpen", subject=Subject.TENDER, pool_id=pool.id)
    shown = resolution_overview.tables(session, OPERATOR, cooperation, area, day=TODAY)
    (tender,) = [each for each in shown if each.subject is Subject.TENDER]
    assert [row.chain.state for row in tender.rows] == [State.MISSING, State.DECIDED]
    for wrong in ({"pool_id": uuid.uuid4()}, {"pool_id": None}):
        with pytest.raises(NotFound):
            table(session, cooperation, subject=Subject.TENDER, **wrong)
    with pytest.raises(NotFound):
        table(session, cooperation, subject=Subject.JOINING, pool_id=pool.id)


def plan(session: Session, cooperation: Cooperation, actor: Actor, **more: Any) -> object:
    facts: dict[str, Any] = {"subject": Subject.JOINING, "body": "Rat", "planned_on": TODAY}
    return planning.plan_decision(
        session, actor, cooperation.id, PlanEntry(**(facts | more)), now=NOON
    )


def test_planned_day_is_set_moved_and_taken_back(
    session: Session, cooperation: Cooperation
) -> None:
    actor = access.actor(session, factory.town(session, "Jülich"), Role.COORDINATOR)
    later = dt.date(2026, 12, 10)
    plan(session, cooperation, actor)
    plan(session, cooperation, actor)
    plan(session, cooperation, actor, body="RAT", planned_on=later)
    (found,) = planning.planned_decisions(session, cooperation.id)
    assert found.planned_on == later
    row = table(session, cooperation).rows[1]
    assert [(cell.body, cell.planned_on) for cell in row.cells] == [
        ("Hauptausschuss", None),
        ("Rat", later),
    ]
    plan(session, cooperation, actor, planned_on=None)
    plan(session, cooperation, actor, planned_on=None)
    assert planning.planned_decisions(session, cooperation.id) == []
    entries = audit.entries(session, f"cooperation:{cooperation.id}")
    assert [entry.details["to"] for entry in entries if entry.action == "decision_planned"] == [
        TODAY.isoformat(),
        later.isoformat(),
        None,
    ]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"body": ""}, InvalidInput),
        ({"body": "x" * 201}, InvalidInput),
        ({"body": "a\x00"}, InvalidInput),
        ({"planned_on": dt.date(1026, 1, 1)}, InvalidInput),
        ({"subject": Subject.TENDER}, InvalidInput),
        ({"subject": Subject.TENDER, "pool_id": uuid.uuid4()}, NotFound),
    ],
)
def test_bad_plan_is_refused(
    session: Session, cooperation: Cooperation, wrong: dict[str, Any], error: type[DomainError]
) -> None:
    actor = access.actor(session, factory.town(session, "Jülich"), Role.COORDINATOR)
    with pytest.raises(error):
        plan(session, cooperation, actor, **wrong)
    assert session.scalars(select(PlannedDecision)).all() == []


def test_overview_asks_a_fixed_number_of_questions(
    session: Session, count_queries: Callable[[], int]
) -> None:
    def asked(towns: tuple[str, ...], **more: Any) -> int:
        cooperation = factory.dlz(session, towns, **more)
        area = queries.area_by_key(session, cooperation.id, "procurement")
        session.expire_all()
        count_queries()
        resolution_overview.tables(session, OPERATOR, cooperation, area, day=TODAY)
        return count_queries()

    few = asked(("Merzenich", "Jülich"))
    six = ("Merzenich", "Jülich", "Kerpen", "Inden", "Linnich", "Niederzier")
    assert asked(six, key="alle", reference_prefix="ALLE") == few
