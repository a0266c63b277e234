"""The advice on a pool or tender that the actor may see, as it is and as it might be."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.advice import gathering, wish
from vergabe.advice.wish import Wish
from vergabe.errors import NotFound, Refused
from vergabe.law.advice import Advice, AdvisorFacts
from vergabe.law.advisor import advise
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool
from vergabe.tenders import queries as tenders
from vergabe.tenders.model import Tender


@dataclass(frozen=True)
class Consultation:
    """The facts as gathered for a day, those asked about, and the advice on the latter."""

    stored: AdvisorFacts
    facts: AdvisorFacts
    advice: Advice
    wish: Wish

    @property
    def names(self) -> list[str]:
        """Return the names of all members, whether or not they are left out of the question."""
        return [member.name for member in self.stored.members]


def pool_facts(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    *,
    now: dt.datetime,
    on: dt.date | None = None,
) -> tuple[Pool, AdvisorFacts]:
    """Return a visible pool and what the advisor asks of it. Raises NotFound.

    on: the legal day to begin on, by default as `gathering` says.
    """
    pool = pools.visible_pool(session, actor, pool_id)
    return pool, gathering.of_pool(session, pool, now=now, on=on)


def pool_by_reference(session: Session, actor: Actor, reference: str) -> Pool:
    """Return a visible pool by its human reference. Raises NotFound."""
    found = session.scalars(
        pools.visible(actor).where(Pool.reference == reference.strip().upper())
    ).one_or_none()
    if found is None:
        raise NotFound("Die Bündelung")
    return pools.visible_pool(session, actor, found.id)


def tender_facts(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    *,
    now: dt.datetime,
    on: dt.date | None = None,
) -> tuple[Tender, AdvisorFacts]:
    """Return a visible tender and what the advisor asks of it. Raises NotFound."""
    tender = tenders.visible_tender(session, actor, tender_id)
    return tender, gathering.of_tender(session, tender, now=now, on=on)


def consult(facts: AdvisorFacts, wanted: Wish | None = None) -> Consultation:
    """Return the advice on facts with a wish applied; nothing is stored.

    facts: gathered for the day that is wished for, since other by-laws may be in force on it.
    Raises Refused if there is nothing to buy, InvalidInput if the wish leaves nothing, LawError if
    the tables do not reach the day.
    """
    if not facts.positions:
        raise Refused.because(
            "nothing_to_assess",
            "Hier ist noch kein Bedarf enthalten. Nehmen Sie einen auf, dann lässt sich das Recht "
            "dazu berechnen.",
            [],
        )
    wanted = wanted or Wish()
    asked = facts if wanted.is_empty else wish.applied(facts, wanted)
    return Consultation(facts, asked, advise(asked), wanted)
