"""The form asks for little, understands what people write, and takes over what was asked before."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import cooperations
from tests.factories import demands as demand_factory
from tests.integration.demands.requester import Requester
from vergabe import clock
from vergabe.demands.model import Demand

MOST_INPUTS = 8


class Desk(Requester):
    """A requester of Jülich in front of the browser."""

    def page(self, path: str) -> html.HtmlElement:
        return html.fromstring(self.client.get(path).get_data(as_text=True))

    def post(self, path: str, data: dict[str, str]) -> tuple[int, html.HtmlElement]:
        token = self.page("/bedarfe/neu").xpath("//input[@name='csrf_token']/@value")[0]
        answer = self.client.post(path, data={"csrf_token": token, "item_rows": "0", **data})
        text = answer.get_data(as_text=True)
        return answer.status_code, html.fromstring(text or "<p></p>")

    def demand(self) -> Demand:
        return self.session.scalars(select(Demand).order_by(Demand.id.desc())).first()


@pytest.fixture
def desk(client: FlaskClient, session: Session) -> Desk:
    return Desk(client, session)


def inputs_in_sight(page: html.HtmlElement) -> set[str]:
    """Return the names of what a person has to look at: neither hidden nor folded away."""
    form = page.get_element_by_id("demand")
    seen = set()
    for each in form.xpath(".//input | .//textarea | .//select"):
        folded = [d for d in each.iterancestors("details") if d.get("open") is None]
        if each.get("type") != "hidden" and not folded:
            seen.add(each.get("name"))
    return seen


@pytest.mark.parametrize("with_call", [False, True])
def test_form_asks_for_eight_things_at_most(desk: Desk, with_call: bool) -> None:
    if with_call:
        demand_factory.call(desk.session, desk.cooperation)
        desk.session.commit()
    seen = inputs_in_sight(desk.page("/bedarfe/neu"))
    assert "title" in seen
    assert len(seen) <= MOST_INPUTS, seen


def test_form_with_proposed_codes_asks_for_eight_things_at_most(desk: Desk) -> None:
    entry = {"title": "Notebooks für das Rathaus", "step": "cpv"}
    status, page = desk.post("/bedarfe/neu", entry)
    seen = inputs_in_sight(page)
    assert status == 200
    assert "cpv_choice" in seen
    assert len(seen) <= MOST_INPUTS, seen


@pytest.mark.parametrize(
    ("typed", "quantity", "unit", "shown"),
    [
        ("ca. 40 Stück", 40, "H87", "40 Stück"),
        ("2 x 40 kg", 80, "KGM", "80 Kilogramm"),
        ("3.000", 3000, "C62", "3000"),
        ("1,5 t", Decimal("1.5"), "TNE", "1,5 Tonne"),
    ],
)
def test_quantity_in_one_field_becomes_a_line_and_comes_back(
    desk: Desk, typed: str, quantity: object, unit: str, shown: str
) -> None:
    entry = {"title": "Streusalz", "cpv_main": "14410000", "quantity": typed, "save": "1"}
    assert desk.post("/bedarfe/neu", entry)[0] == 303
    demand = desk.demand()
    (item,) = demand.items
    assert (item.text, item.quantity, item.unit_code) == ("Streusalz", quantity, unit)
    page = desk.page(f"/bedarfe/{demand.id}/bearbeiten")
    value = page.xpath("//input[@name='quantity']/@value")[0]
    assert value.startswith(shown.split()[0])
    assert not page.xpath("//input[starts-with(@name, 'items.') and @value!='']")


def test_ambiguous_quantity_is_asked_at_its_field(desk: Desk) -> None:
    entry = {"title": "Streusalz", "cpv_main": "14410000", "quantity": "1.234", "save": "1"}
    status, page = desk.post("/bedarfe/neu", entry)
    assert status == 422
    assert "1234 oder 1,234" in page.get_element_by_id("quantity-error").text_content()


def test_quantity_here_and_in_the_lines_is_asked_with_all_else_that_is_wrong(desk: Desk) -> None:
    entry = {
        "title": "Streusalz",
        "cpv_main": "14410000",
        "quantity": "3 t",
        "estimated_value_net": "1.25,0,0",
        "item_rows": "1",
        "items.0.text": "Streusalz",
        "items.0.quantity": "1,5,5",
    }
    status, page = desk.post("/bedarfe/neu", entry | {"save": "1"})
    assert status == 422
    assert "entweder hier" in page.get_element_by_id("quantity-error").text_content()
    assert page.get_element_by_id("estimated_value_net-error").text_content().strip()
    assert page.get_element_by_id("items.0.quantity-error").text_content().strip()


def test_unit_beside_the_quantity_of_a_line_settles_the_point(desk: Desk) -> None:
    entry = {
        "title": "Papier",
        "cpv_main": "30197630",
        "item_rows": "1",
        "items.0.text": "Kopierpapier A4",
        "items.0.quantity": "1.250",
        "items.0.unit": "Stück",
        "save": "1",
    }
    assert desk.post("/bedarfe/neu", entry)[0] == 303
    assert desk.demand().items[0].quantity == 1250


@pytest.mark.parametrize(
    ("typed", "cents"), [("12.500", 1_250_000), ("12500,-", 1_250_000), ("1,2 Mio", 120_000_000)]
)
def test_amounts_are_read_as_people_write_them(desk: Desk, typed: str, cents: int) -> None:
    entry = {"title": "Papier", "cpv_main": "30197630", "estimated_value_net": typed, "save": "1"}
    assert desk.post("/bedarfe/neu", entry)[0] == 303
    assert desk.demand().estimated_value_net_cents == cents


def test_demands_of_last_year_are_copied_with_days_a_year_later(desk: Desk) -> None:
    year = clock.berlin_day(clock.now()).year
    earlier = demand_factory.demand(
        desk.session,
        desk.cooperation,
        desk.town,
        title="Streusalz für den Winter",
        needed_from=dt.date(year - 1, 12, 1),
        needed_until=dt.date(year, 3, 31),
    )
    desk.session.commit()
    page = desk.page("/bedarfe/vorjahr")
    assert "Streusalz für den Winter" in page.text_content()
    status, _ = desk.post("/bedarfe/vorjahr", {"demand_ids": str(earlier.id)})
    assert status == 303
    copied = desk.demand()
    assert (copied.stage, copied.title) == ("draft", "Streusalz für den Winter")
    assert copied.needed_from is not None
    assert copied.needed_from.replace(year=year - 1) == earlier.needed_from
    assert copied.needed_from >= clock.berlin_day(clock.now())
    assert "gibt es schon wieder" in desk.page("/bedarfe/vorjahr").text_content()


@pytest.mark.parametrize("chosen", ["", "quatsch", "00000000-0000-7000-8000-000000000000"])
def test_bad_choice_copies_nothing(desk: Desk, chosen: str) -> None:
    data = {"demand_ids": chosen} if chosen else {}
    status, _ = desk.post("/bedarfe/vorjahr", data)
    assert status in (404, 422)
    assert desk.session.scalars(select(Demand)).all() == []


def test_demands_of_others_are_not_offered(desk: Desk) -> None:
    other = cooperations.town(desk.session, "Kerpen")
    year = clock.berlin_day(clock.now()).year
    demand = demand_factory.demand(
        desk.session, desk.cooperation, other, needed_from=dt.date(year - 1, 5, 1)
    )
    desk.session.commit()
    assert demand.title not in desk.page("/bedarfe/vorjahr").text_content()
    assert desk.post("/bedarfe/vorjahr", {"demand_ids": str(demand.id)})[0] == 404


def test_year_that_is_none_shows_last_year(desk: Desk) -> None:
    year = clock.berlin_day(clock.now()).year
    for asked in ("quatsch", "99999", "-1"):
        heading = desk.page(f"/bedarfe/vorjahr?jahr={asked}").xpath("//h1")[0].text_content()
        assert re.search(rf"\b{year - 1}\b", heading)
