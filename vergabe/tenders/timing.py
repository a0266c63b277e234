"""The deadlines of a tender: proposed by law, chosen by a person within the law, checked."""

import datetime as dt
from dataclasses import dataclass, replace

from vergabe import clock
from vergabe.errors import Violation
from vergabe.law import german
from vergabe.law.answers import extension_for_change, last_safe_answer_day
from vergabe.law.bid_validity import reasons_against_validity
from vergabe.law.deadline_checks import holiday_warnings
from vergabe.law.errors import LawError
from vergabe.law.publication import reasons_against_requested_day
from vergabe.law.zone import last_day_before
from vergabe.tenders import assessment
from vergabe.tenders.assessment import PeriodFacts

# Questions in time leave a week for the answer: § 20 (3) VgV asks for six days before the end.
ENQUIRY_DAYS_BEFORE = 8


@dataclass(frozen=True)
class Chosen:
    """What people have chosen so far; instants aware UTC, the first that is too late; days legal.

    None: the deadline follows from law when the notice is sent.
    """

    submission_deadline: dt.datetime | None = None
    enquiries_deadline: dt.datetime | None = None
    bid_validity_until: dt.date | None = None
    bid_validity_reason: str = ""
    requested_publication_on: dt.date | None = None


@dataclass(frozen=True)
class Timing:
    """The deadlines that a notice sent now would carry; is_proposed: nobody chose the first."""

    submission_deadline: dt.datetime
    enquiries_deadline: dt.datetime
    is_proposed: bool


def planned(chosen: Chosen, facts: PeriodFacts, *, now: dt.datetime) -> Timing:
    """Return the deadlines of a notice that is sent now. Raises LawError for unknown rules."""
    submission = chosen.submission_deadline
    if submission is None:
        submission = assessment.proposed_deadline(facts, clock.berlin_day(now))
    return Timing(
        submission_deadline=submission,
        enquiries_deadline=chosen.enquiries_deadline or default_enquiries_deadline(submission, now),
        is_proposed=chosen.submission_deadline is None,
    )


def default_enquiries_deadline(submission_deadline: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return when questions are due unless somebody says otherwise: the start of the eighth day
    before the submission deadline, but never in the past.
    """
    day = clock.berlin_day(submission_deadline) - dt.timedelta(days=ENQUIRY_DAYS_BEFORE)
    wanted = clock.start_of_day(day)
    return wanted if wanted > now else submission_deadline


def reasons_against(
    chosen: Chosen, facts: PeriodFacts, *, is_above_threshold: bool, now: dt.datetime
) -> list[Violation]:
    """Return why these deadlines are unlawful or senseless for a notice that is sent now."""
    sent_on = clock.berlin_day(now)
    try:
        found = _about_requested_day(chosen, sent_on, is_above_threshold=is_above_threshold)
        timing = planned(chosen, facts, now=now)
        if chosen.submission_deadline is not None and chosen.submission_deadline <= now:
            found.append(
                Violation(
                    "deadline_in_past",
                    "Die Angebotsfrist liegt in der Vergangenheit. Setzen Sie eine spätere.",
                    field="submission_deadline",
                )
            )
        else:
            found += assessment.reasons_against_submission_deadline(
                facts, sent_on, timing.submission_deadline
            )
        if chosen.enquiries_deadline is not None:
            found += reasons_against_enquiries(
                chosen.enquiries_deadline, timing.submission_deadline, now=now
            )
        return found + _about_validity(chosen, timing, facts)
    except LawError as error:
        return [Violation(error.code, error.message, law=error.law, field="procurement_method")]


def _about_requested_day(
    chosen: Chosen, sent_on: dt.date, *, is_above_threshold: bool
) -> list[Violation]:
    wanted = chosen.requested_publication_on
    if wanted is None:
        return []
    if not is_above_threshold:
        return [
            Violation(
                "requested_day_below_threshold",
                "Einen Wunschtag gibt es nur bei Bekanntmachungen, die an das Amt für "
                "Veröffentlichungen der EU gehen. Lassen Sie das Feld leer.",
                law="§ 40 Abs. 1 VgV",
                field="requested_publication_on",
            )
        ]
    return reasons_against_requested_day(sent_on, wanted)


def reasons_against_enquiries(
    enquiries_deadline: dt.datetime, submission_deadline: dt.datetime, *, now: dt.datetime
) -> list[Violation]:
    """Return why questions may not be due at this instant."""
    if now < enquiries_deadline <= submission_deadline:
        return []
    return [
        Violation(
            "enquiries_deadline_out_of_range",
            "Die Frist für Fragen muss zwischen jetzt und der Angebotsfrist liegen.",
            field="enquiries_deadline",
        )
    ]


def _about_validity(chosen: Chosen, timing: Timing, facts: PeriodFacts) -> list[Violation]:
    if chosen.bid_validity_until is None:
        return []
    reasons = reasons_against_validity(
        facts.rule_set,
        timing.submission_deadline,
        chosen.bid_validity_until,
        facts.land,
        reason=chosen.bid_validity_reason,
        started_on=facts.started_on,
    )
    fields = {"valid_until": "bid_validity_until", "reason": "bid_validity_reason"}
    return [replace(reason, field=fields.get(reason.field or "")) for reason in reasons]


def moved_validity(
    until: dt.date | None, old: dt.datetime | None, new: dt.datetime | None
) -> dt.date | None:
    """Return until when bids bind once the deadline for bids has moved from `old` to `new`.

    The day that was announced stays as long as it lies after the deadline; else bids bind for as
    many days as before: nobody could extend a deadline otherwise, and no bid would bind.
    """
    if until is None or old is None or new is None or until > last_day_before(new):
        return until
    return until + (last_day_before(new) - last_day_before(old))


def warnings(chosen: Chosen, facts: PeriodFacts, *, now: dt.datetime) -> list[str]:
    """Return what to mind about the deadlines although they are lawful, in German sentences."""
    timing = planned(chosen, facts, now=now)
    found = holiday_warnings(timing.submission_deadline, facts.land, facts.lands)
    minimum = assessment.minimum(facts, clock.berlin_day(now)).value
    days = (last_day_before(timing.submission_deadline) - clock.berlin_day(now)).days
    if minimum is None and days < assessment.REASONABLE_DAYS:
        found.append(
            f"Bis zur Angebotsfrist bleiben {german.count(days, 'Tag', 'Tage')}. Das Gesetz nennt "
            "keine Zahl, verlangt aber eine angemessene Frist."
        )
    safe = last_safe_answer_day(
        facts.rule_set,
        timing.submission_deadline,
        facts.land,
        urgent=facts.is_urgent,
        started_on=facts.started_on,
    )
    if safe is not None and last_day_before(timing.enquiries_deadline) > safe.value.last_day:
        found.append(
            f"Antworten müssen bis {german.long_date(safe.value.last_day)} heraus sein "
            f"({safe.law}); Fragen sind aber noch bis "
            f"{german.instant(timing.enquiries_deadline)} möglich."
        )
    return found


def reasons_against_late_change(
    facts: PeriodFacts, submission_deadline: dt.datetime, *, now: dt.datetime
) -> list[Violation]:
    """Return why bidders would have too little time left after a substantial change made now.

    submission_deadline: the one after the amendment. Empty where the law names no number of days.
    """
    safe = last_safe_answer_day(
        facts.rule_set,
        submission_deadline,
        facts.land,
        urgent=facts.is_urgent,
        started_on=facts.started_on,
    )
    if safe is None or clock.berlin_day(now) <= safe.value.last_day:
        return []
    extension = extension_for_change(
        facts.rule_set,
        submission_deadline,
        now,
        facts.land,
        is_substantial=True,
        extra_days=1,
        urgent=facts.is_urgent,
        started_on=facts.started_on,
    )
    earliest = extension.value.proposed_deadline_at
    until = f" auf mindestens {german.instant(earliest)}" if earliest else ""
    return [
        Violation(
            "too_little_time_left",
            "Bis zur Angebotsfrist bleibt zu wenig Zeit: Was Bieter für ihr Angebot brauchen, "
            f"müssen sie spätestens {german.long_date(safe.value.last_day)} wissen. Verlängern Sie "
            f"die Angebotsfrist{until}.",
            law=extension.law,
            field="submission_deadline",
        )
    ]
