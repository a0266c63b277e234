import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from tests.conftest import MovableClock
from tests.factories import access, cooperations, demands, many
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Cooperation
from vergabe.db import db
from vergabe.demands import listing as demand_listing
from vergabe.demands.model import Demand
from vergabe.errors import InvalidInput, Refused
from vergabe.tenders import listing as tender_listing
from vergabe.tenders.model import Tender
from vergabe.web import list_files, list_pages, lists, paging
from vergabe.web.list_pages import Shown
from vergabe.web.lists import Listing

MANY = 10_000
PATH = "/bedarfe"


@dataclass
class House:
    session: Session
    cooperation: Cooperation
    actor: Actor

    def demand_list(self) -> Listing[Demand]:
        return demand_listing.demand_list(self.session, self.actor)

    def tender_list(self) -> Listing[Tender]:
        return tender_listing.tender_list(self.session, self.actor, now=clock.now())

    def show(self, listing: Listing[Any], query: str = "", path: str = PATH) -> Shown[Any]:
        return list_pages.show(self.session, lists.read(listing, args_of(query), path))


def args_of(query: str) -> MultiDict[str, str]:
    return MultiDict(parse_qsl(query.partition("?")[2] or query, keep_blank_values=True))


@pytest.fixture
def house(session: Session, moving_clock: MovableClock) -> House:
    dlz = cooperations.dlz(session)
    town = cooperations.town(session, "Jülich")
    return House(session, dlz, access.actor(session, town, Role.REQUESTER, Role.RELEASER))


def _town(house: House) -> Organisation:
    return cooperations.town(house.session, "Jülich")


def _fill(house: House, count: int) -> None:
    many.demands(house.session, house.cooperation, _town(house), count)


def _orders(listing: Listing[Any]) -> list[str]:
    return [sign + order.key for order in listing.orders for sign in ("", "-")]


def _walk(house: House, listing: Listing[Any], order: str, *, size: int) -> list[list[Any]]:
    """Return all pages, from the first to the last."""
    url: str | None = f"ordnung={order}"
    found = []
    while url is not None:
        page = house.show(_sized(listing, size), url)
        found.append(list(page.items))
        url = page.next_url
    return found


def _sized(listing: Listing[Any], size: int) -> Listing[Any]:
    return replace(listing, page_size=size)


@pytest.mark.parametrize("order", ["neu", "-neu", "titel", "-titel", "wert", "-wert", "-bedarf-ab"])
def test_pages_in_every_order_hold_each_row_once_and_lead_back_the_same_way(
    house: House, order: str
) -> None:
    _fill(house, 47)
    listing = house.demand_list()
    pages = _walk(house, listing, order, size=10)
    walked = [row.id for page in pages for row in page]
    assert len(walked) == len(set(walked)) == 48
    page = house.show(_sized(listing, 10), f"ordnung={order}")
    while page.next_url:
        page = house.show(_sized(listing, 10), page.next_url)
    backwards = [list(page.items)]
    while page.previous_url:
        page = house.show(_sized(listing, 10), page.previous_url)
        backwards.insert(0, list(page.items))
    # Going back ends with a whole first page, so that its rows may stand on the second one too.
    assert [row.id for row in backwards[0]] == walked[:10]
    assert backwards[-1] == pages[-1]


def test_titles_stand_as_in_a_dictionary_on_both_databases(house: House) -> None:
    for title in ("Zelt", "Öl", "ohr", "Ofen", "straßen", "Strasse", "ähre", "Axt"):
        demands.demand(house.session, house.cooperation, _town(house), "draft", title=title)
    found = [demand.title for demand in house.show(house.demand_list(), "ordnung=titel").items]
    assert found == ["ähre", "Axt", "Ofen", "ohr", "Öl", "Strasse", "straßen", "Zelt"]


@pytest.mark.parametrize(("order", "first"), [("wert", 1_000), ("-wert", 9_000)])
def test_rows_without_a_value_stand_at_the_end_both_ways(
    house: House, order: str, first: int
) -> None:
    for value in (None, 9_000, 1_000, None):
        demands.demand(
            house.session, house.cooperation, _town(house), "draft", items=(), value=value
        )
    shown = house.show(house.demand_list(), f"ordnung={order}")
    values = [each.value_net_cents for each in shown.items]
    assert (values[0], values[-2:]) == (first, [None, None])


def test_filters_narrow_and_say_so(house: House) -> None:
    demands.demand(house.session, house.cooperation, _town(house), "released", title="Möbel")
    demands.demand(house.session, house.cooperation, _town(house), "draft", title="Zelt")
    shown = house.show(house.demand_list(), "q=MÖBEL&stand=released&wert_von=1&wert_bis=9.000.000")
    assert [demand.title for demand in shown.items] == ["Möbel"]
    assert [chip.text for chip in shown.asked.chips] == [
        "Suchbegriff: „MÖBEL“",
        "Stand: freigegeben",
        "Wert netto von 1,00\N{NO-BREAK SPACE}€ bis 9.000.000,00\N{NO-BREAK SPACE}€",
    ]
    without = shown.asked.without(shown.asked.chips[2])
    assert without == "/bedarfe?q=M%C3%96BEL&stand=released"


@pytest.mark.parametrize(
    ("query", "field", "word"),
    [
        ("stand=erfunden", "stand", "Auswahl"),
        ("wert_von=viel", "wert_von", "viel"),
        ("wert_von=9&wert_bis=1", "wert_bis", "tauschen"),
        ("benoetigt_von=31.02.2027", "benoetigt_von", "Kalender"),
        ("ordnung=-erfunden", "ordnung", "Sortierung"),
        ("stand=%00", "stand", "Auswahl"),
    ],
)
def test_a_wrong_filter_is_told_at_its_field_and_nothing_is_listed(
    house: House, query: str, field: str, word: str
) -> None:
    demands.demand(house.session, house.cooperation, _town(house), "draft")
    shown = house.show(house.demand_list(), query)
    assert [each.field for each in shown.asked.violations] == [field]
    assert word in shown.asked.violations[0].message
    assert shown.items == []


@pytest.mark.parametrize(
    "cursor",
    [
        "quatsch",
        *map(
            paging.encode,
            ("[]", "{}", '["-neu",0,null,"00"]', f'["neu",0,null,"{0:032}"]', "[" * 100_000),
        ),
    ],
)
def test_a_foreign_paging_address_is_refused_in_german(house: House, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="Blätteradresse"):
        house.show(house.demand_list(), f"ab={cursor}")


@pytest.mark.parametrize(
    ("order", "value"),
    [("wert", "10"), ("wert", 2**70), ("titel", 7), ("titel", "a\x00"), ("bedarf-ab", "gestern")],
)
def test_a_value_that_is_none_of_the_column_is_refused(
    house: House, order: str, value: Any
) -> None:
    cursor = paging.encode(json.dumps([order, 0, value, f"{0:032}"]))
    with pytest.raises(InvalidInput, match="Blätteradresse"):
        house.show(house.demand_list(), f"ordnung={order}&ab={cursor}")


def test_a_paging_address_of_another_order_is_refused(house: House) -> None:
    _fill(house, 60)
    page = house.show(house.demand_list(), "ordnung=wert")
    assert page.next_url is not None
    with pytest.raises(InvalidInput, match="Blätteradresse"):
        house.show(house.demand_list(), page.next_url.replace("ordnung=wert", "ordnung=titel"))


def test_the_file_has_all_filtered_rows_with_types_and_the_day_in_its_name(house: House) -> None:
    _fill(house, 120)
    asked = lists.read(house.demand_list(), args_of("ordnung=titel"), PATH)
    answer = list_files.answer(house.session, asked, "csv", now=clock.now())
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert len(lines) == 122
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Bedarfe-2026-11-23.csv"'


def test_a_list_beyond_the_limit_gives_no_half_file(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(house, 30)
    monkeypatch.setattr(list_files, "ROWS_MAX", 20)
    asked = lists.read(house.demand_list(), args_of(""), PATH)
    with pytest.raises(Refused, match="mehr als 20 Zeilen"):
        list_files.answer(house.session, asked, "xlsx", now=clock.now())


def _listing(house: House, table: str) -> Listing[Any]:
    return house.demand_list() if table == "demand" else house.tender_list()


def _fill_table(house: House, table: str, count: int) -> None:
    if table == "demand":
        _fill(house, count)
    else:
        many.tenders(house.session, count)


@pytest.mark.parametrize("table", ["demand", "tender"])
def test_ten_thousand_rows_cost_as_many_statements_as_sixty_and_none_reads_them_all(
    house: House, table: str, count_queries: Callable[[], int]
) -> None:
    _fill_table(house, table, 60)
    listing = _listing(house, table)
    few = [_count(house, listing, order, count_queries) for order in _orders(listing)]
    _fill_table(house, table, MANY)
    house.session.execute(text("ANALYZE"))
    for order, statements in zip(_orders(listing), few, strict=True):
        assert _count(house, listing, order, count_queries) == statements <= 3
        with _Recorder() as found:
            page = house.show(listing, f"ordnung={order}")
        assert len(page.items) == paging.DEFAULT_LIMIT
        assert page.next_url is not None
        for statement, parameters in found:
            _assert_frugal(house.session, table, statement, parameters, order)


def _count(house: House, listing: Listing[Any], order: str, take: Callable[[], int]) -> int:
    take()
    house.show(listing, f"ordnung={order}")
    return take()


class _Recorder:
    def __enter__(self) -> list[tuple[str, Any]]:
        self.found: list[tuple[str, Any]] = []
        event.listen(db.engine, "before_cursor_execute", self._note)
        return self.found

    def __exit__(self, *_: object) -> None:
        event.remove(db.engine, "before_cursor_execute", self._note)

    def _note(self, _c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        self.found.append((statement, parameters))


def _assert_frugal(
    session: Session, table: str, statement: str, parameters: Any, order: str
) -> None:
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        plan = [row[3] for row in rows]
        assert not [line for line in plan if line.startswith(f"SCAN {table}")], (order, plan)
        steps = _steps(connection, statement, parameters)
        assert steps < 40_000, (order, steps, plan)
        return
    explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
    (answer,) = connection.exec_driver_sql(explain, parameters).one()
    plan = answer if isinstance(answer, list) else json.loads(answer)
    for node in _nodes(plan[0]["Plan"]):
        if node.get("Relation Name") == table:
            assert node["Node Type"] != "Seq Scan", (order, node)
            read = node["Actual Rows"] * node["Actual Loops"] + node.get(
                "Rows Removed by Filter", 0
            )
            assert read <= 500, (order, node)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _steps(connection: Any, statement: str, parameters: Sequence[Any]) -> int:
    """Return about how many steps SQLite's machine needs for a statement."""
    raw = connection.connection.driver_connection
    counted = 0

    def note() -> int:
        nonlocal counted
        counted += 100
        return 0

    raw.set_progress_handler(note, 100)
    try:
        raw.execute(statement, parameters).fetchall()
    finally:
        raw.set_progress_handler(None, 100)
    return counted
