"""The letters that follow a later notice: to the registered, and to the members that buy."""

import datetime as dt

from vergabe.notices.model import Notice
from vergabe.tenders.model import Tender
from vergabe.web.formatting import weekday_moment


def news_of(notice: Notice) -> tuple[str, str]:
    """Return subject and text of the letter to the registered about a change or cancellation."""
    tender = notice.tender
    if notice.kind == "cancellation_notice":
        return (
            f"Aufgehoben: {tender.reference} {tender.title}",
            f"Guten Tag,\n\ndas Verfahren „{tender.title}“ wurde aufgehoben.\n\n"
            f"Grund: {tender.cancellation_reason}",
        )
    summaries = [v.summary for v in tender.versions if v.number == notice.tender_version]
    return change_letter(
        tender, notice.tender_version, " ".join(summaries), notice.submission_deadline
    )


def change_letter(
    tender: Tender, version: int, summary: str, submission_deadline: dt.datetime | None
) -> tuple[str, str]:
    """Return subject and text of the letter about a version of a tender, published or planned."""
    return (
        f"Geändert (Fassung {version}): {tender.reference} {tender.title}",
        f"Guten Tag,\n\nzu „{tender.title}“ gibt es Fassung {version}.\n\n"
        f"Was sich geändert hat: {summary}\n"
        f"Angebote bis: {weekday_moment(submission_deadline)}",
    )


def member_letter(
    tender: Tender,
    what: str,
    version: int,
    submission_deadline: dt.datetime | None,
    reason: str = "",
) -> tuple[str, str]:
    """Return subject and text of the letter to the members that buy; what: `geändert` …"""
    return (
        f"{tender.reference} {what}: {tender.title}",
        f"Guten Tag,\n\ndas gemeinsame Verfahren „{tender.title}“, an dem Sie beteiligt sind, "
        f"wurde {what} (Fassung {version}).{reason}\n\n"
        f"Angebote bis: {weekday_moment(submission_deadline)}",
    )
