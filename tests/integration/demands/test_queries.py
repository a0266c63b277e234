import pytest
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, demands
from vergabe.access.permissions import Role
from vergabe.demands import queries
from vergabe.demands.queries import DemandFilter
from vergabe.demands.stages import Stage
from vergabe.errors import NotFound


def test_released_facts_hold_lines_and_the_value_that_counts(session: Session) -> None:
    dlz = cooperations.dlz(session)
    town = cooperations.town(session, "Jülich")
    demand = demands.demand(session, dlz, town)
    demands.demand(session, dlz, town, "submitted")
    demands.demand(session, dlz, town, "pooled")
    (facts,) = queries.released_facts(session, dlz.id)
    assert (facts.id, facts.reference) == (demand.id, "B-DLZ-2026-00001")
    assert facts.value_net_cents == facts.released_net_cents == 45_000_000
    assert [(line.text, line.unit_code) for line in facts.lines] == [
        ("Löschgruppenfahrzeug LF 20", "H87")
    ]
    assert facts.nuts == "DEA26"


def test_demand_of_another_member_is_not_found(session: Session) -> None:
    dlz = cooperations.dlz(session)
    demand = demands.demand(session, dlz, cooperations.town(session, "Kerpen"))
    actor = access.actor(session, cooperations.town(session, "Jülich"), Role.REQUESTER)
    with pytest.raises(NotFound):
        queries.visible_demand(session, actor, demand.id)


def test_list_shows_own_demands_only_and_finds_words_with_capital_umlauts(session: Session) -> None:
    dlz = cooperations.dlz(session)
    town = cooperations.town(session, "Jülich")
    demands.demand(session, dlz, town, title="Überwachung der Ölheizungen")
    demands.demand(session, dlz, town, "draft", title="Notebooks")
    demands.demand(session, dlz, cooperations.town(session, "Kerpen"), title="Überwachung")
    actor = access.actor(session, town, Role.REQUESTER)
    found = queries.demands_page(session, actor, DemandFilter(text="ölheizung ÜBERWACHUNG"))
    assert [demand.title for demand in found.items] == ["Überwachung der Ölheizungen"]
    drafts = queries.demands_page(session, actor, DemandFilter(stage=Stage.DRAFT))
    assert [demand.title for demand in drafts.items] == ["Notebooks"]
    assert len(queries.demands_page(session, actor, DemandFilter()).items) == 2
