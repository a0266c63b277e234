"""Commands on notices of termination (Kündigung): until one counts, everything stays as it was.

What was published under the agreement is awarded and settled even then (queries.allowed_activities)
and who has bound itself to a pool stays bound.
"""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit.service import Act
from vergabe.cooperations import (
    agreement_entries,
    agreement_queries,
    agreement_rules,
    entries,
    filing,
    queries,
)
from vergabe.cooperations.agreement_entries import NoticeEntry
from vergabe.cooperations.agreement_model import AgreementNotice
from vergabe.cooperations.agreements import coordinated, tell_others
from vergabe.cooperations.model import Agreement, Cooperation, Member
from vergabe.cooperations.rules import Stage
from vergabe.errors import NotFound, Refused, Violation

_ONE_DAY = dt.timedelta(days=1)


def give_notice(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    entry: NoticeEntry,
    *,
    organisation_id: uuid.UUID | None = None,
    now: dt.datetime,
) -> AgreementNotice:
    """Put the notice of a member on file and return it.

    From its first day the member is none any more; the agreement ends for all if it says so, if the
    lead gives notice, or if fewer than two would be left. organisation_id: whose; None: the actor's
    own (the operator names one). The others are told. Raises InvalidInput, NotFound, Refused before
    the agreed period.
    """
    cooperation, member = filing.own_membership(
        session, actor, Permission.GIVE_NOTICE, cooperation_id, organisation_id, now=now
    )
    today = clock.berlin_day(now)
    entry = agreement_entries.checked_notice(entry, today)
    agreement = queries.current_agreement(session, cooperation_id, today)
    if agreement is None:
        raise NotFound("Die Vereinbarung")
    against = _against_notice(session, agreement, member, entry)
    if against is not None:
        raise Refused.because(against.code, against.message, [against])
    ends = _what_ends(session, cooperation, agreement, member, entry)
    if ends == "agreement":
        agreement.stage, agreement.terminated_on = Stage.TERMINATED, entry.effective_on
    else:
        member.left_on = max(entry.effective_on - _ONE_DAY, member.joined_on)
    notice = AgreementNotice(
        agreement_id=agreement.id,
        organisation_id=member.organisation_id,
        given_on=entry.given_on,
        effective_on=entry.effective_on,
        ends=ends,
        is_extraordinary=entry.is_extraordinary,
        reason=entry.reason,
        recorded_at=now,
    )
    session.add(notice)
    filing.touch(cooperation)
    session.flush()
    _tell(session, actor, cooperation, agreement, member, notice, now=now)
    return notice


def _against_notice(
    session: Session, agreement: Agreement, member: Member, entry: NoticeEntry
) -> Violation | None:
    if Stage(agreement.stage) is Stage.TERMINATED:
        return Violation(
            "agreement_over",
            f"Die Vereinbarung endet schon zum {agreement.terminated_on:%d.%m.%Y}.",
        )
    for row in agreement_queries.notices(session, [agreement.id]):
        if row.organisation_id == member.organisation_id and row.withdrawn_on is None:
            return Violation(
                "notice_given", f"Gekündigt ist schon zum {row.effective_on:%d.%m.%Y}."
            )
    if member.left_on is not None and member.left_on < entry.effective_on:
        return Violation(
            "member_leaves", f"Die Mitgliedschaft endet schon am {member.left_on:%d.%m.%Y}."
        )
    earliest = agreement_rules.first_day_after_notice(
        entry.given_on, agreement.notice_months, agreement.notice_to
    )
    if entry.is_extraordinary or entry.effective_on >= earliest:
        return None
    return Violation(
        "notice_period",
        f"Mit der vereinbarten Frist wirkt die Kündigung frühestens am {earliest:%d.%m.%Y}. Aus "
        "wichtigem Grund kann sie früher wirken; kreuzen Sie das an.",
        field="effective_on",
    )


def _what_ends(
    session: Session,
    cooperation: Cooperation,
    agreement: Agreement,
    member: Member,
    entry: NoticeEntry,
) -> str:
    if agreement.notice_ends == "agreement":
        return "agreement"
    if member.organisation_id == cooperation.lead_organisation_id:
        return "agreement"
    staying = [
        other
        for other in queries.members(session, cooperation.id, entry.effective_on)
        if other.organisation_id != member.organisation_id
    ]
    return "membership" if len(staying) >= 2 else "agreement"


def _tell(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    agreement: Agreement,
    member: Member,
    notice: AgreementNotice,
    *,
    now: dt.datetime,
) -> None:
    what = "Die Vereinbarung endet" if notice.ends == "agreement" else "Die Mitgliedschaft endet"
    sentence = (
        f"{member.organisation.name} hat am {notice.given_on:%d.%m.%Y} gekündigt. {what} mit "
        f"Beginn des {notice.effective_on:%d.%m.%Y}; laufende Verfahren werden zu Ende geführt."
    )
    details = {
        "number": agreement.number,
        "organisation_id": str(notice.organisation_id),
        "given_on": notice.given_on.isoformat(),
        "effective_on": notice.effective_on.isoformat(),
        "ends": notice.ends,
        "is_extraordinary": notice.is_extraordinary,
    }
    act = Act(
        "agreement_notice_given",
        "agreement",
        agreement.id,
        sentence,
        reason=notice.reason,
        details=details,
    )
    filing.record(session, actor, cooperation, act, now=now)
    tell_others(
        session,
        cooperation,
        cause=f"agreement-notice:{notice.id}",
        subject="Kündigung",
        body=f"{sentence}\n\nGrund: {notice.reason}",
        but=notice.organisation_id,
        now=now,
    )


def standing_notice(
    session: Session, cooperation_id: uuid.UUID, notice_id: uuid.UUID
) -> AgreementNotice:
    """Return a notice of this cooperation; NotFound if there is none such."""
    found = session.get(AgreementNotice, notice_id, populate_existing=True)
    if found is None or found.agreement.cooperation_id != cooperation_id:
        raise NotFound("Die Kündigung")
    return found


def withdraw_notice(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    notice_id: uuid.UUID,
    *,
    reason: str,
    now: dt.datetime,
) -> AgreementNotice:
    """Take a notice back before it counts, with the consent that the reason names; return it.

    By who gave it. The others are told. Raises NotFound, InvalidInput, Refused when it is too late.
    """
    queries.visible_cooperation(session, actor, cooperation_id, now=now)
    notice = standing_notice(session, cooperation_id, notice_id)
    if not actor.is_operator and notice.organisation_id != actor.organisation_id:
        raise NotFound("Die Kündigung")
    cooperation, member = filing.own_membership(
        session, actor, Permission.GIVE_NOTICE, cooperation_id, notice.organisation_id, now=now
    )
    notice = standing_notice(session, cooperation_id, notice_id)
    reason = entries.checked_reason(reason)
    today = clock.berlin_day(now)
    if notice.withdrawn_on is not None:
        raise Refused("notice_withdrawn", "Diese Kündigung ist schon zurückgenommen.")
    if today >= notice.effective_on:
        raise Refused(
            "notice_counts",
            f"Die Kündigung wirkt seit {notice.effective_on:%d.%m.%Y}; zurücknehmen lässt sie sich "
            "nicht mehr.",
        )
    notice.withdrawn_on = today
    if notice.ends == "agreement":
        _revive(notice.agreement)
    else:
        member.left_on = None
    filing.touch(cooperation)
    session.flush()
    sentence = f"{member.organisation.name} hat die Kündigung zurückgenommen."
    act = Act(
        "agreement_notice_withdrawn",
        "agreement",
        notice.agreement_id,
        sentence,
        reason=reason,
        details={"notice_id": str(notice.id)},
    )
    filing.record(session, actor, cooperation, act, now=now)
    tell_others(
        session,
        cooperation,
        cause=f"agreement-notice-withdrawn:{notice.id}",
        subject="Kündigung zurückgenommen",
        body=f"{sentence}\n\nGrund: {reason}",
        but=notice.organisation_id,
        now=now,
    )
    return notice


def _revive(agreement: Agreement) -> None:
    """Give an agreement back the stage that its days name."""
    reached = [
        stage
        for stage, day in (
            (Stage.IN_FORCE, agreement.in_force_on),
            (Stage.APPROVED, agreement.approved_on),
            (Stage.SIGNED, agreement.signed_on),
            (Stage.RESOLVED, agreement.resolved_on),
        )
        if day is not None
    ]
    agreement.terminated_on = None
    agreement.stage = reached[0] if reached else Stage.INFORMAL


def note_authority_informed(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    notice_id: uuid.UUID,
    *,
    notified_on: dt.date,
    now: dt.datetime,
) -> AgreementNotice:
    """Note when the supervisory authority was told of a termination; return the notice.

    Law: § 24 GkG NRW, § 12 KomZG (table `approvals`). Raises InvalidInput for a day that cannot be.
    """
    cooperation = coordinated(session, actor, cooperation_id, now=now)
    notice = standing_notice(session, cooperation_id, notice_id)
    wrong = agreement_entries.past_day(notified_on, "notified_on", clock.berlin_day(now))
    if not wrong and notified_on < notice.given_on:
        message = "Die Anzeige liegt vor der Kündigung. Bitte prüfen Sie das Datum."
        wrong = [Violation("days_out_of_order", message, field="notified_on")]
    entries.unless_wrong(wrong, None)
    if notice.authority_notified_on == notified_on:
        return notice
    notice.authority_notified_on = notified_on
    filing.touch(cooperation)
    session.flush()
    sentence = f"Die Kündigung wurde der Aufsicht am {notified_on:%d.%m.%Y} angezeigt."
    details = {"notice_id": str(notice.id), "notified_on": notified_on.isoformat()}
    act = Act(
        "agreement_notice_notified", "agreement", notice.agreement_id, sentence, details=details
    )
    filing.record(session, actor, cooperation, act, now=now)
    return notice
