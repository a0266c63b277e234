import datetime as dt
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access as make
from tests.factories import demands as demand_factory
from tests.integration.demands.requester import Requester
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.demands import unfinished
from vergabe.demands.model import Demand
from vergabe.demands.unfinished_model import UnfinishedEntry
from vergabe.errors import NotFound, TooLarge
from vergabe.ids import new_id

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


class Writer(Requester):
    """A requester of Jülich in front of the form."""

    def form(self, path: str = "/bedarfe/neu") -> tuple[str, str, str]:
        """Return the page, the token and the address that keeps what is typed."""
        page = self.client.get(path).get_data(as_text=True)
        token = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        found = re.search(r'data-keep-url="([^"]+)"', page)
        assert found is not None
        return page, token, found[1]

    def kept(self) -> list[UnfinishedEntry]:
        return list(self.session.scalars(select(UnfinishedEntry)))


@pytest.fixture
def writer(client: FlaskClient, session: Session) -> Writer:
    return Writer(client, session)


def test_what_is_typed_is_kept_and_found_again(writer: Writer) -> None:
    _, token, url = writer.form()
    typed = {"csrf_token": token, "title": "40 Notebooks", "quantity": "1.234", "item_rows": "3"}
    answer = writer.client.post(url, data=typed)
    assert answer.get_json()["text"].startswith("Zwischengespeichert um ")
    page, _, _ = writer.form()
    assert "Sie haben eine unfertige Eingabe" in page
    address = re.search(r'href="(/bedarfe/neu\?eingabe=[^"]+)"', page)
    assert address is not None
    again, _, same_url = writer.form(address[1])
    assert 'value="40 Notebooks"' in again
    assert 'value="1.234"' in again
    assert same_url == url


def test_sending_the_form_forgets_what_was_kept(writer: Writer) -> None:
    _, token, url = writer.form()
    entry = {"csrf_token": token, "title": "Helme", "item_rows": "0", "cpv_main": "35811100"}
    writer.client.post(url, data=entry)
    assert len(writer.kept()) == 1
    key = url.rsplit("/", 1)[1].split("?")[0]
    answer = writer.client.post("/bedarfe/neu", data=entry | {"form_key": key, "save": "1"})
    assert answer.status_code == 303
    assert writer.kept() == []
    assert [demand.title for demand in writer.session.scalars(select(Demand))] == ["Helme"]


def test_changes_to_a_demand_are_kept_beside_it(writer: Writer) -> None:
    demand = demand_factory.demand(
        writer.session, writer.cooperation, writer.town, stage="draft", created_by_id=writer.user.id
    )
    writer.session.commit()
    path = f"/bedarfe/{demand.id}/bearbeiten"
    _, token, url = writer.form(path)
    writer.client.post(
        url.replace("&amp;", "&"), data={"csrf_token": token, "title": "Neuer Titel"}
    )
    page, _, _ = writer.form(path)
    assert "weitergeschrieben, ohne zu speichern" in page
    assert 'value="Neuer Titel"' not in page
    restored, _, _ = writer.form(f"{path}?eingabe=1")
    assert 'value="Neuer Titel"' in restored
    assert "unfertige Eingabe" not in writer.form()[0]


def test_blank_form_is_not_worth_keeping(writer: Writer) -> None:
    _, token, url = writer.form()
    answer = writer.client.post(url, data={"csrf_token": token, "title": "  ", "quantity": "3"})
    assert answer.get_json() == {"text": ""}
    assert writer.kept() == []


def test_thrown_away_is_gone(writer: Writer) -> None:
    _, token, url = writer.form()
    writer.client.post(url, data={"csrf_token": token, "title": "Helme"})
    drop = url.split("?")[0] + "/verwerfen"
    assert writer.client.post(drop, data={"csrf_token": token}).status_code == 303
    assert writer.kept() == []


@pytest.mark.parametrize("text", ["\x00\x00Helme", "<b>Helme</b>", "Mo\u0308bel"])
def test_any_text_is_kept_as_typed(writer: Writer, text: str) -> None:
    _, token, url = writer.form()
    assert writer.client.post(url, data={"csrf_token": token, "title": text}).status_code == 200
    assert writer.kept()[0].fields["title"] == text.replace("\x00", " ")


def test_key_that_is_none_of_ours_is_refused(writer: Writer) -> None:
    _, token, _ = writer.form()
    bad = "/bedarfe/unfertig/00000000-0000-4000-8000-000000000000"
    answer = writer.client.post(bad, data={"csrf_token": token, "title": "Helme"})
    assert answer.status_code == 422


def test_entry_of_somebody_else_is_not_found(session: Session) -> None:
    town = make.organisation(session)
    writer, other = (make.actor(session, town, Role.REQUESTER) for _ in range(2))
    key = new_id()
    unfinished.keep(session, writer, key, {"title": "Helme"}, is_change=False, now=clock.now())
    assert unfinished.entries(session, other, now=clock.now()) == []
    with pytest.raises(NotFound):
        unfinished.entry(session, other, key)
    unfinished.drop(session, other, key)
    assert unfinished.entry(session, writer, key).title == "Helme"


def test_only_the_last_twenty_of_a_month_are_kept(session: Session) -> None:
    actor = make.actor(session, make.organisation(session), Role.REQUESTER)
    now = clock.now()
    for back in range(25, 0, -1):
        at = now - dt.timedelta(days=2 * back)
        unfinished.keep(session, actor, new_id(), {"title": str(back)}, is_change=False, now=at)
    unfinished.keep(session, actor, new_id(), {"title": "0"}, is_change=False, now=now)
    kept = [entry.title for entry in unfinished.entries(session, actor, now=now)]
    assert kept == [str(back) for back in range(16)]
    everything = session.scalars(select(UnfinishedEntry)).all()
    assert len(everything) <= unfinished.MOST_KEPT


def test_more_text_than_any_demand_has_is_refused(session: Session) -> None:
    actor = make.actor(session, make.organisation(session), Role.REQUESTER)
    with pytest.raises(TooLarge):
        unfinished.keep(
            session,
            actor,
            new_id(),
            {"title": "x" * 300_000},
            is_change=False,
            now=clock.now(),
        )
