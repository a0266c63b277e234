import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from vergabe import bulk, clock, ids
from vergabe.messages.model import DeadAddress
from vergabe.outbox import OutboxRow


def _rows(keys: list[str]) -> list[dict[str, Any]]:
    made = zip(ids.new_ids(len(keys)), keys, strict=True)
    return [
        {"id": row_id, "dedupe_key": key, "payload": {"key": key, "deep": [1, None, "ß"]}}
        for row_id, key in made
    ]


def _common(now: dt.datetime) -> dict[str, Any]:
    facts = {"kind": "test", "name": "x", "state": "waiting", "attempts": 0}
    return {**facts, "created_at": now, "due_at": now}


def test_rows_come_back_as_they_were_given(session: Session) -> None:
    rows, now = _rows(["ä", "\\u0000", 'quote "', "{a,b}"]), clock.now()
    bulk.insert_all(session, OutboxRow, rows, _common(now))
    mine = bulk.among(session, OutboxRow.id, [row["id"] for row in rows])
    found = session.scalars(select(OutboxRow).where(mine).order_by(OutboxRow.id)).all()
    assert [{name: getattr(each, name) for name in rows[0]} for each in found] == rows
    assert {each.created_at for each in found} == {now}
    assert {each.lane for each in found} == {None}


def test_only_new_rows_are_inserted_and_named(session: Session) -> None:
    first, second = _rows(["a", "b"]), _rows(["b", "c"])
    now = clock.now()
    assert bulk.insert_new(session, OutboxRow, first, _common(now)) == {r["id"] for r in first}
    assert bulk.insert_new(session, OutboxRow, second, _common(now)) == {second[1]["id"]}
    assert bulk.insert_new(session, OutboxRow, [], _common(now)) == set()
    with pytest.raises(IntegrityError):
        bulk.insert_all(session, OutboxRow, _rows(["a"]), _common(now))


def test_text_with_nul_is_refused_not_cut_off(session: Session) -> None:
    with pytest.raises(ValueError, match="NUL"):
        bulk.insert_all(session, OutboxRow, _rows(["a\x00b"]), _common(clock.now()))


@pytest.mark.postgres
def test_text_too_long_for_its_column_is_refused_not_cut_off(session: Session) -> None:
    with pytest.raises(DataError, match="too long"):
        bulk.insert_all(session, OutboxRow, _rows(["a" * 201]), _common(clock.now()))


def test_among_nothing_is_nothing_and_texts_are_only_texts(session: Session) -> None:
    odd = ['a,b"{}\\@example.org', "ü@example.org"]
    for address in odd:
        session.add(DeadAddress(address=address, status="5.1.1", text="", at=clock.now()))
    session.flush()
    for asked in ([], odd, [odd[0]], ["nobody@example.org"]):
        condition = bulk.among(session, DeadAddress.address, asked)
        assert set(session.scalars(select(DeadAddress.address).where(condition))) == {*asked} & {
            *odd
        }
    none: list[uuid.UUID] = []
    assert not session.scalars(
        select(OutboxRow).where(bulk.among(session, OutboxRow.id, none))
    ).all()


def test_ids_made_at_once_are_ids_in_order() -> None:
    before, made, after = ids.new_id(), ids.new_ids(3000), ids.new_id()
    together = [before, *made, after]
    assert together == sorted(set(together))
    assert {(each.version, each.variant) for each in made} == {(7, uuid.RFC_4122)}
    assert ids.new_ids(0) == []
