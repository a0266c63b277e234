"""Commands on the content of an agreement: a new version, its text, its parties."""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.audit.service import Act
from vergabe.cooperations import (
    agreement_entries,
    agreement_queries,
    entries,
    filing,
    queries,
    task_matrix,
)
from vergabe.cooperations.agreement_entries import AgreementEntry, PartyEntry
from vergabe.cooperations.agreement_model import AgreementParty
from vergabe.cooperations.agreement_rules import reasons_against_cost_rule
from vergabe.cooperations.agreements import chosen, coordinated, tell_others
from vergabe.cooperations.model import Agreement
from vergabe.cooperations.rules import LegalForm, Stage
from vergabe.errors import InvalidInput, NotFound, Refused, Stale, Violation

_OPEN: Final = frozenset({Stage.INFORMAL, Stage.RESOLVED})
_CONTENT: Final = (
    *("legal_form", "subject", "requires_approval", "authority"),
    *("notice_months", "notice_to", "notice_ends", "cost_key", "checklist"),
)
# What may be filled in after the signatures, as long as it is empty or open.
_MAY_BE_COMPLETED: Final = frozenset({"authority", "checklist", "cost_key"})


def draft_version(
    session: Session, actor: Actor, cooperation_id: uuid.UUID, reason: str, *, now: dt.datetime
) -> Agreement:
    """Begin the next version of the agreement as a draft and return it.

    It starts with the content of the newest one; parties are the members of today, nobody has
    signed. The old version stays in force until this one is. Refused while a draft is open already.
    """
    cooperation = coordinated(session, actor, cooperation_id, now=now)
    reason = entries.checked_reason(reason)
    newest = chosen(session, cooperation_id, None)
    if Stage(newest.stage) not in (Stage.IN_FORCE, Stage.TERMINATED):
        raise Refused(
            "draft_open",
            f"Fassung {newest.number} ist noch nicht in Kraft. Bringen Sie erst diese zu Ende oder "
            "beenden Sie sie.",
        )
    values: dict[str, Any] = {name: getattr(newest, name) for name in _CONTENT}
    if values["cost_key"] is None:
        values["cost_key"] = dict(cooperation.cost_key)
    values["checklist"] = dict(values["checklist"] or {})
    draft = Agreement(
        cooperation_id=cooperation_id,
        number=newest.number + 1,
        stage=Stage.INFORMAL,
        **values,
    )
    session.add(draft)
    session.flush()
    _copy_parties(session, newest, draft, clock.berlin_day(now))
    task_matrix.copy_tasks(session, newest, draft)
    filing.touch(cooperation)
    session.flush()
    sentence = f"Fassung {draft.number} der Vereinbarung wird entworfen."
    act = Act("agreement_drafted", "agreement", draft.id, sentence, reason=reason)
    filing.record(session, actor, cooperation, act, now=now)
    tell_others(
        session,
        cooperation,
        cause=f"agreement-draft:{draft.id}",
        subject="neue Fassung der Vereinbarung",
        body=f"{sentence} Die geltende Fassung bleibt bis dahin in Kraft.\n\nGrund: {reason}",
        now=now,
    )
    return draft


def _copy_parties(session: Session, old: Agreement, new: Agreement, today: dt.date) -> None:
    before = {row.organisation_id: row for row in agreement_queries.parties(session, old.id)}
    for member in queries.members(session, new.cooperation_id, today):
        earlier = before.get(member.organisation_id)
        session.add(
            AgreementParty(
                agreement_id=new.id,
                organisation_id=member.organisation_id,
                position=member.position,
                maximum_quantity=earlier.maximum_quantity if earlier else "",
                maximum_net_cents=earlier.maximum_net_cents if earlier else None,
            )
        )


def edit_agreement(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    number: int,
    entry: AgreementEntry,
    *,
    reason: str,
    version: int | None = None,
    now: dt.datetime,
) -> Agreement:
    """Write down what a version of the agreement says and return it.

    Free until it is signed; the others are told once bodies have decided on it. After the
    signatures only open points may be filled in. version: that of the cooperation which the person
    saw, Stale if somebody changed it since. Raises InvalidInput, Refused with all reasons.
    """
    cooperation = coordinated(session, actor, cooperation_id, now=now)
    if version is not None and cooperation.version != version:
        raise Stale
    agreement = agreement_queries.version(session, cooperation_id, number)
    entry = agreement_entries.checked_agreement(entry)
    reason = entries.checked_reason(reason)
    wanted = {name: getattr(entry, name) for name in _CONTENT}
    wanted["legal_form"] = entry.legal_form.value
    changed = [
        name for name in _CONTENT if (getattr(agreement, name) or {}) != (wanted[name] or {})
    ]
    if not changed:
        return agreement
    against = list(_against_edit(agreement, wanted, changed))
    if against:
        raise Refused.because("agreement_fixed", against[0].message, against)
    for name in changed:
        value = wanted[name]
        setattr(agreement, name, dict(value) if isinstance(value, Mapping) else value)
    filing.touch(cooperation)
    session.flush()
    sentence = f"Fassung {number} der Vereinbarung wurde geändert."
    act = Act(
        "agreement_edited",
        "agreement",
        agreement.id,
        sentence,
        reason=reason,
        details={"number": number, "changed": changed},
    )
    filing.record(session, actor, cooperation, act, now=now)
    if agreement.stage != Stage.INFORMAL:
        tell_others(
            session,
            cooperation,
            cause=f"agreement-edited:{agreement.id}:{cooperation.version}",
            subject="Vereinbarung geändert",
            body=f"{sentence} Bitte prüfen Sie, ob Ihr Gremium noch einmal entscheiden muss.\n\n"
            f"Grund: {reason}",
            now=now,
        )
    return agreement


def _against_edit(
    agreement: Agreement, wanted: Mapping[str, Any], changed: list[str]
) -> Iterator[Violation]:
    stage = Stage(agreement.stage)
    if stage is Stage.TERMINATED:
        yield Violation("agreement_over", "Diese Fassung ist beendet.")
        return
    if wanted["legal_form"] == LegalForm.INFORMAL_ARRANGEMENT and stage is not Stage.INFORMAL:
        yield Violation(
            "no_legal_form",
            "Eine beschlossene Vereinbarung hat eine Rechtsform.",
            field="legal_form",
        )
    if stage in _OPEN:
        return
    for name in changed:
        if name not in _MAY_BE_COMPLETED or not _only_completes(agreement, name, wanted[name]):
            yield Violation(
                "signed_content",
                "Was unterzeichnet ist, steht fest; nur offene Punkte lassen sich ergänzen. "
                "Entwerfen Sie für Änderungen eine neue Fassung.",
                field=name,
            )


def _only_completes(agreement: Agreement, name: str, wanted: Any) -> bool:
    before = getattr(agreement, name)
    if name == "cost_key":
        return not before or bool(reasons_against_cost_rule(before))
    if name == "checklist":
        return all(wanted.get(key) == answer for key, answer in (before or {}).items())
    return not before


def record_party(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    number: int,
    entry: PartyEntry,
    *,
    now: dt.datetime,
) -> AgreementParty:
    """Put a member on file as party to a version, with its signature and maxima, and return it.

    Maxima may be filled in at any time and changed until it has signed; a signature once on file
    stays. Raises InvalidInput, NotFound for who is no member, Refused.
    """
    cooperation = coordinated(session, actor, cooperation_id, now=now)
    agreement = agreement_queries.version(session, cooperation_id, number)
    today = clock.berlin_day(now)
    entry = agreement_entries.checked_party(entry, today)
    if Stage(agreement.stage) is Stage.TERMINATED:
        raise Refused("agreement_over", "Diese Fassung ist beendet.")
    if agreement.legal_form == LegalForm.INFORMAL_ARRANGEMENT and entry.signed_on is not None:
        raise Refused("no_legal_form", "Eine formlose Verabredung wird nicht unterzeichnet.")
    if agreement.resolved_on and entry.signed_on and entry.signed_on < agreement.resolved_on:
        message = f"Beschlossen wurde erst am {agreement.resolved_on:%d.%m.%Y}."
        raise InvalidInput.of([Violation("signed_before_resolved", message, field="signed_on")])
    members = {m.organisation_id: m for m in queries.members(session, cooperation_id, today)}
    if entry.organisation_id not in members:
        raise NotFound("Das Mitglied")
    member = members[entry.organisation_id]
    rows = agreement_queries.parties(session, agreement.id)
    party = next((row for row in rows if row.organisation_id == entry.organisation_id), None)
    is_new = party is None
    if party is None:
        party = AgreementParty(
            agreement_id=agreement.id,
            organisation_id=entry.organisation_id,
            position=member.position,
            maximum_quantity="",
            signed_by="",
        )
        session.add(party)
    _refuse_changed_signature(party, entry)
    changed = _apply(party, entry)
    if not changed and not is_new:
        return party
    filing.touch(cooperation)
    session.flush()
    name = member.organisation.name
    sentence = (
        f"{name} hat Fassung {number} am {entry.signed_on:%d.%m.%Y} unterzeichnet."
        if "signed_on" in changed and entry.signed_on
        else f"{name}: Angaben zu Fassung {number} der Vereinbarung ergänzt."
    )
    details = {"organisation_id": str(entry.organisation_id), "changed": changed}
    act = Act("agreement_party_recorded", "agreement", agreement.id, sentence, details=details)
    filing.record(session, actor, cooperation, act, now=now)
    return party


def _refuse_changed_signature(party: AgreementParty, entry: PartyEntry) -> None:
    if party.signed_on is None:
        return
    if entry.signed_on not in (None, party.signed_on):
        raise Refused(
            "signed_already",
            f"Die Unterschrift vom {party.signed_on:%d.%m.%Y} ist schon vermerkt.",
            field="signed_on",
        )
    for name in ("maximum_quantity", "maximum_net_cents"):
        before = getattr(party, name)
        if before and getattr(entry, name) != before:
            raise Refused(
                "signed_content",
                "Was unterzeichnet ist, steht fest. Höchstmengen ändert eine neue Fassung.",
                field=name,
            )


def _apply(party: AgreementParty, entry: PartyEntry) -> list[str]:
    """Set what the entry names, return the names of what is different now."""
    changed = []
    for name in ("signed_on", "signed_by", "maximum_quantity", "maximum_net_cents"):
        value = getattr(entry, name)
        is_kept = party.signed_on is not None and value in (None, "")
        if getattr(party, name) != value and not is_kept:
            setattr(party, name, value)
            changed.append(name)
    return changed
