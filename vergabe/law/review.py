"""Review proceedings (Rüge, Nachprüfung, §§ 135, 160 ff. GWB): until when what can be done.

Where a shift to the next working day is disputed, nothing is treated as time-barred before the
later end. Source: procurement-rules.md, 7.4 and 8.3.
"""

import datetime as dt
from dataclasses import dataclass

from vergabe.law import german
from vergabe.law.periods import Deadline, compute
from vergabe.law.results import Result
from vergabe.law.tables import Evidence

_NEW_LAW_FROM = dt.date(2026, 7, 1)


def complaint(recognised: dt.date | dt.datetime, land: str) -> Result[Deadline]:
    """Return until when a recognised infringement must be complained of (§ 160 (3) no. 1)."""
    return compute("GWB-160-3-1", recognised, land)


def review_application(refused: dt.date | dt.datetime, land: str) -> Result[Deadline]:
    """Return until when a review may be applied for after a refusal (§ 160 (3) no. 4)."""
    return compute("GWB-160-3-4", refused, land)


def is_time_barred(found: Deadline, done_at: dt.datetime) -> bool:
    """Return whether an act at an aware instant is too late under every reading."""
    return done_at >= found.release_at


def complaint_about_documents(
    submission_deadline_at: dt.datetime, participation_deadline_at: dt.datetime | None = None
) -> dt.datetime:
    """Return the first instant too late to complain of what notice or documents showed.

    The end of the participation period where there is one, else of the tender period.
    Law: § 160 (3) nos. 2, 3 GWB.
    """
    return participation_deadline_at or submission_deadline_at


@dataclass(frozen=True)
class ChallengeWindow:
    """Until when the ineffectiveness of a contract can be claimed (§ 135 (2) GWB)."""

    longest: Deadline
    after_notice: Deadline | None

    @property
    def deadline_at(self) -> dt.datetime:
        """Return the first instant too late: the earlier of both where both run."""
        ends = [self.longest.deadline_at]
        if self.after_notice is not None:
            ends.append(self.after_notice.deadline_at)
        return min(ends)


def challenge_window(
    concluded: dt.date | dt.datetime,
    land: str,
    *,
    informed_or_published: dt.date | dt.datetime | None = None,
) -> ChallengeWindow:
    """Return the windows for claiming that a contract is ineffective.

    concluded: conclusion of the contract. informed_or_published: information of the bidders about
    the contract, or publication of the award notice in the OJ, each with reasons; None if
    neither happened: then only the six months run. Law: § 135 (2) GWB.
    """
    after = None
    if informed_or_published is not None:
        after = compute("GWB-135-2", informed_or_published, land).value
    return ChallengeWindow(compute("GWB-135-2-max", concluded, land).value, after)


def chamber_decision(applied: dt.date | dt.datetime, land: str) -> Result[Deadline]:
    """Return the end of the chamber's five weeks; extendable, as a rule by two at most."""
    return compute("GWB-167-1", applied, land)


def appeal(served: dt.date | dt.datetime, land: str) -> Result[Deadline]:
    """Return the end of the two weeks for the immediate appeal (§ 172 (1) GWB)."""
    return compute("GWB-172-1", served, land)


def award_ban_end(
    decided: dt.date | dt.datetime, land: str, *, authority_won: bool, started_on: dt.date
) -> Result[dt.datetime | None]:
    """Return the instant from which the award is free again after the chamber's decision.

    decided: announcement of the decision as an aware instant, or its day. started_on: day the
    procedure began: since 1 July 2026 the ban ends with the decision if the authority wins;
    before, with the end of the appeal period. None if the authority lost: the ban stays until
    the court lifts it. Law: §§ 169 (1), 173 GWB, § 187 (2) GWB.
    """
    period = appeal(decided, land)
    if not authority_won:
        value, sentence = (
            None,
            "Die Kammer hat den Zuschlag untersagt; nur das Gericht hebt es auf.",
        )
    elif started_on >= _NEW_LAW_FROM and isinstance(decided, dt.datetime):
        value = decided
        sentence = "Das Zuschlagsverbot endet mit der Bekanntgabe der Entscheidung."
    else:
        value = period.value.deadline_at
        sentence = f"Das Zuschlagsverbot endet mit der Beschwerdefrist, {german.instant(value)}."
    return Result(
        value=value,
        rule="GWB-169-1",
        law="§ 169 Abs. 1, § 173 GWB",
        evidence=Evidence.CONFIRMED,
        inputs={"decided": decided, "authority_won": authority_won, "started_on": started_on},
        explain=lambda: (sentence,),
    )
