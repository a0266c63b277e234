"""A chain that grows while it is verified holds: its head and entries are read as of one time."""

import threading
from typing import Any

from flask import Flask
from sqlalchemy import event

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.audit import queries, service
from vergabe.audit.service import Act
from vergabe.db import db, reading, unit_of_work

STREAM = "tender:00000000-0000-4000-8000-000000000001"


def _append(app: Flask, count: int) -> None:
    with app.app_context(), unit_of_work() as session:
        acts = [Act("noted", "tender", None, f"Schritt {number}") for number in range(count)]
        service.append_many(session, STREAM, Actor.operator("Prüfung"), acts, now=clock.now())


def test_an_entry_that_comes_while_a_chain_is_verified_is_no_damage(own_app: Flask) -> None:
    _append(own_app, 3)
    rivals: list[threading.Thread] = []

    def rival(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM record_entry" in statement and not rivals:
            rivals.append(threading.Thread(target=_append, args=(own_app, 1)))
            rivals[0].start()
            rivals[0].join()

    with own_app.app_context(), reading() as session:
        engine = db.engine
        event.listen(engine, "before_cursor_execute", rival)
        found = queries.verified(session, STREAM)
        event.remove(engine, "before_cursor_execute", rival)
    assert found.breaks == []
    assert len(rivals) == 1
    with own_app.app_context(), reading() as session:
        assert queries.verified(session, STREAM).entry_count == 4
