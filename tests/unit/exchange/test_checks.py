"""Rules across fields: each can be broken, and then says so with its code."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.factories import exchange as make
from tests.factories import exchange_messages as more
from vergabe.exchange.binding import Binary, Part
from vergabe.exchange.xvergabe import checks, checks_of_messages, checks_of_procedures, codec
from vergabe.exchange.xvergabe import submissions as sub
from vergabe.exchange.xvergabe.codes import (
    DeliveryStatus,
    ErrorCode,
    LotKind,
    MessageType,
)
from vergabe.exchange.xvergabe.datatypes import Amount
from vergabe.exchange.xvergabe.procedure import Deadlines

LATER = make.utc("2027-06-01T00:00:00+02:00")
changed = make.changed


def with_lot(place: int, /, **changes: Any) -> Part:
    """Return a notice whose lot of this place is changed."""
    lots = list(make.lots().lots)
    lots[place] = changed(lots[place], **changes)
    return make.notice(lot_overview=changed(make.lots(), lots=tuple(lots)))


def with_deadlines(**changes: Any) -> Part:
    return make.notice(deadlines=changed(make.deadlines(), **changes))


def with_criteria(*weights: int) -> Part:
    pairs = zip(make.criteria(), weights, strict=True)
    return make.notice(
        award_criteria=tuple(changed(one, weight_basis_points=weight) for one, weight in pairs)
    )


def with_leads(*leads: bool) -> Part:
    pairs = zip(make.authorities(), leads, strict=True)
    return make.notice(authorities=tuple(changed(one, is_lead=lead) for one, lead in pairs))


def in_message(name: str, **changes: Any) -> Part:
    return changed(more.messages()[name], **changes)


def with_members(*representatives: bool) -> Part:
    consortium = more.bidder().consortium
    assert consortium is not None
    pairs = zip(consortium.members, representatives, strict=True)
    members = tuple(changed(one, is_representative=flag) for one, flag in pairs)
    bidder = changed(more.bidder(), consortium=changed(consortium, members=members))
    return changed(more.offer_content(), bidder=bidder)


def with_documents(**changes: Any) -> Part:
    first, second = make.notice().documents
    return make.notice(documents=(first, changed(second, **changes)))


def message_of_other_type() -> Part:
    header = more.messages()["Offer"].header
    details = changed(header.details, message_type=MessageType.INQUIRY)
    return in_message("Offer", header=changed(header, details=details))


def key_of_other_certificate() -> Part:
    details = more.electronic()
    assert details.electronical is not None
    key = changed(more.key(), thumbprint_sha256="0" * 64, valid_to=more.key().valid_from)
    electronic = changed(details.electronical, encryption_keys=(key,))
    return more.invitation_to_tender(
        offer_submission_details=changed(details, electronical=electronic)
    )


def template_not_handed_out() -> Part:
    package = changed(more.package(), provided_documents=more.package().provided_documents[:1])
    return more.invitation_to_tender(documents_package=package)


def file(path: str) -> sub.ManifestFile:
    return changed(more.manifest().files[0], path=path)


CASES: list[tuple[str, ErrorCode, Callable[[], Part]]] = [
    ("exactly_one_lead", ErrorCode.SCHEMA_INVALID, lambda: with_leads(False, False, False)),
    ("exactly_one_lead", ErrorCode.SCHEMA_INVALID, lambda: with_leads(True, True, False)),
    (
        "authority_once",
        ErrorCode.SCHEMA_INVALID,
        lambda: make.notice(authorities=(*make.authorities(), make.authorities()[1])),
    ),
    (
        "lot_authority_known",
        ErrorCode.UNKNOWN_REFERENCE,
        lambda: with_lot(0, authority_ids=("05358999",)),
    ),
    ("weights_add_up", ErrorCode.SCHEMA_INVALID, lambda: with_criteria(6000, 3999)),
    (
        "weights_add_up",
        ErrorCode.SCHEMA_INVALID,
        lambda: with_lot(0, award_criteria=make.criteria()[:1]),
    ),
    ("deadline_present", ErrorCode.SCHEMA_INVALID, lambda: make.notice(deadlines=Deadlines())),
    ("deadlines_in_order", ErrorCode.SCHEMA_INVALID, lambda: with_deadlines(questions_until=LATER)),
    (
        "deadlines_in_order",
        ErrorCode.SCHEMA_INVALID,
        lambda: with_deadlines(participation_until=LATER),
    ),
    (
        "deadlines_in_order",
        ErrorCode.SCHEMA_INVALID,
        lambda: with_deadlines(opening_at=make.utc("2027-01-12T09:59:59+01:00")),
    ),
    (
        "deadlines_in_order",
        ErrorCode.SCHEMA_INVALID,
        lambda: with_deadlines(bound_until=make.deadlines().submission_until),
    ),
    ("deadline_after_issue", ErrorCode.SCHEMA_INVALID, lambda: make.notice(issued_at=LATER)),
    ("lot_once", ErrorCode.SCHEMA_INVALID, lambda: with_lot(1, lot_id="LOT-0001")),
    ("lot_number_once", ErrorCode.SCHEMA_INVALID, lambda: with_lot(1, number=1)),
    ("whole_stands_alone", ErrorCode.SCHEMA_INVALID, lambda: with_lot(1, kind=LotKind.WHOLE)),
    (
        "lot_limit_possible",
        ErrorCode.SCHEMA_INVALID,
        lambda: make.notice(lot_overview=changed(make.lots(), max_lots_per_bidder=3)),
    ),
    (
        "value_not_negative",
        ErrorCode.SCHEMA_INVALID,
        lambda: with_lot(0, estimated_value_net=Amount(cents=-1)),
    ),
    (
        "value_not_negative",
        ErrorCode.SCHEMA_INVALID,
        lambda: make.notice(
            procedure=changed(make.procedure(), estimated_value_net=Amount(cents=-1))
        ),
    ),
    (
        "performance_in_order",
        ErrorCode.SCHEMA_INVALID,
        lambda: with_lot(0, performance_until=dt.date(2027, 3, 31)),
    ),
    ("lot_known", ErrorCode.LOT_UNKNOWN, lambda: with_documents(lot_ids=("LOT-0009",))),
    (
        "document_once",
        ErrorCode.SCHEMA_INVALID,
        lambda: with_documents(document_id=make.guid(0x21)),
    ),
    (
        "lot_known",
        ErrorCode.LOT_UNKNOWN,
        lambda: make.cancellation_notice(cancelled_lot_ids=("LOT-0009",)),
    ),
    (
        "lot_known",
        ErrorCode.LOT_UNKNOWN,
        lambda: make.change_notice(
            changes=(changed(make.change_notice().changes[1], lot_ids=("LOT-0009",)),)
        ),
    ),
    ("version_rises", ErrorCode.SCHEMA_INVALID, lambda: make.change_notice(notice_version=1)),
    ("version_rises", ErrorCode.SCHEMA_INVALID, lambda: make.cancellation_notice(notice_version=2)),
    ("template_known", ErrorCode.UNKNOWN_REFERENCE, template_not_handed_out),
    ("bytes_as_announced", ErrorCode.HASH_MISMATCH, key_of_other_certificate),
    ("key_validity_in_order", ErrorCode.SCHEMA_INVALID, key_of_other_certificate),
    (
        "bytes_as_announced",
        ErrorCode.HASH_MISMATCH,
        lambda: more.offer(primary_container=more.container(content=Binary(data=more.SEALED[:-1]))),
    ),
    (
        "bytes_as_announced",
        ErrorCode.HASH_MISMATCH,
        lambda: more.offer(primary_container=more.container(size=1)),
    ),
    (
        "replaces_another",
        ErrorCode.UNKNOWN_REFERENCE,
        lambda: more.offer(replaces_offer_id=more.OFFER),
    ),
    ("exactly_one_representative", ErrorCode.SCHEMA_INVALID, lambda: with_members(False, False)),
    ("exactly_one_representative", ErrorCode.SCHEMA_INVALID, lambda: with_members(True, True)),
    (
        "file_once",
        ErrorCode.SCHEMA_INVALID,
        lambda: changed(more.manifest(), files=(file("a"), file("a"))),
    ),
    (
        "path_inside",
        ErrorCode.SCHEMA_INVALID,
        lambda: changed(more.manifest(), files=(file("a/../../b"),)),
    ),
    (
        "path_inside",
        ErrorCode.SCHEMA_INVALID,
        lambda: changed(more.manifest(), files=(file("/etc/a"),)),
    ),
    (
        "path_inside",
        ErrorCode.SCHEMA_INVALID,
        lambda: changed(more.manifest(), files=(file("..\\a"),)),
    ),
    (
        "price_once",
        ErrorCode.SCHEMA_INVALID,
        lambda: changed(more.offer_content(), lot_prices=more.offer_content().lot_prices * 2),
    ),
    ("late_as_registered", ErrorCode.SCHEMA_INVALID, lambda: more.receipt(is_late=True)),
    (
        "late_as_registered",
        ErrorCode.SCHEMA_INVALID,
        lambda: more.receipt(registered_at=more.DEADLINE),
    ),
    (
        "withdrawal_in_time",
        ErrorCode.SCHEMA_INVALID,
        lambda: more.withdrawal_receipt(registered_at=more.DEADLINE, is_late=True),
    ),
    ("answer_complete", ErrorCode.SCHEMA_INVALID, lambda: changed(more.answer(), visibility=None)),
    ("answer_complete", ErrorCode.SCHEMA_INVALID, lambda: changed(more.answer(), answers=())),
    ("information_complete", ErrorCode.SCHEMA_INVALID, lambda: more.result(winner_names=())),
    (
        "information_complete",
        ErrorCode.SCHEMA_INVALID,
        lambda: more.result(earliest_contract_on=None),
    ),
    (
        "rejected_with_error",
        ErrorCode.SCHEMA_INVALID,
        lambda: changed(more.response(), status=DeliveryStatus.QUEUED),
    ),
    ("type_as_document", ErrorCode.MESSAGE_TYPE_NOT_ALLOWED, message_of_other_type),
    (
        "attachment_present",
        ErrorCode.UNKNOWN_REFERENCE,
        lambda: in_message("Answer", attachments=()),
    ),
    (
        "attachment_present",
        ErrorCode.UNKNOWN_REFERENCE,
        lambda: in_message("ResultNotice", attachments=()),
    ),
    (
        "attachment_present",
        ErrorCode.UNKNOWN_REFERENCE,
        lambda: in_message("OfferWithdrawal", attachments=()),
    ),
    (
        "attachment_once",
        ErrorCode.SCHEMA_INVALID,
        lambda: in_message("Answer", attachments=more.messages()["Answer"].attachments * 2),
    ),
    (
        "answer_or_error",
        ErrorCode.SCHEMA_INVALID,
        lambda: changed(more.calls()["msgGetDocumentResponse"], document=None),
    ),
    (
        "answer_or_error",
        ErrorCode.SCHEMA_INVALID,
        lambda: changed(more.calls()["msgSubscriptionResponse"], error=more.response().error),
    ),
]


@pytest.mark.parametrize(
    ("rule", "code", "build"), CASES, ids=[f"{n}-{c[0]}" for n, c in enumerate(CASES)]
)
def test_broken_rule_is_told_with_its_code_and_what_to_do(
    rule: str, code: ErrorCode, build: Callable[[], Part]
) -> None:
    found = {breach.rule: breach for breach in checks.breaches(build())}
    assert rule in found
    assert found[rule].code is code
    assert found[rule].remedy.startswith("Bitte")
    assert found[rule].path
    codes = {violation.code for violation in checks.reasons_against(build())}
    assert str(code) in codes


def test_every_rule_has_a_case() -> None:
    source = "".join(
        Path(str(module.__file__)).read_text(encoding="utf-8")
        for module in (checks_of_procedures, checks_of_messages)
    )
    rules = {part.split('"')[1] for part in source.split("yield Breach(")[1:]}
    assert rules - {rule for rule, _, _ in CASES} == {"member_once"}


def test_member_stands_once_in_a_consortium() -> None:
    consortium = more.bidder().consortium
    assert consortium is not None
    twice = changed(consortium, members=consortium.members * 2)
    rules = {one.rule for one in checks.breaches(twice)}
    assert "member_once" in rules


def test_valid_documents_break_no_rule() -> None:
    for part in (*more.documents().values(), *more.messages().values(), *more.calls().values()):
        assert codec.reasons_against(part) == []


def test_place_is_told_by_element_names() -> None:
    breach = checks.breaches(with_lot(1, authority_ids=("x",)))[0]
    assert breach.path == "Notice/lotOverview/lot[2]/contractingAuthorityID"


def test_bid_in_the_last_microsecond_is_not_late_and_at_the_deadline_it_is() -> None:
    assert checks.breaches(more.receipt()) == []
    assert checks.breaches(more.receipt(registered_at=more.DEADLINE, is_late=True)) == []
