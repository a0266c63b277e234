"""Gates as a checklist for each member: what is there, what is missing, who can supply it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from vergabe.cooperations.gates import Gate
from vergabe.cooperations.readiness import MemberViolation
from vergabe.errors import Violation
from vergabe.tenders.model import Tender
from vergabe.texts import lazy

# What a member opens, in one word each: the heads of a table.
SHORT_TITLES: Final[Mapping[str, str]] = {
    "participation": lazy("Teilnahme"),
    "mandates": lazy("Vollmacht"),
    "resolutions": lazy("Beschlüsse"),
    "demands_released": lazy("Freigabe"),
    "joinings_recorded": lazy("Beitritt"),
    "declarations": lazy("Erklärungen"),
    "vote": lazy("Abstimmung"),
}


@dataclass(frozen=True)
class Check:
    """A gate with the reasons that concern somebody."""

    title: str
    reasons: Sequence[Violation]


@dataclass(frozen=True)
class MemberList:
    """The checklist of one member, in the order of the gates."""

    name: str
    checks: Sequence[Check]

    @property
    def reasons(self) -> list[Violation]:
        return [reason for check in self.checks for reason in check.reasons]


def member_lists(tender: Tender, gates: Sequence[Gate]) -> list[MemberList]:
    """Return a checklist for each member that buys, in their fixed order."""
    own = [gate for gate in gates if gate.key in SHORT_TITLES]
    return [
        MemberList(
            buyer.organisation.name,
            [Check(SHORT_TITLES[gate.key], _about(gate, buyer.organisation_id)) for gate in own],
        )
        for buyer in tender.buyers
        if buyer.buys
    ]


def common_gates(gates: Sequence[Gate]) -> list[Check]:
    """Return the checklist for all together: what no single member opens."""
    found = []
    for gate in gates:
        general = [
            reason
            for reason in gate.reasons
            if not isinstance(reason, MemberViolation) or reason.organisation_id is None
        ]
        if gate.key not in SHORT_TITLES or general:
            found.append(Check(gate.title, general))
    return found


def _about(gate: Gate, organisation_id: uuid.UUID) -> list[Violation]:
    return [
        reason
        for reason in gate.reasons
        if isinstance(reason, MemberViolation) and reason.organisation_id == str(organisation_id)
    ]
