"""Prior information notices (Vorinformation, § 38 VgV): when they shorten or replace."""

import datetime as dt

from vergabe.law import german
from vergabe.law.periods import compute
from vergabe.law.results import Result
from vergabe.law.zone import local_day


def shortens(
    transmitted: dt.date | dt.datetime,
    notice_sent_on: dt.date,
    land: str,
    *,
    has_required_content: bool,
) -> Result[bool]:
    """Return whether a prior information notice allows the shorter tender period.

    transmitted: to the Publications Office, 35 days (cautiously 36 calendar days of difference) to
    12 months before the contract notice. Law: § 38 (3) VgV.
    """
    return _window(transmitted, notice_sent_on, land, has_required_content, "VgV-38-3-pin")


def serves_as_call(
    published: dt.date | dt.datetime,
    invitation_sent_on: dt.date,
    land: str,
    *,
    has_required_content: bool,
) -> Result[bool]:
    """Return whether a prior information notice may replace the contract notice.

    Restricted and negotiated procedures only; invitation to confirm interest 35 days (cautiously
    36) to 12 months later. Law: § 38 (4) VgV.
    """
    return _window(published, invitation_sent_on, land, has_required_content, "VgV-38-4")


def _window(
    event: dt.date | dt.datetime, day: dt.date, land: str, has_required_content: bool, rule: str
) -> Result[bool]:
    earliest = compute(f"{rule}-min", event, land)
    first = local_day(earliest.value.deadline_at)
    last = compute(f"{rule}-max", event, land).value.last_day
    return Result(
        value=has_required_content and first <= day <= last,
        rule=earliest.rule,
        law=earliest.law,
        evidence=earliest.evidence,
        row=earliest.row,
        inputs={"event": event, "day": day, "has_required_content": has_required_content},
        open_question=earliest.open_question,
        explain=lambda: (
            f"Übermittelt am {german.date(local_day(event))}: Die Absendung muss zwischen "
            f"{german.date(first)} und {german.date(last)} liegen; sie liegt am "
            f"{german.date(day)}.",
            "Die geforderten Angaben sind "
            f"{'enthalten' if has_required_content else 'nicht enthalten'}.",
        ),
    )
