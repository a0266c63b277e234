"""How acts on demands stand in the record: one chain per organisation and cooperation."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.demands.model import Demand

SUBJECT: Final = "demand"
_SHOWN: Final = 200


def stream_of(cooperation_id: uuid.UUID, organisation_id: uuid.UUID) -> str:
    """Return the chain that holds all acts on demands of an organisation in a cooperation."""
    return audit.stream_of("demands", cooperation_id, organisation_id)


def record(
    session: Session,
    actor: Actor,
    demands: Iterable[Demand],
    action: str,
    done: str,
    *,
    now: dt.datetime,
    reason: str | None = None,
    **details: Any,
) -> None:
    """Append one act per demand: `Bedarf B-… „Titel“ <done>.`

    details: JSON values without floats; value and stage of the demand are added. Chains are locked
    in the order of their names, so that two commands over several members cannot wait for each
    other.
    """
    acts: dict[str, list[Act]] = defaultdict(list)
    for demand in demands:
        acts[stream_of(demand.cooperation_id, demand.organisation_id)].append(
            Act(
                f"demand_{action}",
                SUBJECT,
                demand.id,
                summary(demand.reference, demand.title, done),
                reason=reason or None,
                details={
                    "reference": demand.reference,
                    "stage": demand.stage,
                    "value_net_cents": demand.value_net_cents,
                    **details,
                },
            )
        )
    for stream in sorted(acts):
        audit.append_many(session, stream, actor, acts[stream], now=now)


def summary(reference: str, title: str, done: str) -> str:
    """Return the sentence of an act on one demand."""
    return f"Bedarf {reference} „{shortened(title)}“ {done}."


def shortened(text: str) -> str:
    """Return a text as the record shows it, cut at 200 characters."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"
