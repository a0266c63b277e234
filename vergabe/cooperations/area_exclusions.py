"""Commands on task areas that are left out on purpose, for a member or for all, and taken back.

Nothing here reaches back: what was bound or published before a first day is completed.
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations import area_queries, entries, filing, queries
from vergabe.cooperations.area_model import AreaExclusion
from vergabe.cooperations.areas import concerned_member, file_and_tell
from vergabe.cooperations.model import Cooperation, Member
from vergabe.errors import InvalidInput, NotFound, Refused, Violation, gather
from vergabe.exchange import plain_text

BUSINESS_CASE_LENGTH: Final = 10_000
_ONE_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class ExclusionEntry:
    """An area to leave out from a legal day on; business_case: why it does not pay off."""

    area_key: str
    valid_from: dt.date
    reason: str
    business_case: str = ""


def exclude_area(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    entry: ExclusionEntry,
    *,
    organisation_id: uuid.UUID | None,
    now: dt.datetime,
) -> AreaExclusion:
    """Leave an area out on purpose from a day on and return the exclusion.

    organisation_id: for this member; None: for all, which only the coordination of the lead may.
    Calls, demands, pools and tenders that begin are refused with the reason; what is bound or
    published is completed. Raises InvalidInput without a reason, NotFound, Refused if it is so
    already.
    """
    cooperation, member = _concerned(session, actor, cooperation_id, organisation_id, now=now)
    area = queries.area_by_key(session, cooperation_id, entry.area_key)
    reason, business_case = _checked_exclusion(entry, clock.berlin_day(now))
    for row in area_queries.exclusions(session, cooperation_id):
        same = row.area_id == area.id and row.member_id == (member.id if member else None)
        if same and (row.valid_to is None or row.valid_to >= entry.valid_from):
            raise Refused(
                "excluded_already",
                f"„{area.name}“ ist schon ab {row.valid_from:%d.%m.%Y} ausgenommen.",
                field="area_key",
            )
    found = AreaExclusion(
        area_id=area.id,
        member_id=member.id if member else None,
        valid_from=entry.valid_from,
        reason=reason,
        business_case=business_case,
        recorded_at=now,
    )
    session.add(found)
    filing.touch(cooperation)
    session.flush()
    whose = member.organisation.name if member else "Alle Mitglieder"
    sentence = (
        f"{whose}: Das Aufgabengebiet „{area.name}“ ist ab {entry.valid_from:%d.%m.%Y} mit Absicht "
        "ausgenommen."
    )
    details = {
        "area": area.key,
        "organisation_id": str(member.organisation_id) if member else None,
        "valid_from": entry.valid_from.isoformat(),
        "business_case": business_case,
    }
    file_and_tell(
        session, actor, cooperation, "area_excluded", found, sentence, reason, details, now=now
    )
    return found


def _checked_exclusion(entry: ExclusionEntry, today: dt.date) -> tuple[str, str]:
    reasons = list(_against_first_day(entry.valid_from, today))
    texts = _checked_texts(reasons, entry.reason, entry.business_case)
    if reasons:
        raise InvalidInput.of(reasons)
    return texts


def reasons_against_exclusion(
    valid_from: dt.date | None, reason: str, business_case: str, today: dt.date
) -> list[Violation]:
    """Return what is wrong with day and texts of an exclusion; None: the day is not known."""
    reasons = list(_against_first_day(valid_from, today))
    _checked_texts(reasons, reason, business_case)
    return reasons


def _against_first_day(valid_from: dt.date | None, today: dt.date) -> Iterator[Violation]:
    if valid_from is None:
        return
    impossible = list(entries.against_day(valid_from, "valid_from"))
    yield from impossible
    if not impossible and valid_from < today:
        message = f"Ausnehmen lässt sich ein Gebiet ab {today:%d.%m.%Y}, nicht rückwirkend."
        yield Violation("day_in_past", message, field="valid_from")


def _checked_texts(wrong: list[Violation], reason: str, business_case: str) -> tuple[str, str]:
    """Return the clean texts; what is wrong with them is added to `wrong`."""
    cleaned = entries.clean_text(
        wrong, plain_text.many_lines, reason, entries.REASON_LENGTH, "reason"
    )
    if not cleaned and all(r.field != "reason" for r in wrong):
        message = "Nennen Sie den Grund, zum Beispiel: rechnet sich nicht."
        wrong.append(Violation("reason_missing", message, field="reason"))
    return cleaned, entries.clean_text(
        wrong, plain_text.many_lines, business_case, BUSINESS_CASE_LENGTH, "business_case"
    )


def lift_exclusion(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    exclusion_id: uuid.UUID,
    *,
    counts_from: dt.date,
    reason: str,
    now: dt.datetime,
) -> AreaExclusion:
    """Let an excluded area count again from a day on, with the depths that are on file.

    By who may exclude it. Raises NotFound, InvalidInput, Refused if it has ended already.
    """
    queries.visible_cooperation(session, actor, cooperation_id, now=now)
    found = exclusion_of(session, cooperation_id, exclusion_id)
    organisation_id = found.member.organisation_id if found.member else None
    cooperation, member = _concerned(session, actor, cooperation_id, organisation_id, now=now)
    found = exclusion_of(session, cooperation_id, exclusion_id)
    wrong = reasons_against_lifting(counts_from, reason, clock.berlin_day(now))
    if wrong:
        raise InvalidInput.of(wrong)
    reason = entries.checked_reason(reason)
    if found.valid_to is not None and found.valid_to < counts_from:
        raise Refused("lifted_already", f"Die Ausnahme endet schon am {found.valid_to:%d.%m.%Y}.")
    area = found.area
    whose = member.organisation.name if member else "Alle Mitglieder"
    sentence = (
        f"{whose}: Das Aufgabengebiet „{area.name}“ zählt ab {counts_from:%d.%m.%Y} wieder mit."
    )
    details = {"area": area.key, "counts_from": counts_from.isoformat()}
    # One that is lifted before its first day ends before it begins: it never counted.
    found.valid_to = counts_from - _ONE_DAY
    found.lifted_reason = reason
    filing.touch(cooperation)
    session.flush()
    file_and_tell(
        session, actor, cooperation, "area_included", found, sentence, reason, details, now=now
    )
    return found


def reasons_against_lifting(
    counts_from: dt.date | None, reason: str, today: dt.date
) -> list[Violation]:
    """Return what is wrong with day and reason of a lifting; None: the day is not known."""
    wrong: list[Violation] = []
    if counts_from is not None:
        wrong += entries.against_day(counts_from, "counts_from")
        if not wrong and counts_from < today:
            message = f"Aufheben lässt sich die Ausnahme ab {today:%d.%m.%Y}, nicht rückwirkend."
            wrong.append(Violation("day_in_past", message, field="counts_from"))
    gather(wrong, lambda: entries.checked_reason(reason))
    return wrong


def exclusion_of(
    session: Session, cooperation_id: uuid.UUID, exclusion_id: uuid.UUID
) -> AreaExclusion:
    """Return an exclusion of this cooperation as it is now; NotFound if there is none such."""
    found = session.get(AreaExclusion, exclusion_id, populate_existing=True)
    if found is None or found.area.cooperation_id != cooperation_id:
        raise NotFound("Die Ausnahme")
    return found


def _concerned(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    organisation_id: uuid.UUID | None,
    *,
    now: dt.datetime,
) -> tuple[Cooperation, Member | None]:
    if organisation_id is not None:
        return concerned_member(session, actor, cooperation_id, organisation_id, now=now)
    queries.visible_cooperation(session, actor, cooperation_id, now=now)
    cooperation = queries.locked_cooperation(session, cooperation_id)
    actor.require(
        Permission.EDIT_COOPERATION,
        cooperation_id=cooperation_id,
        lead_organisation_id=cooperation.lead_organisation_id,
    )
    return cooperation, None
