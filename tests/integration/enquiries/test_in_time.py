"""Which question is in time, until when law asks for its answer, and when the end must move."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, tenders
from tests.integration.enquiries import asking
from tests.integration.enquiries.asking import QUESTION
from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.enquiries import service
from vergabe.errors import Refused
from vergabe.files import current
from vergabe.law import tables
from vergabe.records import plain
from vergabe.tenders.model import Tender

NEW_LAW = """
[[row]]
id = "VgV-20-3-safe"
title = "Letzter sicherer Tag"
rule_set = "VgV"
procedures = ["any"]
phase = "answers"
branches = ["base"]
length = {days}
counting = "BACKWARD"
kind = "latest_act"
trigger = "Ende der Angebotsfrist (rückwärts)"
law = "§ 20 Abs. 3 Satz 1 Nr. 1 VgV"
source = "Beispiel"
evidence = "P"
in_force_from = {begin}
{end}
"""


def test_deadline_for_questions_marks_and_submission_deadline_closes(
    session: Session, tender: Tender, firm: Organisation, moving_clock: MovableClock
) -> None:
    assert tender.enquiries_deadline is not None
    assert tender.submission_deadline is not None
    moving_clock.at(tender.enquiries_deadline - dt.timedelta(seconds=2))
    assert asking.ask(session, tender, firm, "Frage eins").is_timely
    moving_clock.at(tender.enquiries_deadline)
    assert not asking.ask(session, tender, firm, "Frage zwei").is_timely
    moving_clock.at(tender.submission_deadline)
    with pytest.raises(Refused):
        asking.ask(session, tender, firm, "Frage drei")


def test_late_answer_warns_that_the_deadline_must_move(
    session: Session, tender: Tender, firm: Organisation, moving_clock: MovableClock
) -> None:
    early, late = (
        asking.ask(session, tender, firm),
        asking.ask(session, tender, firm, "Noch eine Frage?"),
    )
    assert tender.submission_deadline is not None
    moving_clock.at(tender.submission_deadline - dt.timedelta(days=10))
    assert asking.answer(session, tender, early).warnings == []
    moving_clock.at(tender.submission_deadline - dt.timedelta(days=3))
    warnings = asking.answer(session, tender, late).warnings
    assert any("Neues Ende der Angebotsfrist" in warning for warning in warnings)


def test_law_that_came_after_the_procedure_began_asks_for_no_extension(
    session: Session,
    tender: Tender,
    firm: Organisation,
    moving_clock: MovableClock,
    tmp_path: Path,
) -> None:
    enquiry = asking.ask(session, tender, firm)
    assert tender.submission_deadline is not None
    moving_clock.at(tender.submission_deadline - dt.timedelta(days=10))
    rows = [
        NEW_LAW.format(days=days, begin=begin, end=end)
        for days, begin, end in (
            (6, "2016-04-18", "in_force_to = 2026-12-09"),
            (14, "2026-12-10", ""),
        )
    ]
    (tmp_path / "periods.toml").write_text("".join(rows), encoding="utf-8")
    tables.use_folder(tmp_path)
    try:
        due_at = service.answer_due(session, tender)
        assert due_at is not None
        assert due_at > clock.now()
        assert service.warnings_about_answering(session, tender, [enquiry], now=clock.now()) == []
    finally:
        tables.use_folder(None)


def test_below_the_threshold_only_the_last_days_are_worth_a_warning(
    app: Flask, session: Session, moving_clock: MovableClock, tender: Tender, firm: Organisation
) -> None:
    small = tenders.published(
        session,
        current.store(),
        lines=(("Einsatzjacke nach EN 469", Decimal(50), "H87", 60_000),),
        title="Einsatzkleidung der Feuerwehr",
        cpv="35811100",
    )
    assert small.submission_deadline is not None
    assert not small.law_result["reaches_threshold"]
    enquiry = asking.ask(session, small, firm)
    asked = [enquiry]
    for days, is_warned in ((8, False), (2, True), (0, False)):
        now = small.submission_deadline - dt.timedelta(days=days)
        found = service.warnings_about_answering(session, small, asked, now=now)
        assert bool(found) is is_warned, days


def test_late_answer_to_a_late_question_obliges_to_nothing(
    session: Session, tender: Tender, firm: Organisation, moving_clock: MovableClock
) -> None:
    assert tender.submission_deadline is not None
    moving_clock.at(tender.submission_deadline - dt.timedelta(days=2))
    enquiry = asking.ask(session, tender, firm)
    assert not enquiry.is_timely
    assert asking.answer(session, tender, enquiry).warnings == []


def test_a_question_is_in_time_once_its_deadline_was_extended_beyond_it(
    session: Session,
    client: FlaskClient,
    tender: Tender,
    firm: Organisation,
    moving_clock: MovableClock,
) -> None:
    officer = asking.officer(session, tender)
    path, late_ones = f"/vergabeverfahren/{tender.id}/fragen", "/alle?spaet=1"
    assert tender.enquiries_deadline is not None
    assert tender.submission_deadline is not None
    moving_clock.at(tender.enquiries_deadline + dt.timedelta(minutes=10))
    late = asking.ask(session, tender, firm)
    moving_clock.at(tender.submission_deadline - dt.timedelta(days=3))
    assert service.warnings_about_answering(session, tender, [late], now=clock.now()) == []
    access.log_in(client, officer)
    assert "nach der Frist für Fragen" in client.get(path).get_data(as_text=True)
    assert QUESTION in client.get(path + late_ones).get_data(as_text=True)
    tender.enquiries_deadline += dt.timedelta(days=1)  # after an outage that came before its end
    session.commit()
    assert "nach der Frist für Fragen" not in client.get(path).get_data(as_text=True)
    assert QUESTION not in client.get(path + late_ones).get_data(as_text=True)
    found = service.warnings_about_answering(session, tender, [late], now=clock.now())
    assert any("Neues Ende der Angebotsfrist" in warning for warning in found)
    ours = access.bearer(session, officer, asking.lead(session, tender))
    listed = client.get(f"/api/v1/tenders/{tender.id}/enquiries", headers=ours).get_json()
    assert [each["is_timely"] for each in listed["items"]] == [True]
    told = plain.questions(session, tenders.officer(session, tender), tender)["questions"]
    assert [(e["is_timely"], e["counts_as_timely"]) for e in told] == [(False, True)]
