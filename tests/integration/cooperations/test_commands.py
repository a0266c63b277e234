import datetime as dt
import io
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.factories import access
from tests.factories import cooperations as factory
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.cooperations import (
    agreement_approval,
    agreements,
    gates,
    mandates,
    papers,
    queries,
    resolutions,
)
from vergabe.cooperations.agreement_rules import NEXT_STAGE
from vergabe.cooperations.documents import Upload
from vergabe.cooperations.entries import MandateEntry, ResolutionEntry
from vergabe.cooperations.gates import PublicationFacts
from vergabe.cooperations.model import Agreement, Cooperation, Mandate, Member, Resolution
from vergabe.cooperations.papers import PaperEntry
from vergabe.cooperations.rules import (
    ALLOWS,
    Activity,
    LegalForm,
    Move,
    Scope,
    Stage,
    Subject,
)
from vergabe.errors import DomainError, Forbidden, InvalidInput, NotFound, Refused, TooLarge
from vergabe.files.store import FileStore
from vergabe.messages.model import Message

TODAY = dt.date(2026, 11, 23)
OPERATOR = Actor.operator("Test")
RESOLUTION = ResolutionEntry(Subject.JOINING, "Rat", dt.date(2026, 10, 1), is_adopted=True)
MANDATE = MandateEntry(frozenset({Scope.TENDER}), "Wir bevollmächtigen.", dt.date(2026, 12, 1))


@pytest.fixture
def cooperation(session: Session) -> Cooperation:
    return factory.dlz(session, with_mandates=False, with_resolutions=False)


def member(session: Session, name: str = "Jülich", *roles: Role) -> Actor:
    return access.actor(session, factory.town(session, name), *(roles or [Role.COORDINATOR]))


def acts(session: Session, cooperation: Cooperation) -> list[str]:
    return [entry.action for entry in audit.entries(session, f"cooperation:{cooperation.id}")]


def record(session: Session, actor: Actor, cooperation: Cooperation, **more: Any) -> Resolution:
    entry = more.pop("entry", RESOLUTION)
    return resolutions.record_resolution(session, actor, cooperation.id, entry, now=NOON, **more)


def grant(session: Session, actor: Actor, cooperation: Cooperation, **more: Any) -> Mandate:
    entry = more.pop("entry", MANDATE)
    return mandates.grant_mandate(session, actor, cooperation.id, entry, now=NOON, **more)


def revoke(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    row: Resolution | Mandate,
    on: dt.date = TODAY,
    reason: str = "Neu entschieden",
) -> None:
    command: Callable[..., object] = (
        resolutions.revoke_resolution if isinstance(row, Resolution) else mandates.revoke_mandate
    )
    command(session, actor, cooperation.id, row.id, revoked_on=on, reason=reason, now=NOON)


def test_member_records_its_resolution_and_the_record_says_so(
    session: Session, cooperation: Cooperation
) -> None:
    before = cooperation.version
    found = record(session, member(session), cooperation)
    assert found.organisation.name == "Jülich"
    assert found.result == "adopted"
    assert acts(session, cooperation) == ["resolution_recorded"]
    assert cooperation.version > before


def test_second_click_gets_a_sentence_and_one_resolution(
    session: Session, cooperation: Cooperation
) -> None:
    actor = member(session)
    record(session, actor, cooperation)
    with pytest.raises(Refused, match="schon eingetragen"):
        record(session, actor, cooperation)
    assert len(queries.resolutions(session, cooperation.id)) == 1


def test_texts_are_cleaned_before_they_are_kept(session: Session, cooperation: Cooperation) -> None:
    entry = ResolutionEntry(
        Subject.JOINING,
        "  Haupt-\u00ad und Finanzausschuß\u200b ",
        TODAY,
        is_adopted=True,
        wording="Zeile 1\r\nZeile 2 &amp;amp; <b>",
    )
    found = record(session, member(session), cooperation, entry=entry)
    assert found.body == "Haupt- und Finanzausschuß"
    assert found.wording == "Zeile 1\nZeile 2 &amp;amp; <b>"


BAD_RESOLUTIONS: list[tuple[dict[str, Any], str]] = [
    ({"body": ""}, "body"),
    ({"body": "x" * 201}, "body"),
    ({"body": "Rat\x00"}, "body"),
    ({"wording": "x" * 20_001}, "wording"),
    ({"decided_on": dt.date(2026, 11, 24)}, "decided_on"),
    ({"decided_on": dt.date(26, 1, 1)}, "decided_on"),
    ({"limit_net_cents": 0}, "limit_net_cents"),
    ({"limit_net_cents": -5}, "limit_net_cents"),
    ({"limit_net_cents": 10**17}, "limit_net_cents"),
    ({"subject": Subject.TENDER}, "pool_id"),
    ({"pool_id": uuid.uuid4()}, "pool_id"),
]


@pytest.mark.parametrize(("change", "field"), BAD_RESOLUTIONS)
def test_wrong_resolution_is_refused_at_its_field(
    session: Session, cooperation: Cooperation, change: dict[str, Any], field: str
) -> None:
    facts: dict[str, Any] = {
        "subject": Subject.JOINING,
        "body": "Rat",
        "decided_on": TODAY,
        "is_adopted": True,
    } | change
    with pytest.raises(InvalidInput) as caught:
        record(session, member(session), cooperation, entry=ResolutionEntry(**facts))
    assert [violation.field for violation in caught.value.violations] == [field]
    assert queries.resolutions(session, cooperation.id) == []


def test_pool_of_nobody_is_not_found(session: Session, cooperation: Cooperation) -> None:
    entry = ResolutionEntry(Subject.TENDER, "Rat", TODAY, is_adopted=True, pool_id=uuid.uuid4())
    with pytest.raises(NotFound):
        record(session, member(session), cooperation, entry=entry)


BAD_MANDATES: list[tuple[dict[str, Any], str]] = [
    ({"scope": frozenset()}, "scope"),
    ({"wording": " \n"}, "wording"),
    ({"valid_to": dt.date(2026, 11, 30)}, "valid_to"),
    ({"valid_to": dt.date(9999, 1, 1)}, "valid_to"),
    ({"valid_from": dt.date(1026, 1, 1)}, "valid_from"),
    ({"limit_net_cents": 0}, "limit_net_cents"),
]


@pytest.mark.parametrize(("change", "field"), BAD_MANDATES)
def test_wrong_mandate_is_refused_at_its_field(
    session: Session, cooperation: Cooperation, change: dict[str, Any], field: str
) -> None:
    facts: dict[str, Any] = {
        "scope": MANDATE.scope,
        "wording": MANDATE.wording,
        "valid_from": MANDATE.valid_from,
    } | change
    with pytest.raises(InvalidInput) as caught:
        grant(session, member(session), cooperation, entry=MandateEntry(**facts))
    assert [violation.field for violation in caught.value.violations] == [field]


def test_member_empowers_the_lead_once(session: Session, cooperation: Cooperation) -> None:
    actor = member(session, "Jülich", Role.RELEASER)
    found = grant(session, actor, cooperation)
    assert found.grantee_id == cooperation.lead_organisation_id
    with pytest.raises(Refused, match="schon vor"):
        grant(session, actor, cooperation)
    assert acts(session, cooperation) == ["mandate_granted"]


def test_lead_cannot_empower_itself(session: Session, cooperation: Cooperation) -> None:
    with pytest.raises(Refused, match="selbst federführend"):
        grant(session, member(session, "Merzenich"), cooperation)


@pytest.mark.parametrize(
    ("command", "role"),
    [(record, Role.REQUESTER), (record, Role.AUDITOR), (grant, Role.PROCUREMENT_OFFICER)],
)
def test_wrong_role_is_forbidden(
    session: Session, cooperation: Cooperation, command: Callable[..., object], role: Role
) -> None:
    with pytest.raises(Forbidden):
        command(session, member(session, "Jülich", role), cooperation)


@pytest.mark.parametrize("command", [record, grant])
def test_nobody_files_for_another_member(
    session: Session, cooperation: Cooperation, command: Callable[..., object]
) -> None:
    kerpen = factory.town(session, "Kerpen")
    with pytest.raises(NotFound):
        command(session, member(session), cooperation, organisation_id=kerpen.id)
    with pytest.raises(NotFound):
        command(session, member(session, "Inden"), cooperation)
    command(session, OPERATOR, cooperation, organisation_id=kerpen.id)


def test_role_in_another_cooperation_does_not_count(
    session: Session, cooperation: Cooperation
) -> None:
    other = factory.dlz(
        session, ("Merzenich", "Jülich"), key="zwei", reference_prefix="ZWEI", with_mandates=False
    )
    town = factory.town(session, "Jülich")
    user = access.person(session, town, Role.COORDINATOR, cooperation_id=other.id)
    from vergabe.access.queries import actor_for

    actor = actor_for(session, user, town.id, now=NOON)
    with pytest.raises(Forbidden):
        record(session, actor, cooperation)
    assert record(session, actor, other)


@pytest.mark.parametrize("make", [factory.resolution, factory.mandate])
def test_revocation_of_another_members_paper_is_not_found(
    session: Session, cooperation: Cooperation, make: Callable[..., Resolution | Mandate]
) -> None:
    row = make(session, cooperation, factory.town(session, "Kerpen"))
    with pytest.raises(NotFound):
        revoke(session, member(session), cooperation, row)
    with pytest.raises(NotFound):
        revoke(session, member(session, "Merzenich"), cooperation, row)
    assert row.revoked_on is None


@pytest.mark.parametrize("make", [factory.resolution, factory.mandate])
def test_paper_of_another_cooperation_is_not_found_here(
    session: Session, cooperation: Cooperation, make: Callable[..., Resolution | Mandate]
) -> None:
    other = factory.dlz(
        session, ("Merzenich", "Jülich"), key="zwei", reference_prefix="ZWEI", with_mandates=False
    )
    row = make(session, other, factory.town(session, "Jülich"))
    with pytest.raises(NotFound):
        revoke(session, member(session), cooperation, row)


@pytest.mark.parametrize("make", [factory.resolution, factory.mandate])
def test_revocation_closes_the_gate_and_the_lead_is_told_once(
    session: Session, cooperation: Cooperation, make: Callable[..., Resolution | Mandate]
) -> None:
    row = make(session, cooperation, factory.town(session, "Jülich"))
    actor = member(session)
    revoke(session, actor, cooperation, row)
    with pytest.raises(Refused, match=r"schon zum 23\.11\.2026"):
        revoke(session, actor, cooperation, row)
    (message,) = session.scalars(select(Message))
    assert message.organisation_id == cooperation.lead_organisation_id
    assert message.link == "/zusammenarbeit/dlz"
    assert "23.11.2026" in message.body
    last = audit.entries(session, f"cooperation:{cooperation.id}")[-1]
    assert last.reason == "Neu entschieden"
    assert last.details["revoked_on"] == "2026-11-23"


@pytest.mark.parametrize(
    ("make", "on", "is_possible"),
    [
        (factory.resolution, dt.date(2025, 9, 24), False),
        (factory.resolution, dt.date(2025, 9, 25), True),
        (factory.resolution, dt.date(2026, 11, 23), True),
        (factory.resolution, dt.date(2026, 11, 24), False),
        (factory.mandate, dt.date(2026, 1, 31), False),
        (factory.mandate, dt.date(2026, 2, 1), True),
        (factory.mandate, dt.date(2026, 12, 31), True),
        (factory.mandate, dt.date(2126, 12, 31), False),
    ],
)
def test_day_of_revocation_has_its_limits(
    session: Session,
    cooperation: Cooperation,
    make: Callable[..., Resolution | Mandate],
    on: dt.date,
    is_possible: bool,
) -> None:
    row = make(session, cooperation, factory.town(session, "Jülich"))
    if is_possible:
        revoke(session, member(session), cooperation, row, on)
        assert row.revoked_on == on
    else:
        with pytest.raises(InvalidInput):
            revoke(session, member(session), cooperation, row, on)


def test_revocation_needs_a_reason(session: Session, cooperation: Cooperation) -> None:
    row = factory.resolution(session, cooperation, factory.town(session, "Jülich"))
    with pytest.raises(InvalidInput, match="Grund"):
        revoke(session, member(session), cooperation, row, reason="  ")


def test_mandate_that_has_run_out_is_not_revoked(
    session: Session, cooperation: Cooperation
) -> None:
    town = factory.town(session, "Jülich")
    row = factory.mandate(session, cooperation, town, valid_to=dt.date(2026, 11, 22))
    with pytest.raises(Refused, match="abgelaufen"):
        revoke(session, member(session), cooperation, row)


def test_closed_session_keeps_its_contents_out_of_the_shared_record(
    session: Session, cooperation: Cooperation
) -> None:
    entry = ResolutionEntry(
        Subject.JOINING,
        "Rat",
        TODAY,
        is_adopted=True,
        wording="Geheim",
        conditions="Auch geheim",
        limit_net_cents=1_00,
        is_public=False,
    )
    record(session, member(session), cooperation, entry=entry)
    (act,) = audit.entries(session, f"cooperation:{cooperation.id}")
    assert not {"wording", "conditions", "limit_net_cents", "item_number"} & set(act.details)


def upload(
    store: FileStore, name: str = "Niederschrift.pdf", content: bytes = b"%PDF-1.7"
) -> Upload:
    return Upload(name, io.BytesIO(content), store)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(str(tmp_path))


def test_document_is_kept_with_its_name_and_once(
    session: Session, cooperation: Cooperation, store: FileStore
) -> None:
    actor = member(session)
    found = record(
        session, actor, cooperation, upload=upload(store, "C:\\Akten\\Niederschrift Köln.PDF")
    )
    (first,) = found.papers
    assert first.file_name == "Niederschrift Köln.PDF"
    assert store.read(first.file_sha256) == b"%PDF-1.7"
    for _ in range(2):
        papers.add_paper(
            session,
            actor,
            cooperation.id,
            found.id,
            PaperEntry(),
            upload(store, content=b"besser"),
            now=NOON,
        )
    assert len(found.papers) == 2
    last = audit.entries(session, f"cooperation:{cooperation.id}")[-1]
    assert last.details["file_sha256"] == found.papers[1].file_sha256


def test_document_of_another_member_cannot_be_replaced(
    session: Session, cooperation: Cooperation, store: FileStore
) -> None:
    row = factory.mandate(session, cooperation, factory.town(session, "Kerpen"))
    with pytest.raises(NotFound):
        mandates.attach_to_mandate(
            session, member(session), cooperation.id, row.id, upload(store), now=NOON
        )


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("virus.exe", b"MZ", InvalidInput),
        ("ohne", b"x", InvalidInput),
        ("leer.pdf", b"", InvalidInput),
        ("Akte\x00.pdf", b"x", InvalidInput),
        ("gross.pdf", b"x" * (20 * 1024 * 1024 + 1), TooLarge),
    ],
)
def test_unfit_document_is_refused(
    session: Session,
    cooperation: Cooperation,
    store: FileStore,
    name: str,
    content: bytes,
    error: type[DomainError],
) -> None:
    with pytest.raises(error):
        record(session, member(session), cooperation, upload=upload(store, name, content))
    assert queries.resolutions(session, cooperation.id) == []


def move(
    session: Session, actor: Actor, cooperation: Cooperation, step: Move, **more: Any
) -> Agreement:
    facts: dict[str, Any] = {"on": TODAY, "reason": "Ratsbeschluss", "now": NOON} | more
    return agreements.move_agreement(session, actor, cooperation.id, step, **facts)


def test_agreement_goes_all_the_way_each_step_recorded_and_told(session: Session) -> None:
    cooperation = factory.dlz(session, agreement_stage="informal")
    lead = member(session, "Merzenich")
    move(session, lead, cooperation, Move.RESOLVE, legal_form=LegalForm.PUBLIC_LAW_AGREEMENT)
    move(session, lead, cooperation, Move.SIGN)
    with pytest.raises(Refused, match="Genehmigung"):
        move(session, lead, cooperation, Move.BRING_INTO_FORCE)
    move(session, lead, cooperation, Move.APPROVE)
    with pytest.raises(Refused, match="Tag nach der Bekanntmachung"):
        move(session, lead, cooperation, Move.BRING_INTO_FORCE)
    agreement_approval.publish(
        session,
        lead,
        cooperation.id,
        1,
        published_on=TODAY,
        published_in="Amtsblatt 47/2026",
        now=NOON,
    )
    found = move(session, lead, cooperation, Move.BRING_INTO_FORCE, on=TODAY + dt.timedelta(days=1))
    assert found.stage == Stage.IN_FORCE
    assert found.legal_form == LegalForm.PUBLIC_LAW_AGREEMENT
    assert queries.stage_of(found, TODAY) is Stage.APPROVED
    moved = "agreement_moved"
    assert acts(session, cooperation) == [moved, moved, moved, "agreement_published", moved]
    told = session.scalars(select(Message.organisation_id)).all()
    assert len(told) == 10
    assert cooperation.lead_organisation_id not in told


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("step", list(Move))
def test_every_move_from_every_stage_in_the_database(
    session: Session, stage: Stage, step: Move
) -> None:
    cooperation = factory.dlz(session, ("Merzenich", "Jülich"), agreement_stage=stage)
    form = {"legal_form": LegalForm.CONTRACT}
    wanted = NEXT_STAGE.get((stage, step))
    if stage is Stage.SIGNED and step is Move.BRING_INTO_FORCE:
        wanted = None  # the factory's agreement needs approval
    if wanted is None:
        with pytest.raises(Refused):
            move(session, OPERATOR, cooperation, step, **form)
        assert cooperation.agreements[0].stage == stage
    else:
        assert move(session, OPERATOR, cooperation, step, **form).stage == wanted


def test_only_the_leads_coordination_moves_the_agreement(session: Session) -> None:
    cooperation = factory.dlz(session, agreement_stage="resolved")
    for actor in (member(session), member(session, "Merzenich", Role.PROCUREMENT_OFFICER)):
        with pytest.raises(Forbidden):
            move(session, actor, cooperation, Move.SIGN)
    with pytest.raises(NotFound):
        move(session, member(session, "Inden"), cooperation, Move.SIGN)


def test_second_click_on_a_step_changes_nothing(session: Session) -> None:
    cooperation = factory.dlz(session, agreement_stage="resolved")
    lead = member(session, "Merzenich")
    move(session, lead, cooperation, Move.SIGN)
    with pytest.raises(Refused, match="nicht möglich"):
        move(session, lead, cooperation, Move.SIGN)
    assert acts(session, cooperation) == ["agreement_moved"]


def facts_of(session: Session, cooperation: Cooperation, cents: int = 100_00) -> PublicationFacts:
    ids = queries.member_ids(session, cooperation.id, NOON)
    area = queries.area_by_key(session, cooperation.id, "procurement")
    return PublicationFacts(cooperation.id, area.id, None, ids, dict.fromkeys(ids, cents), TODAY)


def closed(session: Session, cooperation: Cooperation, **more: Any) -> dict[str, list[str]]:
    found = gates.publication_gates(session, facts_of(session, cooperation, **more))
    return {gate.key: [reason.code for reason in gate.reasons] for gate in found if gate.reasons}


def test_all_gates_are_open_when_all_is_on_file(session: Session) -> None:
    assert closed(session, factory.dlz(session)) == {}


def test_every_gate_lists_every_missing_item(session: Session) -> None:
    cooperation = factory.dlz(
        session, agreement_stage="signed", with_mandates=False, with_resolutions=False
    )
    assert closed(session, cooperation) == {
        "agreement": ["agreement_not_in_force"],
        "mandates": ["mandate_missing"] * 2,
        "resolutions": ["resolution_missing"] * 3,
    }


def test_gate_counts_the_share_against_the_limits(session: Session) -> None:
    cooperation = factory.dlz(session, with_mandates=False, with_resolutions=False)
    for name in ("Merzenich", "Jülich", "Kerpen"):
        town = factory.town(session, name)
        factory.resolution(session, cooperation, town, limit_net_cents=200_00)
        if name != "Merzenich":
            factory.mandate(session, cooperation, town, limit_net_cents=100_00)
    assert closed(session, cooperation, cents=100_00) == {}
    assert closed(session, cooperation, cents=100_01) == {
        "mandates": ["mandate_limit_exceeded"] * 2
    }
    assert "resolutions" in closed(session, cooperation, cents=200_01)


def test_participant_that_is_no_member_any_more_closes_the_gate(session: Session) -> None:
    cooperation = factory.dlz(session)
    facts = facts_of(session, cooperation)
    row = session.scalars(
        select(Member).where(Member.organisation_id == facts.participant_ids[2])
    ).one()
    row.left_on = TODAY - dt.timedelta(days=1)
    session.flush()
    found = {gate.key: gate for gate in gates.publication_gates(session, facts)}
    assert [r.code for r in found["participation"].reasons] == ["not_a_member"]


def test_gates_ask_a_fixed_number_of_questions(
    session: Session, count_queries: Callable[[], int]
) -> None:
    def asked(cooperation: Cooperation) -> int:
        facts = facts_of(session, cooperation)
        session.expire_all()
        count_queries()
        gates.publication_gates(session, facts)
        return count_queries()

    few = asked(factory.dlz(session, ("Merzenich", "Jülich")))
    towns = ("Merzenich", "Jülich", "Kerpen", "Inden", "Linnich", "Niederzier")
    many = asked(factory.dlz(session, towns, key="alle", reference_prefix="ALLE"))
    assert many == few
    assert many <= 13


def unknown_stage(session: Session, cooperation: Cooperation) -> None:
    factory.agreement(session, cooperation, "signed", number=2).stage = "done"
    session.flush()


@pytest.mark.parametrize("stage", list(Stage))
def test_stage_of_the_day_decides_what_members_may_do(session: Session, stage: Stage) -> None:
    cooperation = factory.dlz(session, ("Merzenich", "Jülich"), agreement_stage=stage)
    for activity in Activity:
        if activity in ALLOWS[stage]:
            gates.refuse_unless_allowed(session, cooperation.id, activity, now=NOON)
        else:
            with pytest.raises(Refused, match="Die Vereinbarung hat den Stand"):
                gates.refuse_unless_allowed(session, cooperation.id, activity, now=NOON)


def test_without_agreement_nothing_is_allowed(session: Session) -> None:
    cooperation = factory.dlz(session)
    session.delete(cooperation.agreements[0])
    session.flush()
    for activity in Activity:
        with pytest.raises(Refused, match="Die Vereinbarung fehlt"):
            gates.refuse_unless_allowed(session, cooperation.id, activity, now=NOON)


BREAKING: list[tuple[str, Callable[[Session, Cooperation], object]]] = [
    (
        "in_force_has_day",
        lambda s, c: factory.agreement(s, c, "in_force", number=2, in_force_on=None),
    ),
    (
        "terminated_has_day",
        lambda s, c: factory.agreement(s, c, "terminated", number=2, terminated_on=None),
    ),
    (
        "informal_stays_informal",
        lambda s, c: factory.agreement(s, c, "signed", number=2, legal_form="informal_arrangement"),
    ),
    ("stage_known", unknown_stage),
    ("two_parties", lambda s, c: factory.mandate(s, c, c.lead)),
    (
        "limit_positive",
        lambda s, c: factory.mandate(s, c, factory.town(s, "Jülich"), limit_net_cents=0),
    ),
    ("file_has_name", lambda s, c: factory.mandate(s, c, factory.town(s, "Jülich"), file_name="x")),
    ("tender_has_pool", lambda s, c: factory.resolution(s, c, c.lead, subject="tender")),
    ("result_known", lambda s, c: factory.resolution(s, c, c.lead, result="maybe")),
    (
        "days_in_order",
        lambda s, c: factory.resolution(s, c, c.lead, revoked_on=dt.date(2020, 1, 1)),
    ),
]


@pytest.mark.parametrize(("name", "break_it"), BREAKING, ids=[name for name, _ in BREAKING])
def test_database_itself_refuses(
    session: Session, name: str, break_it: Callable[[Session, Cooperation], object]
) -> None:
    cooperation = factory.dlz(session)
    with pytest.raises(IntegrityError, match=name), session.begin_nested():
        break_it(session, cooperation)
