"""From planning, awards and contracts to the JSON values of the release schema."""

from collections.abc import Sequence
from typing import Any

from vergabe.exchange.ocds.parts import Milestone
from vergabe.exchange.ocds.release import Release
from vergabe.exchange.ocds.results import (
    Award,
    Contract,
    Implementation,
    Planning,
    Transaction,
)
from vergabe.exchange.ocds.values import amount, instant, period, without_empty
from vergabe.exchange.ocds.writing import Names, document, item, organisation, shares, tender


def release(found: Release) -> dict[str, Any]:
    """Return a release in the form of the release schema; KeyError for a share of no party."""
    names = Names(found.parties)
    lead = next(party for party in found.parties if party.is_lead)
    return {
        "ocid": found.ocid,
        "id": found.release_key,
        "date": instant(found.at),
        "tag": list(found.tags),
        "initiationType": "tender",
        "language": "de",
        "parties": [organisation(party) for party in found.parties],
        "buyer": names.reference(lead.key),
    } | without_empty(
        {
            "planning": _planning(found.planning, found.currency) if found.planning else None,
            "tender": tender(found, names),
            "awards": [_award(award, names, found.currency) for award in found.awards],
            "contracts": [_contract(one, names, found.currency) for one in found.contracts],
        }
    )


def _planning(planning: Planning, currency: str) -> dict[str, Any]:
    return without_empty(
        {
            "rationale": planning.rationale,
            "budget": without_empty(
                {
                    "project": planning.project,
                    "projectID": planning.project_key,
                    "amount": amount(planning.budget_net_cents, currency),
                }
            ),
            "documents": [document(found) for found in planning.documents],
            "milestones": _milestones(planning.milestones),
        }
    )


def _award(award: Award, names: Names, currency: str) -> dict[str, Any]:
    return without_empty(
        {
            "id": award.key,
            "title": award.title,
            "description": award.description,
            "status": award.status,
            "date": instant(award.decided_at),
            "value": amount(award.value_net_cents, currency),
            "suppliers": [names.reference(key) for key in award.suppliers],
            "items": [item(line, names, currency) for line in award.items],
            "documents": [document(found) for found in award.documents],
            "relatedLots": list(award.lots),
            "buyers": shares(award.buyers, names, currency),
        }
    )


def _contract(contract: Contract, names: Names, currency: str) -> dict[str, Any]:
    carried_out = contract.implementation
    return without_empty(
        {
            "id": contract.key,
            "awardID": contract.award,
            "title": contract.title,
            "status": contract.status,
            "period": period(contract.starts_at, contract.ends_at),
            "value": amount(contract.value_net_cents, currency),
            "items": [item(line, names, currency) for line in contract.items],
            "dateSigned": instant(contract.signed_at),
            "documents": [document(found) for found in contract.documents],
            "buyers": shares(contract.buyers, names, currency),
            "implementation": _implementation(carried_out, names, currency)
            if carried_out
            else None,
        }
    )


def _implementation(found: Implementation, names: Names, currency: str) -> dict[str, Any]:
    return without_empty(
        {
            "transactions": [_transaction(one, names, currency) for one in found.transactions],
            "milestones": _milestones(found.milestones),
            "documents": [document(one) for one in found.documents],
        }
    )


def _transaction(found: Transaction, names: Names, currency: str) -> dict[str, Any]:
    return without_empty(
        {
            "id": found.key,
            "source": found.source,
            "date": instant(found.paid_at),
            "value": amount(found.value_cents, currency),
            "payer": names.reference(found.payer),
            "payee": names.reference(found.payee),
        }
    )


def _milestones(milestones: Sequence[Milestone]) -> list[dict[str, Any]]:
    return [
        without_empty(
            {
                "id": found.key,
                "title": found.title,
                "type": found.kind,
                "dueDate": instant(found.due_at),
                "dateMet": instant(found.met_at),
                "status": found.status,
            }
        )
        for found in milestones
    ]
