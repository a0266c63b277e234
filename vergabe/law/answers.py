"""Answers to bidders' questions and the duty to extend (§ 20 (3) VgV, § 12a EU (3) VOB/A)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vergabe.law import german
from vergabe.law.deadline_checks import at_recommended_hour
from vergabe.law.periods import Deadline, compute
from vergabe.law.results import Result
from vergabe.law.tables import Evidence
from vergabe.law.working_days import calendar_of
from vergabe.law.zone import BERLIN, last_day_before, local_day

# Rule of the last safe answer day per body of rules; others have no number of their own and take
# the cautious one of the VgV as orientation.
_RULES: Final[Mapping[str, str]] = {
    "VgV": "VgV-20-3-safe",
    "VgV-social": "VgV-20-3-safe",
    "VOB/A-EU": "VOBA-EU-12a-3-safe",
    "SektVO": "SektVO-16-3-safe",
    "VOB/A": "VOBA-12a-4-safe",
}
_HAS_URGENT: Final = ("VgV-20-3-safe", "VOBA-EU-12a-3-safe", "SektVO-16-3-safe")


@dataclass(frozen=True)
class Extension:
    """Whether the tender period must be extended, and to when at least (aware UTC)."""

    is_needed: bool
    proposed_deadline_at: dt.datetime | None
    reason: str


def last_safe_answer_day(
    rule_set: str,
    deadline_at: dt.datetime,
    land: str,
    *,
    urgent: bool = False,
    started_on: dt.date | None = None,
) -> Result[Deadline] | None:
    """Return the last day on which answers are in time under every reading, or None.

    deadline_at: end of the tender period, aware. None where the rules name no number of days
    (UVgO, NW-GO-75a, KonzVgV). Law: § 20 (3) VgV; product convention on the edge day.
    """
    rule = _RULES.get(rule_set)
    if rule is None:
        return None
    if urgent and rule in _HAS_URGENT:
        rule += "-urgent"
    return compute(rule, last_day_before(deadline_at), land, started_on=started_on)


def extension_for_late_answer(
    rule_set: str,
    deadline_at: dt.datetime,
    answered_at: dt.datetime,
    land: str,
    *,
    requested_in_time: bool = True,
    is_relevant: bool = True,
    urgent: bool = False,
    started_on: dt.date | None = None,
) -> Result[Extension]:
    """Return whether an answer given at an instant obliges to extend, and the least extension.

    requested_in_time: the firm asked in time; is_relevant: the information matters for preparing
    a bid. Law: § 20 (3) sentence 1 no. 1, sentences 2 and 3 VgV.
    """
    safe = last_safe_answer_day(rule_set, deadline_at, land, urgent=urgent, started_on=started_on)
    answered_on = local_day(answered_at)
    if safe is None:
        return _result(
            Extension(
                is_relevant and requested_in_time,
                None,
                "Das Gesetz nennt keine Zahl von Tagen; verlängern, wenn die Zeit nicht reicht.",
            ),
            "§ 13 Abs. 4 UVgO",
            (),
        )
    late = answered_on > safe.value.last_day
    needed = late and requested_in_time and is_relevant
    if not needed:
        return _result(
            Extension(False, None, _no_need(late, requested_in_time)), safe.law, safe.steps, safe
        )
    gap = (last_day_before(deadline_at) - safe.value.last_day).days
    proposed = moved_deadline(deadline_at, answered_on + dt.timedelta(days=gap), land)
    reason = (
        f"Die Antwort vom {german.date(answered_on)} kommt nach dem "
        f"{german.date(safe.value.last_day)}. Neues Ende der Angebotsfrist frühestens "
        f"{german.instant(proposed)}."
    )
    return _result(Extension(True, proposed, reason), safe.law, (*safe.steps, reason), safe)


def _no_need(late: bool, requested_in_time: bool) -> str:
    if not late:
        return "Die Antwort kommt rechtzeitig; eine Verlängerung ist nicht nötig."
    if not requested_in_time:
        return "Die Auskunft wurde nicht rechtzeitig verlangt; eine Verlängerung ist nicht nötig."
    return "Die Auskunft ist für das Angebot unerheblich; eine Verlängerung ist nicht nötig."


def extension_for_change(
    rule_set: str,
    deadline_at: dt.datetime,
    changed_at: dt.datetime,
    land: str,
    *,
    is_substantial: bool,
    extra_days: int,
    urgent: bool = False,
    started_on: dt.date | None = None,
) -> Result[Extension]:
    """Return the extension after a change of the procurement documents.

    is_substantial: the change is substantial and matters for preparing a bid. extra_days: working
    time the change costs bidders, chosen by a person, at least one day; the extension must be
    proportionate to it. Law: § 20 (3) sentence 1 no. 2, sentence 2 VgV.
    """
    law = "§ 20 Abs. 3 Satz 1 Nr. 2 VgV" if rule_set.startswith("VgV") else "Gleichbehandlung"
    if not is_substantial:
        reason = "Die Änderung ist für das Angebot unerheblich; verlängert werden muss nicht."
        return _result(Extension(False, None, reason), law, (reason,))
    least = last_day_before(deadline_at) + dt.timedelta(days=max(extra_days, 1))
    safe = last_safe_answer_day(rule_set, deadline_at, land, urgent=urgent, started_on=started_on)
    if safe is not None:
        gap = (last_day_before(deadline_at) - safe.value.last_day).days
        least = max(least, local_day(changed_at) + dt.timedelta(days=gap))
    proposed = moved_deadline(deadline_at, least, land)
    reason = (
        f"Wesentliche Änderung der Vergabeunterlagen am {german.date(local_day(changed_at))}: "
        f"neues Ende der Angebotsfrist frühestens {german.instant(proposed)}."
    )
    return _result(Extension(True, proposed, reason), law, (reason,), safe)


def moved_deadline(deadline_at: dt.datetime, day: dt.date, land: str) -> dt.datetime:
    """Return the deadline moved to the first working day from `day` on, at the same local time.

    A deadline at midnight moves to 10:00.
    """
    target = calendar_of(land).next_working_day(day)
    local = deadline_at.astimezone(BERLIN)
    if local.time() == dt.time(0):
        return at_recommended_hour(target)
    moved = dt.datetime.combine(target, local.time(), tzinfo=BERLIN)
    return moved.astimezone(dt.UTC)


def _result(
    value: Extension,
    law: str,
    steps: tuple[str, ...],
    safe: Result[Deadline] | None = None,
) -> Result[Extension]:
    return Result(
        value=value,
        rule="extension" if safe is None else safe.rule,
        law=law,
        evidence=Evidence.CONVENTION,
        row=None if safe is None else safe.row,
        open_question=None if safe is None else safe.open_question,
        explain=lambda: steps or (value.reason,),
    )
