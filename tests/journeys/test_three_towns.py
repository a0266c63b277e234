"""The main job as a story: three towns, one pool, one tender with two lots, one second too late."""

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.conftest import MovableClock
from tests.journeys.three_towns import (
    COORDINATOR,
    FITTING_SUPPLIERS,
    OFFICER,
    TOWNS,
    ThreeTowns,
)
from vergabe import clock
from vergabe.audit import queries as audit
from vergabe.demands import call_queries
from vergabe.demands.model import Demand
from vergabe.enquiries import queries as enquiries
from vergabe.errors import Refused
from vergabe.exchange.validate import validate_bytes
from vergabe.files import current
from vergabe.notices import queries as notices
from vergabe.pools import queries as pools
from vergabe.pools.model import Joining
from vergabe.pools.stages import Stage as PoolStage
from vergabe.pools.stages import effective_stage
from vergabe.suppliers import following
from vergabe.tenders import rules
from vergabe.tenders.amending import Amendment
from vergabe.tenders.model import Lot, Tender

SECOND = dt.timedelta(seconds=1)
RURTAL = "Rurtal Bürotechnik GmbH"
NORTH = "Schulgeräte Nord eG"


def berlin(text: str) -> dt.datetime:
    """Return an instant given as wall-clock time in Berlin."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.BERLIN).astimezone(dt.UTC)


def subjects(dlz: ThreeTowns, kind: str) -> Counter[tuple[str, str]]:
    return Counter((reader, subject) for reader, subject, _ in dlz.told(kind=kind))


def assert_nothing_is_told_twice(dlz: ThreeTowns) -> None:
    told, mails = dlz.told(), dlz.mails()
    assert dlz.deliver() == 0, "a worker that comes second finds nothing to do"
    assert (dlz.told(), dlz.mails()) == (told, mails)
    assert [mail for mail, count in Counter(mails).items() if count > 1] == []


def assert_record_holds(dlz: ThreeTowns) -> None:
    with dlz.look() as session:
        streams = audit.streams(session)
        assert f"tender/{dlz.tender_id}" in {s.replace(":", "/") for s in streams}
        assert {s: audit.breaks(session, s) for s in streams if audit.breaks(session, s)} == {}


def published_xml(dlz: ThreeTowns) -> list[tuple[str, bytes]]:
    """Return kind and XML of every notice, the first one first."""
    with dlz.look() as session:
        return [
            (notice.kind, current.store().read(document.file_sha256))
            for notice in reversed(notices.notices_of(session, dlz.tender_id))
            for document in notice.documents
            if document.format == "xvergabe"
        ]


def binding_tender(dlz: ThreeTowns) -> None:
    dlz.collect_demands()
    dlz.bind_pool()
    dlz.draft()


def test_from_demands_to_the_binding_pool(
    dlz: ThreeTowns, client: FlaskClient, moving_clock: MovableClock
) -> None:
    # A call for demands: three bring a demand, each its own way, two have none, one is silent.
    dlz.open_call()
    assert dlz.call_id is not None
    dlz.demand_by_form("merzenich", "60")
    headers = dlz.bearer("bedarf@juelich.example")
    answer = client.post("/api/v1/demands", json=dlz.demand_as_json("220"), headers=headers)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    demand = f"/api/v1/demands/{answer.json['id']}"
    headers["If-Match"] = answer.headers.get("ETag", "*")
    assert client.post(f"{demand}/submit", headers=headers).status_code == 200
    report = dlz.demand_by_sheet("kerpen", "200")
    assert (report.demand_count, list(report.errors)) == (1, [])
    assert dlz.demand_by_sheet("kerpen", "200").is_repeat, "the same file again stores nothing"
    dlz.answer_no_demand("inden")
    dlz.answer_no_demand("linnich")
    with dlz.look() as session:
        call = call_queries.visible_call(
            session, dlz.actor(session, COORDINATOR), dlz.call_id, now=clock.now()
        )
        rate, members = call_queries.answers_for(
            session, dlz.actor(session, COORDINATOR), call, now=clock.now()
        )
        assert (rate.answered, rate.asked) == (5, 6)
        assert {m.name for m in members if m.at is None} == {"Niederzier"}
    # Released by each town's treasury, then proposed with what speaks for and against it.
    for town in TOWNS:
        dlz.release(town)
    reasons = dlz.propose()
    assert any("Merzenich, Jülich und Kerpen" in text for text in reasons["for"])
    assert any("216.000" in text for text in reasons["against"]), "480 tablets reach the threshold"
    dlz.consult()
    comment_id = dlz.comment("juelich", "Geht auch ein Gerät mit 11 Zoll?")
    dlz.answer_comment(comment_id, "Ja, 10 bis 11 Zoll.")
    # The window is open for 21 days, to the end of the last day, and time alone closes it.
    deadline = dlz.open_joining()
    assert deadline == berlin("2026-12-15T00:00:00")
    for town in ("merzenich", "juelich"):
        dlz.join(town)
    moving_clock.at(deadline - SECOND)
    dlz.join("kerpen", Decimal(180))
    assert pool_stage(dlz, deadline - SECOND) is PoolStage.JOINING
    moving_clock.at(deadline)
    assert pool_stage(dlz, deadline) is PoolStage.BINDING
    with pytest.raises(Refused):
        dlz.join("kerpen", Decimal(200))
    with dlz.look() as session:
        bound = [
            (line["quantity"], joining.decision)
            for joining in session.scalars(select(Joining).where(Joining.pool_id == dlz.pool_id))
            for line in joining.quantities
        ]
        assert sorted(bound) == [("180", "joined"), ("220", "joined"), ("60", "joined")]
    dlz.deliver()
    assert_nothing_is_told_twice(dlz)


def pool_stage(dlz: ThreeTowns, now: dt.datetime) -> PoolStage:
    with dlz.look() as session:
        pool = pools.visible_pool(session, dlz.actor(session, COORDINATOR), dlz.pool_id)
        return effective_stage(PoolStage(pool.stage), pool.joining_deadline, now)


def test_from_the_binding_pool_to_the_closed_tender(
    dlz: ThreeTowns, moving_clock: MovableClock
) -> None:
    binding_tender(dlz)
    assert dlz.reference == "DLZ-2026-0001"
    with dlz.look() as session:
        lots = session.scalars(select(Lot).where(Lot.tender_id == dlz.tender_id)).all()
        values = {lot.nuts: lot.estimated_value_net_cents for lot in lots}
    assert values == {"DEA26": 280 * 48_200, "DEA27": 200 * 48_200}
    dlz.declare_ready()
    # Sent on Tuesday, 15 December 2026: day 30 is Thursday, 14 January 2027 (§ 15 (2), (4) VgV).
    dlz.publish()
    first_deadline = dlz.tender("submission_deadline")
    assert first_deadline == berlin("2027-01-15T10:00:00")
    with pytest.raises(Refused):
        dlz.publish()
    dlz.deliver()
    invited = subjects(dlz, "invitation")
    assert {(reader, count) for (reader, _), count in invited.items()} == {(RURTAL, 1), (NORTH, 1)}
    ask_and_answer(dlz)
    amend_twice(dlz, first_deadline)
    remind_and_close(dlz, moving_clock)
    found = published_xml(dlz)
    assert [kind for kind, _ in found] == ["contract_notice", "change_notice", "change_notice"]
    assert [validate_bytes(content) for _, content in found] == [[], [], []]
    assert_record_holds(dlz)
    assert_nothing_is_told_twice(dlz)


def ask_and_answer(dlz: ThreeTowns) -> None:
    """A firm asks; everybody registered gets the answer, and nobody learns who asked."""
    for email in FITTING_SUPPLIERS:
        with dlz.acting(email) as (session, actor):
            following.follow(session, actor, dlz.tender_id, now=clock.now())
    dlz.ask(FITTING_SUPPLIERS[0], f"Wir, die {RURTAL}, fragen: Sind 11,2 Zoll zugelassen?")
    dlz.deliver()
    assert subjects(dlz, "enquiry") == {(OFFICER, "Neue Bieterfrage zu DLZ-2026-0001"): 1}
    dlz.answer("Sind 11,2 Zoll zugelassen?", "Ja, bis 11,5 Zoll.")
    dlz.deliver()
    answered = subjects(dlz, "answer")
    assert {reader for reader, _ in answered} >= {RURTAL, NORTH}
    assert set(answered.values()) == {1}
    with dlz.look() as session:
        (answer,) = enquiries.published_answers(session, dlz.tender_id)
        assert RURTAL not in f"{answer.question_text}{answer.text}"


def amend_twice(dlz: ThreeTowns, first_deadline: dt.datetime) -> None:
    """First a document is added, then the deadline moves; the old versions stay as they were."""
    dlz.upload("Leistungsbeschreibung Ergänzung.pdf")
    dlz.amend(Amendment(summary="Geräte bis 11,5 Zoll sind zugelassen.", is_substantial=False))
    dlz.deliver()
    assert dlz.tender("submission_deadline") == first_deadline
    later = berlin("2027-01-22T10:00:00")
    dlz.amend(Amendment(summary="Die Angebotsfrist ist verlängert.", submission_deadline=later))
    dlz.deliver()
    assert dlz.tender("submission_deadline") == later
    told = subjects(dlz, "change_notice")
    assert Counter(reader for (reader, _) in told.elements())[RURTAL] == 2
    with dlz.look() as session:
        tender = session.get_one(Tender, dlz.tender_id)
        assert [version.number for version in tender.versions] == [1, 2, 3]
        deadlines = [version.snapshot["submission_deadline"] for version in tender.versions]
        assert deadlines[0] == deadlines[1] != deadlines[2]
        assert sorted(d.published_in_version for d in tender.documents) == [1, 2]
    with pytest.raises(Refused):
        dlz.amend(Amendment(summary="Doch früher.", submission_deadline=first_deadline))


def remind_and_close(dlz: ThreeTowns, moving_clock: MovableClock) -> None:
    """Reminders come 7, 3 and 1 days ahead, once; the tender closes to the second."""
    deadline = dlz.tender("submission_deadline")
    dlz.let_pass(deadline - SECOND)
    assert rules.is_open_for_bids(rules.Stage.PUBLISHED, deadline, deadline - SECOND)
    moving_clock.at(deadline)
    assert not rules.is_open_for_bids(rules.Stage.PUBLISHED, deadline, moving_clock.now())
    dlz.deliver()
    reminded = [
        (reader, (clock.berlin_day(deadline) - clock.berlin_day(at)).days)
        for reader, subject, at in dlz.told(kind="deadline_reminder")
        if "Angebotsfrist" in subject
    ]
    assert reminded == [(OFFICER, 7), (OFFICER, 3), (OFFICER, 1)]
    with pytest.raises(Refused):
        dlz.ask(FITTING_SUPPLIERS[0], "Noch eine Frage?")
    with pytest.raises(Refused):
        dlz.amend(Amendment(summary="Zu spät.", submission_deadline=deadline + 7 * 86_400 * SECOND))


def test_cancelled_tender_is_told_and_its_deadlines_end(
    dlz: ThreeTowns, moving_clock: MovableClock
) -> None:
    binding_tender(dlz)
    dlz.declare_ready()
    dlz.publish()
    with dlz.acting(FITTING_SUPPLIERS[0]) as (session, actor):
        following.follow(session, actor, dlz.tender_id, now=clock.now())
    dlz.cancel("Der Haushalt 2027 ist nicht genehmigt.")
    with pytest.raises(Refused):
        dlz.cancel("Der Haushalt 2027 ist nicht genehmigt.")
    dlz.deliver()
    assert {r for r, _ in subjects(dlz, "cancellation_notice")} == {RURTAL}
    dlz.let_pass(moving_clock.now() + dt.timedelta(days=40), hours=24)
    assert not any(
        "Angebotsfrist" in subject for _, subject, _ in dlz.told(kind="deadline_reminder")
    )
    found = published_xml(dlz)
    assert [kind for kind, _ in found] == ["contract_notice", "cancellation_notice"]
    assert [validate_bytes(content) for _, content in found] == [[], []]
    with dlz.look() as session:
        stages = session.scalars(select(Demand.stage)).all()
        assert set(stages) == {"pooled"}, "the demands are free for another procedure"
    assert_record_holds(dlz)
    assert_nothing_is_told_twice(dlz)
