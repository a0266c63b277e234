"""The checklist of gates per member: done, missing (who supplies it, and where), or not needed."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from flask import url_for
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.conflicts import queries as conflicts
from vergabe.cooperations import tasks, voting_queries
from vergabe.cooperations.gates import Gate
from vergabe.cooperations.readiness import MemberViolation
from vergabe.cooperations.task_rules import Step
from vergabe.cooperations.voting import Required
from vergabe.errors import Violation
from vergabe.tenders import duties
from vergabe.tenders.gate_lists import SHORT_TITLES, member_lists
from vergabe.tenders.model import Tender
from vergabe.tenders.presenting import known_url


class State(StrEnum):
    """How a gate stands for one member."""

    DONE = "done"
    MISSING = "missing"
    NOT_NEEDED = "not_needed"


STATE_BADGES: Final[Mapping[State, tuple[str, str]]] = {
    State.DONE: ("erfüllt", "success"),
    State.MISSING: ("fehlt", "warning"),
    State.NOT_NEEDED: ("nicht nötig", "neutral"),
}
# While one of these stands against all together, no member's vote counts.
_VOTE_ANEW: Final = frozenset(
    {"vote_missing", "vote_outdated", "vote_by_other_rule", "vote_replaced"}
)


@dataclass(frozen=True)
class Cell:
    """One gate of one member; url: where the actor can supply what is missing, None: not here."""

    title: str
    state: State
    reasons: Sequence[Violation]
    who: str
    url: str | None

    @property
    def badge(self) -> tuple[str, str]:
        """The state in German and the kind of badge for it."""
        return STATE_BADGES[self.state]


@dataclass(frozen=True)
class Row:
    """All gates of one member."""

    name: str
    cells: Sequence[Cell]

    @property
    def missing(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.state is State.MISSING]


def checklist(
    session: Session, actor: Actor, tender: Tender, gates: Sequence[Gate], *, now: dt.datetime
) -> list[Row]:
    """Return a row for each member that buys, its cells in the order of the gates."""
    own = [gate for gate in gates if gate.key in SHORT_TITLES]
    unneeded = _not_needed(session, tender, now)
    buyers = [buyer.organisation for buyer in tender.buyers if buyer.buys]
    rows = []
    for organisation, member in zip(buyers, member_lists(tender, gates), strict=True):
        cells = []
        for gate, check in zip(own, member.checks, strict=True):
            reasons = check.reasons or _of_all(gate)
            is_unneeded = gate.key in unneeded or (
                gate.key == "mandates"
                and organisation.id == tender.cooperation.lead_organisation_id
                and "mandates_of_lead" in unneeded
            )
            state = State.MISSING if reasons else State.NOT_NEEDED if is_unneeded else State.DONE
            cells.append(
                Cell(
                    check.title,
                    state,
                    reasons,
                    who=_who(reasons, organisation.name),
                    url=_url(gate, actor, tender, organisation.id) if check.reasons else None,
                )
            )
        rows.append(Row(organisation.name, cells))
    return rows


def _not_needed(session: Session, tender: Tender, now: dt.datetime) -> frozenset[str]:
    """Return the keys of the gates for which nobody asks in this tender."""
    pool = tender.pool
    found = set()
    if not pool.area.required_resolutions:
        found.add("resolutions")
    terms = voting_queries.voting_terms(session, tender.cooperation_id, pool.area_id)
    if terms.required is Required.NEVER:
        found.add("vote")
    if not conflicts.requires_declarations(pool):
        found.add("declarations")
    if not tasks.providers(session, Step.PUBLISH, duties.governed(session, tender), now=now):
        found.add("mandates_of_lead")
    return frozenset(found)


def _of_all(gate: Gate) -> list[Violation]:
    """Return what keeps every member from having done its part, though none is named."""
    return [reason for reason in gate.reasons if reason.code in _VOTE_ANEW]


def _who(reasons: Sequence[Violation], name: str) -> str:
    """Return who can supply what is missing, without the name of the member the row has anyway."""
    found: dict[str, None] = {}
    for reason in reasons:
        who = reason.who if isinstance(reason, MemberViolation) else None
        if who:
            found[who.removeprefix(f"{name}: ").removesuffix(f" {name}").removesuffix(",")] = None
    return "; ".join(found)


_Address = Callable[[Tender, uuid.UUID], str | None]


def _demand(tender: Tender, organisation_id: uuid.UUID) -> str | None:
    own = {
        share.demand_id
        for lot in tender.lots
        for item in lot.items
        for share in item.shares
        if share.organisation_id == organisation_id
    }
    if len(own) == 1:
        return url_for("demands.show", demand_id=own.pop())
    return url_for("demands.index")


# What a member supplies itself: the right it takes, and the page. Joining has closed by now.
_PLACES: Final[Mapping[str, tuple[Permission, _Address]]] = {
    "mandates": (
        Permission.GRANT_MANDATE,
        lambda tender, _: url_for("mandates.new", key=tender.cooperation.key),
    ),
    "resolutions": (
        Permission.RECORD_RESOLUTION,
        lambda tender, _: url_for("resolutions.new", key=tender.cooperation.key),
    ),
    "demands_released": (Permission.RELEASE_DEMANDS, _demand),
    "vote": (
        Permission.CAST_VOTES,
        lambda tender, _: url_for("votes.show", pool_id=tender.pool_id),
    ),
    "declarations": (
        Permission.DECLARE_INTERESTS,
        lambda tender, _: known_url("conflicts.show_tender", tender_id=tender.id),
    ),
}


def _url(gate: Gate, actor: Actor, tender: Tender, organisation_id: uuid.UUID) -> str | None:
    """Return where the actor supplies what its own municipality lacks; None for all others."""
    if gate.key not in _PLACES or actor.organisation_id != organisation_id:
        return None
    if gate.key == "vote" and not any(reason.code == "vote_open" for reason in gate.reasons):
        return None
    permission, address = _PLACES[gate.key]
    if not actor.may(
        permission, organisation_id=organisation_id, cooperation_id=tender.cooperation_id
    ):
        return None
    return address(tender, organisation_id)
