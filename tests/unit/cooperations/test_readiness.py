import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import pytest

from vergabe.cooperations import readiness
from vergabe.cooperations.chains import ResolutionFacts
from vergabe.cooperations.mandate_rules import MandateFacts
from vergabe.cooperations.readiness import (
    CHECKS,
    MemberViolation,
    ParticipantFacts,
    Situation,
)
from vergabe.cooperations.rules import Depth, LegalForm, Scope, Stage, Subject

TODAY = dt.date(2026, 11, 23)
LEAD, TOWN, POOL = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
MANDATE = MandateFacts(LEAD, frozenset({Scope.TENDER}), dt.date(2026, 1, 1))
JOINED = ResolutionFacts(Subject.JOINING, True, "Rat", dt.date(2025, 9, 25))


def participant(**more: Any) -> ParticipantFacts:
    facts: dict[str, Any] = {
        "organisation_id": TOWN,
        "name": "Jülich",
        "depth": Depth.FULL,
        "is_member": True,
        "total_net_cents": 100_000_00,
        "mandates": [MANDATE],
        "resolutions": [JOINED],
    }
    return ParticipantFacts(**(facts | more))


def situation(*participants: ParticipantFacts, **more: Any) -> Situation:
    lead = participant(organisation_id=LEAD, name="Merzenich", mandates=[])
    facts: dict[str, Any] = {
        "day": TODAY,
        "area_name": "Beschaffung",
        "stage": Stage.IN_FORCE,
        "legal_form": LegalForm.CONTRACT,
        "lead_id": LEAD,
        "lead_name": "Merzenich",
        "required": frozenset({Subject.JOINING}),
        "pool_id": POOL,
        "participants": [lead, *(participants or [participant()])],
    }
    return Situation(**(facts | more))


def codes(found: Situation) -> dict[str, list[str]]:
    return {
        check.key: [reason.code for reason in check.reasons(found)]
        for check in CHECKS
        if check.reasons(found)
    }


def test_nothing_stands_against_a_complete_case() -> None:
    assert codes(situation()) == {}


@pytest.mark.parametrize("stage", list(Stage))
def test_agreement_lets_publish_in_force_only(stage: Stage) -> None:
    closed = {} if stage is Stage.IN_FORCE else {"agreement": ["agreement_not_in_force"]}
    assert codes(situation(stage=stage)) == closed


def test_missing_agreement_is_named() -> None:
    assert codes(situation(stage=None)) == {"agreement": ["agreement_missing"]}


def test_no_participants_is_a_reason() -> None:
    assert codes(situation(participants=[]))["participation"] == ["no_participants"]


@pytest.mark.parametrize(
    ("depth", "is_enough"),
    [(Depth.NONE, False), (Depth.INFORMATION, False), (Depth.DEMAND, True), (Depth.FULL, True)],
)
def test_participant_must_take_part_deep_enough(depth: Depth, is_enough: bool) -> None:
    wanted = {} if is_enough else {"participation": ["participation_not_deep_enough"]}
    assert codes(situation(participant(depth=depth))) == wanted


def test_participant_that_has_left_is_named() -> None:
    found = situation(participant(is_member=False, depth=Depth.NONE))
    assert codes(found) == {"participation": ["not_a_member"]}


MANDATES: list[tuple[str, list[MandateFacts], str]] = [
    ("none", [], "mandate_missing"),
    ("for another", [replace(MANDATE, grantee_id=TOWN)], "mandate_missing"),
    ("for awards only", [replace(MANDATE, scope=frozenset({Scope.AWARD}))], "mandate_missing"),
    ("ended yesterday", [replace(MANDATE, valid_to=dt.date(2026, 11, 22))], "mandate_not_valid"),
    ("ends today", [replace(MANDATE, valid_to=TODAY)], ""),
    ("begins tomorrow", [replace(MANDATE, valid_from=dt.date(2026, 11, 24))], "mandate_not_valid"),
    ("begins today", [replace(MANDATE, valid_from=TODAY)], ""),
    ("revoked today", [replace(MANDATE, revoked_on=TODAY)], "mandate_not_valid"),
    ("revoked tomorrow", [replace(MANDATE, revoked_on=dt.date(2026, 11, 24))], ""),
    (
        "limit one cent short",
        [replace(MANDATE, limit_net_cents=99_999_99)],
        "mandate_limit_exceeded",
    ),
    ("limit just enough", [replace(MANDATE, limit_net_cents=100_000_00)], ""),
    ("one of two enough", [replace(MANDATE, limit_net_cents=1), MANDATE], ""),
    (
        "the enough one is revoked",
        [replace(MANDATE, limit_net_cents=1), replace(MANDATE, revoked_on=TODAY)],
        "mandate_limit_exceeded",
    ),
]


@pytest.mark.parametrize(
    ("mandates", "code"), [(m, c) for _, m, c in MANDATES], ids=[n for n, *_ in MANDATES]
)
def test_mandate_of_a_participant(mandates: list[MandateFacts], code: str) -> None:
    wanted = {"mandates": [code]} if code else {}
    assert codes(situation(participant(mandates=mandates))) == wanted


def test_lead_needs_no_mandate_from_itself() -> None:
    lead_alone = situation()
    assert codes(replace(lead_alone, participants=lead_alone.participants[:1])) == {}


OTHER = uuid.uuid4()
RESOLUTIONS: list[tuple[str, list[ResolutionFacts], str]] = [
    ("none", [], "resolution_missing"),
    ("rejected", [replace(JOINED, is_adopted=False)], "resolution_rejected"),
    ("revoked today", [replace(JOINED, revoked_on=TODAY)], "resolution_revoked"),
    ("revoked tomorrow", [replace(JOINED, revoked_on=dt.date(2026, 11, 24))], ""),
    ("decided tomorrow", [replace(JOINED, decided_on=dt.date(2026, 11, 24))], "resolution_missing"),
    ("decided today", [replace(JOINED, decided_on=TODAY)], ""),
    (
        "limit one cent short",
        [replace(JOINED, limit_net_cents=99_999_99)],
        "resolution_limit_exceeded",
    ),
    ("limit just enough", [replace(JOINED, limit_net_cents=100_000_00)], ""),
    (
        "later one rejects",
        [JOINED, replace(JOINED, is_adopted=False, decided_on=TODAY)],
        "resolution_rejected",
    ),
    (
        "later one adopts",
        [replace(JOINED, is_adopted=False), replace(JOINED, decided_on=TODAY)],
        "",
    ),
    (
        "later rejection is revoked",
        [JOINED, replace(JOINED, is_adopted=False, decided_on=TODAY, revoked_on=TODAY)],
        "",
    ),
    (
        "about a tender only",
        [replace(JOINED, subject=Subject.TENDER, pool_id=POOL)],
        "resolution_missing",
    ),
]


@pytest.mark.parametrize(
    ("resolutions", "code"), [(r, c) for _, r, c in RESOLUTIONS], ids=[n for n, *_ in RESOLUTIONS]
)
def test_resolution_of_a_participant(resolutions: list[ResolutionFacts], code: str) -> None:
    wanted = {"resolutions": [code]} if code else {}
    assert codes(situation(participant(resolutions=resolutions))) == wanted


def test_resolution_on_the_tender_must_be_about_this_pool() -> None:
    needed = frozenset({Subject.JOINING, Subject.TENDER})
    about = replace(JOINED, subject=Subject.TENDER, pool_id=POOL)
    lead = participant(organisation_id=LEAD, name="Merzenich", resolutions=[JOINED, about])

    def with_pool(pool_id: uuid.UUID | None) -> dict[str, list[str]]:
        other = participant(resolutions=[JOINED, replace(about, pool_id=pool_id)])
        return codes(situation(participants=[lead, other], required=needed))

    assert with_pool(POOL) == {}
    assert with_pool(OTHER) == {"resolutions": ["resolution_missing"]}


def test_nothing_required_means_no_resolution_is_missed() -> None:
    assert codes(situation(participant(resolutions=[]), required=frozenset())) == {}


def test_unknown_share_does_not_slip_below_a_limit() -> None:
    limited = [replace(MANDATE, limit_net_cents=1)]
    unknown = participant(mandates=limited, total_net_cents=None)
    assert codes(situation(unknown)) == {"mandates": ["mandate_limit_exceeded"]}
    assert codes(situation(unknown, is_overview=True)) == {}


def test_every_missing_item_is_listed_with_who_can_supply_it() -> None:
    found = situation(
        participant(mandates=[], resolutions=[]),
        participant(organisation_id=OTHER, name="Kerpen", mandates=[], is_member=False),
        stage=Stage.INFORMAL,
    )
    assert codes(found) == {
        "agreement": ["agreement_not_in_force"],
        "participation": ["not_a_member"],
        "mandates": ["mandate_missing", "mandate_missing"],
        "resolutions": ["resolution_missing"],
    }
    for check in CHECKS:
        for reason in check.reasons(found):
            assert reason.who
            assert isinstance(reason, MemberViolation)
    (missing,) = readiness.required_resolutions_are_recorded(found)
    assert "Jülich" in missing.message
    assert missing.as_dict()["organisation_id"] == str(TOWN)


def test_conditions_are_shown_and_those_of_closed_sessions_only_mentioned() -> None:
    public = replace(JOINED, conditions="Nur mit Obergrenze.")
    found = situation(
        participant(resolutions=[public]),
        participant(
            organisation_id=OTHER, name="Inden", resolutions=[replace(public, is_public=False)]
        ),
    )
    assert codes(found) == {}
    first, second = readiness.notes_on_resolutions(found)
    assert first.startswith("Jülich")
    assert "Nur mit Obergrenze." in first
    assert second.startswith("Inden")
    assert "Nur mit Obergrenze." not in second


def test_limits_that_are_not_public_are_never_quoted_to_the_other_members() -> None:
    limited = replace(MANDATE, limit_net_cents=76_543_21)
    closed = replace(JOINED, limit_net_cents=76_543_21, is_public=False)
    found = situation(participant(mandates=[limited], resolutions=[closed]))
    sentences = [reason.message for check in CHECKS for reason in check.reasons(found)]
    assert len(sentences) == 2
    assert not [sentence for sentence in sentences if "76.543" in sentence]
    public = situation(participant(resolutions=[replace(closed, is_public=True)]))
    assert any("76.543" in r.message for check in CHECKS for r in check.reasons(public))
