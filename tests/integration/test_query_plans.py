"""Lists, searches, feeds and sweeps named here read no large table whole (PostgreSQL).

Not judged: tables that the world leaves empty (jobs, uploads, enquiries and others, see
docs/scale.md), and the sending of mails and notices: there is nowhere to send to here.
"""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests import query_plans
from tests.conftest import SeparateClient, application_of_its_own
from tests.factories import grown, world
from tests.factories.world import World
from vergabe import sweeps, worker
from vergabe.catalogue import warming
from vergabe.db import db
from vergabe.home import search

pytestmark = pytest.mark.postgres

# The limit that counts is 10,000 rows. At 3,000 the planner still read whole what it looks up row
# by row at 12,000: fifty keys in one table cost more pages than such a table has.
ROWS = 12_000
SEARCHED = 500
LISTS = (
    "/akte",
    "/akte/organisation",
    "/api/v1/calls",
    "/api/v1/deadlines",
    "/api/v1/demands",
    "/api/v1/messages",
    "/api/v1/pools",
    "/api/v1/tenders",
    "/bedarfe",
    "/bedarfe?ordnung=titel",
    "/bedarfe?ordnung=-wert",
    "/bedarfe/abfragen",
    "/bedarfe/freigabe",
    "/buendelungen",
    "/buendelungen?ordnung=titel",
    "/fristen",
    "/postfach",
    "/vergabeverfahren",
    "/vergabeverfahren?ordnung=titel",
    "/vergabeverfahren?ordnung=frist",
    "/versand",
    "/vorgaenge",
    "/zusammenarbeit",
    "/start",
)
SEARCHES = (
    "/suche?q=Bedarf",
    "/suche?q=nirgends",
    "/suche?q=DLZ-2026-0001",
    "/api/v1/search?q=Bedarf",
)
PUBLIC = (
    "/api/v1/market/procedures",
    "/api/v1/notices",
    "/api/v1/notices/changes",
    "/api/v1/ocds/releases",
    "/bekanntmachungen",
    "/bekanntmachungen?q=feuerwehr&cpv=34",
    "/bekanntmachungen/atom.xml",
    "/bekanntmachungen/ocds.json",
    "/sitemap.xml",
)
SUPPLIER = ("/api/v1/supplier/matches", "/postfach", "/unternehmen/verfahren")
SWEEPS: tuple[Callable[[Flask], int], ...] = (
    worker.deliver_events,
    sweeps.send_notices,
    sweeps.send_reminders,
    sweeps.run_jobs,
    sweeps.fill_catalogue,
    sweeps.sweep_uploads,
    sweeps.sweep_jobs,
    sweeps.give_up_webhook_calls,
    sweeps.sweep_outbox,
)


@pytest.fixture(scope="module")
def large(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, World]]:
    with application_of_its_own(database_url, tmp_path_factory.mktemp("large")) as app:
        app.test_client_class = SeparateClient
        with app.app_context():
            made = world.world(app, db.session())
            db.session.remove()
            grown.grow(db.engine, ROWS)
            db.session.remove()
        # The directory of the search is read once in the life of a process.
        warming.warm(app)
        yield app, made


def _scans(app: Flask, listener: query_plans.Listener) -> list[str]:
    with app.app_context(), db.engine.connect() as connection:
        tables = query_plans.large_tables(connection, ROWS // 2)
        assert {"demand", "message", "outbox", "record_entry", "catalogue_entry"} <= tables
        statements = list(listener.statements.values())
        assert len(statements) > 3
        return [str(scan) for scan in query_plans.scans(connection, statements, tables)]


def _long_reads(
    app: Flask, listener: query_plans.Listener, most: int, *, rows: int = ROWS // 3
) -> list[str]:
    """Return what goes through many rows by whatever index: that grows as well.

    rows: of the tables that count; the planner may read a smaller one whole.
    """
    with app.app_context(), db.engine.connect() as connection:
        statements = list(listener.statements.values())
        found = query_plans.long_reads(connection, statements, most)
        tables = query_plans.large_tables(connection, rows)
        return [str(read) for read in found if read.table in tables]


@pytest.mark.parametrize(
    ("who", "addresses"),
    [("buyer", LISTS), ("buyer", SEARCHES), ("public", PUBLIC), ("supplier", SUPPLIER)],
    ids=["lists", "searches", "public pages and feeds", "supplier's pages"],
)
def test_no_list_reads_a_large_table_from_end_to_end(
    large: tuple[Flask, World],
    who: str,
    addresses: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, made = large
    # What a search looks through has its own limit, so that it takes no longer than this.
    monkeypatch.setattr(search, "LOOKED_THROUGH", SEARCHED)
    with app.app_context(), query_plans.listening(db.engine) as listener:
        for address in addresses:
            listener.place = address
            assert getattr(made, who).open("GET", address).status_code < 400, address
    found = [*_scans(app, listener), *_long_reads(app, listener, 2 * SEARCHED)]
    assert not found, "\n".join(found)


def test_no_sweep_reads_a_large_table_from_end_to_end(large: tuple[Flask, World]) -> None:
    app, _ = large
    with app.app_context(), query_plans.listening(db.engine) as listener:
        for sweep in SWEEPS:
            listener.place = sweep.__name__
            sweep(app)
    # What is over is most of it all: a sweep that has nothing to do does not go through it.
    found = [*_scans(app, listener), *_long_reads(app, listener, ROWS // 20, rows=1_000)]
    assert not found, "\n".join(found)
