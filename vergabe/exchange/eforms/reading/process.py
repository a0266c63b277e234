"""How a lot is procured, read: submission, deadlines, opening, techniques."""

from __future__ import annotations

from typing import Any

from vergabe.exchange.eforms.lots import Framework, Opening, SecondStage
from vergabe.exchange.eforms.reading.nodes import Found


def read_process(found: Found) -> dict[str, Any]:
    """Return what cac:TenderingProcess of a lot or part says, by the names of Terms."""
    return {
        "gpa": found.flag("BT-115"),
        "tool_url": found.string("BT-124"),
        "tool_name": found.string("BT-632"),
        "submission": found.string("BT-17-Lot"),
        "submission_reason": found.coded("BT-19-Lot", "BT-745-Lot"),
        "submission_deadline": found.instant("BT-131(d)-Lot", "BT-131(t)-Lot"),
        "participation_deadline": found.instant("BT-1311(d)-Lot", "BT-1311(t)-Lot"),
        "interest_deadline": found.instant("BT-630(d)-Lot", "BT-630(t)-Lot"),
        "enquiries_deadline": found.instant("BT-13(d)", "BT-13(t)"),
        "answer_deadline": found.instant("BT-800(d)-Lot", "BT-800(t)-Lot"),
        "dispatch_of_invitations_on": found.day("BT-130-Lot"),
        "opening": _opening(found),
        "second_stage": _second_stage(found),
        "has_auction": found.flag("BT-767-Lot"),
        "auction_text": found.text("BT-122-Lot"),
        "auction_url": found.string("BT-123-Lot"),
        "framework": _framework(found),
        "dynamic_purchasing": found.string("BT-766"),
    }


def _opening(found: Found) -> Opening | None:
    at = found.instant("BT-132(d)-Lot", "BT-132(t)-Lot")
    if at is None:
        return None
    return Opening(at=at, place=found.text("BT-133-Lot"), description=found.text("BT-134-Lot"))


def _second_stage(found: Found) -> SecondStage | None:
    minimum = found.whole("BT-50-Lot")
    is_successive = found.flag("BT-52-Lot")
    may_award = found.flag("BT-120-Lot")
    if minimum is None and is_successive is None and may_award is None:
        return None
    return SecondStage(
        minimum=minimum or 0,
        maximum=found.whole("BT-51-Lot"),
        is_successive=is_successive,
        may_award_without_negotiation=may_award,
    )


def _framework(found: Found) -> Framework | None:
    technique = found.string("BT-765")
    if technique is None:
        return None
    return Framework(
        technique=technique,
        participants_maximum=found.whole("BT-113-Lot"),
        duration_reason=found.text("BT-109-Lot"),
        buyer_categories=found.text("BT-111-Lot"),
    )
