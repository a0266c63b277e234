"""Procurement by-laws that a cooperation's file puts on record for its members."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.bylaws import entries, queries, service
from vergabe.bylaws.entries import BylawEntry
from vergabe.bylaws.model import ProcurementBylaw
from vergabe.cooperations.configuration import CooperationFile
from vergabe.cooperations.loading_report import Changes
from vergabe.errors import InvalidInput, Violation

_REASON = "Berichtigt durch die geladene Datei der Zusammenarbeit"
_ENDED = "Beendet durch die geladene Datei der Zusammenarbeit"


def load_bylaws(
    session: Session,
    actor: Actor,
    file: CooperationFile,
    organisations: Mapping[str, Organisation],
    changes: Changes,
    *,
    now: dt.datetime,
) -> None:
    """Put by-laws of the file on record that are not there yet; end or replace others.

    A version is the same by member and first day. What the file leaves out stays; what a member has
    ended or corrected by hand stays as well, even when the file does not know of it.
    """
    for member in file.members:
        if not member.bylaws:
            continue
        organisation = organisations[member.key]
        for given in sorted(member.bylaws, key=lambda entry: entry.valid_from):
            path = f"members[{member.key}].bylaws[{given.valid_from}]"
            try:
                _load(session, actor, organisation, given, path, changes, now=now)
            except InvalidInput as error:
                raise InvalidInput.of(
                    Violation(v.code, v.message, v.law, f"{path}.{v.field}" if v.field else path)
                    for v in error.violations
                ) from None


def _load(
    session: Session,
    actor: Actor,
    organisation: Organisation,
    given: BylawEntry,
    path: str,
    changes: Changes,
    *,
    now: dt.datetime,
) -> None:
    entry = entries.checked(given, clock.berlin_day(now))
    known = queries.versions(session, [organisation.id]).get(organisation.id, [])
    if any(service.contents(row) == entry for row in known):
        return  # it is there, or was and has been corrected by hand
    row = _same(known, entry)
    if row is None:
        added = service.add_version(session, actor, organisation.id, entry, now=now)
        changes.note(path, None, added.title)
        return
    before = service.contents(row)
    if replace(before, valid_to=None) == entry:
        return  # ended by hand
    if before.valid_to is None and replace(entry, valid_to=None) == before:
        assert entry.valid_to is not None
        service.end_version(session, actor, row.id, valid_to=entry.valid_to, reason=_ENDED, now=now)
        changes.note(f"{path}.valid_to", None, entry.valid_to)
        return
    service.correct_version(session, actor, row.id, entry, reason=_REASON, now=now)
    old, new = before.as_columns(), entry.as_columns()
    for name in old:
        if old[name] != new[name]:
            changes.note(f"{path}.{name}", old[name], new[name])


def _same(known: Sequence[ProcurementBylaw], entry: BylawEntry) -> ProcurementBylaw | None:
    return next(
        (row for row in known if row.replaced_at is None and row.valid_from == entry.valid_from),
        None,
    )
