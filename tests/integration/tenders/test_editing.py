"""Editing a draft: old and new are recorded, rivals are told, what law forbids is refused."""

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations
from tests.factories import tenders as factory
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused, Stale
from vergabe.files.store import FileStore
from vergabe.tenders import criteria, documents, drafting, editing, explaining, readiness
from vergabe.tenders.criteria import CriterionInput
from vergabe.tenders.lotting import Split
from vergabe.tenders.model import Tender
from vergabe.tenders.recording import stream_of

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

REASON = "Ein Grund mit mehr als zwanzig Zeichen."
EARLIEST = dt.datetime(2026, 12, 23, 23, 0, tzinfo=dt.UTC)  # 24 December, 0:00 in Berlin


def edit(session: Session, tender: Tender, **change: Any) -> Tender:
    return editing.edit_tender(
        session,
        factory.officer(session, tender),
        tender.id,
        change,
        version=tender.version,
        now=clock.now(),
    )


def fields_refused(session: Session, tender: Tender, **change: Any) -> list[str | None]:
    with pytest.raises(InvalidInput) as caught:
        edit(session, tender, **change)
    assert all(violation.message for violation in caught.value.violations)
    return [violation.field for violation in caught.value.violations]


def test_a_change_is_recorded_with_old_and_new_value(session: Session) -> None:
    tender = factory.draft(session)
    before = tender.version
    edit(
        session, tender, title="  Löschfahrzeuge\u00a0LF 20 ", is_urgent=True, urgency_reason=REASON
    )
    assert tender.title == "Löschfahrzeuge LF 20"
    assert tender.version > before
    entry = audit.entries(session, stream_of(tender.id))[-1]
    assert entry.summary == "Geändert wurde: Titel, Dringlichkeit, Grund der Dringlichkeit."
    assert entry.details["changes"]["title"] == {
        "old": "Löschgruppenfahrzeuge LF 20",
        "new": "Löschfahrzeuge LF 20",
    }
    assert audit.breaks(session, stream_of(tender.id)) == []


def test_an_edit_that_changes_nothing_leaves_no_trace(session: Session) -> None:
    tender = factory.draft(session)
    version, entries = tender.version, len(audit.entries(session, stream_of(tender.id)))
    edit(session, tender, title=f" {tender.title} ", variants="not-allowed")
    assert tender.version == version
    assert len(audit.entries(session, stream_of(tender.id))) == entries


def test_texts_are_kept_as_people_write_them(session: Session) -> None:
    tender = factory.draft(session)
    text = "<b>fett</b> &amp;amp; „zitiert“\n\nZweiter Absatz"
    edit(session, tender, description=text, selection_criteria="u\u0308ber 10\u200b Jahre")
    assert tender.description == text
    assert tender.selection_criteria == "über 10 Jahre"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 600}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": 7}, "title"),
        ({"description": "x" * 20_001}, "description"),
        ({"description": "a\ud800"}, "description"),
        ({"procurement_method": "nat-open"}, "procurement_method"),
        ({"procurement_method": "gibt-es-nicht"}, "procurement_method"),
        ({"is_urgent": True}, "urgency_reason"),
        ({"is_urgent": "ja"}, "is_urgent"),
        ({"is_framework": True, "duration_months": 12}, "framework_maximum"),
        ({"framework_maximum_net_cents": 0}, "framework_maximum"),
        ({"framework_maximum_net_cents": -5}, "framework_maximum"),
        ({"framework_maximum_net_cents": 10**15}, "framework_maximum"),
        ({"duration_months": 0}, "duration_months"),
        ({"duration_months": 601}, "duration_months"),
        ({"contact": {"email": "vergabe"}}, "contact.email"),
        ({"contact": {"name": "x" * 256}}, "contact.name"),
        ({"review_body": {"website": "vergabekammer.de"}}, "review_body.website"),
        ({"review_body": {"website": "javascript:alert(1)"}}, "review_body.website"),
        ({"variants": "vielleicht"}, "variants"),
        ({"max_lots_per_bid": 2}, "max_lots_per_bid"),
        ({"max_lots_per_bid": 0}, "max_lots_per_bid"),
        ({"max_lots_per_winner": 2}, "max_lots_per_winner"),
        ({"lots_joining": {"ground": "bequem"}}, "lots_joining.ground"),
        ({"lots_joining": {"facts": "x" * 8_001}}, "lots_joining.facts"),
        ({"submission_deadline": EARLIEST - dt.timedelta(seconds=1)}, "submission_deadline"),
        ({"submission_deadline": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, "submission_deadline"),
        ({"enquiries_deadline": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, "enquiries_deadline"),
        ({"enquiries_deadline": dt.datetime(2027, 6, 1, tzinfo=dt.UTC)}, "enquiries_deadline"),
        ({"bid_validity_until": dt.date(2026, 12, 24)}, "bid_validity_until"),
        ({"requested_publication_on": dt.date(2026, 11, 24)}, "requested_publication_on"),
        ({"requested_publication_on": dt.date(2027, 3, 1)}, "requested_publication_on"),
    ],
)
def test_what_is_wrong_is_refused_at_its_field_and_nothing_is_stored(
    session: Session, change: dict[str, Any], field: str
) -> None:
    tender = factory.draft(session)
    session.commit()
    assert fields_refused(session, tender, **change) == [field]
    assert not session.dirty
    fresh = session.get_one(Tender, tender.id, populate_existing=True)
    for name, value in change.items():
        assert getattr(fresh, name) != value


def test_everything_wrong_is_told_at_once(session: Session) -> None:
    tender = factory.draft(session)
    found = fields_refused(
        session, tender, title="", contact={"email": "x", "name": "y" * 300}, variants="?"
    )
    assert found == ["title", "contact.name", "contact.email", "variants"]


def test_a_lawful_deadline_is_kept_and_a_short_one_names_the_paragraph(session: Session) -> None:
    tender = factory.draft(session)
    edit(session, tender, submission_deadline=EARLIEST, enquiries_deadline=None)
    assert tender.submission_deadline == EARLIEST
    with pytest.raises(InvalidInput) as caught:
        edit(session, tender, submission_deadline=EARLIEST - dt.timedelta(microseconds=1))
    assert caught.value.violations[0].law == "§ 15 Abs. 2 und 4 VgV"
    edit(session, tender, submission_deadline=None)
    assert tender.submission_deadline is None


def test_below_the_threshold_no_day_is_wished_and_a_short_deadline_only_warned_of(
    session: Session,
) -> None:
    tender = factory.small_draft(session)
    assert fields_refused(session, tender, requested_publication_on=dt.date(2026, 12, 1)) == [
        "requested_publication_on"
    ]
    edit(session, tender, submission_deadline=dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC))
    explained = explaining.explain(session, tender, now=clock.now())
    assert list(explained.reasons) == []
    assert any("angemessene Frist" in sentence for sentence in explained.warnings)


def test_the_maximum_of_a_framework_decides_the_law(session: Session) -> None:
    tender = factory.small_draft(session)
    assert tender.regime == "NW-GO-75a"
    edit(
        session, tender, is_framework=True, framework_maximum_net_cents=21_600_000,
        duration_months=48,
    )  # fmt: skip
    assert tender.regime == "GWB-4/VgV"
    assert tender.law_result["value_net_cents"] == 21_600_000
    assert tender.estimated_value_net_cents == 9_000_000
    assert fields_refused(session, tender, duration_months=49) == ["duration_months"]
    edit(session, tender, duration_months=60, duration_reason=REASON)
    edit(session, tender, is_framework=False, framework_maximum_net_cents=None)
    assert tender.regime == "NW-GO-75a"


def test_a_method_that_needs_a_ground_asks_for_it_before_the_tender_is_ready(
    session: Session, store: FileStore
) -> None:
    tender = factory.complete(session, store, factory.draft(session))
    edit(session, tender, procurement_method="neg-w-call")
    with pytest.raises(Refused) as caught:
        readiness.declare_ready(
            session, factory.officer(session, tender), tender.id, version=None, now=clock.now()
        )
    assert [reason.code for reason in caught.value.violations] == ["method_reason_missing"]


def test_the_later_of_two_officers_is_told(session: Session) -> None:
    tender = factory.draft(session)
    seen = tender.version
    edit(session, tender, title="Erste")
    with pytest.raises(Stale):
        editing.edit_tender(
            session, factory.officer(session, tender), tender.id, {"title": "Zweite"},
            version=seen, now=clock.now(),
        )  # fmt: skip
    assert tender.title == "Erste"


@pytest.mark.parametrize("what", ["lots", "criteria", "documents"])
def test_a_change_beside_the_tender_counts_as_a_change(
    session: Session, store: FileStore, what: str
) -> None:
    tender = factory.draft(session)
    factory.document(session, store, tender)
    actor, seen = factory.officer(session, tender), tender.version
    if what == "lots":
        drafting.recut(session, actor, tender.id, Split.MEMBER, now=clock.now(), version=seen)
    elif what == "criteria":
        criteria.set_criteria(
            session, actor, tender.id, [CriterionInput("Kosten", "cost", 10_000)],
            version=seen, now=clock.now(),
        )  # fmt: skip
    else:
        documents.remove_document(
            session, actor, tender.id, tender.documents[0].id, version=seen, now=clock.now()
        )
    with pytest.raises(Stale):
        editing.edit_tender(
            session, actor, tender.id, {"title": "Zu spät"}, version=seen, now=clock.now()
        )


@pytest.mark.parametrize("stage", ["ready", "published", "cancelled"])
def test_only_a_draft_is_edited(session: Session, store: FileStore, stage: str) -> None:
    tender = factory.ready(session, store)
    tender.submission_deadline, tender.published_at = EARLIEST, clock.now()
    tender.stage = stage
    if stage == "cancelled":
        tender.cancelled_at, tender.cancellation_reason = clock.now(), REASON
    session.flush()
    with pytest.raises(Refused):
        edit(session, tender, title="Neu")


def test_only_the_officer_of_the_lead_edits(session: Session) -> None:
    tender = factory.draft(session)
    for actor in (
        factory.officer(session, tender, town="Jülich"),
        factory.officer(session, tender, Role.COORDINATOR),
        factory.officer(session, tender, Role.AUDITOR),
    ):
        with pytest.raises(Forbidden):
            editing.edit_tender(
                session, actor, tender.id, {"title": "x"}, version=None, now=clock.now()
            )
    access.organisation(session, "Inden")
    stranger = access.actor(session, cooperations.town(session, "Inden"), Role.PROCUREMENT_OFFICER)
    with pytest.raises(NotFound):
        editing.edit_tender(
            session, stranger, tender.id, {"title": "x"}, version=None, now=clock.now()
        )


def test_ready_and_taken_back(session: Session, store: FileStore) -> None:
    tender = factory.draft(session)
    actor = factory.officer(session, tender)
    with pytest.raises(Refused) as caught:
        readiness.declare_ready(session, actor, tender.id, version=tender.version, now=clock.now())
    assert {reason.code for reason in caught.value.violations} == {
        "description_missing",
        "documents_missing",
        "joining_ground_missing",
        "joining_reason_incomplete",
        "selection_criteria_missing",
    }
    factory.complete(session, store, tender)
    for _ in range(2):  # the second click changes nothing
        readiness.declare_ready(session, actor, tender.id, version=tender.version, now=clock.now())
        assert tender.stage == "ready"
    for _ in range(2):
        readiness.take_back(session, actor, tender.id, version=tender.version, now=clock.now())
        assert tender.stage == "draft"
    actions = [entry.action for entry in audit.entries(session, stream_of(tender.id))]
    assert actions.count("tender_ready") == 1
    assert actions.count("tender_taken_back") == 1


def test_a_new_threshold_does_not_lock_the_officer_out(
    session: Session, store: FileStore, monday: MovableClock
) -> None:
    monday.at("2025-12-15T12:00+01:00")
    tender = factory.draft(session, lines=[("Gerätewagen", 1, "H87", 7_300_000)])
    assert tender.procurement_method == "nat-open"
    monday.at("2026-01-12T12:00+01:00")
    edit(session, tender, procurement_method="open")
    assert tender.regime == "GWB-4/VgV"


def test_criteria_are_added_changed_removed_and_ordered(session: Session) -> None:
    tender = factory.draft(session)
    actor = factory.officer(session, tender)
    price = tender.criteria[0]
    wanted = [
        CriterionInput("Lieferzeit", "quality", 2_500, "Tage"),
        CriterionInput("Preis", "price", 5_000, price.description, price.id),
        CriterionInput("Wartung", "cost", 2_500),
    ]
    criteria.set_criteria(
        session, actor, tender.id, wanted, version=tender.version, now=clock.now()
    )
    session.expire_all()
    assert [(c.position, c.name) for c in tender.criteria] == [
        (1, "Lieferzeit"),
        (2, "Preis"),
        (3, "Wartung"),
    ]
    assert tender.criteria[1].id == price.id
    assert criteria.reasons_against(tender) == []
    criteria.set_criteria(
        session, actor, tender.id, wanted[1:2], version=tender.version, now=clock.now()
    )
    session.expire_all()
    assert [c.name for c in tender.criteria] == ["Preis"]
    assert [r.code for r in criteria.reasons_against(tender)] == ["weights_do_not_add_up"]
    entry = audit.entries(session, stream_of(tender.id))[-1]
    assert [c["name"] for c in entry.details["old"]] == ["Lieferzeit", "Preis", "Wartung"]


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (CriterionInput("", "price", 100), "criteria.0.name"),
        (CriterionInput("x" * 256, "price", 100), "criteria.0.name"),
        (CriterionInput("a\x00", "price", 100), "criteria.0.name"),
        (CriterionInput("Preis", "schön", 100), "criteria.0.kind"),
        (CriterionInput("Preis", "price", 0), "criteria.0.weight"),
        (CriterionInput("Preis", "price", 10_001), "criteria.0.weight"),
        (CriterionInput("Preis", "price", 1, "x" * 8_001), "criteria.0.description"),
        (CriterionInput("Preis", "price", 1, id=uuid.uuid4()), "criteria.0.name"),
    ],
)
def test_criteria_that_cannot_be(session: Session, entry: CriterionInput, field: str) -> None:
    tender = factory.draft(session)
    with pytest.raises(InvalidInput) as caught:
        criteria.set_criteria(
            session, factory.officer(session, tender), tender.id, [entry],
            version=None, now=clock.now(),
        )  # fmt: skip
    assert [violation.field for violation in caught.value.violations] == [field]
