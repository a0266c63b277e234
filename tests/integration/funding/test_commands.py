"""Commands on funding: from the plan to the proof of use, with second clicks and rivals."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations, funding
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.audit.service import stream_of
from vergabe.cooperations.model import Resolution
from vergabe.deadlines.model import Deadline
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused, Stale
from vergabe.funding import deciding, gates, planning, proving, queries, service
from vergabe.funding.entries import CaseEntry, DecisionEntry, ExpenseEntry, LineEntry
from vergabe.funding.model import FundingCase
from vergabe.messages.model import Message

pytestmark = pytest.mark.usefixtures("moving_clock")
TODAY = dt.date(2026, 11, 23)
CENTS_315 = 31_500_000


def acts(session: Session, case: FundingCase) -> list[str]:
    return [entry.action for entry in audit.entries(session, stream_of("pool", case.pool_id))]


def entry_of(**more: Any) -> CaseEntry:
    return dataclasses.replace(CaseEntry("NW-IKZ", funding.LINES), **more)


def test_a_plan_written_twice_changes_nothing(session: Session) -> None:
    case = funding.draft(session)
    version, before = case.version, acts(session, case)
    again = service.save_case(
        session,
        funding.coordinator(session, case.pool),
        case.pool_id,
        entry_of(),
        version=version,
        now=clock.now(),
    )
    assert again.id == case.id
    assert again.version == version
    assert acts(session, case) == before == ["funding_planned"]


def test_lines_are_changed_added_and_taken_out(session: Session) -> None:
    case = funding.draft(session)
    first = case.lines[0].id
    lines = (LineEntry("Software", 100), LineEntry("Neu", 50, 0))
    case = service.save_case(
        session,
        funding.coordinator(session, case.pool),
        case.pool_id,
        entry_of(lines=lines),
        now=clock.now(),
    )
    assert [(line.name, line.planned_gross_cents) for line in case.lines] == [
        ("Software", 100),
        ("Neu", 50),
    ]
    assert case.lines[0].id == first
    assert case.lines[1].eligible_gross_cents == 0


def test_two_officers_at_once_the_second_is_told(session: Session) -> None:
    case = funding.draft(session)
    actor, seen = funding.coordinator(session, case.pool), case.version
    service.save_case(
        session, actor, case.pool_id, entry_of(purpose="A"), version=seen, now=clock.now()
    )
    with pytest.raises(Stale):
        service.save_case(
            session, actor, case.pool_id, entry_of(purpose="B"), version=seen, now=clock.now()
        )
    with pytest.raises(Stale):
        service.apply(session, actor, case.pool_id, TODAY, version=seen, now=clock.now())


def test_only_the_lead_keeps_the_case_and_strangers_do_not_see_it(session: Session) -> None:
    pool = funding.pool(session)
    member = access.actor(session, cooperations.town(session, "Jülich"), Role.COORDINATOR)
    with pytest.raises(Forbidden):
        service.save_case(session, member, pool.id, entry_of(), now=clock.now())
    requester = funding.coordinator(session, pool, Role.REQUESTER)
    with pytest.raises(Forbidden):
        service.save_case(session, requester, pool.id, entry_of(), now=clock.now())
    stranger = access.actor(session, access.organisation(session, "Fremd"), Role.COORDINATOR)
    with pytest.raises(NotFound):
        service.save_case(session, stranger, pool.id, entry_of(), now=clock.now())
    with pytest.raises(NotFound):
        queries.visible_case(session, stranger, pool.id)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"programme": "XY"}, "programme"),
        ({"quota_basis_points": 0}, "quota"),
        ({"quota_basis_points": 10_001}, "quota"),
        ({"ceiling_gross_cents": -1}, "ceiling"),
        ({"lines": (LineEntry("", 1),)}, "lines.0.name"),
        ({"lines": (LineEntry("A", -1),)}, "lines.0.planned"),
        ({"lines": (LineEntry("A", 1, 2),)}, "lines.0.eligible"),
        ({"lines": (LineEntry("A" * 600, 1),)}, "lines.0.name"),
        ({"lines": (LineEntry("A\x00", 1),)}, "lines.0.name"),
        ({"lines": (LineEntry("A", 10**15),)}, "lines.0.planned"),
        ({"lines": tuple(LineEntry("A", 1) for _ in range(41))}, "lines"),
        ({"award_rules": ("SektVO",)}, "award_rules"),
        ({"purpose": "x" * 10_001}, "purpose"),
        ({"authority": "x" * 600}, "authority"),
        (
            {"period_from": dt.date(2027, 2, 1), "period_until": dt.date(2027, 1, 31)},
            "period_until",
        ),
    ],
)
def test_a_wrong_entry_is_refused_at_its_field(
    session: Session, more: dict[str, Any], field: str
) -> None:
    pool = funding.pool(session)
    with pytest.raises(InvalidInput) as caught:
        service.save_case(
            session,
            funding.coordinator(session, pool),
            pool.id,
            entry_of(**more),
            now=clock.now(),
        )
    assert field in [violation.field for violation in caught.value.violations]
    assert queries.newest_case(session, pool.id) is None


def test_six_partners_apply_for_315000_and_everybody_is_told(session: Session) -> None:
    case = funding.applied(session)
    assert case.stage == "applied"
    assert len(case.participants) == 6
    (told,) = {m.body for m in session.scalars(select(Message))}
    assert "315.000,00" in told
    assert "darf nicht begonnen werden" in told


def test_applying_twice_is_refused_with_a_sentence(session: Session) -> None:
    case = funding.applied(session)
    with pytest.raises(Refused) as caught:
        service.apply(
            session,
            funding.coordinator(session, case.pool),
            case.pool_id,
            TODAY,
            now=clock.now(),
        )
    assert "„Beantragt“" in caught.value.violations[0].message


def test_an_application_waits_for_the_resolutions_of_all_members(session: Session) -> None:
    case = funding.draft(session)
    juelich = cooperations.town(session, "Jülich")
    kerpen = cooperations.town(session, "Kerpen")
    rows = {r.organisation_id: r for r in session.scalars(select(Resolution))}
    rows[juelich.id].revoked_on = dt.date(2026, 10, 1)
    rows[kerpen.id].matter = "Etwas anderes"
    session.flush()
    actor = funding.coordinator(session, case.pool)
    with pytest.raises(Refused) as caught:
        service.apply(session, actor, case.pool_id, funding.APPLIED, now=clock.now())
    said = [violation.message for violation in caught.value.violations]
    assert len(said) == 2, said
    assert said[0].startswith("Jülich: Der Beschluss vom 25.09.2025")
    assert said[1].startswith("Kerpen: ")
    assert "Gegenstand" in said[1]
    assert {v.law for v in caught.value.violations} == {"Förderrichtlinie IKZ NRW"}
    cooperations.resolution(session, case.cooperation, juelich, decided_on=dt.date(2026, 10, 8))
    rows[kerpen.id].revoked_on = dt.date(2026, 10, 1)
    cooperations.resolution(session, case.cooperation, kerpen, decided_on=dt.date(2026, 10, 8))
    funding.naming(session, case.cooperation)
    session.flush()
    assert service.apply(session, actor, case.pool_id, funding.APPLIED, now=clock.now())


def test_a_programme_that_has_closed_takes_no_application(
    session: Session, moving_clock: MovableClock
) -> None:
    case = funding.draft(session)
    moving_clock.at("2027-01-04T10:00+01:00")
    with pytest.raises(InvalidInput) as caught:
        service.apply(
            session,
            funding.coordinator(session, case.pool),
            case.pool_id,
            dt.date(2027, 1, 4),
            now=clock.now(),
        )
    assert "31.12.2026" in caught.value.message
    assert case.stage == "draft"


def test_the_gate_follows_the_case(session: Session) -> None:
    pool = funding.pool(session)
    assert not gates.publication_reasons(session, pool.id, TODAY)
    case = funding.draft(session, pool)
    actor = funding.coordinator(session, pool)

    def codes() -> list[str]:
        both = (
            gates.publication_reasons(session, pool.id, TODAY),
            gates.award_reasons(session, pool.id, TODAY),
        )
        assert [r.code for r in both[0]] == [r.code for r in both[1]]
        return [reason.code for reason in both[0]]

    assert codes() == ["funding_not_applied"]
    service.apply(session, actor, pool.id, funding.APPLIED, now=clock.now())
    assert codes() == ["funding_undecided"]
    deciding.permit_early_start(session, actor, pool.id, TODAY, "AZ 34.2", now=clock.now())
    assert codes() == ["early_start_letter_missing"]
    deciding.attach_early_start(session, actor, pool.id, funding.letter(), now=clock.now())
    assert codes() == []
    assert case.early_start_file_name == "Bescheid.pdf"
    service.withdraw(session, actor, pool.id, "Andere Finanzierung", now=clock.now())
    assert codes() == []


def test_an_early_start_needs_a_day_after_the_application(session: Session) -> None:
    case = funding.applied(session)
    actor = funding.coordinator(session, case.pool)
    for day, reference in ((funding.APPLIED - dt.timedelta(days=1), "AZ"), (TODAY, " ")):
        with pytest.raises(InvalidInput):
            deciding.permit_early_start(
                session, actor, case.pool_id, day, reference, now=clock.now()
            )
    with pytest.raises(InvalidInput, match="zuerst"):
        deciding.attach_early_start(session, actor, case.pool_id, funding.letter(), now=clock.now())


def test_a_notice_sets_amount_period_and_award_rules(session: Session) -> None:
    decision = DecisionEntry(
        funding.DECIDED, 30_000_000, award_rules=("UVgO", "VOB/A"), file_reference="34.2-IKZ-7"
    )
    case = funding.granted(session, decision=decision)
    assert (case.stage, case.granted_gross_cents) == ("granted", 30_000_000)
    assert queries.award_rules(session, case.pool_id) == ("UVgO", "VOB/A")
    bodies = [m.body for m in session.scalars(select(Message))]
    assert any("Fehler im Vergabeverfahren können die Zuwendung" in body for body in bodies)


def test_a_rejection_frees_the_project_and_another_programme_may_follow(session: Session) -> None:
    case = funding.applied(session)
    actor = funding.coordinator(session, case.pool)
    deciding.reject(
        session, actor, case.pool_id, funding.DECIDED, "Mittel erschöpft", now=clock.now()
    )
    assert not gates.publication_reasons(session, case.pool_id, TODAY)
    other = service.save_case(
        session,
        actor,
        case.pool_id,
        entry_of(programme="individual", quota_basis_points=5000),
        now=clock.now(),
    )
    assert other.id != case.id
    assert queries.newest_case(session, case.pool_id) is other


def test_more_than_the_eligible_cost_cannot_be_granted(session: Session) -> None:
    with pytest.raises(InvalidInput, match="zuwendungsfähig"):
        funding.granted(session, decision=DecisionEntry(funding.DECIDED, 40_000_001))


def test_milestones_are_deadlines_with_reminders(session: Session) -> None:
    case = funding.granted(session)
    actor = funding.coordinator(session, case.pool)
    due = dt.date(2027, 6, 30)
    made = [
        planning.add_milestone(
            session, actor, case.pool_id, "Zwischennachweis", due, now=clock.now()
        )
        for _ in range(2)
    ]
    assert made[0].id == made[1].id
    deadline = session.scalars(select(Deadline).where(Deadline.subject_id == made[0].id)).one()
    assert deadline.due_at == clock.start_of_day(dt.date(2027, 7, 1))
    assert [reminder.days_before for reminder in deadline.reminders] == [28, 14, 7, 1]
    planning.reach_milestone(session, actor, case.pool_id, made[0].id, now=clock.now())
    assert deadline.met_at is not None
    with pytest.raises(InvalidInput):
        planning.add_milestone(
            session, actor, case.pool_id, "Alt", dt.date(2026, 1, 1), now=clock.now()
        )


def test_drawdowns_never_exceed_the_grant(session: Session) -> None:
    case = funding.granted(session)
    actor = funding.coordinator(session, case.pool)
    first = planning.add_drawdown(
        session, actor, case.pool_id, dt.date(2027, 1, 15), 20_000_000, now=clock.now()
    )
    with pytest.raises(InvalidInput, match="mehr als"):
        planning.add_drawdown(
            session, actor, case.pool_id, dt.date(2027, 6, 1), 11_500_001, now=clock.now()
        )
    with pytest.raises(InvalidInput, match="Bewilligt sind"):
        planning.receive_drawdown(
            session, actor, case.pool_id, first.id, TODAY, CENTS_315 + 1, now=clock.now()
        )
    for _ in range(2):
        planning.receive_drawdown(
            session, actor, case.pool_id, first.id, TODAY, 20_000_000, now=clock.now()
        )
    with pytest.raises(Refused):
        planning.receive_drawdown(session, actor, case.pool_id, first.id, TODAY, 1, now=clock.now())
    with pytest.raises(Refused):
        planning.remove_drawdown(session, actor, case.pool_id, first.id, now=clock.now())
    assert planning.received_cents(case) == 20_000_000


def expense(case: FundingCase, line: int = 0, voucher: str = "RE-1", **more: Any) -> ExpenseEntry:
    facts = {
        "line_id": case.lines[line].id,
        "paid_on": TODAY,
        "payee": "Rurtal Bürotechnik GmbH",
        "voucher": voucher,
        "amount_gross_cents": 11_900_000,
    } | more
    return ExpenseEntry(**facts)


def test_the_proof_of_use_reconciles_and_closes_the_case(session: Session) -> None:
    case = funding.granted(session)
    actor = funding.coordinator(session, case.pool)
    juelich = cooperations.town(session, "Jülich")
    with pytest.raises(InvalidInput, match="noch keine Ausgabe"):
        deciding.settle(session, actor, case.pool_id, TODAY, now=clock.now())
    proving.record_expense(
        session, actor, case.pool_id, expense(case), funding.letter("RE-1.pdf"), now=clock.now()
    )
    with pytest.raises(Refused, match="schon erfasst"):
        proving.record_expense(session, actor, case.pool_id, expense(case), now=clock.now())
    wrong = proving.record_expense(
        session,
        actor,
        case.pool_id,
        expense(case, 1, organisation_id=juelich.id, eligible_gross_cents=10_000_000),
        now=clock.now(),
    )
    found = proving.proof_of(session, case, now=clock.now())
    assert found is not None
    assert found.spent_cents == 23_800_000
    assert found.recognised_cents == 21_900_000
    assert found.final_cents == 19_710_000
    assert found.by_payer[juelich.id] == 11_900_000
    proving.cancel_expense(
        session, actor, case.pool_id, wrong.id, "Falsche Position", now=clock.now()
    )
    with pytest.raises(Refused):
        proving.cancel_expense(session, actor, case.pool_id, wrong.id, "Nochmal", now=clock.now())
    case = deciding.settle(session, actor, case.pool_id, TODAY, now=clock.now())
    assert (case.stage, case.final_gross_cents) == ("settled", 10_710_000)
    with pytest.raises(Refused):
        proving.record_expense(
            session, actor, case.pool_id, expense(case, voucher="RE-2"), now=clock.now()
        )
    assert acts(session, case)[-1] == "funding_settled"


def test_expenses_of_strangers_and_wrong_lines_are_not_found(session: Session) -> None:
    case = funding.granted(session)
    actor = funding.coordinator(session, case.pool)
    stranger = access.organisation(session, "Fremd")
    for more in ({"line_id": stranger.id}, {"organisation_id": stranger.id}):
        with pytest.raises(NotFound):
            proving.record_expense(
                session, actor, case.pool_id, expense(case, **more), now=clock.now()
            )


def test_the_record_holds_no_fractions_and_verifies(session: Session) -> None:
    case = funding.granted(session)
    stream = stream_of("pool", case.pool_id)
    assert not audit.breaks(session, stream)
    assert acts(session, case) == ["funding_planned", "funding_applied", "funding_granted"]
