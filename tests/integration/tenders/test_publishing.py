"""Publishing, amending, cancelling: deadlines to the second, second clicks, what stays."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations
from tests.factories import tenders as factory
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.cooperations.model import Mandate
from vergabe.deadlines.model import Deadline
from vergabe.demands.model import Demand
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused, Stale
from vergabe.files.store import FileStore
from vergabe.tenders import drafting, publishing
from vergabe.tenders.model import Tender, TenderVersion
from vergabe.tenders.publishing import Amendment
from vergabe.tenders.recording import stream_of

REASON = "Der Bedarf ist durch Ratsbeschluss entfallen."
EARLIEST = dt.datetime(2026, 12, 23, 23, 0, tzinfo=dt.UTC)  # 24 December, 0:00 in Berlin
SECOND = dt.timedelta(seconds=1)
SUMMARY = "Die Leistungsbeschreibung wurde ergänzt."


def publish(session: Session, tender: Tender) -> Tender:
    actor = factory.officer(session, tender)
    return publishing.mark_published(session, actor, tender.id, now=clock.now())


def amend(session: Session, tender: Tender, **change: Any) -> list[str]:
    actor = factory.officer(session, tender)
    wanted = Amendment(**({"summary": SUMMARY} | change))
    return publishing.mark_amended(session, actor, tender.id, wanted, now=clock.now())[1]


def deadlines_of(session: Session, tender: Tender) -> dict[str, Deadline]:
    rows = session.scalars(
        select(Deadline).where(Deadline.subject_id == tender.id, Deadline.lifted_at.is_(None))
    )
    return {row.kind: row for row in rows}


def test_a_deadline_nobody_chose_is_computed_from_law(session: Session, store: FileStore) -> None:
    tender = publish(session, factory.ready(session, store))
    assert tender.submission_deadline == dt.datetime(2026, 12, 24, 9, 0, tzinfo=dt.UTC)
    assert tender.enquiries_deadline == dt.datetime(2026, 12, 15, 23, 0, tzinfo=dt.UTC)
    running = deadlines_of(session, tender)
    assert running["submission"].source == "law"
    assert running["submission"].law == "§ 15 Abs. 2 und 4 VgV"
    assert running["submission"].calculation["steps"]
    assert running["enquiries"].due_at == tender.enquiries_deadline


def test_the_earliest_lawful_deadline_is_taken_and_marked_as_chosen(
    session: Session, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    tender.submission_deadline = EARLIEST
    publish(session, tender)
    assert deadlines_of(session, tender)["submission"].source == "person"


def test_one_second_too_short_is_refused_with_the_paragraph(
    session: Session, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    tender.submission_deadline = EARLIEST - SECOND
    with pytest.raises(Refused) as caught:
        publish(session, tender)
    assert caught.value.code == "deadline_unlawful"
    (reason,) = caught.value.violations
    assert reason.law == "§ 15 Abs. 2 und 4 VgV"
    assert reason.field == "submission_deadline"
    assert "24.12.2026" in reason.message


def test_publishing_a_day_later_needs_a_day_more(
    session: Session, store: FileStore, monday: MovableClock
) -> None:
    tender = factory.ready(session, store)
    tender.submission_deadline = EARLIEST
    monday.at("2026-11-23T23:59:59+01:00")
    facts = publishing.reasons_against_publishing(session, tender, now=clock.now())
    assert facts == []
    monday.at("2026-11-24T00:00:00+01:00")
    with pytest.raises(Refused) as caught:
        publish(session, tender)
    assert caught.value.code == "deadline_unlawful"


def test_urgency_shortens_the_period_and_a_wished_day_moves_it(
    session: Session, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    tender.is_urgent, tender.urgency_reason = True, "Das einzige Fahrzeug ist ausgebrannt."
    publish(session, tender)
    assert tender.submission_deadline == dt.datetime(2026, 12, 9, 9, 0, tzinfo=dt.UTC)
    wished = factory.ready(session, store)
    wished.requested_publication_on = dt.date(2026, 12, 1)
    publish(session, wished)
    # 30 days from 1 December end with 31 December; New Year's Day and the weekend follow.
    assert wished.submission_deadline == dt.datetime(2027, 1, 4, 9, 0, tzinfo=dt.UTC)


def test_below_the_threshold_a_reasonable_deadline_is_proposed(
    session: Session, store: FileStore
) -> None:
    tender = factory.complete(session, store, factory.small_draft(session))
    tender.stage = "ready"
    publish(session, tender)
    assert tender.submission_deadline == dt.datetime(2026, 12, 7, 9, 0, tzinfo=dt.UTC)


def test_the_second_click_on_publish_is_refused(session: Session, store: FileStore) -> None:
    tender = publish(session, factory.ready(session, store))
    version = tender.version
    with pytest.raises(Refused, match="veröffentlicht") as caught:
        publish(session, tender)
    assert caught.value.code == "wrong_stage"
    assert tender.version == version
    assert len(list(session.scalars(select(TenderVersion)))) == 1


@pytest.mark.parametrize(
    "stage", ["draft", "published", "opened", "evaluated", "decided", "awarded", "completed"]
)
def test_only_a_ready_tender_is_published(session: Session, store: FileStore, stage: str) -> None:
    tender = factory.ready(session, store)
    tender.submission_deadline = EARLIEST
    tender.published_at = tender.opened_at = clock.now()
    tender.stage = stage
    session.flush()
    with pytest.raises(Refused) as caught:
        publish(session, tender)
    assert caught.value.code == "wrong_stage"


def test_who_may_publish(session: Session, store: FileStore) -> None:
    tender = factory.ready(session, store)
    for actor in (
        factory.officer(session, tender, town="Jülich"),
        factory.officer(session, tender, Role.COORDINATOR),
        factory.officer(session, tender, Role.AUDITOR),
        factory.officer(session, tender, Role.OPENER),
    ):
        with pytest.raises(Forbidden):
            publishing.mark_published(session, actor, tender.id, now=clock.now())
    access.organisation(session, "Inden")
    stranger = access.actor(session, cooperations.town(session, "Inden"), Role.PROCUREMENT_OFFICER)
    with pytest.raises(NotFound):
        publishing.mark_published(session, stranger, tender.id, now=clock.now())


def test_publishing_moves_the_demands_and_keeps_what_the_public_was_told(
    session: Session, store: FileStore
) -> None:
    tender = publish(session, factory.ready(session, store))
    assert {demand.stage for demand in session.scalars(select(Demand))} == {"tendered"}
    (first,) = tender.versions
    assert first.snapshot["submission_deadline"] == "2026-12-24T09:00:00+00:00"
    assert [d["file_name"] for d in first.snapshot["documents"]] == ["Leistungsbeschreibung.pdf"]
    entry = audit.entries(session, stream_of(tender.id))[-1]
    assert entry.action == "tender_published"
    assert audit.breaks(session, stream_of(tender.id)) == []


def test_an_amendment_makes_a_new_version_and_the_old_one_stays(
    session: Session, store: FileStore
) -> None:
    tender = publish(session, factory.ready(session, store))
    changes = amend(session, tender, title="Löschfahrzeuge LF 20, geändert")
    assert changes == ["Der Titel wurde geändert."]
    assert tender.published_version == 2
    session.refresh(tender)
    assert [v.snapshot["title"] for v in tender.versions] == [
        "Löschgruppenfahrzeuge LF 20",
        "Löschfahrzeuge LF 20, geändert",
    ]
    with pytest.raises(InvalidInput, match="nichts geändert"):
        amend(session, tender, title="Löschfahrzeuge LF 20, geändert")


def test_a_deadline_is_extended_and_never_brought_forward(
    session: Session, store: FileStore, monday: MovableClock
) -> None:
    tender = publish(session, factory.ready(session, store))
    end = tender.submission_deadline
    assert end is not None
    with pytest.raises(Refused) as caught:
        amend(session, tender, submission_deadline=end - SECOND)
    assert [r.code for r in caught.value.violations] == ["deadline_brought_forward"]
    monday.at(end - SECOND)
    changes = amend(session, tender, submission_deadline=end + dt.timedelta(days=1))
    assert changes == ["Die Angebotsfrist endet jetzt am 25.12.2026 um 10:00 Uhr."]
    assert deadlines_of(session, tender)["submission"].due_at == tender.submission_deadline


def test_after_the_deadline_nothing_is_amended(
    session: Session, store: FileStore, monday: MovableClock
) -> None:
    tender = publish(session, factory.ready(session, store))
    assert tender.submission_deadline is not None
    monday.at(tender.submission_deadline)
    with pytest.raises(Refused) as caught:
        amend(session, tender, submission_deadline=clock.now() + dt.timedelta(days=9))
    assert "deadline_passed" in [reason.code for reason in caught.value.violations]


def test_a_late_change_needs_a_longer_deadline_unless_it_is_minor(
    session: Session, store: FileStore, monday: MovableClock
) -> None:
    tender = publish(session, factory.ready(session, store))
    end = tender.submission_deadline
    assert end is not None
    monday.at("2026-12-17T23:59:59+01:00")  # seven days before the day of the deadline
    assert amend(session, tender, title="Neuer Titel")
    monday.at("2026-12-18T00:00:00+01:00")
    with pytest.raises(Refused) as caught:
        amend(session, tender, title="Noch ein Titel")
    (reason,) = caught.value.violations
    assert (reason.code, reason.law) == ("too_little_time_left", "§ 20 Abs. 3 Satz 1 Nr. 2 VgV")
    assert amend(session, tender, title="Noch ein Titel", is_substantial=False)
    assert amend(
        session, tender, title="Ein dritter", submission_deadline=end + dt.timedelta(days=8)
    )


def test_where_law_names_no_number_a_late_change_is_not_refused_by_number(
    session: Session, store: FileStore, monday: MovableClock
) -> None:
    tender = factory.complete(session, store, factory.small_draft(session))
    tender.stage = "ready"
    publish(session, tender)
    monday.at("2026-12-04T12:00:00+01:00")
    assert amend(session, tender, description="Jacken und Hosen nach EN 469, Schutzstufe 2.")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 401}, "title"),
        ({"description": "zu kurz"}, "description"),
        ({"description": "x" * 20_001}, "description"),
        ({"selection_criteria": "a\x00b"}, "selection_criteria"),
        ({"summary": "x" * 4_001}, "summary"),
    ],
)
def test_an_amendment_with_bad_texts_names_the_field(
    session: Session, store: FileStore, change: dict[str, str], field: str
) -> None:
    tender = publish(session, factory.ready(session, store))
    with pytest.raises(InvalidInput) as caught:
        amend(session, tender, **change)
    assert [violation.field for violation in caught.value.violations] == [field]
    assert tender.published_version == 1


def test_questions_cannot_end_after_the_bids(session: Session, store: FileStore) -> None:
    tender = publish(session, factory.ready(session, store))
    assert tender.submission_deadline is not None
    with pytest.raises(Refused) as caught:
        amend(session, tender, enquiries_deadline=tender.submission_deadline + SECOND)
    assert [r.code for r in caught.value.violations] == ["enquiries_deadline_out_of_range"]


def test_an_amendment_over_a_rivals_is_told(session: Session, store: FileStore) -> None:
    tender = publish(session, factory.ready(session, store))
    seen = tender.version
    amend(session, tender, title="Schneller gewesen")
    with pytest.raises(Stale):
        publishing.mark_amended(
            session, factory.officer(session, tender), tender.id,
            Amendment(SUMMARY, title="Zu spät"), now=clock.now(), version=seen,
        )  # fmt: skip


def test_a_cancelled_tender_frees_pool_and_demands_and_keeps_its_reason(
    session: Session, store: FileStore
) -> None:
    tender = publish(session, factory.ready(session, store))
    actor = factory.officer(session, tender)
    publishing.mark_cancelled(session, actor, tender.id, REASON, now=clock.now())
    assert (tender.stage, tender.cancellation_reason) == ("cancelled", REASON)
    assert deadlines_of(session, tender) == {}
    assert {demand.stage for demand in session.scalars(select(Demand))} == {"pooled"}
    assert tender.pool.stage == "binding"
    again = drafting.draft_tender(session, actor, tender.pool_id, now=clock.now())
    assert again.reference == "DLZ-2026-0002"
    with pytest.raises(Refused):
        publishing.mark_cancelled(session, actor, tender.id, REASON, now=clock.now())


def test_a_draft_is_cancelled_without_notice(session: Session) -> None:
    tender = factory.draft(session)
    actor = factory.officer(session, tender)
    with pytest.raises(InvalidInput) as caught:
        publishing.mark_cancelled(session, actor, tender.id, "zu kurz", now=clock.now())
    assert caught.value.law == "§ 63 VgV"
    publishing.mark_cancelled(session, actor, tender.id, REASON, now=clock.now())
    assert tender.published_version == 0
    assert {demand.stage for demand in session.scalars(select(Demand))} == {"pooled"}


def test_the_day_of_dispatch_decides_not_the_day_of_drafting(
    session: Session, store: FileStore, monday: MovableClock
) -> None:
    monday.at("2025-12-15T12:00+01:00")  # threshold 221,000 until the end of 2025
    cooperation = cooperations.dlz(session)
    for agreement in cooperation.agreements:
        agreement.in_force_on = dt.date(2025, 1, 1)
    for mandate in session.scalars(select(Mandate)):
        mandate.valid_from = dt.date(2025, 1, 1)
    session.flush()
    lines = [("Gerätewagen", 1, "H87", 7_300_000)]  # 219,000 euros together
    tender = factory.complete(session, store, factory.draft(session, lines=lines))
    assert tender.law_result["reaches_threshold"] is False
    assert tender.review_body == {}, "no way to a chamber below the threshold"
    tender.stage = "ready"
    monday.at("2026-01-12T12:00+01:00")
    with pytest.raises(Refused) as caught:
        publish(session, tender)
    assert "method_not_permitted" in [reason.code for reason in caught.value.violations]
    tender.procurement_method = "open"
    publish(session, tender)
    assert tender.regime == "GWB-4/VgV"
    assert tender.review_body["name"] == "Vergabekammer Rheinland bei der Bezirksregierung Köln"
    assert tender.initiated_on == dt.date(2026, 1, 12)
