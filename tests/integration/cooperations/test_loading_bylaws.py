"""By-laws and own providers come from the cooperation's file and stay what people made of them."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOON
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.bylaws import facts, queries, service
from vergabe.bylaws.model import ProcurementBylaw
from vergabe.cooperations import loading, provider_queries
from vergabe.cooperations.loading_report import LoadReport
from vergabe.cooperations.model import Cooperation
from vergabe.errors import InvalidInput
from vergabe.law.reconciling import reconcile
from vergabe.law.thresholds import ContractType

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

OPERATOR = Actor.operator("Test")
EXAMPLES = Path(__file__).parents[3] / "examples" / "cooperations"
TODAY = dt.date(2026, 11, 23)


def text_of(name: str) -> str:
    return (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")


def loaded(session: Session, text: str, *, dry_run: bool = False) -> LoadReport:
    return loading.load(session, OPERATOR, text.encode(), dry_run=dry_run, now=NOON)


def town(session: Session, name: str) -> Organisation:
    return session.scalars(select(Organisation).where(Organisation.name == name)).one()


def bylaws(session: Session, name: str) -> list[ProcurementBylaw]:
    organisation = town(session, name)
    return queries.versions(session, [organisation.id]).get(organisation.id, [])


def test_six_members_have_six_rule_sets(session: Session) -> None:
    loaded(session, text_of("dlz"))
    names = ("Merzenich", "Jülich", "Kerpen", "Inden", "Linnich", "Niederzier")
    found = facts.rule_sets(session, [town(session, name) for name in names], TODAY)
    assert len({repr(rules.bylaw) for rules in found}) == 6
    assert next(rules for rules in found if rules.member == "Inden").bylaw is None
    common = reconcile(found, 60_000_00, ContractType.SUPPLIES, TODAY).value
    assert common.clause("direct_max").deciders == ("Kerpen",)
    assert common.clause("tender_days").value == 14
    blocked = next(verdict for verdict in common.verdicts if verdict.code == "nat-neg-wo-call")
    assert [item.member for item in blocked.blockers] == ["Merzenich"]


def test_a_dry_run_stores_no_bylaw_and_says_what_it_would(session: Session) -> None:
    report = loaded(session, text_of("dlz"), dry_run=True)
    paths = [change.path for change in report.changes]
    assert "members[05358048].bylaws[2026-02-01]" in paths
    assert session.scalars(select(ProcurementBylaw)).all() == []


def test_the_same_bylaws_again_change_nothing(session: Session) -> None:
    loaded(session, text_of("dlz"))
    assert not loaded(session, text_of("dlz")).is_changed
    assert not loaded(session, text_of("dlz") + "\n# neu").is_changed
    assert [row.number for row in bylaws(session, "Niederzier")] == [2, 1]


def test_a_changed_number_replaces_the_version_and_a_new_end_ends_it(session: Session) -> None:
    loaded(session, text_of("dlz"))
    changed = text_of("dlz").replace("direct_max_euro = 15000", "direct_max_euro = 20000")
    report = loaded(session, changed)
    path = "members[05358040].bylaws[2026-01-01].direct_max_net_cents"
    assert [(c.path, c.old, c.new) for c in report.changes] == [(path, "1500000", "2000000")]
    newest, oldest = bylaws(session, "Merzenich")
    assert (newest.direct_max_net_cents, newest.replaced_at) == (20_000_00, None)
    assert (oldest.direct_max_net_cents, oldest.replaced_by_id) == (15_000_00, newest.id)
    ended = changed.replace(
        "direct_max_euro = 20000\nnegotiated",
        "valid_to = 2026-12-31\ndirect_max_euro = 20000\nnegotiated",
    )
    loaded(session, ended)
    assert bylaws(session, "Merzenich")[0].valid_to == dt.date(2026, 12, 31)


def test_what_a_member_ended_or_corrected_by_hand_stays(session: Session) -> None:
    loaded(session, text_of("dlz"))
    kerpen, linnich = bylaws(session, "Kerpen")[0], bylaws(session, "Linnich")[0]
    service.end_version(session, OPERATOR, kerpen.id, valid_to=TODAY, reason="Rat", now=NOON)
    entry = service.contents(linnich)
    service.correct_version(
        session, OPERATOR, linnich.id, replace(entry, required_quotes=4), reason="x", now=NOON
    )
    assert not loaded(session, text_of("dlz") + "\n# neu").is_changed
    assert bylaws(session, "Kerpen")[0].valid_to == TODAY
    assert bylaws(session, "Linnich")[0].required_quotes == 4


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("minimum_tender_days = 10", "minimum_tender_days = 0", "minimum_tender_days"),
        ("direct_max_euro = 15000", 'direct_max_euro = "viel"', "direct_max_euro"),
        ("direct_max_euro = 15000", "direct_max_euro = -1", "direct_max_euro"),
        ("valid_to = 2026-01-31", "note = 'x'", "valid_from"),
        ("adopted_on = 2025-12-11", "adopted_on = 2027-01-01", "adopted_on"),
        ("direct_max_euro = 15000", "grenze = 15000", "grenze"),
    ],
)
def test_a_wrong_bylaw_is_told_with_its_place(
    session: Session, old: str, new: str, field: str
) -> None:
    text = text_of("dlz")
    assert old in text
    with pytest.raises(InvalidInput) as raised:
        loaded(session, text.replace(old, new, 1))
    fields = [violation.field or "" for violation in raised.value.violations]
    assert any("bylaws" in name and name.endswith(field) for name in fields), fields
    assert session.scalars(select(ProcurementBylaw)).all() == []


def test_own_providers_are_the_files(session: Session) -> None:
    loaded(session, text_of("rkn"))
    cooperation = session.scalars(select(Cooperation).where(Cooperation.key == "rkn")).one()
    (provider,) = provider_queries.providers_of(session, cooperation.id, "digitisation", TODAY)
    assert (provider.name, provider.kind) == ("ITK Rheinland", "association")
    assert provider_queries.providers_of(session, cooperation.id, "procurement", TODAY) == []
    assert not loaded(session, text_of("rkn") + "\n# neu").is_changed
    start = text_of("rkn").index("[[in_house_providers]]")
    end = text_of("rkn").index("[[members]]")
    loaded(session, text_of("rkn")[:start] + text_of("rkn")[end:])
    assert provider_queries.providers_of(session, cooperation.id, "digitisation", TODAY) == []
    assert provider.until == TODAY - dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('areas = ["digitisation"]', 'areas = ["digital"]', "areas"),
        ('areas = ["digitisation"]', "areas = []", "areas"),
        ('kind = "association"', 'kind = "Verein"', "kind"),
        ('name = "ITK Rheinland"', 'name = ""', "name"),
    ],
)
def test_a_wrong_provider_is_told_with_its_place(
    session: Session, old: str, new: str, field: str
) -> None:
    start = text_of("rkn").index("[[in_house_providers]]")
    text = text_of("rkn")[:start] + text_of("rkn")[start:].replace(old, new, 1)
    with pytest.raises(InvalidInput) as raised:
        loaded(session, text)
    assert raised.value.violations[0].field == f"in_house_providers[#1].{field}"
