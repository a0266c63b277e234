"""What a public step brings about, told before it is done: who learns of it, where, until when."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access import queries as people
from vergabe.access.permissions import Permission
from vergabe.law import german
from vergabe.law.answers import extension_for_change
from vergabe.suppliers import following
from vergabe.suppliers.matching import matching_suppliers
from vergabe.tenders import invitations, timing
from vergabe.tenders.facts import period_facts
from vergabe.tenders.model import Tender


@dataclass(frozen=True)
class Told:
    """Who gets a message: how many, as a sentence says it."""

    who: str
    how: str


@dataclass(frozen=True)
class Requirement:
    """What law says about the deadline for bids after a change that matters.

    earliest: the least new deadline (aware UTC), None where the present one may stay.
    """

    sentence: str
    law: str
    earliest: dt.datetime | None


def told_of_publishing(session: Session, tender: Tender, *, now: dt.datetime) -> list[Told]:
    """Return who gets a message when a tender becomes public."""
    subject = invitations.facts_of(tender).subject
    firms = len(
        matching_suppliers(
            session,
            cpv_codes=subject.cpv_codes,
            nuts_codes=subject.nuts_codes,
            text=subject.text,
            nature=subject.nature,
            value_net_cents=subject.value_net_cents,
        )
    )
    what = "zu CPV-Code, Region oder Stichwort passt, mit Mitteilung und E-Mail."
    if firms == 0:
        words = "Heute noch keins: Zu keinem Profil passen CPV-Code, Region oder Stichwort."
    elif firms == 1:
        words = f"1 Unternehmen, dessen Profil {what}"
    else:
        words = f"{firms} Unternehmen, deren Profil {what}"
    return [
        Told("Unternehmen", words),
        Told("Kommunen", _members(session, tender, now=now)),
    ]


def told_of_amending(session: Session, tender: Tender, *, now: dt.datetime) -> list[Told]:
    """Return who gets a message of an amendment."""
    count = len(following.registered_readers(session, tender.id))
    words = f"{german.count(count, 'Registrierter', 'Registrierte')} für dieses Verfahren"
    if not count:
        words = "Niemand hat sich bisher registriert; die Änderung steht auf der öffentlichen Seite"
    return [
        Told("Bieter", f"{words}."),
        Told("Kommunen", _members(session, tender, now=now)),
    ]


def _members(session: Session, tender: Tender, *, now: dt.datetime) -> str:
    buying = [buyer.organisation_id for buyer in tender.buyers if buyer.buys]
    found = people.people_with(
        session, Permission.JOIN_POOLS, buying, cooperation_id=tender.cooperation_id, now=now
    )
    persons = german.count(len({user.id for user, _ in found}), "Person", "Personen")
    towns = german.count(len(buying), "Kommune", "Kommunen")
    return f"{persons} aus {towns}, die verbindlich beigetreten sind."


def extension_required(
    session: Session, tender: Tender, wanted: dt.datetime, *, is_substantial: bool, now: dt.datetime
) -> Requirement:
    """Return whether a change made now requires a later deadline than `wanted` (aware UTC)."""
    facts = period_facts(session, tender, started_on=tender.initiated_on)
    against = timing.reasons_against_late_change(facts, wanted, now=now) if is_substantial else []
    extension = extension_for_change(
        facts.rule_set,
        wanted,
        now,
        facts.land,
        is_substantial=is_substantial,
        extra_days=1,
        urgent=facts.is_urgent,
        started_on=facts.started_on,
    )
    if against:
        return Requirement(against[0].message, extension.law, extension.value.proposed_deadline_at)
    if not is_substantial:
        return Requirement(extension.value.reason, extension.law, None)
    days = (clock.berlin_day(wanted) - clock.berlin_day(now)).days
    return Requirement(
        f"Nach der Änderung bleiben Bietern {german.count(days, 'Tag', 'Tage')}. Kürzer, als das "
        "Gesetz verlangt, ist das nicht. Verlängern Sie trotzdem, wenn die Änderung mehr Arbeit am "
        "Angebot macht.",
        extension.law,
        None,
    )


UNCHANGEABLE: Final = (
    "Lose, Mengen je Kommune, Zuschlagskriterien und Gewichte stehen fest.",
    "Die Verfahrensart bleibt.",
    "Die Angebotsfrist lässt sich verlängern, aber nie verkürzen.",
    "Jede Fassung und jedes Dokument bleibt für immer abrufbar; zurückholen lässt sich nichts.",
    "Beenden lässt sich das Verfahren nur mit einer Aufhebung (mit Grund) oder dem Zuschlag.",
)

"""What nobody can change any more once a tender is given out."""
