"""Valid providers and checks; a test states only what matters to it."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.provider_model import InHouseProvider
from vergabe.in_house.entries import CheckEntry
from vergabe.in_house.model import InHouseCheck
from vergabe.in_house.rules import Alternative
from vergabe.pools.model import Pool


def provider(
    session: Session, cooperation: Cooperation, name: str = "ITK Rheinland", **more: Any
) -> InHouseProvider:
    """Return a provider that is asked first in the area `procurement`, without end."""
    facts: dict[str, Any] = {
        "cooperation_id": cooperation.id,
        "name": name,
        "kind": "association",
        "areas": ["procurement"],
        "since": dt.date(2019, 1, 1),
        "note": "",
        "created_at": clock.now(),
    }
    found = InHouseProvider(**(facts | more))
    session.add(found)
    session.flush()
    return found


def entry(**more: Any) -> CheckEntry:
    """Return a check with everything that a direct order needs: cheaper than the market."""
    facts: dict[str, Any] = {
        "offer_amount_net_cents": 80_000_00,
        "offered_on": dt.date(2026, 11, 10),
        "offer_text": "Betrieb und Wartung für vier Jahre",
        "has_control": True,
        "control_note": "Verbandssatzung § 7: jede Kommune hat Sitz und Stimme",
        "activities_basis_points": 9_300,
        "activities_note": "Jahresabschlüsse 2023 bis 2025",
        "has_private_capital": False,
        "capital_note": "Mitglieder sind nur Kommunen (§ 2 der Satzung)",
        "alternatives": (Alternative("Marktpreis", 100_000_00, "Preisumfrage Oktober 2026"),),
        "criteria": "Preis über vier Jahre, Datenschutz",
        "comparison": "Das Angebot ist um ein Fünftel günstiger.",
    }
    return CheckEntry(**(facts | more))


def check(session: Session, pool: Pool, provider: InHouseProvider, **more: Any) -> InHouseCheck:
    """Return a stored check, open and complete unless told otherwise."""
    facts: dict[str, Any] = entry().as_columns() | {
        "pool_id": pool.id,
        "provider_id": provider.id,
        "number": 1,
        "created_at": clock.now(),
    }
    found = InHouseCheck(**(facts | more))
    session.add(found)
    session.flush()
    return found


def decided(
    session: Session, pool: Pool, provider: InHouseProvider, result: str = "tender", **more: Any
) -> InHouseCheck:
    """Return a stored check with a result."""
    return check(
        session,
        pool,
        provider,
        **(
            {
                "result": result,
                "reason": "Der Markt ist günstiger.",
                "decided_at": clock.now(),
                "decided_by": "Erika Muster",
            }
            | more
        ),
    )
