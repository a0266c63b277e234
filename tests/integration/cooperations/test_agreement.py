"""The agreement over its life: versions, parties, the clock of the approval, notices."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.factories import access
from tests.factories import cooperations as factory
from tests.factories import pools as pool_factory
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.cooperations import (
    agreement_approval,
    agreement_notices,
    agreement_queries,
    agreement_versions,
    agreements,
    gates,
    queries,
)
from vergabe.cooperations.agreement_entries import (
    AgreementEntry,
    ApprovalEntry,
    NoticeEntry,
    PartyEntry,
)
from vergabe.cooperations.gates import PublicationFacts
from vergabe.cooperations.model import Agreement, Cooperation
from vergabe.cooperations.rules import Activity, LegalForm, Move, Stage
from vergabe.cost_shares import figures
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused, Stale
from vergabe.messages.model import Message

TODAY = dt.date(2026, 11, 23)
DAY = dt.timedelta(days=1)


def actor(session: Session, town: str = "Merzenich", *roles: Role) -> Actor:
    return access.actor(session, factory.town(session, town), *(roles or [Role.COORDINATOR]))


def acts(session: Session, cooperation: Cooperation) -> list[str]:
    return [entry.action for entry in audit.entries(session, f"cooperation:{cooperation.id}")]


def told(session: Session) -> int:
    return len(session.scalars(select(Message)).all())


def entry_of(agreement: Agreement, **more: Any) -> AgreementEntry:
    entry = AgreementEntry(
        legal_form=LegalForm(agreement.legal_form),
        subject=agreement.subject,
        requires_approval=agreement.requires_approval,
        cost_key=dict(factory.COST_KEY) if agreement.cost_key is None else agreement.cost_key,
        checklist=agreement.checklist or {},
    )
    return replace(entry, **more)


def edit(
    session: Session, cooperation: Cooperation, entry: AgreementEntry, number: int = 1, **more: Any
) -> Agreement:
    facts: dict[str, Any] = {"reason": "Ausgearbeitet", "now": NOON} | more
    return agreement_versions.edit_agreement(
        session, actor(session), cooperation.id, number, entry, **facts
    )


def move(session: Session, cooperation: Cooperation, step: Move, **more: Any) -> Agreement:
    facts: dict[str, Any] = {"on": TODAY, "reason": "Geschehen", "now": NOON} | more
    return agreements.move_agreement(session, actor(session), cooperation.id, step, **facts)


def sign_all(session: Session, cooperation: Cooperation, number: int) -> None:
    for member in queries.members(session, cooperation.id, TODAY):
        agreement_versions.record_party(
            session,
            actor(session),
            cooperation.id,
            number,
            PartyEntry(member.organisation_id, signed_on=TODAY),
            now=NOON,
        )


def may_publish(session: Session, cooperation: Cooperation, day: dt.date = TODAY) -> list[str]:
    """Return why the agreement keeps the members of the day from publishing."""
    area = queries.area_by_key(session, cooperation.id, "procurement")
    ids = [member.organisation_id for member in queries.members(session, cooperation.id, day)]
    facts = PublicationFacts(cooperation.id, area.id, None, ids, dict.fromkeys(ids, 1_00), day)
    found = gates.publication_gates(session, facts, is_decision=True)
    return [reason.code for gate in found if gate.key == "agreement" for reason in gate.reasons]


def test_new_version_is_drafted_while_the_old_one_is_in_force(session: Session) -> None:
    cooperation = factory.dlz(session)
    draft = agreement_versions.draft_version(
        session, actor(session), cooperation.id, "Inden tritt bei", now=NOON
    )
    assert (draft.number, draft.stage) == (2, Stage.INFORMAL)
    assert draft.cost_key == factory.COST_KEY
    parties = agreement_queries.parties(session, draft.id)
    assert [party.organisation.name for party in parties] == ["Merzenich", "Jülich", "Kerpen"]
    assert {party.signed_on for party in parties} == {None}
    current = queries.current_agreement(session, cooperation.id, TODAY)
    assert current is not None
    assert current.number == 1
    assert may_publish(session, cooperation) == []
    assert acts(session, cooperation) == ["agreement_drafted"]
    assert told(session) == 2
    with pytest.raises(Refused, match="noch nicht in Kraft"):
        agreement_versions.draft_version(
            session, actor(session), cooperation.id, "Noch eine", now=NOON
        )


def test_new_version_takes_over_on_its_first_day_with_its_own_cost_key(session: Session) -> None:
    cooperation = factory.dlz(session)
    draft = agreement_versions.draft_version(
        session, actor(session), cooperation.id, "Neuer Schlüssel", now=NOON
    )
    new_key = dict(factory.COST_KEY) | {"kind": "equal"}
    edit(session, cooperation, entry_of(draft, cost_key=new_key, requires_approval=False), 2)
    move(session, cooperation, Move.RESOLVE)
    sign_all(session, cooperation, 2)
    move(session, cooperation, Move.SIGN)
    first_day = TODAY + 10 * DAY
    move(session, cooperation, Move.BRING_INTO_FORCE, on=first_day)
    for day, number, kind in (
        (TODAY, 1, "demand_value"),
        (first_day - DAY, 1, "demand_value"),
        (first_day, 2, "equal"),
    ):
        current = queries.current_agreement(session, cooperation.id, day)
        assert current is not None
        assert current.number == number
        assert queries.cost_key_of(session, cooperation, day)["kind"] == kind
    assert may_publish(session, cooperation, first_day) == []


def test_who_is_no_party_to_the_version_that_counts_may_not_publish(session: Session) -> None:
    cooperation = factory.dlz(session)
    agreement = cooperation.agreements[0]
    for name in ("Merzenich", "Jülich"):
        factory.party(session, agreement, factory.town(session, name))
    assert may_publish(session, cooperation) == ["not_a_party"]
    factory.party(session, agreement, factory.town(session, "Kerpen"), signed_on=None)
    assert may_publish(session, cooperation) == ["not_a_party"]


def test_agreement_without_complete_cost_rule_becomes_neither_signed_nor_in_force(
    session: Session,
) -> None:
    cooperation = factory.dlz(
        session, agreement_stage="resolved", cost_key={"kind": "demand_value"}
    )
    with pytest.raises(Refused, match="Kostenregel") as caught:
        move(session, cooperation, Move.SIGN)
    assert {reason.law for reason in caught.value.violations} == {
        "§ 23 Abs. 4 GkG NRW",
        "§ 2b UStG",
    }
    agreement = cooperation.agreements[0]
    edit(session, cooperation, entry_of(agreement, cost_key=dict(factory.COST_KEY)))
    assert move(session, cooperation, Move.SIGN).stage == Stage.SIGNED


def test_incomplete_cost_rule_lets_an_agreement_count_as_resolved_at_most(session: Session) -> None:
    cooperation = factory.dlz(session)
    agreement = cooperation.agreements[0]
    agreement.cost_key = {"kind": "equal"}
    session.flush()
    assert queries.stage_of(agreement, TODAY) is Stage.RESOLVED
    assert may_publish(session, cooperation) == ["cost_rule_incomplete"] * 2
    edit(session, cooperation, entry_of(agreement, cost_key=dict(factory.COST_KEY)))
    assert queries.stage_of(agreement, TODAY) is Stage.IN_FORCE
    assert may_publish(session, cooperation) == []


def test_what_is_signed_is_fixed_and_open_points_can_be_filled_in(session: Session) -> None:
    cooperation = factory.dlz(session)
    agreement = cooperation.agreements[0]
    edit(session, cooperation, entry_of(agreement, checklist={"retention": "Fünf Jahre"}))
    for change in (
        {"checklist": {"retention": "Zehn Jahre"}},
        {"subject": "Alles"},
        {"cost_key": dict(factory.COST_KEY) | {"kind": "equal"}},
        {"legal_form": LegalForm.CONTRACT},
        {"notice_months": 3},
    ):
        with pytest.raises(Refused, match="steht fest"):
            edit(session, cooperation, entry_of(agreement, **change))
    assert agreement.checklist == {"retention": "Fünf Jahre"}


def test_change_after_the_resolution_is_told_to_all(session: Session) -> None:
    cooperation = factory.dlz(session, agreement_stage="resolved")
    agreement = cooperation.agreements[0]
    edit(session, cooperation, entry_of(agreement, subject="Nur Feuerwehr"))
    assert told(session) == 2
    before = acts(session, cooperation)
    edit(session, cooperation, entry_of(agreement, subject="Nur Feuerwehr"))
    assert acts(session, cooperation) == before == ["agreement_edited"]


def test_two_coordinators_do_not_overwrite_each_other(session: Session) -> None:
    cooperation = factory.dlz(session, agreement_stage="resolved")
    seen = cooperation.version
    agreement = cooperation.agreements[0]
    edit(session, cooperation, entry_of(agreement, subject="Zuerst"), version=seen)
    with pytest.raises(Stale):
        edit(session, cooperation, entry_of(agreement, subject="Danach"), version=seen)
    assert agreement.subject == "Zuerst"


def test_signature_is_kept_and_maxima_are_fixed_with_it(session: Session) -> None:
    cooperation = factory.dlz(session, agreement_stage="resolved")
    town = factory.town(session, "Jülich")

    def record(**more: Any) -> None:
        agreement_versions.record_party(
            session, actor(session), cooperation.id, 1, PartyEntry(town.id, **more), now=NOON
        )

    record(maximum_quantity="4 Fahrzeuge", maximum_net_cents=1_800_000_00)
    record(
        signed_on=TODAY,
        signed_by="Erika Muster",
        maximum_quantity="4 Fahrzeuge",
        maximum_net_cents=1_800_000_00,
    )
    with pytest.raises(Refused, match="schon vermerkt"):
        record(signed_on=TODAY - DAY)
    with pytest.raises(Refused, match="steht fest"):
        record(maximum_quantity="5 Fahrzeuge", maximum_net_cents=1_800_000_00)
    with pytest.raises(InvalidInput):
        record(signed_on=dt.date(2025, 1, 1))
    (party,) = agreement_queries.parties(session, cooperation.agreements[0].id)
    assert (party.signed_on, party.signed_by) == (TODAY, "Erika Muster")
    with pytest.raises(NotFound):
        agreement_versions.record_party(
            session,
            actor(session),
            cooperation.id,
            1,
            PartyEntry(factory.town(session, "Inden").id),
            now=NOON,
        )


def at_the_authority(session: Session, received_on: dt.date, **more: Any) -> Cooperation:
    cooperation = factory.dlz(session, agreement_stage="signed")
    record(session, cooperation, received_on=received_on, **more)
    return cooperation


def record(session: Session, cooperation: Cooperation, **more: Any) -> Agreement:
    entry = ApprovalEntry(authority="Bezirksregierung Köln", **more)
    return agreement_approval.record_approval(
        session, actor(session), cooperation.id, 1, entry, now=NOON
    )


def confirm(session: Session, cooperation: Cooperation, now: dt.datetime) -> Agreement:
    return agreement_approval.confirm_silence(
        session, actor(session), cooperation.id, 1, reason="Posteingang geprüft", now=now
    )


def test_silence_counts_only_when_a_person_confirms_it_after_both_periods(
    session: Session,
) -> None:
    cooperation = at_the_authority(session, dt.date(2026, 11, 23))
    # Four weeks to 21 December, four more to 18 January; deemed from 19 January.
    almost = dt.datetime(2027, 1, 18, 22, 59, 59, tzinfo=dt.UTC)
    with pytest.raises(Refused, match=r"19\.01\.2027"):
        confirm(session, cooperation, almost)
    agreement = cooperation.agreements[0]
    later = dt.datetime(2027, 2, 1, 11, tzinfo=dt.UTC)
    # Time alone changes nothing.
    assert queries.stage_of(agreement, later.date()) is Stage.SIGNED
    found = confirm(session, cooperation, almost + dt.timedelta(seconds=1))
    assert found.stage == Stage.APPROVED
    assert found.approved_on == dt.date(2027, 1, 19)
    assert found.approval_by_silence
    entry = audit.entries(session, f"cooperation:{cooperation.id}")[-1]
    assert entry.action == "agreement_deemed_approved"
    assert entry.details["law"] == "§§ 24, 29 GkG NRW"
    with pytest.raises(Refused, match="schon vermerkt"):
        confirm(session, cooperation, later)


@pytest.mark.parametrize(
    "spoke",
    [
        {"objections_on": dt.date(2026, 7, 1)},
        {"meeting_named_on": dt.date(2026, 8, 3), "meeting_on": dt.date(2026, 8, 20)},
    ],
)
def test_authority_that_spoke_must_approve(session: Session, spoke: dict[str, dt.date]) -> None:
    cooperation = at_the_authority(session, dt.date(2026, 6, 22), **spoke)
    with pytest.raises(Refused, match="erteilte Genehmigung"):
        confirm(session, cooperation, NOON)
    assert move(session, cooperation, Move.APPROVE).stage == Stage.APPROVED


def test_clock_needs_the_day_of_arrival_and_a_law_that_knows_it(session: Session) -> None:
    cooperation = factory.dlz(session, agreement_stage="signed")
    with pytest.raises(Refused, match="Eingang"):
        confirm(session, cooperation, NOON)
    contract = factory.dlz(
        session,
        ("Inden", "Linnich"),
        key="inden",
        reference_prefix="INDEN",
        agreement_stage="signed",
    )
    contract.agreements[0].legal_form = "contract"
    session.flush()
    found = agreement_approval.record_approval(
        session,
        actor(session, "Inden"),
        contract.id,
        1,
        ApprovalEntry(received_on=dt.date(2026, 6, 1)),
        now=NOON,
    )
    assert agreement_queries.silence(session, found) is None
    with pytest.raises(Refused, match="Schweigen"):
        agreement_approval.confirm_silence(
            session, actor(session, "Inden"), contract.id, 1, reason="x", now=NOON
        )


def publish(
    session: Session, cooperation: Cooperation, day: dt.date, place: str = "Amtsblatt"
) -> None:
    agreement_approval.publish(
        session,
        actor(session),
        cooperation.id,
        1,
        published_on=day,
        published_in=place,
        now=NOON,
    )


def test_approved_agreement_counts_from_the_day_after_its_publication(session: Session) -> None:
    cooperation = factory.dlz(session, agreement_stage="signed")
    with pytest.raises(Refused, match="Genehmigung"):
        publish(session, cooperation, TODAY)
    move(session, cooperation, Move.APPROVE, on=TODAY - DAY)
    with pytest.raises(InvalidInput):
        publish(session, cooperation, TODAY + DAY)
    with pytest.raises(InvalidInput):
        publish(session, cooperation, TODAY, " ")
    publish(session, cooperation, TODAY)
    with pytest.raises(Refused, match=r"24\.11\.2026"):
        move(session, cooperation, Move.BRING_INTO_FORCE)
    found = move(session, cooperation, Move.BRING_INTO_FORCE, on=TODAY + DAY)
    assert queries.stage_of(found, TODAY) is Stage.APPROVED
    assert queries.stage_of(found, TODAY + DAY) is Stage.IN_FORCE


def give(session: Session, cooperation: Cooperation, town: str = "Jülich", **more: Any) -> Any:
    facts: dict[str, Any] = {
        "given_on": TODAY,
        "effective_on": dt.date(2028, 1, 1),
        "reason": "Neuer Verbund",
    }
    entry = NoticeEntry(**(facts | more))
    return agreement_notices.give_notice(
        session, actor(session, town, Role.RELEASER), cooperation.id, entry, now=NOON
    )


@pytest.fixture
def bound(session: Session) -> Cooperation:
    """A cooperation in force with a notice period of twelve months to the end of a year."""
    cooperation = factory.dlz(session)
    agreement = cooperation.agreements[0]
    agreement.notice_months, agreement.notice_to = 12, "year"
    session.flush()
    return cooperation


def test_notice_ends_the_membership_and_until_then_everything_stays(
    session: Session, bound: Cooperation
) -> None:
    with pytest.raises(Refused, match=r"frühestens am 01\.01\.2028") as caught:
        give(session, bound, effective_on=dt.date(2027, 12, 31))
    assert caught.value.violations[0].field == "effective_on"
    found = give(session, bound)
    assert found.ends == "membership"
    assert acts(session, bound) == ["agreement_notice_given"]
    assert told(session) == 2  # the lead and Kerpen, not who gave it
    last = dt.date(2027, 12, 31)
    assert len(queries.members(session, bound.id, last)) == 3
    assert len(queries.members(session, bound.id, last + DAY)) == 2
    assert may_publish(session, bound, last) == []
    assert may_publish(session, bound, last + DAY) == []
    with pytest.raises(Refused, match="Gekündigt ist schon"):
        give(session, bound)


def test_important_reason_needs_no_period(session: Session, bound: Cooperation) -> None:
    found = give(session, bound, effective_on=TODAY + DAY, is_extraordinary=True)
    assert found.effective_on == TODAY + DAY


@pytest.mark.parametrize(
    ("town", "towns", "ends"),
    [
        ("Merzenich", ("Merzenich", "Jülich", "Kerpen"), "membership"),
        ("Jülich", ("Merzenich", "Jülich"), "membership"),
        ("Jülich", ("Merzenich", "Jülich", "Kerpen"), "agreement"),
    ],
)
def test_agreement_ends_for_all_without_its_lead_with_one_member_or_as_agreed(
    session: Session, town: str, towns: tuple[str, ...], ends: str
) -> None:
    cooperation = factory.dlz(session, towns)
    cooperation.agreements[0].notice_ends = ends
    session.flush()
    assert give(session, cooperation, town).ends == "agreement"
    agreement = cooperation.agreements[0]
    last = dt.date(2027, 12, 31)
    assert queries.stage_of(agreement, last) is Stage.IN_FORCE
    assert queries.stage_of(agreement, last + DAY) is Stage.TERMINATED
    assert may_publish(session, cooperation, last) == []
    assert may_publish(session, cooperation, last + DAY) == ["agreement_not_in_force"]


@pytest.mark.parametrize("ends", ["membership", "agreement"])
def test_notice_can_be_taken_back_until_it_counts(
    session: Session, bound: Cooperation, ends: str
) -> None:
    bound.agreements[0].notice_ends = ends
    found = give(session, bound)
    julich = actor(session, "Jülich")
    with pytest.raises(NotFound):
        agreement_notices.withdraw_notice(
            session, actor(session, "Kerpen"), bound.id, found.id, reason="x", now=NOON
        )
    agreement_notices.withdraw_notice(
        session, julich, bound.id, found.id, reason="Alle stimmen zu", now=NOON
    )
    after = dt.date(2028, 1, 1)
    assert len(queries.members(session, bound.id, after)) == 3
    assert queries.stage_of(bound.agreements[0], after) is Stage.IN_FORCE
    with pytest.raises(Refused, match="schon zurückgenommen"):
        agreement_notices.withdraw_notice(session, julich, bound.id, found.id, reason="x", now=NOON)
    assert give(session, bound).withdrawn_on is None


def test_notice_that_counts_stays(session: Session) -> None:
    cooperation = factory.dlz(session)
    cooperation.agreements[0].notice_ends = "agreement"
    found = give(session, cooperation, effective_on=TODAY + DAY)
    with pytest.raises(Refused, match="nicht mehr"):
        agreement_notices.withdraw_notice(
            session,
            actor(session, "Jülich"),
            cooperation.id,
            found.id,
            reason="x",
            now=NOON + DAY,
        )


def test_authority_is_told_of_a_notice(session: Session, bound: Cooperation) -> None:
    found = give(session, bound)
    lead = actor(session)
    for day, field in ((TODAY + DAY, "notified_on"), (TODAY - DAY, "notified_on")):
        with pytest.raises(InvalidInput) as caught:
            agreement_notices.note_authority_informed(
                session, lead, bound.id, found.id, notified_on=day, now=NOON
            )
        assert caught.value.violations[0].field == field
    for _ in range(2):
        agreement_notices.note_authority_informed(
            session, lead, bound.id, found.id, notified_on=TODAY, now=NOON
        )
    assert found.authority_notified_on == TODAY
    assert acts(session, bound)[-1:] == ["agreement_notice_notified"]


def test_what_was_published_is_awarded_and_settled_after_the_end(session: Session) -> None:
    cooperation = factory.dlz(session)
    move(session, cooperation, Move.TERMINATE, on=TODAY)
    assert queries.allowed_activities(session, cooperation.id, TODAY) == {
        Activity.AWARD,
        Activity.SETTLE,
    }
    agreement_versions.draft_version(
        session, actor(session), cooperation.id, "Neuer Anlauf", now=NOON
    )
    # The draft lets them ask and plan; what ran under the old version still runs.
    assert queries.allowed_activities(session, cooperation.id, TODAY) == {
        Activity.SURVEY,
        Activity.PLAN,
        Activity.AWARD,
        Activity.SETTLE,
    }
    for activity in (Activity.AWARD, Activity.SETTLE):
        gates.refuse_unless_allowed(session, cooperation.id, activity, now=NOON)
    for activity in (Activity.JOIN, Activity.PUBLISH):
        with pytest.raises(Refused):
            gates.refuse_unless_allowed(session, cooperation.id, activity, now=NOON)


def test_draft_that_never_counted_leaves_nothing_to_settle(session: Session) -> None:
    cooperation = factory.dlz(session, agreement_stage="informal")
    assert Activity.SETTLE not in queries.allowed_activities(session, cooperation.id, TODAY)


def test_only_the_leads_coordination_works_on_the_agreement(session: Session) -> None:
    cooperation = factory.dlz(session, agreement_stage="signed")
    for other in (actor(session, "Jülich"), actor(session, "Merzenich", Role.AUDITOR)):
        with pytest.raises(Forbidden):
            agreement_versions.draft_version(session, other, cooperation.id, "x", now=NOON)
        with pytest.raises(Forbidden):
            agreement_approval.confirm_silence(
                session, other, cooperation.id, 1, reason="x", now=NOON
            )
    with pytest.raises(NotFound):
        agreement_versions.draft_version(
            session, actor(session, "Inden"), cooperation.id, "x", now=NOON
        )


@pytest.mark.parametrize(
    "change",
    [
        {"approval_by_silence": True, "approval_received_on": None},
        {"notice_to": "moon"},
        {"notice_ends": "all"},
        {"notice_months": -1},
    ],
)
def test_database_refuses_what_cannot_be(session: Session, change: dict[str, Any]) -> None:
    cooperation = factory.dlz(session)
    for name, value in change.items():
        setattr(cooperation.agreements[0], name, value)
    with pytest.raises(IntegrityError):
        session.flush()


def test_member_cannot_give_two_standing_notices(session: Session, bound: Cooperation) -> None:
    give(session, bound)
    with pytest.raises(IntegrityError):
        factory.notice(session, bound.agreements[0], factory.town(session, "Jülich"))


def test_costs_are_shared_by_the_key_of_the_version_that_counts(session: Session) -> None:
    cooperation, known = pool_factory.towns_with_engines(session)
    pool = pool_factory.binding_pool(session, cooperation, known)
    members = figures.all_members(session, cooperation.id)
    assert figures.key_of(session, pool, members, now=clock.now()).kind == "demand_value"
    cooperation.agreements[0].cost_key = dict(factory.COST_KEY) | {"kind": "equal"}
    session.flush()
    assert figures.key_of(session, pool, members, now=clock.now()).kind == "equal"
