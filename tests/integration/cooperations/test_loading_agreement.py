"""What the file says about agreement, phases and excluded areas, and what it leaves alone."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.factories import access
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.cooperations import (
    agreement_queries,
    agreement_versions,
    area_exclusions,
    area_queries,
    areas,
    configuration_parser,
    gates,
    queries,
)
from vergabe.cooperations.agreement_entries import PartyEntry
from vergabe.cooperations.areas import DepthEntry
from vergabe.cooperations.loading import load
from vergabe.cooperations.loading_report import LoadReport
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.rules import Depth, Phase, Stage
from vergabe.errors import InvalidInput

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

OPERATOR = Actor.operator("Test")
TODAY = dt.date(2026, 11, 23)
EXAMPLES = Path(__file__).parents[3] / "examples" / "cooperations"
COST_KEY = 'kind = "equal"\nno_award = "key"\nvat_clause = "Jede für sich."\n'

FIFTH = """
key = "eifel"
name = "Eifelbund"
reference_prefix = "EIF"
contact = { name = "Koordination", email = "k@eifel.example" }
review_body = { name = "Vergabekammer Rheinland", city = "Köln" }

[cost_key]
kind = "equal"
no_award = "key"
vat_clause = "Jede für sich."

[agreement]
legal_form = "public_law_agreement"
stage = "in_force"
subject = "Gemeinsame Beschaffung"
requires_approval = true
resolved_on = 2026-03-02
signed_on = 2026-04-01
approved_on = 2026-06-10
published_on = 2026-06-20
published_in = "Amtsblatt Nr. 25"
in_force_on = 2026-07-01

[agreement.approval]
authority = "Bezirksregierung Köln"
received_on = 2026-04-13
by_silence = true

[agreement.notice]
months = 6
to = "year"

[agreement.checklist]
duty_to_buy = "option"
retention = "Fünf Jahre"

[[agreement.parties]]
member = "05358040"
signed_on = 2026-03-30
maximum_net_euro = 250000

[[agreement.parties]]
member = "05358024"
signed_on = 2026-04-01
maximum_quantity = "4 Fahrzeuge"

[[areas]]
key = "procurement"
name = "Beschaffung"

[[areas]]
key = "archive"
name = "Archiv"

[[exclusions]]
area = "archive"
from = 2026-07-01
reason = "Rechnet sich nicht."
business_case = "Umbau 400.000 Euro"

[[members]]
ags = "05358040"
name = "Merzenich"
lead = true
joined_on = 2026-03-02
participation = { procurement = "full", archive = "full" }

[[members]]
ags = "05358024"
name = "Jülich"
joined_on = 2026-03-02
participation.archive = "demand"
participation.procurement = { depth = "mandate", phase = "later", from = 2026-10-01 }

[[mandates]]
grantor = "05358024"
scope = ["tender"]
wording = "Vollmacht"
valid_from = 2026-07-01
"""


def loaded(session: Session, text: str, now: dt.datetime = NOON) -> LoadReport:
    return load(session, OPERATOR, text.encode(), now=now)


def eifel(session: Session) -> Cooperation:
    return queries.cooperation_by_key(session, OPERATOR, "eifel", now=NOON)


def open_gates(session: Session, key: str = "procurement") -> bool:
    cooperation = eifel(session)
    area = queries.area_by_key(session, cooperation.id, key)
    return all(gate.is_open for gate in gates.overview_gates(session, cooperation, area, TODAY))


def test_fifth_group_goes_live_with_everything_its_file_says(session: Session) -> None:
    report = loaded(session, FIFTH)
    assert report.hints == ()
    assert loaded(session, FIFTH + "# noch einmal").changes == ()
    cooperation = eifel(session)
    agreement = cooperation.agreements[0]
    assert agreement.approval_by_silence
    assert (agreement.notice_months, agreement.notice_to) == (6, "year")
    assert agreement.checklist == {"duty_to_buy": "option", "retention": "Fünf Jahre"}
    parties = agreement_queries.parties(session, agreement.id)
    assert [(p.maximum_net_cents, p.maximum_quantity) for p in parties] == [
        (250_000_00, ""),
        (None, "4 Fahrzeuge"),
    ]
    area = queries.area_by_key(session, cooperation.id, "procurement")
    assert Depth.MANDATE in queries.depths(session, area.id, TODAY).values()
    assert Depth.NONE in queries.depths(session, area.id, dt.date(2026, 9, 30)).values()
    assert Phase.LATER in area_queries.phases(session, area.id, TODAY).values()
    archive = queries.area_by_key(session, cooperation.id, "archive")
    assert set(queries.depths(session, archive.id, TODAY).values()) == {Depth.NONE}
    assert open_gates(session)
    assert not open_gates(session, "archive")


def test_old_file_loads_and_counts_as_resolved_until_its_cost_rule_is_complete(
    session: Session,
) -> None:
    old = FIFTH.replace('no_award = "key"\nvat_clause = "Jede für sich."\n', "")
    for table in ("approval", "notice", "checklist"):
        start = old.index(f"[agreement.{table}]")
        old = old[:start] + old[old.index("\n\n", start) + 2 :]
    report = loaded(session, old)
    assert len(report.hints) == 2
    assert "höchstens als „Beschlossen“" in report.hints[0]
    agreement = eifel(session).agreements[0]
    assert queries.stage_of(agreement, TODAY) is Stage.RESOLVED
    assert not open_gates(session)
    assert loaded(session, FIFTH).hints == ()
    session.expire_all()
    assert queries.stage_of(eifel(session).agreements[0], TODAY) is Stage.IN_FORCE
    assert open_gates(session)


def test_agreement_from_before_cost_rules_were_kept_is_not_asked(session: Session) -> None:
    loaded(session, FIFTH)
    agreement = eifel(session).agreements[0]
    agreement.cost_key = None
    session.flush()
    incomplete = FIFTH.replace('no_award = "key"\n', "").replace("Eifelbund", "Eifelverbund")
    assert loaded(session, incomplete).hints == ()
    assert queries.stage_of(agreement, TODAY) is Stage.IN_FORCE


def test_what_people_did_by_hand_stays(session: Session) -> None:
    text = FIFTH.replace("signed_on = 2026-04-01\nmaximum_quantity", "maximum_quantity")
    text = text.replace('stage = "in_force"', 'stage = "resolved"')
    for name in ("signed_on = 2026-04-01\napproved", "published_on", "published_in", "in_force_on"):
        start = text.index(name)
        text = (
            text[:start] + text[text.index("\n", start) + 1 :]
            if "approved" not in name
            else (text.replace("signed_on = 2026-04-01\napproved_on = 2026-06-10\n", ""))
        )
    text = text.replace("by_silence = true\n", "")
    loaded(session, text)
    cooperation = eifel(session)
    julich = next(m for m in cooperation.members if m.organisation.name == "Jülich")
    actor = access.actor(session, julich.organisation, Role.COORDINATOR)
    lead = access.actor(session, cooperation.lead, Role.COORDINATOR)
    entry = PartyEntry(julich.organisation_id, signed_on=TODAY, maximum_quantity="4 Fahrzeuge")
    agreement_versions.record_party(session, lead, cooperation.id, 1, entry, now=NOON)
    change = DepthEntry("procurement", Depth.INFORMATION, TODAY, "Ratsbeschluss")
    areas.change_depth(session, actor, cooperation.id, change, now=NOON)
    (excluded,) = area_queries.exclusions(session, cooperation.id)
    area_exclusions.lift_exclusion(
        session,
        lead,
        cooperation.id,
        excluded.id,
        counts_from=TODAY,
        reason="Neue Zahlen",
        now=NOON,
    )
    report = loaded(session, text + "\n# später")
    assert report.changes == ()
    assert "von Hand" in report.hints[0]
    parties = agreement_queries.parties(session, cooperation.agreements[0].id)
    assert TODAY in [party.signed_on for party in parties]
    area = queries.area_by_key(session, cooperation.id, "procurement")
    depth = queries.depth(session, julich.organisation_id, area.id, TODAY)
    assert depth is Depth.INFORMATION
    assert excluded.valid_to == TODAY - dt.timedelta(days=1)


def test_planned_depth_of_the_file_moves_with_its_day(session: Session) -> None:
    ahead = FIFTH.replace("from = 2026-10-01", "from = 2027-03-01")
    loaded(session, ahead)
    cooperation = eifel(session)
    area = queries.area_by_key(session, cooperation.id, "procurement")
    assert list(area_queries.later_joiners(session, area.id, TODAY).values()) == [
        dt.date(2027, 3, 1)
    ]
    loaded(session, FIFTH.replace("from = 2026-10-01", "from = 2027-02-01"))
    assert list(area_queries.later_joiners(session, area.id, TODAY).values()) == [
        dt.date(2027, 2, 1)
    ]


BAD: list[tuple[str, str, str]] = [
    ('duty_to_buy = "option"', 'duty_to_buy = "perhaps"', "agreement.checklist.duty_to_buy"),
    ('retention = "Fünf Jahre"', 'weather = "gut"', "agreement.checklist.weather"),
    ('member = "05358024"', 'member = "05358099"', "agreement.parties[#2].member"),
    ('member = "05358024"', 'member = "05358040"', "agreement.parties[#2].member"),
    ("signed_on = 2026-03-30\n", "", "agreement.parties[#1].signed_on"),
    ("signed_on = 2026-03-30", "signed_on = 2026-04-02", "agreement.parties[#1].signed_on"),
    ("signed_on = 2026-03-30", "signed_on = 2027-03-30", "agreement.parties[#1].signed_on"),
    ("published_on = 2026-06-20", "published_on = 2026-07-01", "agreement.in_force_on"),
    ("published_on = 2026-06-20", "published_on = 2027-07-01", "agreement.published_on"),
    ("received_on = 2026-04-13\n", "", "agreement.approval.by_silence"),
    ("received_on = 2026-04-13", "received_on = 2027-04-13", "agreement.approval.received_on"),
    ("months = 6", "months = 600", "agreement.notice.months"),
    ('to = "year"', 'to = "moon"', "agreement.notice.to"),
    ('area = "archive"', 'area = "nix"', "exclusions[#1].area"),
    ("from = 2026-07-01\nreason", "reason", "exclusions[#1].from"),
    ('reason = "Rechnet sich nicht."\n', "", "exclusions[#1].reason"),
    ('business_case = "U', 'member = "05358099"\nbusiness_case = "U', "exclusions[#1].member"),
    ('depth = "mandate"', 'depth = "deep"', "members[05358024].participation.procurement.depth"),
    ('phase = "later"', 'phase = "never"', "members[05358024].participation.procurement.phase"),
    ("from = 2026-10-01", "from = 2020-10-01", "members[05358024].participation.procurement"),
    ('archive = "demand"', "archive = 7", "members[05358024].participation.archive"),
]


@pytest.mark.parametrize(("good", "bad", "place"), BAD, ids=[entry[1][:40] for entry in BAD])
def test_mistake_is_named_with_its_place(good: str, bad: str, place: str) -> None:
    assert good in FIFTH
    with pytest.raises(InvalidInput) as caught:
        configuration_parser.parse(FIFTH.replace(good, bad, 1).encode(), TODAY)
    assert place in [violation.field for violation in caught.value.violations]


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("dlz", {"in_force": True, "parties": 6}),
        ("rkn", {"in_force": True, "parties": 9}),
        ("heinsberg", {"in_force": False, "parties": 11}),
        ("emh", {"in_force": False, "parties": 3}),
    ],
)
def test_known_groups_say_what_is_known_of_them(
    session: Session, name: str, facts: dict[str, Any]
) -> None:
    report = loaded(session, (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8"))
    assert report.hints == ()
    cooperation = queries.cooperation_by_key(session, OPERATOR, name, now=NOON)
    agreement = cooperation.agreements[0]
    assert (queries.stage_of(agreement, TODAY) is Stage.IN_FORCE) is facts["in_force"]
    assert len(agreement_queries.parties(session, agreement.id)) == facts["parties"]
    if name == "rkn":
        area = queries.area_by_key(session, cooperation.id, "procurement")
        found = list(area_queries.phases(session, area.id, TODAY).values())
        assert (found.count(Phase.PILOT), found.count(Phase.LATER)) == (2, 6)
    if name == "emh":
        (excluded,) = area_queries.exclusions(session, cooperation.id)
        assert "Rechnet sich nicht" in excluded.reason
