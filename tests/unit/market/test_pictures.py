"""What a search shows of a procedure, made of all its notices."""

import datetime as dt
import uuid
from typing import Any

from tests.factories.market import foreign
from vergabe.exchange.foreign_notice import Award, ForeignNotice
from vergabe.market import summing

TODAY = dt.date(2026, 8, 22)


def columns(*notices: ForeignNotice) -> dict[str, Any]:
    pairs = [(uuid.UUID(int=at), one) for at, one in enumerate(notices, 1)]
    return summing.picture(uuid.uuid4(), pairs, today=TODAY).columns


def test_the_latest_deadline_said_counts_not_that_of_an_undated_record() -> None:
    undated = foreign(published_on=None, deadline=dt.datetime(2026, 9, 1, tzinfo=dt.UTC))
    dated = foreign(source="ted", deadline=dt.datetime(2026, 9, 18, tzinfo=dt.UTC))

    assert columns(undated, dated)["deadline"] == dated.deadline


def test_a_change_overrides_the_deadline_even_if_it_is_shorter() -> None:
    first = foreign(deadline=dt.datetime(2026, 9, 18, tzinfo=dt.UTC))
    change = foreign(
        published_on=dt.date(2026, 8, 20), deadline=dt.datetime(2026, 9, 4, tzinfo=dt.UTC)
    )

    assert columns(first, change)["deadline"] == change.deadline


def test_a_document_stands_for_the_procedure_before_a_record() -> None:
    bare = foreign(published_on=dt.date(2026, 8, 21), title="Record")
    found = columns(bare, foreign(origin="xml", title="Document"))

    assert found["title"] == "Document"
    assert found["shown_on"] == dt.date(2026, 8, 21)


def test_award_and_end_without_award_are_told_apart() -> None:
    call = foreign()
    won = foreign(form_type="result", awards=(Award(outcome="selec-w"), Award(outcome="clos-nw")))
    ended = foreign(form_type="result", awards=(Award(outcome="clos-nw"),))

    assert columns(call, won)["is_awarded"]
    assert not columns(call, won)["is_cancelled"]
    assert columns(call, ended)["is_cancelled"]
    assert not columns(call, ended)["is_awarded"]
    assert not columns(call)["is_awarded"]


def test_each_source_is_named_once_with_a_link_where_one_is_known() -> None:
    found = columns(
        foreign(source="ted", source_id="573592-2026"),
        foreign(source="doe"),
        foreign(source="doe", source_id="2"),
        foreign(source="elsewhere"),
    )["places"]

    assert sorted(place["source"] for place in found) == ["doe", "elsewhere", "ted"]
    links = {place["source"]: place["url"] for place in found}
    assert links["ted"].endswith("/573592-2026")
    assert links["elsewhere"] is None
