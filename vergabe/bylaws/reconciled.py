"""Reconciled rules as pages and the API show them, for tenders and pools alike."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from vergabe import money
from vergabe.access.model import Organisation
from vergabe.bylaws import facts
from vergabe.law.common_rules import CommonRules
from vergabe.law.reconciling import reconcile
from vergabe.law.results import Result
from vergabe.law.thresholds import ContractType


@dataclass(frozen=True)
class Reconciled:
    """The common rules of municipalities on a legal day, with the versions that count."""

    on: dt.date
    result: Result[CommonRules]
    versions: Sequence[dict[str, Any]]

    @property
    def rules(self) -> CommonRules:
        return self.result.value

    @property
    def open_questions(self) -> Sequence[str]:
        question = self.result.open_question
        return self.rules.open_questions or ([question] if question else [])


def reconciled(
    session: Session,
    organisations: Iterable[Organisation],
    value_net_cents: int,
    contract_type: ContractType,
    on: dt.date,
    *,
    funding_rules: tuple[str, ...] = (),
    versions: Sequence[dict[str, Any]] | None = None,
) -> Reconciled:
    """Return the common rules of these municipalities for the pooled value (cents net).

    funding_rules: what a funding notice demands; versions: the by-laws that a record names, by
    default those in force on the legal day `on`. Raises LawError where the tables do not know the
    case.
    """
    gathered = (
        facts.gathered(session, organisations, on)
        if versions is None
        else facts.gathered_again(session, organisations, versions)
    )
    result = reconcile(
        gathered.rule_sets, value_net_cents, contract_type, on, funding_rules=funding_rules
    )
    return Reconciled(on=on, result=result, versions=gathered.versions)


def reconciled_json(found: Reconciled) -> dict[str, Any]:
    """Return common rules as the API shows them (CommonRulesSchema)."""
    rules = found.rules
    return {
        "on": found.on,
        "value": {"amount_cents": rules.regime.value_net_cents, "currency": money.EUR},
        "regime": rules.regime.code,
        "is_decisive": rules.is_decisive,
        "versions": found.versions,
        "clauses": [
            {
                "key": clause.key,
                "label": clause.kind.label,
                "unit": clause.kind.unit.value,
                "value": clause.value,
                "text": clause.text,
                "deciders": clause.deciders,
                "reason": clause.reason,
                "law": clause.law,
                "source": clause.source,
                "evidence": clause.evidence.value,
                "own": [
                    {
                        "member": own.member,
                        "organisation_id": identity.key,
                        "value": own.value,
                        "sentence": own.sentence,
                        "law": own.law,
                        "source": own.source,
                        "evidence": own.evidence.value,
                        "open_question": own.open_question,
                    }
                    for own, identity in zip(clause.own, rules.members, strict=False)
                ],
            }
            for clause in rules.clauses
        ],
        "procedures": rules.verdicts,
        "steps": found.result.steps,
        "evidence": found.result.evidence.value,
        "open_questions": found.open_questions,
    }
