"""Mandates and resolutions that a cooperation's file puts on record."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.cooperations import entries, mandates, queries, resolutions
from vergabe.cooperations.configuration import CooperationFile, MandateFile
from vergabe.cooperations.configuration_resolutions import ResolutionFile
from vergabe.cooperations.loading_report import Changes
from vergabe.cooperations.model import Cooperation, Mandate, Resolution
from vergabe.cooperations.rules import Scope
from vergabe.errors import InvalidInput, NotFound, Violation


def load_files(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    file: CooperationFile,
    organisations: Mapping[str, Organisation],
    changes: Changes,
    *,
    now: dt.datetime,
) -> None:
    """Put mandates and resolutions of the file on record that are not there yet; correct others.

    A mandate is the same by member and first day, a resolution by member, body, day and item. What
    the file leaves out stays, and a revocation stays even when the file does not know of it.
    """
    _load_mandates(session, actor, cooperation, file, organisations, changes, now=now)
    _load_resolutions(session, actor, cooperation, file, organisations, changes, now=now)
    session.flush()


def _load_mandates(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    file: CooperationFile,
    organisations: Mapping[str, Organisation],
    changes: Changes,
    *,
    now: dt.datetime,
) -> None:
    known = queries.mandates(session, cooperation.id)
    for mandate_file in file.mandates:
        grantor = organisations[mandate_file.grantor]
        grantee_id = organisations[mandate_file.grantee].id if mandate_file.grantee else None
        mandate = _same_mandate(known, cooperation, grantor, grantee_id, mandate_file)
        path = f"mandates[{mandate_file.grantor}, {mandate_file.entry.valid_from}]"
        if mandate is None:
            mandate = _by_member(
                path,
                mandates.grant_mandate,
                session,
                actor,
                cooperation.id,
                replace(mandate_file.entry, grantee_id=grantee_id),
                organisation_id=grantor.id,
                now=now,
            )
            changes.note(path, None, ", ".join(mandate.scope))
        changes.apply(mandate, path, _mandate_facts(mandate_file))


def _load_resolutions(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    file: CooperationFile,
    organisations: Mapping[str, Organisation],
    changes: Changes,
    *,
    now: dt.datetime,
) -> None:
    known = queries.resolutions(session, cooperation.id)
    for resolution_file in file.resolutions:
        member = organisations[resolution_file.member]
        resolution = _same_resolution(known, member, resolution_file)
        is_known = resolution is not None
        path = f"resolutions[{resolution_file.member}, {resolution_file.entry.decided_on}]"
        if resolution is None:
            resolution = _by_member(
                path,
                resolutions.record_resolution,
                session,
                actor,
                cooperation.id,
                resolution_file.entry,
                organisation_id=member.id,
                now=now,
            )
            changes.note(path, None, resolution.result)
        facts = _resolution_facts(resolution_file, clock.berlin_day(now))
        _apply_quietly(changes, resolution, path, facts)
        revoked_on = resolution_file.revoked_on
        if revoked_on is None or resolution.revoked_on is not None:
            continue
        changes.note(f"{path}.revoked_on", None, revoked_on)
        if is_known:
            reason = "Aufhebung nach der Datei der Zusammenarbeit"
            resolutions.take_back(
                session, actor, cooperation, resolution, revoked_on, reason, now=now
            )
        else:
            # History that the file brings along: nobody has relied on it here.
            resolution.revoked_on = revoked_on


def _by_member(path: str, command: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    try:
        return command(*arguments, **named)
    except NotFound:
        raise InvalidInput.of(
            [
                Violation(
                    "member_has_left",
                    "Wer heute kein Mitglied ist, kann nichts Neues zu den Akten geben.",
                    field=path,
                )
            ]
        ) from None


def _same_mandate(
    known: Sequence[Mandate],
    cooperation: Cooperation,
    grantor: Organisation,
    grantee_id: uuid.UUID | None,
    wanted: MandateFile,
) -> Mandate | None:
    for mandate in known:
        if (mandate.grantor_id, mandate.grantee_id, mandate.valid_from) == (
            grantor.id,
            grantee_id or cooperation.lead_organisation_id,
            wanted.entry.valid_from,
        ):
            return mandate
    return None


def _mandate_facts(wanted: MandateFile) -> dict[str, Any]:
    entry = entries.checked_mandate(wanted.entry)
    facts: dict[str, Any] = {
        "scope": [scope.value for scope in Scope if scope in entry.scope],
        "wording": entry.wording,
        "limit_net_cents": entry.limit_net_cents,
        "valid_to": entry.valid_to,
    }
    if wanted.revoked_on is not None:
        facts["revoked_on"] = wanted.revoked_on
    return facts


def _same_resolution(
    known: Sequence[Resolution], member: Organisation, wanted: ResolutionFile
) -> Resolution | None:
    entry = wanted.entry
    for resolution in known:
        if (
            resolution.organisation_id,
            resolution.subject,
            resolution.body,
            resolution.decided_on,
            resolution.item_number,
        ) == (member.id, entry.subject, entry.body, entry.decided_on, entry.item_number):
            return resolution
    return None


def _resolution_facts(wanted: ResolutionFile, today: dt.date) -> dict[str, Any]:
    return resolutions.contents(entries.checked_resolution(wanted.entry, today))


def _apply_quietly(
    changes: Changes, resolution: Resolution, path: str, facts: Mapping[str, Any]
) -> None:
    """Correct a resolution; the changes are recorded, so closed sessions are not quoted in them."""
    is_open = resolution.is_public and facts["is_public"]
    for name, value in facts.items():
        if is_open or name not in resolutions.CLOSED_FACTS:
            changes.apply(resolution, path, {name: value})
        elif getattr(resolution, name) != value:
            setattr(resolution, name, value)
            changes.note(f"{path}.{name}", None, "geändert (nichtöffentlich)")
