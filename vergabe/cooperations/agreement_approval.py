"""Commands on the approval of an agreement by the supervisory authority, and on its publication.

That silence counts as approval is never set by a job: it is derived when asked (agreement_queries.
silence), and a person confirms it.
"""

import datetime as dt
import uuid
from typing import Any, Final

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.audit.service import Act
from vergabe.cooperations import agreement_entries, agreement_queries, entries, filing
from vergabe.cooperations.agreement_entries import PLACE_LENGTH, ApprovalEntry
from vergabe.cooperations.agreement_rules import reasons_against_cost_rule
from vergabe.cooperations.agreements import coordinated, tell_others
from vergabe.cooperations.model import Agreement
from vergabe.cooperations.rules import Stage
from vergabe.errors import InvalidInput, Refused, Violation
from vergabe.exchange import plain_text
from vergabe.law.approval import Fiction
from vergabe.law.results import Result

_DAYS: Final = ("sent_on", "received_on", "objections_on", "meeting_named_on", "meeting_on")


def record_approval(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    number: int,
    entry: ApprovalEntry,
    *,
    now: dt.datetime,
) -> Agreement:
    """Note what happened at the authority on the way to the approval; return the version.

    Only for a signed version that needs an approval and has none. The approval itself is a step of
    the agreement (move_agreement). Raises InvalidInput, Refused.
    """
    cooperation = coordinated(session, actor, cooperation_id, now=now)
    agreement = agreement_queries.version(session, cooperation_id, number)
    entry = agreement_entries.checked_approval(entry, clock.berlin_day(now))
    _refuse_unless_awaited(agreement)
    wanted: dict[str, dt.date | str | None] = {"authority": entry.authority}
    wanted |= {f"approval_{name}": getattr(entry, name) for name in _DAYS}
    changed = [name for name, value in wanted.items() if getattr(agreement, name) != value]
    if not changed:
        return agreement
    for name in changed:
        setattr(agreement, name, wanted[name])
    filing.touch(cooperation)
    session.flush()
    details: dict[str, Any] = {name: _plain(wanted[name]) for name in changed}
    act = Act(
        "agreement_approval_noted",
        "agreement",
        agreement.id,
        f"Genehmigung von Fassung {number}: Stand bei der Aufsicht vermerkt.",
        details=details | {"number": number},
    )
    filing.record(session, actor, cooperation, act, now=now)
    return agreement


def _plain(value: object) -> str | None:
    return (
        value.isoformat() if isinstance(value, dt.date) else value if value is None else str(value)
    )


def _refuse_unless_awaited(agreement: Agreement) -> None:
    if not agreement.requires_approval:
        raise Refused("approval_not_needed", "Diese Fassung braucht keine Genehmigung.")
    if agreement.approved_on is not None:
        raise Refused(
            "approved_already",
            f"Die Genehmigung vom {agreement.approved_on:%d.%m.%Y} ist schon vermerkt.",
        )
    if Stage(agreement.stage) is not Stage.SIGNED:
        raise Refused(
            "wrong_stage",
            "Zur Genehmigung geht eine unterzeichnete Fassung. Vermerken Sie zuerst die "
            "Unterzeichnung.",
        )


def confirm_silence(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    number: int,
    *,
    reason: str,
    now: dt.datetime,
) -> Agreement:
    """Confirm that the silence of the authority counts as approval, and return the version.

    Approved from the day that the law gives, not from today. Raises InvalidInput without a reason,
    Refused where the law knows no such thing, the periods still run, or the authority has spoken.
    Law: table `approvals` (§ 24 GkG NRW).
    """
    cooperation = coordinated(session, actor, cooperation_id, now=now)
    agreement = agreement_queries.version(session, cooperation_id, number)
    reason = entries.checked_reason(reason)
    _refuse_unless_awaited(agreement)
    found = agreement_queries.silence(session, agreement)
    today = clock.berlin_day(now)
    against = _against_silence(agreement, found, today)
    if against is None:
        facts = agreement_queries.facts_of(session, agreement, today)
        against = next(iter(reasons_against_cost_rule(facts.cost_key)), None)
    if against is not None:
        raise Refused.because(against.code, against.message, [against])
    assert found is not None
    deemed_from = found.value.deemed_from
    assert deemed_from is not None
    agreement.stage = Stage.APPROVED
    agreement.approved_on = deemed_from
    agreement.approval_by_silence = True
    filing.touch(cooperation)
    session.flush()
    sentence = (
        f"Die Genehmigung von Fassung {number} gilt seit {deemed_from:%d.%m.%Y} als erteilt, weil "
        "die Aufsicht geschwiegen hat."
    )
    act = Act(
        "agreement_deemed_approved",
        "agreement",
        agreement.id,
        sentence,
        reason=reason,
        details={"number": number, "rule": found.rule, "law": found.law, "steps": [*found.steps]},
    )
    filing.record(session, actor, cooperation, act, now=now)
    tell_others(
        session,
        cooperation,
        cause=f"agreement:{agreement.id}:{Stage.APPROVED}",
        subject="Vereinbarung gilt als genehmigt",
        body=f"{sentence}\n\n{chr(10).join(found.steps)}\n\nGrund: {reason}",
        now=now,
    )
    return agreement


def _against_silence(
    agreement: Agreement, found: Result[Fiction] | None, today: dt.date
) -> Violation | None:
    if agreement.approval_received_on is None:
        return Violation(
            "not_received",
            "Der Eingang bei der Aufsicht ist nicht vermerkt. Erst mit ihm laufen die Fristen.",
            field="received_on",
        )
    if found is None:
        return Violation(
            "no_fiction",
            "Für diese Rechtsform ist keine Genehmigung durch Schweigen hinterlegt. Es zählt nur "
            "die erteilte Genehmigung.",
        )
    deemed_from = found.value.deemed_from
    if deemed_from is None:
        return Violation("authority_spoke", found.value.obstacle or "", law=found.law)
    if today < deemed_from:
        message = (
            f"Die Fristen laufen noch: Als erteilt gilt die Genehmigung erst ab "
            f"{deemed_from:%d.%m.%Y}."
        )
        return Violation("periods_run", message, law=found.law)
    return None


def publish(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    number: int,
    *,
    published_on: dt.date,
    published_in: str,
    now: dt.datetime,
) -> Agreement:
    """Note where and when agreement and approval were made public; return the version.

    It counts from the day after (§ 24 GkG NRW) and comes into force by a step of its own. Raises
    InvalidInput, Refused before the approval that it needs, or when noted otherwise already.
    """
    cooperation = coordinated(session, actor, cooperation_id, now=now)
    agreement = agreement_queries.version(session, cooperation_id, number)
    place = _checked_publication(published_on, published_in, clock.berlin_day(now))
    if (agreement.published_on, agreement.published_in) == (published_on, place):
        return agreement
    _refuse_publication(agreement, published_on)
    agreement.published_on, agreement.published_in = published_on, place
    filing.touch(cooperation)
    session.flush()
    sentence = f"Fassung {number} wurde am {published_on:%d.%m.%Y} bekannt gemacht ({place})."
    details = {"number": number, "published_on": published_on.isoformat(), "place": place}
    act = Act("agreement_published", "agreement", agreement.id, sentence, details=details)
    filing.record(session, actor, cooperation, act, now=now)
    tell_others(
        session,
        cooperation,
        cause=f"agreement-published:{agreement.id}:{published_on}",
        subject="Vereinbarung bekannt gemacht",
        body=f"{sentence} Bitte weisen Sie in Ihrem Amtsblatt darauf hin.",
        now=now,
    )
    return agreement


def _checked_publication(published_on: dt.date, published_in: str, today: dt.date) -> str:
    reasons = list(entries.against_day(published_on, "published_on"))
    place = entries.clean_text(
        reasons, plain_text.one_line, published_in, PLACE_LENGTH, "published_in"
    )
    if not reasons and not place:
        message = "Nennen Sie, wo bekannt gemacht wurde, zum Beispiel das Amtsblatt mit Nummer."
        reasons.append(Violation("place_missing", message, field="published_in"))
    if not reasons and published_on > today:
        message = "Der Tag liegt in der Zukunft. Tragen Sie ein, was geschehen ist."
        reasons.append(Violation("day_in_future", message, field="published_on"))
    if reasons:
        raise InvalidInput.of(reasons)
    return place


def _refuse_publication(agreement: Agreement, published_on: dt.date) -> None:
    stage = Stage(agreement.stage)
    if agreement.requires_approval and agreement.approved_on is None:
        raise Refused(
            "approval_missing",
            "Bekannt gemacht wird mit der Genehmigung. Vermerken Sie zuerst die Genehmigung.",
        )
    if stage not in (Stage.SIGNED, Stage.APPROVED, Stage.IN_FORCE):
        raise Refused("wrong_stage", "Bekannt gemacht wird eine unterzeichnete Vereinbarung.")
    if stage is Stage.IN_FORCE and agreement.in_force_on and published_on >= agreement.in_force_on:
        raise Refused(
            "before_publication",
            f"Die Fassung ist seit {agreement.in_force_on:%d.%m.%Y} in Kraft; bekannt gemacht "
            "wurde sie davor.",
            field="published_on",
        )
    earliest = agreement.approved_on or agreement.signed_on
    if earliest is not None and published_on < earliest:
        raise Refused(
            "day_before_previous_step",
            f"Das Datum liegt vor dem Schritt vom {earliest:%d.%m.%Y}. Bitte prüfen Sie es.",
            field="published_on",
        )
