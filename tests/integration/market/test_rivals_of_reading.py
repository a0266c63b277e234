"""Two imports at once: true connections, true commits, still one group per procedure."""

import threading

from flask import Flask
from sqlalchemy import func, select

from tests.factories.market import NOW, foreign
from vergabe.db import reading, unit_of_work
from vergabe.files import current
from vergabe.market import service
from vergabe.market.model import ProcedureGroup, StoredNotice
from vergabe.market.service import Incoming

PORTALS = ("ted", "doe", "cosinex:nrw", "cosinex:rheinland")


def test_two_imports_of_the_same_notices_at_once_make_no_doubles(own_app: Flask) -> None:
    subjects = ("Netzersatzanlage Happerschoß", "Schulmöbel Gesamtschule", "Streusalz Winterdienst")
    failed: list[BaseException] = []

    def run(portals: tuple[str, ...]) -> None:
        try:
            with own_app.app_context():
                for portal in portals:
                    batch = [
                        Incoming(foreign(source=portal, source_id=str(at), title=title))
                        for at, title in enumerate(subjects)
                    ]
                    with unit_of_work() as session:
                        service.store(session, current.store(), batch, now=NOW)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(order,)) for order in (PORTALS, PORTALS[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    with own_app.app_context(), reading() as session:
        assert session.scalar(select(func.count()).select_from(StoredNotice)) == 12
        counts = session.scalars(select(ProcedureGroup.notice_count)).all()
        assert sorted(counts) == [4, 4, 4]
