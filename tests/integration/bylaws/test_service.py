"""By-laws are versions: added, ended, replaced, never edited."""

import dataclasses
import datetime as dt
import io
import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.factories import access, cooperations
from tests.factories import bylaws as factory
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.bylaws import facts, queries, service
from vergabe.bylaws.model import ProcurementBylaw
from vergabe.db import reading, unit_of_work
from vergabe.errors import DomainError, Forbidden, InvalidInput, NotFound, Refused, Stale
from vergabe.files.current import store
from vergabe.files.documents import Upload
from vergabe.messages.model import Message

TODAY = dt.date(2026, 11, 23)
LATER = factory.entry(
    title="Neue Vergabesatzung",
    adopted_on=dt.date(2026, 11, 10),
    valid_from=dt.date(2027, 1, 1),
    direct_max_net_cents=10_000_00,
)


@pytest.fixture
def julich(session: Session) -> Organisation:
    cooperations.dlz(session)
    return cooperations.town(session, "Jülich")


@pytest.fixture
def officer(session: Session, julich: Organisation) -> Actor:
    return access.actor(session, julich, Role.PROCUREMENT_OFFICER)


def add(
    session: Session, actor: Actor, organisation: Organisation, **more: Any
) -> ProcurementBylaw:
    given = more.pop("entry", factory.entry())
    return service.add_version(session, actor, organisation.id, given, now=NOON, **more)


def acts(session: Session, organisation: Organisation) -> list[str]:
    return [entry.action for entry in audit.entries(session, f"organisation:{organisation.id}")]


def test_a_version_is_recorded_and_the_lead_is_told(
    session: Session, julich: Organisation, officer: Actor
) -> None:
    row = add(session, officer, julich)
    assert (row.number, row.direct_max_net_cents) == (1, 25_000_00)
    assert acts(session, julich) == ["bylaw_added"]
    entry = audit.entries(session, f"organisation:{julich.id}")[0]
    assert entry.details["direct_max_net_cents"] == 25_000_00
    assert entry.details["valid_from"] == "2026-02-01"
    (message,) = session.scalars(select(Message))
    lead = cooperations.town(session, "Merzenich")
    assert message.organisation_id == lead.id
    assert message.link == f"/satzungen/{row.id}"


def test_the_second_click_is_told_and_records_nothing(
    session: Session, julich: Organisation, officer: Actor
) -> None:
    add(session, officer, julich)
    with pytest.raises(Refused) as raised:
        add(session, officer, julich)
    assert raised.value.code == "bylaw_already_recorded"
    assert acts(session, julich) == ["bylaw_added"]


def test_overlapping_versions_are_refused(
    session: Session, julich: Organisation, officer: Actor
) -> None:
    add(session, officer, julich)
    with pytest.raises(InvalidInput) as raised:
        add(session, officer, julich, entry=LATER)
    assert raised.value.field == "valid_from"
    assert "Fassung 1" in raised.value.message


def test_a_new_version_can_end_the_one_before(
    session: Session, julich: Organisation, officer: Actor
) -> None:
    first = add(session, officer, julich)
    second = add(session, officer, julich, entry=LATER, ends_previous=True)
    assert first.valid_to == dt.date(2026, 12, 31)
    assert second.number == 2
    assert acts(session, julich) == ["bylaw_added", "bylaw_ended", "bylaw_added"]
    on = {
        day: queries.in_force(session, [julich.id], day)[julich.id].number
        for day in (dt.date(2026, 12, 31), dt.date(2027, 1, 1))
    }
    assert list(on.values()) == [1, 2]
    assert queries.in_force(session, [julich.id], dt.date(2026, 1, 31)) == {}


def test_a_version_ends_with_a_reason_once(
    session: Session, julich: Organisation, officer: Actor
) -> None:
    row = add(session, officer, julich)
    with pytest.raises(InvalidInput) as raised:
        service.end_version(session, officer, row.id, valid_to=TODAY, reason=" ", now=NOON)
    assert raised.value.field == "reason"
    service.end_version(session, officer, row.id, valid_to=TODAY, reason="Ratsbeschluss", now=NOON)
    assert queries.in_force(session, [julich.id], TODAY)[julich.id] is row
    assert queries.in_force(session, [julich.id], TODAY + dt.timedelta(days=1)) == {}
    with pytest.raises(Refused) as again:
        service.end_version(session, officer, row.id, valid_to=TODAY, reason="Noch mal", now=NOON)
    assert again.value.code == "bylaw_already_ended"


def test_a_mistake_is_replaced_and_stays_readable(
    session: Session, julich: Organisation, officer: Actor
) -> None:
    upload = Upload("satzung.pdf", io.BytesIO(b"%PDF-1.7 Text"), store())
    wrong = add(session, officer, julich, upload=upload)
    right = service.correct_version(
        session,
        officer,
        wrong.id,
        factory.entry(direct_max_net_cents=2_500_00),
        reason="Eine Null zu viel",
        version=wrong.version,
        now=NOON,
    )
    assert wrong.direct_max_net_cents == 25_000_00
    assert (wrong.replaced_by_id, wrong.replacement_reason) == (right.id, "Eine Null zu viel")
    assert (right.number, right.file_sha256) == (2, wrong.file_sha256)
    assert queries.in_force(session, [julich.id], TODAY)[julich.id] is right
    entry = audit.entries(session, f"organisation:{julich.id}")[-1]
    assert (entry.action, entry.reason) == ("bylaw_corrected", "Eine Null zu viel")
    for command in (_correct, _end):
        with pytest.raises(Refused) as raised:
            command(session, officer, wrong)
        assert raised.value.code == "bylaw_replaced"


def _correct(session: Session, actor: Actor, row: ProcurementBylaw) -> None:
    service.correct_version(
        session, actor, row.id, factory.entry(title="Andere"), reason="x", now=NOON
    )


def _end(session: Session, actor: Actor, row: ProcurementBylaw) -> None:
    service.end_version(session, actor, row.id, valid_to=TODAY, reason="x", now=NOON)


def test_a_correction_that_changes_nothing_is_refused(
    session: Session, julich: Organisation, officer: Actor
) -> None:
    row = add(session, officer, julich)
    with pytest.raises(Refused) as raised:
        service.correct_version(
            session, officer, row.id, factory.entry(), reason="Versehen", now=NOON
        )
    assert raised.value.code == "nothing_to_correct"


def test_the_officer_who_saw_an_older_state_is_told(
    session: Session, julich: Organisation, officer: Actor
) -> None:
    row = add(session, officer, julich)
    seen = row.version
    service.attach_document(
        session, officer, row.id, Upload("s.pdf", io.BytesIO(b"%PDF"), store()), now=NOON
    )
    with pytest.raises(Stale):
        service.end_version(
            session, officer, row.id, valid_to=TODAY, reason="x", version=seen, now=NOON
        )


@pytest.mark.parametrize(
    "values",
    [{"direct_max_net_cents": 1}, {"minimum_tender_days": 1}, {"valid_from": TODAY}, {"note": "x"}],
)
def test_the_database_itself_refuses_edits(
    session: Session, julich: Organisation, officer: Actor, values: dict[str, Any]
) -> None:
    row = add(session, officer, julich)
    with pytest.raises(DBAPIError, match="append only"), session.begin_nested():
        session.execute(
            update(ProcurementBylaw).where(ProcurementBylaw.id == row.id).values(**values)
        )


def test_only_the_own_municipality_keeps_its_bylaws(
    session: Session, julich: Organisation, officer: Actor
) -> None:
    row = add(session, officer, julich)
    stranger = access.actor(session, cooperations.town(session, "Kerpen"), Role.PROCUREMENT_OFFICER)
    for command in (
        lambda: add(session, stranger, julich),
        lambda: _end(session, stranger, row),
        lambda: _correct(session, stranger, row),
    ):
        with pytest.raises(NotFound):
            command()
    auditor = access.actor(session, julich, Role.AUDITOR)
    with pytest.raises(Forbidden):
        add(session, auditor, julich, entry=LATER)


def test_partners_read_and_others_do_not_find_it(
    session: Session, julich: Organisation, officer: Actor
) -> None:
    row = add(session, officer, julich)
    partner = access.actor(session, cooperations.town(session, "Kerpen"), Role.REQUESTER)
    assert queries.visible_bylaw(session, partner, row.id, TODAY) is row
    names = [one.name for one in queries.visible_organisations(session, partner, TODAY)]
    assert names == ["Kerpen", "Jülich", "Merzenich"]
    outsider = access.actor(session, access.organisation(session, "Linnich"), Role.REQUESTER)
    with pytest.raises(NotFound):
        queries.visible_bylaw(session, outsider, row.id, TODAY)
    assert [o.name for o in queries.visible_organisations(session, outsider, TODAY)] == ["Linnich"]


def test_rule_sets_are_those_of_the_day(
    session: Session, julich: Organisation, officer: Actor
) -> None:
    add(session, officer, julich)
    kerpen = cooperations.town(session, "Kerpen")
    found = {rules.member: rules for rules in facts.rule_sets(session, [julich, kerpen], TODAY)}
    assert found["Jülich"].bylaw is not None
    assert found["Jülich"].bylaw_label == "Vergabesatzung vom 15.01.2026, Fassung 1"
    assert found["Jülich"].key == str(julich.id)
    assert found["Kerpen"].bylaw is None
    before = facts.rule_sets(session, [julich], dt.date(2026, 1, 31))
    assert before[0].bylaw is None
    used = facts.gathered(session, [kerpen, julich], TODAY).versions
    assert [(entry["name"], entry["number"]) for entry in used] == [("Jülich", 1), ("Kerpen", None)]


def test_two_officers_at_once_leave_one_version_for_each_day(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        town = access.organisation(session, "Jülich")
        officers = [access.actor(session, town, Role.PROCUREMENT_OFFICER) for _ in range(2)]
        town_id = town.id
    start, outcomes = threading.Barrier(2), []

    def record(actor: Actor, title: str) -> None:
        start.wait(timeout=120)
        entry = dataclasses.replace(factory.entry(), title=title)
        try:
            with own_app.app_context(), unit_of_work() as session:
                service.add_version(session, actor, town_id, entry, now=NOON)
            outcomes.append("added")
        except DomainError as error:
            outcomes.append(error.code)

    threads = [
        threading.Thread(target=record, args=(actor, f"Satzung {number}"))
        for number, actor in enumerate(officers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["added", "bylaws_overlap"]
    with own_app.app_context(), reading() as session:
        assert len(list(session.scalars(select(ProcurementBylaw)))) == 1
