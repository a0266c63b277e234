"""After an outage: which procedures it touched, and the extension signed off with one click."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations, tenders
from tests.factories import outages as make
from vergabe import clock, sweeps, worker
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.deadlines.model import Deadline
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused
from vergabe.files import current
from vergabe.law.outages import OutageFacts
from vergabe.messages.model import Message
from vergabe.notices import service as notices
from vergabe.notices.model import Notice
from vergabe.outages import finding, queries, reminding, service
from vergabe.outages.model import OutageCase
from vergabe.outages.proposing import Proposal, proposal_for
from vergabe.tenders.amending import Amendment
from vergabe.tenders.model import Tender
from vergabe.tenders.recording import stream_of
from vergabe.uptime import recording

HOUR = dt.timedelta(hours=1)
REASON = "Vier Bieter haben gemeldet, dass sie nicht hochladen konnten; geöffnet ist nichts."


@pytest.fixture
def tender(session: Session, moving_clock: MovableClock) -> Tender:
    """A published tender."""
    return tenders.published(session, current.store())


def end_of(tender: Tender) -> dt.datetime:
    assert tender.submission_deadline is not None
    return tender.submission_deadline


def proposed(session: Session, tender: Tender) -> Proposal:
    found = proposal_for(session, tender, now=clock.now())
    assert found is not None
    return found


def outage_before(
    session: Session, moving_clock: MovableClock, tender: Tender, *, hours: float, length: float = 1
) -> None:
    """Record an outage that began so many hours before the deadline, when it is over."""
    began = end_of(tender) - hours * HOUR
    moving_clock.at(began + length * HOUR + dt.timedelta(minutes=10))
    make.outage(session, began, began + length * HOUR)
    finding.examine(session, now=clock.now())


def extended(session: Session, tender: Tender, **more: object) -> Notice:
    return service.extend(
        session,
        tenders.officer(session, tender),
        tender.id,
        now=clock.now(),
        store=current.store(),
        base_url="http://localhost",
        **more,  # type: ignore[arg-type]  # of the keywords that a test names
    )


def test_one_click_extends_tells_and_records_with_the_evidence(
    session: Session, moving_clock: MovableClock, tender: Tender
) -> None:
    old, version = end_of(tender), tender.published_version
    outage_before(session, moving_clock, tender, hours=30)
    proposal = proposed(session, tender)
    assert proposal.result.law.startswith("§ 97 Abs. 1 und 2 GWB, § 20 Abs. 3 VgV")
    assert not proposal.extension.needs_reopening
    notice = extended(session, tender, submission_deadline=proposal.extension.submission_deadline)
    assert notice.kind == "change_notice"
    assert end_of(tender) == proposal.extension.submission_deadline > old
    assert tender.published_version == version + 1
    assert notice.stage == "published"
    assert "Proxy" not in tender.versions[-1].summary
    assert "nicht oder nur eingeschränkt erreichbar" in tender.versions[-1].summary
    entry = next(
        entry
        for entry in audit.entries(session, stream_of(tender.id))
        if entry.action == "tender_amended"
    )
    (kept,) = entry.details["outage"]["evidence"].values()
    assert kept["evidence"]["seen"] == make.SEEN
    running = session.scalars(
        select(Deadline).where(
            Deadline.subject_id == tender.id,
            Deadline.kind == "submission",
            Deadline.lifted_at.is_(None),
        )
    ).one()
    assert running.due_at == end_of(tender)
    assert running.law == proposal.result.law
    again = extended(session, tender)
    assert again.id == notice.id
    assert tender.published_version == version + 1


def test_an_outage_long_before_touches_nothing(
    session: Session, moving_clock: MovableClock, tender: Tender
) -> None:
    outage_before(session, moving_clock, tender, hours=24 * 20)
    assert proposal_for(session, tender, now=clock.now()) is None
    with pytest.raises(NotFound):
        extended(session, tender)


def test_a_deadline_that_ended_within_is_opened_anew_only_unopened_and_with_a_reason(
    session: Session, moving_clock: MovableClock, tender: Tender
) -> None:
    outage_before(session, moving_clock, tender, hours=2, length=6)
    proposal = proposed(session, tender)
    assert proposal.extension.needs_reopening
    assert proposal.extension.lies_inside
    assert any("§ 55 Abs. 1 VgV" in question for question in proposal.questions)
    with pytest.raises(InvalidInput) as refused:
        extended(session, tender)
    assert {v.field for v in refused.value.violations} == {"is_unopened", "reason"}
    notice = extended(session, tender, is_unopened=True, reason=REASON)
    assert end_of(tender) > clock.now() + dt.timedelta(days=6)
    assert "ungeöffnet" in tender.versions[-1].summary
    case = session.scalars(select(OutageCase)).one()
    assert (case.state, case.notice_id, case.reason) == ("extended", notice.id, REASON)


def test_the_ordinary_way_still_refuses_after_the_end(
    session: Session, moving_clock: MovableClock, tender: Tender
) -> None:
    moving_clock.at(end_of(tender))
    with pytest.raises(Refused):
        notices.publish_amendment(
            session,
            tenders.officer(session, tender),
            tender.id,
            Amendment("Wir verlängern doch noch.", submission_deadline=clock.now() + 240 * HOUR),
            now=clock.now(),
            store=current.store(),
            base_url="http://localhost",
        )


def test_what_waits_for_the_next_version_stays_where_it_is(
    session: Session, moving_clock: MovableClock, tender: Tender
) -> None:
    waiting = tenders.document(session, current.store(), tender, title="Noch in Arbeit")
    dropped = next(d for d in tender.documents if d.published_in_version)
    dropped.removed_in_version = tender.published_version + 1
    session.flush()
    outage_before(session, moving_clock, tender, hours=30)
    extended(session, tender)
    assert waiting.published_in_version is None
    assert dropped.removed_in_version == tender.published_version + 1
    titles = [row["title"] for row in tender.versions[-1].snapshot["documents"]]
    assert titles == [dropped.title]


def test_an_older_day_than_the_one_due_now_is_asked_again(
    session: Session, moving_clock: MovableClock, tender: Tender
) -> None:
    outage_before(session, moving_clock, tender, hours=30)
    seen = proposed(session, tender).extension.submission_deadline
    moving_clock.at(end_of(tender) - HOUR)
    assert proposed(session, tender).extension.submission_deadline > seen
    with pytest.raises(Refused) as refused:
        extended(session, tender, submission_deadline=seen)
    assert refused.value.violations[0].code == "proposal_changed"


def test_only_who_extends_deadlines_signs_off_or_declines(
    session: Session, moving_clock: MovableClock, tender: Tender
) -> None:
    outage_before(session, moving_clock, tender, hours=30)
    member = tenders.officer(session, tender, town="Jülich")
    with pytest.raises(Forbidden):
        service.extend(
            session,
            member,
            tender.id,
            now=clock.now(),
            store=current.store(),
            base_url="http://localhost",
        )
    with pytest.raises(Forbidden):
        service.keep(session, member, tender.id, REASON, now=clock.now())
    officer = tenders.officer(session, tender)
    with pytest.raises(InvalidInput):
        service.keep(session, officer, tender.id, "nein", now=clock.now())
    service.keep(session, officer, tender.id, REASON, now=clock.now())
    service.keep(session, officer, tender.id, REASON, now=clock.now())
    assert queries.open_count(session) == 0
    actions = [entry.action for entry in audit.entries(session, stream_of(tender.id))]
    assert actions.count("outage_without_extension") == 1


def test_an_outage_that_grew_after_the_decision_is_decided_again(
    session: Session, moving_clock: MovableClock, tender: Tender
) -> None:
    began = end_of(tender) - 10 * HOUR

    def found_until(end: dt.datetime) -> None:
        moving_clock.at(end + dt.timedelta(minutes=3))
        recording.note_outage(
            session, "faults:1", "faults", began, end, note="", evidence={}, now=clock.now()
        )
        finding.examine(session, now=clock.now())

    found_until(began + dt.timedelta(minutes=2))
    officer = tenders.officer(session, tender)
    service.keep(session, officer, tender.id, REASON, now=clock.now())
    finding.examine(session, now=clock.now())
    assert queries.open_count(session) == 0
    found_until(began + 6 * HOUR)
    assert queries.open_count(session) == 1
    assert proposed(session, tender).extension.lost == 6 * HOUR
    assert reminding.has_due(session, now=clock.now())


def test_more_evidence_of_the_same_time_changes_nothing_that_was_decided(
    session: Session, moving_clock: MovableClock, tender: Tender
) -> None:
    began = end_of(tender) - 10 * HOUR
    moving_clock.at(began + 2 * HOUR)
    found = make.outage(session, began, began + HOUR)
    finding.examine(session, now=clock.now())
    assert queries.open_count(session) == 1
    service.keep(session, tenders.officer(session, tender), tender.id, REASON, now=clock.now())
    assert make.outage(session, began, began + HOUR, with_file=True).id == found.id
    finding.examine(session, now=clock.now())
    assert queries.open_count(session) == 0


def test_officers_are_told_at_once_and_every_morning_until_it_is_decided(
    session: Session, moving_clock: MovableClock, tender: Tender
) -> None:
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    access.person(session, lead, Role.PROCUREMENT_OFFICER)
    outage_before(session, moving_clock, tender, hours=30)
    assert reminding.has_due(session, now=clock.now())
    assert reminding.send_due(session, now=clock.now()) == 1
    assert reminding.send_due(session, now=clock.now()) == 0
    moving_clock.pass_(hours=30)
    assert reminding.send_due(session, now=clock.now()) == 1
    subjects = list(
        session.scalars(select(Message.subject).where(Message.link.endswith("/ausfall")))
    )
    reminded = [subject for subject in subjects if subject.startswith("Erinnerung")]
    assert len(subjects) == 2 * len(reminded) > 0
    service.keep(session, tenders.officer(session, tender), tender.id, REASON, now=clock.now())
    moving_clock.pass_(days=1)
    assert not reminding.has_due(session, now=clock.now())


def test_what_a_person_records_concerns_the_procedures_of_that_lead(
    session: Session, moving_clock: MovableClock, tender: Tender
) -> None:
    member = access.actor(session, cooperations.town(session, "Jülich"), Role.ADMINISTRATOR)
    began = end_of(tender) - 30 * HOUR
    moving_clock.at(began + 2 * HOUR)
    outage = make.outage(session, began, began + HOUR, actor=member)
    finding.examine(session, now=clock.now())
    assert queries.open_count(session) == 0
    own = make.outage(session, began, began + HOUR, actor=tenders.officer(session, tender))
    assert own.id != outage.id
    finding.examine(session, now=clock.now())
    assert queries.open_count(session) == 1
    recording.withdraw(
        session,
        tenders.officer(session, tender),
        own.id,
        "War nur bei uns im Haus.",
        now=clock.now(),
    )
    finding.examine(session, now=clock.now())
    assert queries.open_count(session) == 0


def test_another_amendment_that_leaves_the_outage_behind_settles_it(
    session: Session, moving_clock: MovableClock, tender: Tender
) -> None:
    from vergabe import flow
    from vergabe.notices.events import NoticePublished

    outage_before(session, moving_clock, tender, hours=30)
    notice = notices.publish_amendment(
        session,
        tenders.officer(session, tender),
        tender.id,
        Amendment(
            "Wir verlängern um zwei Wochen.", submission_deadline=end_of(tender) + 336 * HOUR
        ),
        now=clock.now(),
        store=current.store(),
        base_url="http://localhost",
    )
    event = NoticePublished(notice.id, tender.id, notice.kind)
    handler = flow.handlers_of(event.name)["outages.handlers.settle_open_cases"]
    handler(session, event, event_id=notice.id, now=clock.now())
    assert session.scalars(select(OutageCase)).one().state == "superseded"


def test_a_procedure_that_cannot_be_judged_holds_up_no_other_and_is_tried_again(
    app: Flask,
    session: Session,
    moving_clock: MovableClock,
    tender: Tender,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = tenders.published(session, current.store())
    real = finding.facts_of

    def facts_of(session: Session, judged: Tender) -> OutageFacts:
        if judged.id == tender.id:
            raise LookupError("no row for this day")
        return real(session, judged)

    monkeypatch.setattr(finding, "facts_of", facts_of)
    began = end_of(tender) - 30 * HOUR
    moving_clock.at(began + 2 * HOUR)
    make.outage(session, began, began + HOUR)
    session.commit()
    sweeps.follow_outages(app)
    assert session.scalars(select(OutageCase.tender_id)).all() == [other.id]
    worker.deliver_events(app)
    monkeypatch.setattr(finding, "facts_of", real)
    moving_clock.pass_(minutes=1)
    worker.deliver_events(app)
    assert set(session.scalars(select(OutageCase.tender_id))) == {tender.id, other.id}
    assert queries.open_count(session) == 2


def test_two_reports_of_one_outage_count_once(
    session: Session, moving_clock: MovableClock, tender: Tender
) -> None:
    began = end_of(tender) - 30 * HOUR
    moving_clock.at(began + 4 * HOUR)
    make.outage(session, began, began + 2 * HOUR)
    make.outage(session, began + HOUR, began + 3 * HOUR)
    finding.examine(session, now=clock.now())
    proposal = proposed(session, tender)
    assert len(proposal.cases) == 2
    assert len(proposal.windows) == 1
    assert proposal.extension.lost == 3 * HOUR
    extended(session, tender)
    assert queries.open_count(session) == 0
