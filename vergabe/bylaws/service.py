"""Commands on by-laws: add a version, end one, replace one that was recorded wrongly.

Nothing that a procedure may have gone by is ever edited: versions end, and mistakes are replaced
by a further version, with the reason on record.
"""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Permission
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.bylaws import entries, facts, queries, rules
from vergabe.bylaws.entries import BylawEntry
from vergabe.bylaws.model import ProcurementBylaw
from vergabe.errors import InvalidInput, NotFound, Refused, Stale, Violation, gather
from vergabe.files import documents
from vergabe.files.documents import Upload
from vergabe.messages import service as messages
from vergabe.messages.service import Reader

MESSAGE_KIND = "bylaw"


def add_version(
    session: Session,
    actor: Actor,
    organisation_id: uuid.UUID,
    entry: BylawEntry,
    *,
    ends_previous: bool = False,
    upload: Upload | None = None,
    now: dt.datetime,
) -> ProcurementBylaw:
    """Record a version of a municipality's by-law and return it.

    ends_previous: the version that runs without end and began earlier ends on the day before.
    Raises NotFound for another's municipality, InvalidInput for wrong fields and for days on which
    another version holds, Refused for the same version again (second click).
    """
    organisation = _own(session, actor, organisation_id)
    leads = _lock(session, organisation)
    entry = entries.checked(entry, clock.berlin_day(now))
    known = queries.versions(session, [organisation.id]).get(organisation.id, [])
    _refuse_same(known, entry)
    previous = _running_before(known, entry.valid_from) if ends_previous else None
    others = [row for row in known if row is not previous]
    against = rules.reasons_against_days(queries.spans(others), entry.valid_from, entry.valid_to)
    if against:
        raise InvalidInput.of(against)
    if previous is not None:
        last = entry.valid_from - dt.timedelta(days=1)
        _end(session, actor, previous, last, "Eine neue Fassung folgt.", now=now)
    row = _stored(session, organisation, entry, _next_number(known), upload, now=now)
    until = f" bis {row.valid_to:%d.%m.%Y}" if row.valid_to else ""
    sentence = (
        f"{organisation.name}: Fassung {row.number} der Satzung „{row.title}“ gilt ab "
        f"{row.valid_from:%d.%m.%Y}{until}."
    )
    _record(session, actor, row, "bylaw_added", sentence, now=now)
    _tell(session, actor, leads, row, sentence, cause=f"bylaw-added:{row.id}", now=now)
    return row


def end_version(
    session: Session,
    actor: Actor,
    bylaw_id: uuid.UUID,
    *,
    valid_to: dt.date,
    reason: str,
    version: int | None = None,
    now: dt.datetime,
) -> ProcurementBylaw:
    """Let a version end with the legal day `valid_to` (inclusive) and return it.

    version: the one the person saw. Raises NotFound, Stale, InvalidInput, Refused if the version
    was replaced or has an end already.
    """
    row, leads = _own_row(session, actor, bylaw_id, version=version)
    reason = entries.checked_reason(reason)
    against = rules.reasons_against_ending(row.valid_from, row.valid_to, valid_to)
    if against and against[0].code == "bylaw_already_ended":
        raise Refused.because(against[0].code, against[0].message, against)
    if against:
        raise InvalidInput.of(against)
    sentence = _end(session, actor, row, valid_to, reason, now=now)
    _tell(session, actor, leads, row, sentence, cause=f"bylaw-ended:{row.id}", now=now)
    return row


def correct_version(
    session: Session,
    actor: Actor,
    bylaw_id: uuid.UUID,
    entry: BylawEntry,
    *,
    reason: str,
    upload: Upload | None = None,
    version: int | None = None,
    now: dt.datetime,
) -> ProcurementBylaw:
    """Replace a version that was recorded wrongly by another one, and return that one.

    The wrong one stays readable and counts no more. Without `upload` the document goes along.
    Raises NotFound, Stale, InvalidInput, Refused if it was replaced already or nothing differs.
    """
    row, leads = _own_row(session, actor, bylaw_id, version=version)
    found: list[Violation] = []
    right = gather(found, lambda: entries.checked(entry, clock.berlin_day(now)))
    why = gather(found, lambda: entries.checked_reason(reason))
    if right is None or why is None:
        raise InvalidInput.of(found)
    if contents(row) == right and upload is None:
        raise Refused("nothing_to_correct", "An dieser Fassung ändert sich nichts.")
    known = queries.versions(session, [row.organisation_id])[row.organisation_id]
    others = [other for other in known if other.id != row.id]
    against = rules.reasons_against_days(queries.spans(others), right.valid_from, right.valid_to)
    if against:
        raise InvalidInput.of(against)
    new = _stored(session, row.organisation, right, _next_number(known), upload, now=now)
    if upload is None:
        new.file_sha256, new.file_name = row.file_sha256, row.file_name
    row.replaced_at, row.replacement_reason, row.replaced_by_id = now, why, new.id
    session.flush()
    sentence = (
        f"{row.organisation.name}: Fassung {row.number} der Satzung war falsch eingetragen und ist "
        f"durch Fassung {new.number} ersetzt."
    )
    _record(
        session,
        actor,
        new,
        "bylaw_corrected",
        sentence,
        reason=why,
        replaced=str(row.id),
        now=now,
    )
    _tell(session, actor, leads, new, sentence, cause=f"bylaw-corrected:{row.id}", now=now)
    return new


def attach_document(
    session: Session, actor: Actor, bylaw_id: uuid.UUID, upload: Upload, *, now: dt.datetime
) -> ProcurementBylaw:
    """Hand in the text of a by-law later, or a better scan; both hashes are recorded."""
    row, _ = _own_row(session, actor, bylaw_id)
    before = row.file_sha256
    row.file_sha256, row.file_name = documents.keep(session, upload, now=now)
    if row.file_sha256 == before:
        return row
    session.flush()
    sentence = f"Zu Fassung {row.number} der Satzung wurde ein Dokument hinterlegt."
    _record(
        session, actor, row, "bylaw_document_attached", sentence, replaced_sha256=before, now=now
    )
    return row


def _own(session: Session, actor: Actor, organisation_id: uuid.UUID) -> Organisation:
    if not actor.is_operator and organisation_id != actor.organisation_id:
        raise NotFound("Die Kommune")
    actor.require(Permission.EDIT_BYLAWS, organisation_id=organisation_id)
    found = session.get(Organisation, organisation_id)
    if found is None or not found.is_buyer:
        raise NotFound("Die Kommune")
    return found


def _lock(session: Session, organisation: Organisation) -> list[uuid.UUID]:
    """Lock what publications look at, then the municipality: its versions come one by one."""
    leads = queries.cooperations_with(session, organisation.id)
    session.execute(
        select(Organisation.id).where(Organisation.id == organisation.id).with_for_update()
    )
    return [lead for lead in leads if lead != organisation.id]


def _own_row(
    session: Session, actor: Actor, bylaw_id: uuid.UUID, *, version: int | None = None
) -> tuple[ProcurementBylaw, list[uuid.UUID]]:
    row = session.get(ProcurementBylaw, bylaw_id)
    if row is None:
        raise NotFound(queries.WHAT)
    try:
        organisation = _own(session, actor, row.organisation_id)
    except NotFound:
        raise NotFound(queries.WHAT) from None
    leads = _lock(session, organisation)
    session.refresh(row, with_for_update=True)
    if row.replaced_at is not None:
        raise Refused(
            "bylaw_replaced",
            "Diese Fassung ist durch eine berichtigte ersetzt und zählt nicht mehr.",
        )
    if version is not None and version != row.version:
        raise Stale("Die Satzung")
    return row, leads


def contents(row: ProcurementBylaw) -> BylawEntry:
    """Return what a stored version says, as an entry."""
    return BylawEntry(**{name: getattr(row, name) for name in BylawEntry.__dataclass_fields__})


def _refuse_same(known: list[ProcurementBylaw], entry: BylawEntry) -> None:
    for row in known:
        if row.replaced_at is None and contents(row) == entry:
            raise Refused(
                "bylaw_already_recorded",
                f"Diese Satzung ist schon als Fassung {row.number} eingetragen.",
            )


def _running_before(known: list[ProcurementBylaw], day: dt.date) -> ProcurementBylaw | None:
    for row in known:
        if row.replaced_at is None and row.valid_to is None and row.valid_from < day:
            return row
    return None


def _next_number(known: list[ProcurementBylaw]) -> int:
    return max((row.number for row in known), default=0) + 1


def _stored(
    session: Session,
    organisation: Organisation,
    entry: BylawEntry,
    number: int,
    upload: Upload | None,
    *,
    now: dt.datetime,
) -> ProcurementBylaw:
    row = ProcurementBylaw(
        organisation_id=organisation.id, number=number, recorded_at=now, **entry.as_columns()
    )
    if upload is not None:
        row.file_sha256, row.file_name = documents.keep(session, upload, now=now)
    session.add(row)
    session.flush()
    return row


def _end(
    session: Session,
    actor: Actor,
    row: ProcurementBylaw,
    valid_to: dt.date,
    reason: str,
    *,
    now: dt.datetime,
) -> str:
    row.valid_to = valid_to
    session.flush()
    sentence = (
        f"{row.organisation.name}: Fassung {row.number} der Satzung endet mit dem "
        f"{valid_to:%d.%m.%Y}."
    )
    _record(session, actor, row, "bylaw_ended", sentence, reason=reason, now=now)
    return sentence


def _record(
    session: Session,
    actor: Actor,
    row: ProcurementBylaw,
    action: str,
    sentence: str,
    *,
    reason: str | None = None,
    now: dt.datetime,
    **more: str | None,
) -> None:
    said = {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in contents(row).as_columns().items()
    }
    details = said | {"number": row.number, "file_sha256": row.file_sha256} | more
    act = Act(action, "bylaw", row.id, sentence, reason, details)
    audit.append(session, audit.stream_of("organisation", row.organisation_id), actor, act, now=now)


def _tell(
    session: Session,
    actor: Actor,
    leads: list[uuid.UUID],
    row: ProcurementBylaw,
    sentence: str,
    *,
    cause: str,
    now: dt.datetime,
) -> None:
    """Tell the leads at once: procedures of theirs may go by other rules now.

    Not where a file of the operator says so: it comes from the lead, and the load reports it.
    """
    if actor.is_operator:
        return
    messages.send_many(
        session,
        [Reader(organisation_id=lead) for lead in leads],
        cause=cause,
        kind=MESSAGE_KIND,
        subject=f"{row.organisation.name}: Satzung geändert",
        body=f"{sentence}\n\n{facts.label(row)}\n\nBitte prüfen Sie Verfahren in Vorbereitung: Die "
        "gemeinsamen Regeln können sich geändert haben.",
        link=f"/satzungen/{row.id}",
        now=now,
    )
