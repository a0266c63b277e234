"""Why somebody may not join, stay out of, leave or withdraw from a pool now: pure functions."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from vergabe.clock import berlin_day, start_of_day
from vergabe.errors import Violation
from vergabe.pools.pool_facts import Joining, LineFacts, ParticipantFacts, PoolFacts
from vergabe.pools.rules import (
    moment,
    reasons_against_silence,
    reasons_against_size,
    reasons_against_stage,
)
from vergabe.pools.stages import Action

# Joining windows of the Danish purchasing cooperation SKI last about three weeks.
JOINING_DAYS: Final = 21
LONGEST_JOINING_DAYS: Final = 366
# No municipality needs more of anything; above it a separator was misread.
LARGEST_QUANTITY: Final = Decimal(10) ** 12
WITHDRAWAL_CLOSED: Final = Violation(
    "withdrawal_closed", "Über diesen Austritt ist schon entschieden."
)
# What a quantity is kept with, everywhere.
QUANTITY_DECIMALS: Final = 4


def default_joining_deadline(opened_at: dt.datetime, days: int = JOINING_DAYS) -> dt.datetime:
    """Return the end of a joining window: the first instant (UTC) that is too late.

    The window covers the rest of the opening day and `days` whole days after it, in Europe/Berlin.
    """
    return start_of_day(berlin_day(opened_at) + dt.timedelta(days=days + 1))


def reasons_against_opening_joining(
    pool: PoolFacts, deadline: dt.datetime, now: dt.datetime
) -> list[Violation]:
    """Return why the window cannot be opened until `deadline`, the first instant too late."""
    reasons = [*reasons_against_stage(pool, Action.OPEN_JOINING, now), *reasons_against_size(pool)]
    if pool.lead_organisation_id is None:
        reasons.append(
            Violation(
                "lead_missing", "Bitte erst die federführende Kommune bestimmen.", "§ 4 Abs. 2 VgV"
            )
        )
    return [*reasons, *_reasons_against_deadline(deadline, now)]


def reasons_against_silence_to(names: Sequence[str], reason: str) -> list[Violation]:
    """Return why the window cannot open while comments of these members have no answer.

    reason: why it opens all the same; it is recorded.
    """
    if not names or reason.strip():
        return []
    message = (
        f"Stellungnahmen ohne Antwort: {', '.join(dict.fromkeys(names))}. Bitte erst antworten "
        "oder begründen, warum der Beitritt trotzdem geöffnet wird."
    )
    return [Violation("comments_unanswered", message, field="unanswered_reason")]


def reasons_against_extending_joining(
    pool: PoolFacts, deadline: dt.datetime, now: dt.datetime
) -> list[Violation]:
    """Return why the joining window cannot last until `deadline` instead."""
    reasons = reasons_against_stage(pool, Action.EXTEND_JOINING, now)
    if pool.joining_deadline and deadline <= pool.joining_deadline:
        message = (
            f"Die neue Frist muss nach der bisherigen liegen ({moment(pool.joining_deadline)}): "
            "Wer sich auf sie verlässt, darf nicht überrascht werden."
        )
        reasons.append(Violation("deadline_not_later", message, field="joining_deadline"))
    return [*reasons, *_reasons_against_deadline(deadline, now)]


def reasons_against_joining(pool: PoolFacts, joining: Joining, now: dt.datetime) -> list[Violation]:
    """Return why an organisation cannot join like this; joining again replaces what it said."""
    reasons = reasons_against_stage(pool, Action.JOIN, now)
    participant = pool.participant(joining.organisation_id)
    if participant is None:
        return [*reasons, _not_a_participant()]
    if not joining.mandate_reference.strip():
        message = "Bitte den Beschluss oder die Vollmacht angeben, auf der der Beitritt beruht."
        reasons.append(
            Violation("mandate_missing", message, "§ 4 Abs. 1 VgV", field="mandate_reference")
        )
    return [*reasons, *_reasons_against_quantities(participant, joining.quantities)]


def reasons_against_declining(
    pool: PoolFacts, organisation_id: UUID, now: dt.datetime
) -> list[Violation]:
    """Return why an organisation cannot say that it stays out; who has joined leaves instead."""
    reasons = reasons_against_stage(pool, Action.DECLINE, now)
    participant = pool.participant(organisation_id)
    if participant is None:
        return [*reasons, _not_a_participant()]
    if participant.is_in:
        message = "Sie sind beigetreten. Bitte nehmen Sie zuerst den Beitritt zurück."
        reasons.append(Violation("already_joined", message))
    return reasons


def reasons_against_leaving(
    pool: PoolFacts, organisation_id: UUID, now: dt.datetime
) -> list[Violation]:
    """Return why an organisation cannot take its joining back; free while the window is open."""
    return [
        *reasons_against_stage(pool, Action.LEAVE, now),
        *_reasons_against_member(pool, organisation_id),
    ]


def reasons_against_asking_to_withdraw(
    pool: PoolFacts, organisation_id: UUID, reason: str, now: dt.datetime
) -> list[Violation]:
    """Return why a member cannot ask the others to let it leave the binding pool."""
    reasons = reasons_against_stage(pool, Action.ASK_TO_WITHDRAW, now)
    reasons += _reasons_against_member(pool, organisation_id)
    participant = pool.participant(organisation_id)
    if participant is not None and participant.asks_to_withdraw:
        message = "Der Austritt ist schon beantragt; die Antworten der anderen stehen noch aus."
        reasons.append(Violation("already_asked", message))
    return [*reasons, *reasons_against_silence(reason)]


def reasons_against_consenting(
    pool: PoolFacts, organisation_id: UUID, leaver_id: UUID, now: dt.datetime
) -> list[Violation]:
    """Return why a member cannot consent to, or refuse, the withdrawal of another one."""
    reasons = reasons_against_stage(pool, Action.CONSENT, now)
    reasons += _reasons_against_member(pool, organisation_id)
    if organisation_id == leaver_id:
        message = "Über den eigenen Austritt entscheiden die anderen Mitglieder."
        return [*reasons, Violation("own_withdrawal", message)]
    leaver = pool.participant(leaver_id)
    if leaver is None or not leaver.is_in or not leaver.asks_to_withdraw:
        message = "Dieses Mitglied hat keinen Austritt beantragt."
        reasons.append(Violation("withdrawal_not_asked", message))
    return reasons


def reasons_against_withdrawing(
    pool: PoolFacts, organisation_id: UUID, now: dt.datetime
) -> list[Violation]:
    """Return why a member cannot leave the binding pool; one reason per missing consent."""
    reasons = reasons_against_stage(pool, Action.WITHDRAW, now)
    reasons += _reasons_against_member(pool, organisation_id)
    for member in pool.members:
        if member.organisation_id != organisation_id and organisation_id not in member.consents_to:
            message = f"Die Zustimmung von {member.organisation_name} zum Austritt fehlt."
            reasons.append(Violation("consent_missing", message, who=member.organisation_name))
    return reasons


def _reasons_against_deadline(deadline: dt.datetime, now: dt.datetime) -> list[Violation]:
    if deadline <= now:
        message = "Die Beitrittsfrist muss in der Zukunft liegen."
        return [Violation("deadline_passed", message, field="joining_deadline")]
    if deadline > now + dt.timedelta(days=LONGEST_JOINING_DAYS):
        message = "Die Beitrittsfrist darf höchstens ein Jahr in der Zukunft liegen."
        return [Violation("deadline_too_far", message, field="joining_deadline")]
    return []


def _reasons_against_quantities(
    participant: ParticipantFacts, quantities: Mapping[UUID, Decimal | None]
) -> list[Violation]:
    lines = {line.id: line for line in participant.lines}
    reasons = [
        Violation(
            "unknown_line",
            "Diese Position gehört nicht zu den eigenen Bedarfen in der Bündelung.",
            field=f"quantities.{line_id}",
        )
        for line_id in quantities
        if line_id not in lines
    ]
    for line in lines.values():
        problem = _problem_of_quantity(line, quantities.get(line.id))
        if problem:
            code, message = problem
            reasons.append(Violation(code, message, field=f"quantities.{line.id}"))
    if lines and not reasons and all(quantity == 0 for quantity in quantities.values()):
        message = "Alle Mengen sind 0. Wer nichts braucht, tritt nicht bei."
        reasons.append(Violation("nothing_wanted", message, field="quantities"))
    return reasons


def _problem_of_quantity(line: LineFacts, quantity: Decimal | None) -> tuple[str, str] | None:
    if quantity is None:
        if line.quantity is None:
            return None
        return "quantity_missing", f"Für „{line.text}“ fehlt die verbindliche Menge."
    if not quantity.is_finite() or quantity < 0 or quantity > LARGEST_QUANTITY:
        return "quantity_absurd", f"Die Menge für „{line.text}“ ist keine sinnvolle Zahl ab 0."
    if quantity != round(quantity, QUANTITY_DECIMALS):
        return (
            "quantity_too_fine",
            f"Die Menge für „{line.text}“ hat mehr als vier Nachkommastellen.",
        )
    return None


def _reasons_against_member(pool: PoolFacts, organisation_id: UUID) -> list[Violation]:
    participant = pool.participant(organisation_id)
    if participant is None:
        return [_not_a_participant()]
    if not participant.is_in:
        message = f"{participant.organisation_name} ist nicht beigetreten."
        return [Violation("not_joined", message, who=participant.organisation_name)]
    return []


def _not_a_participant() -> Violation:
    message = "Beitreten kann nur, wer einen freigegebenen Bedarf in dieser Bündelung hat."
    return Violation("not_a_participant", message)
