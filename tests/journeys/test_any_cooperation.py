"""One story for every group: from its file to a public joint tender, by configuration alone."""

import dataclasses
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import sdk
from tests.conftest import MovableClock
from tests.journeys.any_cooperation import AnyCooperation
from vergabe import clock
from vergabe.audit import queries as audit
from vergabe.cooperations.rules import Stage, Subject
from vergabe.cooperations.voting import Required
from vergabe.errors import Refused
from vergabe.exchange.validate import validate_bytes
from vergabe.files import current
from vergabe.messages.model import Message
from vergabe.notices import queries as notices
from vergabe.tenders import gates
from vergabe.tenders.model import Tender

KNOWN = Path(__file__).parents[2] / "examples" / "cooperations"
FILES = [*sorted(KNOWN.glob("*.toml")), Path(__file__).with_name("fifth.toml")]


@pytest.fixture(params=FILES, ids=[file.stem for file in FILES])
def group(
    request: pytest.FixtureRequest,
    app: Flask,
    session: Session,
    moving_clock: MovableClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AnyCooperation:
    settings = app.extensions["vergabe_settings"]
    posted = dataclasses.replace(settings, smtp_url=f"file://{tmp_path / 'mails'}")
    monkeypatch.setitem(app.extensions, "vergabe_settings", posted)
    return AnyCooperation(app, moving_clock, request.param.read_bytes())


def missing(group: AnyCooperation) -> dict[str, list[str]]:
    """Return each closed gate with its reasons."""
    with group.look() as session:
        tender = session.get_one(Tender, group.tender_id)
        found = gates.all_gates(session, tender, now=clock.now())
        return {g.key: [reason.message for reason in g.reasons] for g in found if not g.is_open}


def test_a_group_goes_from_its_file_to_a_public_joint_tender(
    group: AnyCooperation, tmp_path: Path
) -> None:
    assert group.report.is_changed
    assert not group.load().is_changed, "the same file again changes nothing"
    # An agreement that is not in force lets a group ask and plan, and no more.
    group.bring_demands()
    group.propose()
    if group.stage() is not Stage.IN_FORCE:
        group.decide_all(Subject.JOINING)
        group.bring_into_force()
    group.decide_all(Subject.JOINING)
    group.empower_lead()
    group.ask_own_providers()
    group.vote_if_asked(Required.BEFORE_JOINING)
    group.bind()
    group.draft()
    group.declare_ready()
    group.vote_if_asked(Required.BEFORE_PUBLICATION)
    group.decide_all(Subject.TENDER)
    assert missing(group) == {}
    group.publish()
    group.deliver()
    # What is public obeys its schema, adds up per member, and every chain of the record holds.
    with group.look() as session:
        (notice,) = notices.notices_of(session, group.tender_id)
        (xml,) = [d for d in notice.documents if d.format == "xvergabe"]
        assert validate_bytes(current.store().read(xml.file_sha256)) == []
        (official,) = [d for d in notice.documents if d.format == "eforms"]
        verdict = sdk.judged(current.store().read(official.file_sha256), tmp_path)
        assert verdict["valid"], verdict
        streams = audit.streams(session)
        assert {s: audit.breaks(session, s) for s in streams if audit.breaks(session, s)} == {}
        assert session.scalars(select(Message.id)).first() is not None
    total, parts, wanted = group.shares()
    assert parts == wanted
    assert sum(parts.values()) == total
    assert len(parts) == len(group.buyer_ids) >= 2
    with pytest.raises(Refused):
        group.publish()
