"""How a lot is procured: submission, deadlines, opening, techniques."""

from __future__ import annotations

from typing import Final

from vergabe.exchange.eforms.lots import Framework, Opening, SecondStage, Terms
from vergabe.exchange.eforms.writing.branches import Branch

BUYER_CATEGORIES: Final = "buyer-categories"


def write_process(branch: Branch, terms: Terms) -> None:
    """Write cac:TenderingProcess of a lot or part."""
    branch.put("BT-115", terms.gpa)
    branch.put("BT-124", terms.tool_url)
    branch.put("BT-632", terms.tool_name)
    _write_submission(branch, terms)
    _write_deadlines(branch, terms)
    if terms.opening is not None:
        _write_opening(branch, terms.opening)
    if terms.second_stage is not None:
        _write_second_stage(branch, terms.second_stage)
    _write_techniques(branch, terms)


def _write_submission(branch: Branch, terms: Terms) -> None:
    branch.put("BT-17-Lot", terms.submission)
    if terms.submission_reason is not None:
        branch.put("BT-19-Lot", terms.submission_reason.code)
        branch.put("BT-745-Lot", terms.submission_reason.text)


def _write_deadlines(branch: Branch, terms: Terms) -> None:
    branch.put_instant("BT-131(d)-Lot", "BT-131(t)-Lot", terms.submission_deadline)
    branch.put_instant("BT-1311(d)-Lot", "BT-1311(t)-Lot", terms.participation_deadline)
    branch.put_instant("BT-630(d)-Lot", "BT-630(t)-Lot", terms.interest_deadline)
    branch.put_instant("BT-13(d)", "BT-13(t)", terms.enquiries_deadline)
    branch.put_instant("BT-800(d)-Lot", "BT-800(t)-Lot", terms.answer_deadline)
    branch.put("BT-130-Lot", terms.dispatch_of_invitations_on)


def _write_opening(branch: Branch, opening: Opening) -> None:
    branch.put_instant("BT-132(d)-Lot", "BT-132(t)-Lot", opening.at)
    branch.put("BT-133-Lot", opening.place)
    branch.put("BT-134-Lot", opening.description)


def _write_second_stage(branch: Branch, stage: SecondStage) -> None:
    branch.put("BT-50-Lot", stage.minimum)
    branch.put("BT-51-Lot", stage.maximum)
    branch.put("BT-661-Lot", stage.maximum is not None)
    branch.put("BT-52-Lot", stage.is_successive)
    branch.put("BT-120-Lot", stage.may_award_without_negotiation)


def _write_techniques(branch: Branch, terms: Terms) -> None:
    branch.put("BT-767-Lot", terms.has_auction)
    branch.put("BT-122-Lot", terms.auction_text)
    branch.put("BT-123-Lot", terms.auction_url)
    if terms.framework is not None:
        _write_framework(branch, terms.framework)
    branch.put("BT-766", terms.dynamic_purchasing)


def _write_framework(branch: Branch, framework: Framework) -> None:
    branch.put("BT-765", framework.technique)
    branch.put("BT-113-Lot", framework.participants_maximum)
    branch.put("BT-109-Lot", framework.duration_reason)
    if framework.buyer_categories is not None:
        branch.put("OPT-090-Lot", BUYER_CATEGORIES)
        branch.put("BT-111-Lot", framework.buyer_categories)
