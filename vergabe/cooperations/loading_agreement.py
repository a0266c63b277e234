"""Loading the agreement of a cooperation from its file: never back, versions beside each other."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from vergabe.access.model import Organisation
from vergabe.cooperations import agreement_queries, agreement_rules, queries, rules
from vergabe.cooperations.agreement_model import AgreementParty
from vergabe.cooperations.configuration import CooperationFile
from vergabe.cooperations.configuration_agreement import AgreementFile
from vergabe.cooperations.loading_report import Changes
from vergabe.cooperations.model import Agreement, Cooperation
from vergabe.cooperations.rules import Stage
from vergabe.errors import InvalidInput, Violation

_UNSIGNED = frozenset({Stage.INFORMAL, Stage.RESOLVED})


def load_agreement(
    session: Session,
    cooperation: Cooperation,
    file: CooperationFile,
    organisations: Mapping[str, Organisation],
    changes: Changes,
) -> None:
    """Make the newest version of the agreement what the file says, or begin the next one.

    What the file leaves out stays as it is on file: parties, answers of the checklist, days at the
    authority, publication. Raises InvalidInput for a step back or a gap in the numbers.
    """
    wanted = file.agreement
    newest = queries.newest_agreement(session, cooperation.id)
    facts = _facts(wanted)
    path = f"agreement[{wanted.number}]"
    if newest is None or wanted.number == newest.number + 1:
        newest = Agreement(
            cooperation_id=cooperation.id,
            number=wanted.number,
            cost_key=dict(file.cost_key),
            checklist=dict(wanted.checklist),
            **facts,
        )
        session.add(newest)
        session.flush()
        changes.note(f"{path}.stage", None, wanted.stage)
    elif wanted.number != newest.number:
        raise _error(
            "number", f"Die neueste Fassung der Vereinbarung hat die Nummer {newest.number}."
        )
    else:
        _refuse_step_back(newest, wanted)
        changes.apply(newest, path, facts | _content(newest, file))
    _parties(session, newest, wanted, organisations, changes, path)
    changes.hints += [
        f"Die Kostenregel der Vereinbarung ist nicht vollständig: {reason.message} Bis dahin zählt "
        f"die Vereinbarung höchstens als „{rules.STAGE_NAMES[Stage.RESOLVED]}“."
        for reason in queries.cost_rule_reasons(newest)
        if Stage(newest.stage) not in _UNSIGNED
    ]


def _facts(wanted: AgreementFile) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "legal_form": wanted.legal_form.value,
        "stage": wanted.stage.value,
        "subject": wanted.subject,
        "requires_approval": wanted.requires_approval,
    } | {name: wanted.days.get(stage) for stage, name in rules.DAY_OF_STAGE.items()}
    for name, value in wanted.approval.items():
        facts[name if name == "authority" else f"approval_{name}"] = value
    facts |= {f"notice_{name}": value for name, value in wanted.notice.items()}
    if wanted.published_on is not None:
        facts["published_on"] = wanted.published_on
    if wanted.published_in:
        facts["published_in"] = wanted.published_in
    return facts


def _content(newest: Agreement, file: CooperationFile) -> dict[str, Any]:
    """Return cost rule and checklist, where the file has something to say about them."""
    content: dict[str, Any] = {}
    is_complete = not agreement_rules.reasons_against_cost_rule(file.cost_key)
    # An agreement signed before cost rules were kept with it is not measured by them afterwards.
    if newest.cost_key is not None or is_complete or Stage(newest.stage) in _UNSIGNED:
        content["cost_key"] = dict(file.cost_key)
    if file.agreement.checklist:
        content["checklist"] = dict(newest.checklist or {}) | dict(file.agreement.checklist)
    return content


def _parties(
    session: Session,
    agreement: Agreement,
    wanted: AgreementFile,
    organisations: Mapping[str, Organisation],
    changes: Changes,
    path: str,
) -> None:
    known = {row.organisation_id: row for row in agreement_queries.parties(session, agreement.id)}
    for position, party in enumerate(wanted.parties, start=1):
        organisation = organisations[party.member]
        place = f"{path}.parties[{party.member}]"
        facts: dict[str, Any] = {
            "position": position,
            "signed_on": party.signed_on,
            "signed_by": party.signed_by,
            "maximum_quantity": party.maximum_quantity,
            "maximum_net_cents": party.maximum_net_euro,
        }
        row = known.get(organisation.id)
        if row is None:
            changes.note(place, None, organisation.name)
            session.add(
                AgreementParty(agreement_id=agreement.id, organisation_id=organisation.id, **facts)
            )
            continue
        # A signature that was put on file by hand is not taken back by a file that omits it.
        facts["signed_on"] = party.signed_on or row.signed_on
        changes.apply(row, place, facts)
    session.flush()


def _refuse_step_back(newest: Agreement, wanted: AgreementFile) -> None:
    before = Stage(newest.stage)
    if agreement_rules.moves_between(before, wanted.stage) is None:
        raise _error(
            "stage",
            f"Die Vereinbarung hat schon den Stand „{before}“ und kann nicht zurückgestuft "
            "werden. Tragen Sie diesen Stand mit seinen Daten in die Datei ein.",
        )


def _error(name: str, message: str) -> InvalidInput:
    return InvalidInput.of([Violation("agreement_disagrees", message, field=f"agreement.{name}")])
