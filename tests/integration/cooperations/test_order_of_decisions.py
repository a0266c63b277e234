"""Award, mandate and agreement are objects of their own: decided in any order, published last."""

import datetime as dt
from pathlib import Path

from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.factories import cooperations as factory
from vergabe.access.actor import Actor
from vergabe.cooperations import gates, loading, queries
from vergabe.cooperations.gates import PublicationFacts
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.rules import Stage, Subject

EXAMPLES = Path(__file__).parents[3] / "examples" / "cooperations"
TODAY = dt.date(2026, 11, 23)


def closed(session: Session, cooperation: Cooperation, *towns: str) -> list[str]:
    area = cooperation.areas[0]
    ids = [factory.town(session, name).id for name in towns]
    facts = PublicationFacts(cooperation.id, area.id, None, ids, dict.fromkeys(ids, 1_00), TODAY)
    found = gates.publication_gates(session, facts, is_decision=True)
    return [gate.key for gate in found if not gate.is_open]


def test_award_was_decided_before_the_agreement_and_publication_still_waits_for_it(
    session: Session,
) -> None:
    content = (EXAMPLES / "heinsberg.toml").read_bytes()
    loading.load(session, Actor.operator("Betrieb"), content, now=NOON)
    cooperation = queries.cooperation_by_key(session, Actor.operator("Betrieb"), "heinsberg")
    awards = [
        found
        for found in queries.resolutions(session, cooperation.id)
        if found.subject == Subject.AWARD
    ]
    assert {found.decided_on for found in awards} == {
        dt.date(2019, 11, 5),
        dt.date(2019, 11, 19),
    }
    agreement = queries.current_agreement(session, cooperation.id, TODAY)
    assert agreement is not None
    assert queries.stage_of(agreement, TODAY) is Stage.RESOLVED
    assert agreement.in_force_on is None
    assert "agreement" in closed(session, cooperation, "Kreis Heinsberg")


def test_mandate_given_before_the_agreement_counts_once_the_agreement_is_in_force(
    session: Session,
) -> None:
    cooperation = factory.dlz(session, agreement_stage="resolved")
    towns = ("Merzenich", "Jülich", "Kerpen")
    assert closed(session, cooperation, *towns) == ["agreement"]
    agreement = cooperation.agreements[0]
    agreement.stage, agreement.signed_on = "in_force", dt.date(2025, 11, 3)
    agreement.approved_on, agreement.in_force_on = dt.date(2026, 1, 20), dt.date(2026, 2, 1)
    agreement.published_on = dt.date(2026, 1, 25)
    session.flush()
    assert closed(session, cooperation, *towns) == []
