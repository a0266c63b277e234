"""Gates as a checklist for each member: what is there, what is missing, who can supply it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from vergabe.cooperations.gates import Gate
from vergabe.cooperations.readiness import MemberViolation
from vergabe.errors import Violation
from vergabe.tenders.gates import MEMBER_GATES
from vergabe.tenders.model import Tender


@dataclass(frozen=True)
class Check:
    """One gate as one member has to open it."""

    title: str
    reasons: Sequence[Violation]

    @property
    def who(self) -> str:
        return "; ".join(dict.fromkeys(reason.who for reason in self.reasons if reason.who))


@dataclass(frozen=True)
class MemberList:
    """The checklist of one member."""

    name: str
    checks: Sequence[Check]

    @property
    def missing(self) -> int:
        return sum(len(check.reasons) for check in self.checks)


def member_lists(tender: Tender, gates: Sequence[Gate]) -> list[MemberList]:
    """Return a checklist for each member that buys, in their fixed order."""
    own = [gate for gate in gates if gate.key in MEMBER_GATES]
    return [
        MemberList(
            buyer.organisation.name,
            [Check(gate.title, _about(gate, buyer.organisation_id)) for gate in own],
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
        if gate.key not in MEMBER_GATES or general:
            found.append(Check(gate.title, general))
    return found


def _about(gate: Gate, organisation_id: uuid.UUID) -> list[Violation]:
    return [
        reason
        for reason in gate.reasons
        if isinstance(reason, MemberViolation) and reason.organisation_id == str(organisation_id)
    ]
