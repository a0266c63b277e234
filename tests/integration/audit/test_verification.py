"""Every kind of manipulation that the database's own guards would refuse is found afterwards."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from tests.factories.audit import without_guards
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.audit import queries, service
from vergabe.audit.service import Act

STREAM = "tender:00000000-0000-4000-8000-000000000001"
OTHER = "tender:00000000-0000-4000-8000-000000000002"


@pytest.fixture
def chain(session: Session) -> Session:
    """Two chains of five entries each."""
    for stream in (STREAM, OTHER):
        for number in range(1, 6):
            act = Act(
                "tender_changed",
                "tender",
                uuid.UUID(int=7),
                f"Schritt {number}: Größe geändert",
                reason="weil nötig" if number % 2 else None,
                details={"value_net_cents": 10**15 + number, "list": ["ä", True, None]},
            )
            service.append(session, stream, Actor.operator("Prüfung"), act, now=clock.now())
    session.commit()
    return session


@pytest.mark.parametrize("details", [{"a": 1e16}, {"a": [{"b": 0.5}]}])
def test_floats_are_not_appended(session: Session, details: dict[str, object]) -> None:
    act = Act("tender_changed", "tender", None, "Größe geändert", details=details)
    with pytest.raises(TypeError):
        service.append(session, STREAM, Actor.operator("Prüfung"), act, now=clock.now())


def _change(column: str, value: object) -> Callable[[Session], None]:
    def change(session: Session) -> None:
        session.execute(
            text(f"UPDATE record_entry SET {column} = :v WHERE stream = :s AND sequence = 3"),
            {"v": value, "s": STREAM},
        )

    return change


def _run(statement: str) -> Callable[[Session], None]:
    def run(session: Session) -> None:
        session.execute(text(statement), {"s": STREAM, "o": OTHER})

    return run


def _swap(session: Session) -> None:
    for old, new in ((2, 102), (3, 2), (102, 3)):
        session.execute(
            text("UPDATE record_entry SET sequence = :n WHERE stream = :s AND sequence = :o"),
            {"s": STREAM, "o": old, "n": new},
        )


MANIPULATIONS: dict[str, tuple[Callable[[Session], None], str]] = {
    "summary": (_change("summary", "Nichts geschehen"), "verändert"),
    "reason": (_change("reason", "ein anderer"), "verändert"),
    "reason_removed": (_change("reason", None), "verändert"),
    "actor_name": (_change("actor_name", "Jemand anderes"), "verändert"),
    "organisation_name": (_change("organisation_name", "Andere Stadt"), "verändert"),
    "action": (_change("action", "tender_published"), "verändert"),
    "subject_kind": (_change("subject_kind", "pool"), "verändert"),
    "details": (_change("details", '{"value_net_cents": 1}'), "verändert"),
    "time": (
        _run(
            "UPDATE record_entry SET at = (SELECT max(at) FROM record_entry WHERE stream = :o) "
            "WHERE stream = :s AND sequence = 2"
        ),
        "verändert",
    ),
    "previous_hash": (_change("previous_hash", "f" * 64), "schließt nicht"),
    "entry_hash": (_change("entry_hash", "f" * 64), "verändert"),
    "deleted_inside": (
        _run("DELETE FROM record_entry WHERE stream = :s AND sequence = 3"),
        "Eintrag 3 fehlt",
    ),
    "deleted_first": (
        _run("DELETE FROM record_entry WHERE stream = :s AND sequence = 1"),
        "Eintrag 1 fehlt",
    ),
    "deleted_last": (
        _run("DELETE FROM record_entry WHERE stream = :s AND sequence = 5"),
        "Einträge fehlen",
    ),
    "all_deleted": (_run("DELETE FROM record_entry WHERE stream = :s"), "Einträge fehlen"),
    "swapped": (_swap, "verändert"),
    "moved_from_another_chain": (
        _run(
            "UPDATE record_entry SET stream = :s, sequence = 6 WHERE stream = :o AND sequence = 5"
        ),
        "schließt nicht",
    ),
    "head_moved_back": (
        _run("UPDATE record_chain SET last_sequence = 4 WHERE stream = :s"),
        "Ende der Kette",
    ),
    "head_hash": (
        _run(
            "UPDATE record_chain SET last_hash = entry_hash FROM record_entry "
            "WHERE record_chain.stream = :s AND record_entry.stream = :s AND sequence = 4"
        ),
        "Ende der Kette",
    ),
}


def test_untouched_chains_hold(chain: Session) -> None:
    assert queries.breaks(chain, STREAM) == []
    assert queries.breaks(chain, OTHER) == []


@pytest.mark.parametrize("name", MANIPULATIONS)
def test_manipulation_is_found_and_the_other_chain_still_holds(chain: Session, name: str) -> None:
    manipulate, sentence = MANIPULATIONS[name]
    # Known to the session before: verification must look at the database, not at its memory.
    known = queries.entries(chain, STREAM)
    without_guards(chain)
    manipulate(chain)
    found = queries.breaks(chain, STREAM)
    assert any(sentence in each for each in found), found
    assert len(known) == 5
    if name != "moved_from_another_chain":
        assert queries.breaks(chain, OTHER) == []


def test_missing_head_is_found(chain: Session) -> None:
    assert queries.breaks(chain, "tender:unknown") != []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_entry SET summary = 'x' WHERE sequence = 1",
        "DELETE FROM record_entry WHERE sequence = 1",
    ],
)
def test_database_itself_refuses_to_change_the_record(chain: Session, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append only"), chain.begin_nested():
        chain.execute(text(statement))
