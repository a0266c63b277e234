from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access as make
from tests.factories import cooperations, demands
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.demands import budget


def test_released_and_waiting_add_up_by_cost_centre(session: Session) -> None:
    cooperation = cooperations.dlz(session)
    town, other = (cooperations.town(session, name) for name in ("Jülich", "Kerpen"))
    actor = make.actor(session, town, Role.RELEASER)
    first = demands.demand(session, cooperation, town, cost_centre="4711")
    waiting = demands.demand(session, cooperation, town, stage="submitted", cost_centre="4711")
    plain = demands.demand(session, cooperation, town, stage="submitted")
    demands.demand(session, cooperation, town, stage="draft", cost_centre="4711")
    demands.demand(session, cooperation, other, stage="submitted", cost_centre="4711")
    rows = {row.name: row for row in budget.by_cost_centre(session, actor, now=clock.now())}
    assert set(rows) == {"4711", "ohne Kostenstelle"}
    assert rows["4711"].released_net_cents == first.released_net_cents
    assert rows["4711"].waiting_net_cents == waiting.value_net_cents
    assert (rows["4711"].waiting_count, rows["ohne Kostenstelle"].waiting_count) == (1, 1)
    assert rows["ohne Kostenstelle"].waiting_net_cents == plain.value_net_cents
    assert rows["ohne Kostenstelle"].released_net_cents == 0


def test_nothing_released_and_nothing_waiting_draws_nothing(session: Session) -> None:
    town = make.organisation(session)
    actor = make.actor(session, town, Role.RELEASER)
    rows = budget.by_cost_centre(session, actor, now=clock.now())
    assert rows == []
    assert budget.picture(rows, 2026) is None


def test_releaser_sees_the_budget_with_its_table(client: FlaskClient, session: Session) -> None:
    cooperation = cooperations.dlz(session)
    town = cooperations.town(session, "Jülich")
    demands.demand(session, cooperation, town, stage="submitted", cost_centre="Bauhof <1>")
    user = make.person(session, town, Role.RELEASER)
    session.commit()
    make.log_in(client, user)
    page = client.get("/bedarfe/freigabe").get_data(as_text=True)
    assert 'role="img"' in page
    assert "Die Beträge als Tabelle" in page
    assert "Bauhof &lt;1&gt;" in page
    assert "<1>" not in page
