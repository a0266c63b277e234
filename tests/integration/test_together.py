"""Lists that one statement asks for are what each of their queries would give."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from tests.factories import tenders
from vergabe.access.model import Organisation
from vergabe.tenders.model import LotItem, Tender, TenderBuyer
from vergabe.together import Together

THIS = bindparam("tender")


def listed() -> list[tuple[Select[object], list[object]]]:
    """Return lists of ids and flags, of texts and quantities, and of whole entities' instants."""
    return [
        (
            select(TenderBuyer.organisation_id, TenderBuyer.is_lead)
            .join(Organisation, Organisation.id == TenderBuyer.organisation_id)
            .where(TenderBuyer.tender_id == THIS),
            [Organisation.name.desc()],
        ),
        (select(LotItem.text, LotItem.quantity), [LotItem.text.desc(), LotItem.id]),
        (
            select(Tender.created_at, Tender.title, Tender.cpv_additional).where(Tender.id == THIS),
            [Tender.id],
        ),
    ]


@pytest.fixture
def tender(session: Session) -> Tender:
    lines = (("Äpfel", 2, "H87", 450), ("Birnen", None, None, None), ("Zitronen", 7, "KGM", 90))
    return tenders.draft(session, lines=lines)


@pytest.mark.parametrize("turn", [list, reversed], ids=["as they stand", "turned round"])
def test_each_list_has_its_own_rows_values_and_order(
    session: Session, tender: Tender, turn: Callable[..., object]
) -> None:
    wanted = list(turn(listed()))  # type: ignore[call-overload]
    alone = [
        list(session.execute(query.order_by(*order), {"tender": tender.id}))
        for query, order in wanted
    ]
    assert all(alone)
    assert Together(*wanted).read(session, {"tender": tender.id}) == alone


def test_lists_without_rows_are_empty_and_shift_no_other(session: Session, tender: Tender) -> None:
    found = Together(*listed()).read(session, {"tender": uuid.uuid4()})
    buyers, items, own = found
    assert (buyers, own) == ([], [])
    assert {text for text, _quantity in items} == {"Äpfel", "Birnen", "Zitronen"}


def test_one_statement_asks_for_all(
    session: Session, tender: Tender, count_queries: Callable[[], int]
) -> None:
    count_queries()
    Together(*listed()).read(session, {"tender": tender.id})
    assert count_queries() == 1
